using System.Net;
using System.Net.Sockets;
using Sluice.Cdf.Http;
using Sluice.Cdf.Tokens;
using Sluice.Gateway.Admin;

namespace Sluice.Gateway.Tests.Admin;

/// <summary>Where a token URL that a stranger gives may point: to the allowed hosts, by https, and nowhere else however it is written.</summary>
public sealed class TokenUrlTests
{
    private static readonly TokenUrlAllowList Allowed = new(new AdminOptions
    {
        Host = "db.example.com",
        Cdf = new Uri("https://westeurope-1.cognitedata.com"),
        TokenUrlHosts = ["login.microsoftonline.com", "http://127.0.0.1:8081", "https://login.example.com:8443"],
    });

    [Theory]
    [InlineData("https://login.microsoftonline.com/t/oauth2/v2.0/token")]
    [InlineData("https://LOGIN.microsoftonline.com:443/t/oauth2/v2.0/token?x=y")]
    [InlineData("http://127.0.0.1:8081/token")]
    [InlineData("https://login.example.com:8443/token")]
    public void Allowed_hosts_are(string url) => Assert.Equal(new Uri(url), Allowed.Check(url));

    [Theory]
    [InlineData("")]
    [InlineData("token")]
    [InlineData("//login.microsoftonline.com/token")]
    [InlineData("http://login.microsoftonline.com/token")]
    [InlineData("ftp://login.microsoftonline.com/token")]
    [InlineData("file:///etc/passwd")]
    [InlineData("unix:/run/engine")]
    [InlineData("gopher://login.microsoftonline.com/")]
    [InlineData("https://login.microsoftonline.com:8443/token")]
    [InlineData("https://login.microsoftonline.com./token")]
    [InlineData("https://login.microsoftonline.com.evil.example/token")]
    [InlineData("https://evil.example/login.microsoftonline.com")]
    [InlineData("https://evil.example#login.microsoftonline.com")]
    [InlineData("https://evil.example?login.microsoftonline.com")]
    [InlineData("https://login.microsoftonline.com@evil.example/token")]
    [InlineData("https://login.microsoftonline.com:443@evil.example/token")]
    [InlineData("https://user:password@login.microsoftonline.com/token")]
    [InlineData("https://login.microsoftonline.com/token#fragment")]
    [InlineData("https://evil.example\\@login.microsoftonline.com/token")]
    [InlineData("https://log\u0131n.microsoftonline.com/token")]
    [InlineData("https://127.0.0.1/token")]
    [InlineData("https://2130706433/token")]
    [InlineData("https://0x7f.1/token")]
    [InlineData("https://0177.0.0.1/token")]
    [InlineData("https://[::1]/token")]
    [InlineData("https://[::ffff:127.0.0.1]/token")]
    [InlineData("https://169.254.169.254/latest/meta-data")]
    [InlineData("https://localhost/token")]
    [InlineData("https://127.0.0.1:8081/token")]
    [InlineData("http://127.0.0.1:8082/token")]
    [InlineData("http://127.0.0.1/token")]
    [InlineData("http://localhost:8081/token")]
    [InlineData("http://2130706433:8082/token")]
    [InlineData("http://127.0.0.1:8081@evil.example/token")]
    [InlineData("http://login.example.com:8443/token")]
    [InlineData("https://login.example.com/token")]
    public void All_else_is_400(string url) => Assert.Equal(400, Assert.Throws<ApiException>(() => Allowed.Check(url)).Status);

    [Fact]
    public async Task A_redirect_is_not_followed()
    {
        using var inside = new TcpListener(IPAddress.Loopback, 0);
        inside.Start();
        var reached = inside.AcceptTcpClientAsync(TestContext.Current.CancellationToken).AsTask();
        using var provider = new TcpListener(IPAddress.Loopback, 0);
        provider.Start();
        var answered = RedirectAsync(provider, (IPEndPoint)inside.LocalEndpoint);
        using var http = new CdfHttp(new CdfOptions { BaseUrl = new Uri("http://127.0.0.1:1") });
        var tokens = new ClientCredentialsTokenSource(
            http, new ClientCredentials { TokenUrl = new Uri($"http://{provider.LocalEndpoint}/token"), ClientId = "id", ClientSecret = "secret" });

        var token = await tokens.GetAsync(rejected: null, TestContext.Current.CancellationToken);

        await answered;
        Assert.False(token.IsSuccess);
        Assert.False(reached.IsCompleted);
    }

    private static async Task RedirectAsync(TcpListener provider, IPEndPoint target)
    {
        using var client = await provider.AcceptTcpClientAsync(TestContext.Current.CancellationToken);
        var stream = client.GetStream();
        await stream.ReadExactlyAsync(new byte[16], TestContext.Current.CancellationToken);
        await stream.WriteAsync(
            System.Text.Encoding.ASCII.GetBytes($"HTTP/1.1 307 Temporary Redirect\r\nLocation: http://{target}/token\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"),
            TestContext.Current.CancellationToken);
    }
}
