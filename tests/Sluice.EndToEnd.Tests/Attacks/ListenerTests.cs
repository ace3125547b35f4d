using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using Sluice.EndToEnd.Tests.Servers;
using Sluice.EndToEnd.Tests.Wire;
using Sluice.PgWire.Startup;

namespace Sluice.EndToEnd.Tests.Attacks;

/// <summary>The settings of the listeners, in a Sluice of its own.</summary>
public sealed class ListenerTests : SluiceProcessTests
{
    [Fact]
    public async Task Both_listeners_show_the_certificate_of_the_settings_and_a_changed_one_soon()
    {
        var tls = Directory.CreateDirectory(Path.Combine(Home, "own")).FullName;
        var files = SelfSignedCertificate.Ensure(tls, ["first.example.com"], TimeProvider.System);
        await using var sluice = await SluiceProcess.StartAsync(Cdf, Home, new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["POSTGRES__CERTIFICATE"] = files.Certificate,
            ["POSTGRES__CERTIFICATEKEY"] = files.Key,
            ["API__CERTIFICATE"] = files.Certificate,
            ["API__CERTIFICATEKEY"] = files.Key,
        });
        Assert.Equal("https", sluice.Api.Scheme);
        int[] ports = [sluice.EndPoint.Port, sluice.Api.Port];
        foreach (var port in ports)
        {
            Assert.True(await ShowsAsync(port, port == sluice.Api.Port, "first.example.com"));
        }

        SelfSignedCertificate.Ensure(tls, ["second.example.com"], TimeProvider.System);
        foreach (var port in ports)
        {
            using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
            while (!await ShowsAsync(port, port == sluice.Api.Port, "second.example.com"))
            {
                patience.Token.ThrowIfCancellationRequested();
            }
        }
    }

    [Fact]
    public async Task Limits_of_sessions_and_of_failed_logins_hold()
    {
        await using var sluice = await SluiceProcess.StartAsync(Cdf, Home, new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["POSTGRES__MAXCONNECTIONS"] = "3",
            ["POSTGRES__MAXCONNECTIONSPERADDRESS"] = "2",
            ["POSTGRES__FAILEDLOGINSPERUSER"] = "2",
            ["ENGINE__MAXCONNECTIONSPERUSER"] = "1",
        });
        using var cdf = await CdfAdministrator.SignInAsync(Cdf, sluice.Api);
        var (one, two) = (await cdf.RegisterUserAsync(), await cdf.RegisterUserAsync());
        foreach (var sqlState in (string[])["28P01", "28P01", "28000"])
        {
            Assert.Contains(sqlState, await RefusedAsync(sluice, "mallory", "wrong"), StringComparison.Ordinal);
        }

        await using var first = await ConnectAsync(sluice, one.Username, one.Password);
        Assert.Contains("53300 too many connections for role", await RefusedAsync(sluice, one.Username, one.Password), StringComparison.Ordinal);
        await using var second = await ConnectAsync(sluice, two.Username, two.Password);
        Assert.Contains("53300 too many connections from this address", await RefusedAsync(sluice, two.Username, two.Password), StringComparison.Ordinal);
    }

    private static Task<WireClient> ConnectAsync(SluiceProcess sluice, string user, string password) =>
        WireClient.ConnectAsync(sluice.EndPoint, user, password);

    private static async Task<string> RefusedAsync(SluiceProcess sluice, string user, string password) =>
        (await Assert.ThrowsAsync<InvalidOperationException>(() => ConnectAsync(sluice, user, password))).Message;

    private static async Task<bool> ShowsAsync(int port, bool isApi, string name)
    {
        using var tcp = new TcpClient();
        await tcp.ConnectAsync("127.0.0.1", port);
        await using var tls = new SslStream(tcp.GetStream(), leaveInnerStreamOpen: false, (_, certificate, _, _) => certificate is not null);
        await tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
        {
            TargetHost = name,
            ApplicationProtocols = [isApi ? SslApplicationProtocol.Http11 : new SslApplicationProtocol("postgresql")],
        });
        using var certificate = X509CertificateLoader.LoadCertificate(tls.RemoteCertificate!.GetRawCertData());
        return certificate.MatchesHostname(name);
    }
}
