using System.Text;
using System.Text.Json.Nodes;
using Npgsql;
using Sluice.EndToEnd.Tests.Servers;
using Sluice.EndToEnd.Tests.Wire;
using Sluice.Emulator;
using Sluice.Gateway.Engine;
using Sluice.Gateway.Hosting;
using Sluice.Gateway.Users;

namespace Sluice.EndToEnd.Tests.Attacks;

/// <summary>Secrets are planted in a gateway that logs everything and is made to fail; then they are looked for in all that it leaves.</summary>
public sealed class SecretTests : SluiceProcessTests
{
    private const string ClientSecret = "planted-client-secret-a81f";
    private const string RowValue = "planted-row-value-77c2";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private string Data => Path.Combine(Home, "data");

    private string Keys => Path.Combine(Data, "keys");

    protected override EmulatorOptions CdfOptions => new() { ClientSecret = ClientSecret };

    [Fact]
    public async Task No_secret_is_in_logs_errors_processes_catalogs_or_files()
    {
        var cluster = Cdf.BaseUrl.GetLeftPart(UriPartial.Authority);
        var answers = new StringBuilder();
        await using var sluice = await SluiceProcess.StartAsync(Cdf, Home, new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["LOG__LEVEL"] = "Trace",
            ["CDF__TOKENHOSTS"] = cluster,
            ["CDF__MAXATTEMPTS"] = "2",
        });
        using var cdf = await CdfAdministrator.SignInAsync(Cdf, sluice.Api);
        var nonce = await cdf.NonceAsync();
        var user = Login((await cdf.GatewayAsync("", $$$"""{"items":[{"credentials":{"nonce":"{{{nonce}}}"}}]}""")).Body);
        var application = Application(cluster, ClientSecret);
        var other = Login((await cdf.GatewayAsync("", application)).Body);
        foreach (var body in (string[])[
            $$$"""{"items":[{"credentials":{"nonce":"{{{nonce}}}"}}]}""",
            Application(cluster, ClientSecret + "-wrong"),
            application.Replace("clientId", "clientID", StringComparison.Ordinal),
            application[..^4],
            Application("http://192.0.2.1", ClientSecret)])
        {
            var (status, text) = await cdf.GatewayAsync("", body);
            Assert.InRange((int)status, 400, 499);
            answers.AppendLine(text);
        }

        await using var engine = RunningEngine.Find(GatewayOptions.EngineDirectoryIn(Data));
        var stored = await new UserStore(engine).FindAsync(user.Username, Token);
        var session = Assert.IsType<SessionCredentials>(CredentialProtector.InDirectory(Keys).Unprotect(user.Username, stored!.Credentials));
        var scan = (await ScanSecrets.LoadAsync(engine.Database, Token)).For(user.Username);

        // Rows that wait for COMMIT, on disk; errors of CDF and of the engine about rows and logins.
        await using var waiting = await WireClient.ConnectAsync(sluice.EndPoint, user.Username, user.Password);
        await waiting.Query("begin").TalkAsync();
        waiting.Query("copy events (external_id, description) from stdin");
        for (var i = 0; i < 20_000; i++)
        {
            waiting.CopyData($"e{i}\t{RowValue}-{i}\n");
        }

        Assert.Contains(await waiting.CopyDone().TalkAsync(), message => message.Type == 'C');
        await using (await cdf.BreakAsync(new JsonObject { ["id"] = "broken", ["method"] = "POST", ["path"] = "*/assets", ["action"] = "status", ["status"] = 500 }))
        {
            await using var failing = await WireClient.ConnectAsync(sluice.EndPoint, other.Username, other.Password);
            await failing.Query($"insert into assets (name) values ('{RowValue}'); select '{RowValue}'::int; set work_mem = '64GB'; select '{RowValue}', repeat('x', 1000000000), repeat('y', 1000000000)").TalkAsync();
            await failing.Query($"select '{RowValue}'::int").TalkAsync();
            await failing.Query($"prepare p as select '{RowValue}', length(repeat('x', 1000000000) || repeat('y', 1000000000)); execute p").TalkAsync();
        }

        await Assert.ThrowsAnyAsync<InvalidOperationException>(() => WireClient.ConnectAsync(sluice.EndPoint, user.Username, user.Password + "-wrong"));
        await BreakUserAsync(engine, other.Username);
        await Assert.ThrowsAnyAsync<InvalidOperationException>(() => WireClient.ConnectAsync(sluice.EndPoint, other.Username, other.Password));
        answers.AppendLine((await cdf.GatewayAsync("byids", $$$"""{"items":[{"username":"{{{other.Username}}}"}]}""")).Body);

        string[] secrets = [user.Password, other.Password, ClientSecret, nonce, session.SessionKey];
        DoesNotShow("the log", sluice.Output, [.. secrets, scan, RowValue]);
        DoesNotShow("answers", answers.ToString(), [.. secrets, scan]);
        DoesNotShow("pg_stat_activity", await ActivityAsync(engine), [.. secrets, scan]);
        foreach (var process in Directory.GetDirectories("/proc").Where(IsOfSluice))
        {
            DoesNotShow(process, Text(Path.Combine(process, "cmdline")) + Text(Path.Combine(process, "environ")), [.. secrets, scan]);
        }

