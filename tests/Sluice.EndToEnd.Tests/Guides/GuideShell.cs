using System.Globalization;
using Sluice.EndToEnd.Tests.Clients;
using Sluice.EndToEnd.Tests.Servers;

namespace Sluice.EndToEnd.Tests.Guides;

/// <summary>Runs the commands of a page as its reader does, who has addresses, ids from the portals and a secret.</summary>
internal static class GuideShell
{
    /// <summary>All commands of the page, in its order, in one shell; the test fails with the first that fails.</summary>
    public static async Task<ClientProcess.Result> RunAsync(GuidePage page, GatewayServer server, RegisteredApp app, IReadOnlyDictionary<string, string> further)
    {
        // The commands stay as they are printed, but for the places that a test has its own of.
        var cluster = server.Emulator.BaseUrl.GetLeftPart(UriPartial.Authority);
        var script = page.Script
            .Replace("https://login.microsoftonline.com", cluster, StringComparison.Ordinal)
            .Replace("port=5432", $"port={server.EndPoint.Port.ToString(CultureInfo.InvariantCulture)}", StringComparison.Ordinal)
            .Replace("/var/lib/sluice/tls/ca.pem", server.CaFile, StringComparison.Ordinal);
        var result = await ClientProcess.RunAsync(
            "bash",
            ["-euo", "pipefail", "-c", $"curl() {{ command curl -S --fail-with-body \"$@\"; }}\n{script}"],
            new Dictionary<string, string>(further)
            {
                ["CDF"] = cluster,
                ["API"] = server.Api.GetLeftPart(UriPartial.Authority),
                ["PROJECT"] = server.Emulator.Project,
                ["TENANT"] = server.Emulator.Options.Tenant,
                ["CLIENT_ID"] = app.ClientId,
                ["CLIENT_SECRET"] = app.SecretValue,
            });
        return result.Succeeded();
    }
}
