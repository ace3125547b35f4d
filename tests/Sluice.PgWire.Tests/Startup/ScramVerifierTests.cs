using Sluice.PgWire.Startup;

namespace Sluice.PgWire.Tests.Startup;

public sealed class ScramVerifierTests
{
    /// <summary>The example of RFC 7677, section 3: password "pencil".</summary>
    private const string Rfc7677 =
        "SCRAM-SHA-256$4096:W22ZaJ0SNY7soEsUEjb6gQ==$WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY=:wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU=";

    [Fact]
    public void The_example_of_the_rfc_comes_out() =>
        Assert.Equal(Rfc7677, ScramVerifier.Create("pencil", Convert.FromBase64String("W22ZaJ0SNY7soEsUEjb6gQ==")).Format());

    [Fact]
    public void What_was_parsed_is_formatted_the_same() => Assert.Equal(Rfc7677, ScramVerifier.Parse(Rfc7677).Format());

    [Fact]
    public void Two_verifiers_of_one_password_differ() =>
        Assert.NotEqual(ScramVerifier.Create("pencil").Format(), ScramVerifier.Create("pencil").Format());

    [Fact]
    public void A_verifier_shows_no_key() => Assert.Equal("SCRAM-SHA-256, 4096 iterations", ScramVerifier.Parse(Rfc7677).ToString());

    [Theory]
    [InlineData("")]
    [InlineData("md5abcdef")]
    [InlineData("SCRAM-SHA-256$4096:W22ZaJ0SNY7soEsUEjb6gQ==$WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY=")]
    [InlineData("SCRAM-SHA-256$0:W22ZaJ0SNY7soEsUEjb6gQ==$WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY=:wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU=")]
    [InlineData("SCRAM-SHA-256$2000000000:W22ZaJ0SNY7soEsUEjb6gQ==$WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY=:wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU=")]
    [InlineData("SCRAM-SHA-256$4096:$WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY=:wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU=")]
    [InlineData("SCRAM-SHA-256$4096:W22ZaJ0SNY7soEsUEjb6gQ==$AAAA:BBBB")]
    public void Other_text_is_no_verifier_and_is_not_repeated(string text)
    {
        FormatException e = Assert.Throws<FormatException>(() => ScramVerifier.Parse(text));
        Assert.DoesNotContain("wfPL", e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("päss")]
    [InlineData("tab\t")]
    public void Passwords_that_drivers_would_treat_differently_are_not_taken(string password) =>
        Assert.Throws<ArgumentException>(() => ScramVerifier.Create(password));
}
