using Sluice.Gateway.Admin;

namespace Sluice.Gateway.Tests.Admin;

public sealed class EntraAdviceTests
{
    [Theory]
    [InlineData("AADSTS700016: Application with identifier 'x' was not found", "Application (client) ID")]
    [InlineData("AADSTS7000215: Invalid client secret provided.", "secret's Value")]
    [InlineData("AADSTS7000222: The provided client secret keys for app 'x' are expired.", "new client secret")]
    [InlineData("AADSTS90002: Tenant 'x' not found.", "Directory (tenant) ID")]
    [InlineData("AADSTS900023: Specified tenant identifier 'x'", "Directory (tenant) ID")]
    [InlineData("AADSTS1002012: The provided value for scope", "/.default")]
    [InlineData("AADSTS70011: The provided request", "/.default")]
    [InlineData("AADSTS500011: The resource principal", "/.default")]
    public void A_mistake_of_the_guide_has_advice(string message, string advice) =>
        Assert.Contains(advice, EntraAdvice.For(message), StringComparison.Ordinal);

    [Theory]
    [InlineData("")]
    [InlineData("AADSTS")]
    [InlineData("AADSTS50196: The server terminated an operation")]
    [InlineData("AADSTS99999999999999999999: too long")]
    [InlineData("invalid_client: see AADSTS700016")]
    public void Other_words_stand_alone(string message) => Assert.Null(EntraAdvice.For(message));
}
