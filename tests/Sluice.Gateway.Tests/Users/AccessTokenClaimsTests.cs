using System.Buffers.Text;
using System.Text;
using Sluice.Gateway.Users.People;

namespace Sluice.Gateway.Tests.Users;

public sealed class AccessTokenClaimsTests
{
    [Theory]
    [InlineData("""{"iss":"https://issuer","exp":1730204346}""")]
    [InlineData("""{"exp":1730204346.7,"sub":"x","iss":"https://issuer","groups":["a"]}""")]
    public void Issuer_and_expiry_are_read(string payload)
    {
        var claims = AccessTokenClaims.Read(Token(payload));
        Assert.Equal(("https://issuer", DateTimeOffset.FromUnixTimeSeconds(1_730_204_346)), (claims?.Issuer, claims?.Expires));
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("{")]
    [InlineData("""{"iss":"x"}""")]
    [InlineData("""{"exp":1730204346}""")]
    [InlineData("""{"iss":1,"exp":1730204346}""")]
    [InlineData("""{"iss":"x","exp":"1730204346"}""")]
    [InlineData("""{"iss":"x","exp":-1}""")]
    [InlineData("""{"iss":"x","exp":1e300}""")]
    [InlineData("""{"iss":"\ud800","exp":1730204346}""")]
    public void What_lacks_one_is_no_token(string payload) => Assert.Null(AccessTokenClaims.Read(Token(payload)));

    [Theory]
    [InlineData("secret")]
    [InlineData("a.b")]
    [InlineData("a.b.c.d")]
    [InlineData("a.=.c")]
    [InlineData("a.~~~~.c")]
    [InlineData("..")]
    public void Other_text_is_no_token(string text) => Assert.Null(AccessTokenClaims.Read(text));

    [Fact]
    public void A_person_is_not_told_by_its_text()
    {
        var text = new Person("demo", "https://issuer", "ann", "token", DateTimeOffset.UtcNow).ToString();
        Assert.Equal("person of project demo", text);
    }

    private static string Token(string payload) => $"e30.{Base64Url.EncodeToString(Encoding.UTF8.GetBytes(payload))}.c2ln";
}