        await CheckpointAsync(engine);
        foreach (var file in Directory.EnumerateFiles(Data, "*", SearchOption.AllDirectories))
        {
            // The engine has to know with what it reads from Sluice; that opens a socket that only the two can reach.
            DoesNotShow(file, Text(file), file.StartsWith(Path.Combine(Data, "engine"), StringComparison.Ordinal) ? secrets : [.. secrets, scan, RowValue]);
        }
    }

    [Fact]
    public async Task A_copy_of_the_data_directory_works_elsewhere_and_says_what_it_lacks_without_the_keys()
    {
        GatewayLogin user;
        await using (var sluice = await SluiceProcess.StartAsync(Cdf, Home))
        {
            using var cdf = await CdfAdministrator.SignInAsync(Cdf, sluice.Api);
            user = await cdf.RegisterUserAsync();
            Assert.Equal("C INSERT 0 1", await InsertAsync(sluice, user, "before"));
            Assert.Equal(0, await sluice.StopAsync());
        }

        var elsewhere = Directory.CreateDirectory(Path.Combine(Home, "elsewhere"));
        File.SetUnixFileMode(elsewhere.FullName, (UnixFileMode)0b111_101_101);
        using (var copy = System.Diagnostics.Process.Start("cp", ["-a", Data, elsewhere.FullName]))
        {
            await copy.WaitForExitAsync(Token);
        }

        Directory.Delete(Data, recursive: true);
        var keys = Path.Combine(elsewhere.FullName, "data", "keys");
        Directory.Move(keys, keys + ".away");
        await using (var sluice = await SluiceProcess.StartAsync(Cdf, elsewhere.FullName))
        {
            Assert.Contains("The stored credentials of 1 of 1 users cannot be opened", sluice.Output, StringComparison.Ordinal);
            Assert.Contains($"Restore them in {keys}", sluice.Output, StringComparison.Ordinal);
            var error = await Assert.ThrowsAnyAsync<InvalidOperationException>(() => WireClient.ConnectAsync(sluice.EndPoint, user.Username, user.Password));
            Assert.Contains("F0000 the gateway cannot open the stored credentials", error.Message, StringComparison.Ordinal);
        }

        foreach (var key in Directory.GetFiles(keys + ".away"))
        {
            File.Copy(key, Path.Combine(keys, Path.GetFileName(key)), overwrite: true);
        }

        await using (var sluice = await SluiceProcess.StartAsync(Cdf, elsewhere.FullName))
        {
            Assert.DoesNotContain("cannot be opened", sluice.Output, StringComparison.Ordinal);
            Assert.Equal("C INSERT 0 1", await InsertAsync(sluice, user, "after"));
        }
    }

    private static async Task<string> InsertAsync(SluiceProcess sluice, GatewayLogin user, string key)
    {
        await using var client = await WireClient.ConnectAsync(sluice.EndPoint, user.Username, user.Password);
        return (await client.Query($"insert into events (external_id) values ('{key}')").TalkAsync())[0].ToString();
    }

    private static GatewayLogin Login(string body)
    {
        var item = JsonNode.Parse(body)!["items"]![0]!;
        return new GatewayLogin((string)item["username"]!, (string)item["password"]!);
    }

    private static void DoesNotShow(string where, string text, string[] secrets)
    {
        foreach (var secret in secrets)
        {
            if (text.IndexOf(secret, StringComparison.Ordinal) is >= 0 and var at)
            {
                Assert.Fail($"{where} shows {secret}: …{text[Math.Max(0, at - 500)..Math.Min(text.Length, at + 200)]}");
            }
        }
    }

    private static async Task<string> ActivityAsync(RunningEngine engine) => await SuperuserAsync(engine, "SELECT string_agg(a::text, ' ') FROM pg_stat_activity a");

    private static Task CheckpointAsync(RunningEngine engine) => SuperuserAsync(engine, "CHECKPOINT");

    /// <summary>Makes what is stored of a user something that Sluice does not expect.</summary>
    private static Task BreakUserAsync(RunningEngine engine, string username) => SuperuserAsync(
        engine, $"UPDATE sluice.gateway_user SET verifier = 'SCRAM-SHA-256$no:' || verifier WHERE username = '{username}'", "sluice");

    private static async Task<string> SuperuserAsync(RunningEngine engine, string sql, string database = "postgres")
    {
        await using var connection = new NpgsqlConnection(
            $"Host={engine.SocketDirectory};Port={engine.Port};Username=sluice_superuser;Database={database};Pooling=false");
        await connection.OpenAsync(Token);
        await using var command = new NpgsqlCommand(sql, connection);
        return $"{await command.ExecuteScalarAsync(Token)}";
    }

    private string Application(string tokenHost, string secret) =>
        $$$"""
        {"items":[{"credentials":{"clientId":"{{{Cdf.ClientId}}}","clientSecret":"{{{secret}}}","tokenUrl":"{{{tokenHost}}}{{{Cdf.TokenUrl.AbsolutePath}}}","scopes":"{{{Cdf.Scope}}}"}}]}
        """;

    /// <summary>Sluice's process and the engine's: those that were started for this data directory.</summary>
    private bool IsOfSluice(string process) => Text(Path.Combine(process, "cmdline")).Contains(Home, StringComparison.Ordinal);

    /// <summary>A file's bytes; nothing if it is gone, or is a socket.</summary>
    private static string Text(string file)
    {
        try
        {
            return Encoding.Latin1.GetString(File.ReadAllBytes(file));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }
}
