using System.Text.Json.Nodes;
using Sluice.EndToEnd.Tests.Servers;
using Sluice.EndToEnd.Tests.Wire;

namespace Sluice.EndToEnd.Tests.Faults;

/// <summary>Sluice dies without a word, in the middle of a COMMIT.</summary>
public sealed class KillTests : SluiceProcessTests
{
    private const int Rows = 4_500;

    private readonly string _name = $"kill-{Guid.NewGuid():N}";

    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    public async Task The_same_load_again_leaves_CDF_complete_and_without_duplicates(int stored)
    {
        GatewayLogin user;
        await using (var sluice = await SluiceProcess.StartAsync(Cdf, Home))
        {
            using var cdf = await CdfAdministrator.SignInAsync(Cdf, sluice.Api);
            user = await cdf.RegisterUserAsync();
            await using var client = await WireClient.ConnectAsync(sluice.EndPoint, user.Username, user.Password);
            Assert.Equal(["C BEGIN", $"C COPY {Rows}"], await LoadAsync(client));
            var held = new JsonObject { ["id"] = "held", ["method"] = "POST", ["path"] = "*/events", ["action"] = "hold", ["skip"] = stored };
            await using (await cdf.BreakAsync(held))
            {
                await client.Query("commit").SendAsync();
                await cdf.WaitForHitsAsync("held", 1);
                await sluice.KillAsync();
                await Assert.ThrowsAnyAsync<IOException>(() => client.ReadUntilAsync('Z'));
                Assert.InRange(await StoredAsync(cdf), 0, Rows - 1);
            }
        }

        await using (var sluice = await SluiceProcess.StartAsync(Cdf, Home))
        {
            using var cdf = await CdfAdministrator.SignInAsync(Cdf, sluice.Api);
            await using var client = await WireClient.ConnectAsync(sluice.EndPoint, user.Username, user.Password);
            await client.Query("set sluice.on_conflict = update").TalkAsync();
            Assert.Equal(["C BEGIN", $"C COPY {Rows}"], await LoadAsync(client));
            Assert.Equal("C COMMIT", (await client.Query("commit").TalkAsync())[0].ToString());
            Assert.Equal(Rows, await StoredAsync(cdf));
            await client.DisposeAsync();
            Assert.Equal(0, await sluice.StopAsync());
        }

        Assert.DoesNotContain(Directory.GetDirectories("/proc"), IsOfThisTest);
    }

    private async Task<string[]> LoadAsync(WireClient client)
    {
        var begin = await client.Query("begin").TalkAsync();
        client.Query("copy events (external_id, type) from stdin");
        for (var i = 0; i < Rows; i++)
        {
            client.CopyData($"{_name}-{i}\tt\n");
        }

        return [.. begin.Concat(await client.CopyDone().TalkAsync()).Where(m => m.Type is 'C' or 'E').Select(m => m.ToString())];
    }

    private async Task<int> StoredAsync(CdfAdministrator cdf)
    {
        var stored = 0;
        foreach (var page in Enumerable.Range(0, Rows).Select(i => $"{_name}-{i}").Chunk(1_000))
        {
            stored += (await cdf.ByExternalIdsAsync("events", page)).Count;
        }

        return stored;
    }

    /// <summary>A process that was started for the test's data directory: the engine.</summary>
    private bool IsOfThisTest(string process)
    {
        try
        {
            return File.ReadAllText(Path.Combine(process, "cmdline")).Contains(Home, StringComparison.Ordinal);
        }
        catch (IOException)
        {
            // It has ended meanwhile, or is none.
            return false;
        }
    }
}
