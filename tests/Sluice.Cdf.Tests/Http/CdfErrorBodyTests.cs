using System.Text;
using Sluice.Cdf.Errors;

namespace Sluice.Cdf.Tests.Http;

public sealed class CdfErrorBodyTests
{
    [Theory]
    [InlineData("""{"error":{"code":400,"message":"Time series not found","extra":{"x":1}}}""", "Time series not found")]
    [InlineData("""{"error":"plain"}""", "plain")]
    [InlineData("""{"error":"invalid_client","error_description":"AADSTS7000215: no"}""", "AADSTS7000215: no")]
    [InlineData("""{"code":400,"message":"bare"}""", "bare")]
    [InlineData("two\nlines", "two lines")]
    [InlineData("\"text\"", "text")]
    [InlineData("<html><body>502</body></html>", null)]
    [InlineData("", null)]
    [InlineData("[]", "[]")]
    [InlineData("""{"error":{"code":400,"message":7}}""", null)]
    public void The_message_is_found_in_every_shape(string body, string? message) =>
        Assert.Equal(message, CdfErrorBody.Parse(Encoding.UTF8.GetBytes(body)).Message);

    [Fact]
    public void Keys_are_read_as_they_were_asked_for()
    {
        var body = CdfErrorBody.Parse("""
            {"error":{"code":400,"message":"x","missing":[{"externalId":"a"},{"id":12},{"instanceId":{"space":"s","externalId":"i"}},{"name":"db"},null,[]],
            "duplicated":[{"id":1,"externalId":"b"},"c",7]}}
            """u8.ToArray());

        Assert.Equal(
            [new CdfIdentity(ExternalId: "a"), new CdfIdentity(Id: 12), new CdfIdentity(ExternalId: "i", Space: "s"), new CdfIdentity(Name: "db")],
            body.Missing);
        Assert.Equal([new CdfIdentity(1, "b"), new CdfIdentity(ExternalId: "c"), new CdfIdentity(Id: 7)], body.Duplicated);
    }

    [Fact]
    public void Missing_fields_are_read() =>
        Assert.Equal(["name"], CdfErrorBody.Parse("""{"code":400,"message":"x","missingFields":["name"]}"""u8.ToArray()).MissingFields);
}
