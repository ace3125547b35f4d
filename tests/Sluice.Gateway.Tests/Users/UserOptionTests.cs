using Sluice.Gateway.Users;

namespace Sluice.Gateway.Tests.Users;

public sealed class UserOptionTests
{
    [Theory]
    [InlineData("on_conflict", "Update", "update")]
    [InlineData("on_conflict", "ignore", "ignore")]
    [InlineData("create_missing", "yes", "on")]
    [InlineData("create_missing", "off", "off")]
    [InlineData("data_set_id", "9007199254740991", "9007199254740991")]
    [InlineData("staging_tables", "on", "on")]
    [InlineData("staging_tables", "off", null)]
    [InlineData("string_length", "1023", "1023")]
    [InlineData("connection_limit", "1", "1")]
    [InlineData("statement_timeout", "90", "90ms")]
    [InlineData("statement_timeout", "5 min", "300000ms")]
    [InlineData("statement_timeout", "2h", "7200000ms")]
    [InlineData("statement_timeout", "0", "0ms")]
    public void A_value_is_read_and_printed(string name, string text, string? printed)
    {
        var option = UserOption.Find(name)!;
        Assert.Equal(printed, option.Get(option.Set(UserOptions.Default, text)!));
    }

    [Theory]
    [InlineData("on_conflict", "1")]
    [InlineData("on_conflict", "replace")]
    [InlineData("create_missing", "maybe")]
    [InlineData("data_set_id", "0")]
    [InlineData("data_set_id", "-1")]
    [InlineData("data_set_id", "9007199254740992")]
    [InlineData("string_length", "254")]
    [InlineData("string_length", "1024")]
    [InlineData("connection_limit", "0")]
    [InlineData("statement_timeout", "5 days")]
    [InlineData("statement_timeout", "-5s")]
    [InlineData("statement_timeout", "600h")]
    public void A_value_that_cannot_be_is_refused(string name, string text) => Assert.Null(UserOption.Find(name)!.Set(UserOptions.Default, text));

    [Fact]
    public void Each_option_can_be_taken_away()
    {
        foreach (var option in UserOption.All)
        {
            Assert.Equal(UserOptions.Default, option.Set(UserOptions.Default, text: null));
        }
    }
}
