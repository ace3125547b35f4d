using Microsoft.Extensions.Logging;
using Sluice.Configuration;
using Sluice.Hosting;

namespace Sluice.Tests.Configuration;

public sealed class SettingsLoaderTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("sluice-settings-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public void The_command_line_wins_over_the_environment_and_that_over_the_file()
    {
        string file = Write(
            """
            {
              "DataDirectory": "/from/file",
              "Cdf": { "BaseUrl": "https://file.cognitedata.com", "MaxAttempts": 3 },
              "Postgres": { "Listen": "127.0.0.1:1" },
              "Log": { "Level": "Warning", "Format": "Json" },
              "Engine": { "Settings": { "shared_buffers": "64MB" } }
            }
            """);
        Environment.SetEnvironmentVariable("SLUICE__POSTGRES__LISTEN", "127.0.0.1:2");
        Environment.SetEnvironmentVariable("SLUICE__CDF__BASEURL", "https://environment.cognitedata.com");
        try
        {
            SluiceSettings settings = SettingsLoader.Load(file, [new("Cdf:BaseUrl", "https://option.cognitedata.com")]);
            Assert.Equal(
                ("/from/file", "127.0.0.1:2", "https://option.cognitedata.com", 3),
                (settings.Gateway.DataDirectory, settings.Gateway.Postgres.Listen, settings.Gateway.Cdf.BaseUrl, settings.Gateway.Cdf.MaxAttempts));
            Assert.Equal((LogLevel.Warning, LogFormat.Json), (settings.Log.Level, settings.Log.Format));
            Assert.Equal("64MB", settings.Gateway.Engine.Settings["shared_buffers"]);
        }
        finally
        {
            Environment.SetEnvironmentVariable("SLUICE__POSTGRES__LISTEN", null);
            Environment.SetEnvironmentVariable("SLUICE__CDF__BASEURL", null);
        }
    }

    [Fact]
    public void What_is_missing_is_named_with_what_to_give() =>
        Assert.Equal(
            [
                "DataDirectory is not set: give a directory that Sluice may keep its data in, e.g. /var/lib/sluice.",
                "Cdf:BaseUrl is not set: give the address of your CDF cluster, e.g. https://westeurope-1.cognitedata.com.",
            ],
            Assert.Throws<SettingsException>(() => SettingsLoader.Load(null, [])).Findings);

    [Theory]
    [InlineData("Postgres:Listen", "example", "Postgres:Listen has example, which is no address")]
    [InlineData("Postgres:Listen", "", "Postgres:Listen is empty")]
    [InlineData("Postgres:Listen", "127.0.0.1:70000", "Postgres:Listen has 127.0.0.1:70000")]
    [InlineData("Postgres:Certificate", "/nonexistent.pem", "belong together")]
    [InlineData("Postgres:TokenSignIn:Projects", "demo, my project", "Postgres:TokenSignIn:Projects has my project, which is no url name")]
    [InlineData("Postgres:TokenSignIn:OpenIdConfiguration", "http://login.example.com", "Postgres:TokenSignIn:OpenIdConfiguration is http://login.example.com: give the https address")]
    [InlineData("Postgres:TokenSignIn:MaximumPeople", "0", "Postgres:TokenSignIn:MaximumPeople is 0: give at least 1")]
    [InlineData("Postgres:TokenSignIn:IdleTime", "00:00:59", "Postgres:TokenSignIn:IdleTime is 00:00:59")]
    [InlineData("Postgres:TokenSignIn:Nobody", "x", "There is no setting Postgres:TokenSignIn:Nobody")]
    [InlineData("Postgres:AuthenticationTimeout", "0", "Postgres:AuthenticationTimeout is 00:00:00")]
    [InlineData("Postgres:MaximumMessageLength", "1", "Postgres:MaximumMessageLength is 1")]
    [InlineData("Postgres:MaxConnections", "271", "Postgres:MaxConnections is 271: give 1 to 270")]
    [InlineData("Postgres:MaxConnectionsPerAddress", "0", "Postgres:MaxConnectionsPerAddress is 0")]
    [InlineData("Postgres:MaxPendingConnections", "0", "Postgres:MaxPendingConnections is 0")]
    [InlineData("Postgres:FailedLoginsPerUser", "0", "Postgres:FailedLoginsPerUser is 0")]
    [InlineData("Postgres:FailedLoginsPerAddress", "-1", "Postgres:FailedLoginsPerAddress is -1")]
    [InlineData("Engine:MaxConnectionsPerUser", "0", "Engine:MaxConnectionsPerUser is 0")]
    [InlineData("Api:Listen", "0.0.0.0:8080", "without TLS")]
    [InlineData("Api:Version1Host", "https://skywarp.example", "Api:Version1Host is https://skywarp.example")]
    [InlineData("Api:Version1Path", "v1", "Api:Version1Path is v1")]
    [InlineData("Api:Version1Path", "/v1/", "Api:Version1Path is /v1/")]
    [InlineData("Api:Version1Path", "/api/v1", "not below /api")]
    [InlineData("Postgres:PublicPort", "0", "Postgres:PublicPort is 0")]
    [InlineData("Cdf:BaseUrl", "ftp://x", "no URL")]
    [InlineData("Cdf:BaseUrl", "http://westeurope-1.cognitedata.com", "without TLS")]
    [InlineData("Cdf:BaseUrl", "https://x.cognitedata.com/api/v1", "without a path, https://x.cognitedata.com.")]
    [InlineData("Cdf:MaxAttempts", "0", "Cdf:MaxAttempts is 0")]
    [InlineData("Cdf:ServiceTokenFile", "/nonexistent", "Cdf:ServiceTokenFile is /nonexistent")]
    [InlineData("Engine:MaxConnections", "2", "Engine:MaxConnections is 2")]
    [InlineData("Engine:BinariesDirectory", "/nonexistent", "has no postgres in it")]
    [InlineData("WriteMemoryMegabytes", "1", "WriteMemoryMegabytes is 1")]
    [InlineData("Engine:MaxConnections", "many", "'many' at 'Engine:MaxConnections'")]
    [InlineData("Log:Level", "Loud", "'Loud' at 'Log:Level'")]
    [InlineData("Postgres:Lisen", "127.0.0.1:5432", "There is no setting Postgres:Lisen")]
    [InlineData("Colour", "blue", "There is no setting Colour")]
    [InlineData("Log:Colour", "blue", "There is no setting Log:Colour")]
    public void What_cannot_be_is_refused_by_its_name(string setting, string value, string finding) =>
        Assert.Contains(finding, Assert.Throws<SettingsException>(() => Load(setting, value)).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("Postgres:Listen", "0.0.0.0:5432, [::1]:5433, localhost:5434, *:5435, unix:/run/sluice/.s.PGSQL.5432")]
    [InlineData("Postgres:MaxConnections", "270")]
    [InlineData("Api:Listen", "[::1]:8080")]
    [InlineData("Api:AllowPlaintext", "true")]
    [InlineData("Api:Version1Host", "skywarp.example")]
    [InlineData("Api:Version1Path", "/gateway/v1")]
    [InlineData("Postgres:AuthenticationTimeout", "00:00:10")]
    [InlineData("Cdf:BaseUrl", "http://127.0.0.1:8081")]
    public void What_can_be_is_taken(string setting, string value) => Assert.NotNull(Load(setting, value).Gateway);

    [Fact]
    public void A_file_that_is_not_there_or_not_json_is_named()
    {
        Assert.Equal(
            "The configuration file /nonexistent.json does not exist.",
            Assert.Throws<SettingsException>(() => SettingsLoader.Load("/nonexistent.json", [])).Message);
        string file = Write("{ \"Cdf\": ");
        Assert.StartsWith(
            $"The configuration file {file} is not valid JSON: ",
            Assert.Throws<SettingsException>(() => SettingsLoader.Load(file, [])).Message,
            StringComparison.Ordinal);
    }

    private static SluiceSettings Load(string setting, string value) => SettingsLoader.Load(
        null,
        new Dictionary<string, string?>(StringComparer.Ordinal)
        {
            ["DataDirectory"] = "/var/lib/sluice",
            ["Cdf:BaseUrl"] = "https://westeurope-1.cognitedata.com",
            [setting] = value,
        });

    private string Write(string json)
    {
        string file = Path.Combine(_directory, "sluice.json");
        File.WriteAllText(file, json);
        return file;
    }
}
