using System.Globalization;
using System.Net.Sockets;
using System.Text.RegularExpressions;
using Sluice.EndToEnd.Tests.Servers;
using Sluice.EndToEnd.Tests.Wire;

namespace Sluice.EndToEnd.Tests.Attacks;

/// <summary>Ten thousand connections that do not log in, to a Sluice of its own.</summary>
public sealed partial class IdleConnectionTests(ITestOutputHelper output) : SluiceProcessTests
{
    private const int Wanted = 10_000;

    [Theory]
    [InlineData(20_000, true)]
    [InlineData(500, false)]
    public async Task They_take_little_memory_and_keep_nobody_out(int maxPending, bool allStay)
    {
        // Each end has a file descriptor, in a process each; the runtime has raised the soft limit to the hard one.
        var count = Math.Min(Wanted, OpenFileLimit() - 2_000);
        Assert.SkipUnless(count >= 1_000, $"This process may open {OpenFileLimit()} files, too few to try");
        await using var sluice = await SluiceProcess.StartAsync(Cdf, Home, new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["POSTGRES__MAXPENDINGCONNECTIONS"] = maxPending.ToString(CultureInfo.InvariantCulture),
            ["POSTGRES__AUTHENTICATIONTIMEOUT"] = "00:10:00",
            ["LOG__LEVEL"] = "Error",
        });
        using var cdf = await CdfAdministrator.SignInAsync(Cdf, sluice.Api);
        var user = await cdf.RegisterUserAsync();
        await SelectAsync(sluice, user);
        var before = sluice.ResidentBytes;

        var sockets = new List<Socket>();
        try
        {
            for (var i = 0; i < count; i++)
            {
                var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
                sockets.Add(socket);
                await socket.ConnectAsync(sluice.EndPoint);
                if (i % 2 == 1)
                {
                    // The beginning of a startup packet that never ends.
                    await socket.SendAsync(new byte[] { 0, 0, 0x27, 0x10, 0, 3, 0, 0 });
                }
            }

            await SelectAsync(sluice, user);
            var each = (sluice.ResidentBytes - before) / count;
            output.WriteLine($"{count:N0} connections, at most {maxPending:N0} waiting: {each:N0} bytes each");
            Assert.InRange(each, long.MinValue, allStay ? 32_768 : 16_384);

            // Those that are beyond the bound were closed.
            if (!allStay)
            {
                using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
                foreach (var dropped in sockets.Take(count - maxPending - 1).Where((_, i) => i % 100 == 0))
                {
                    Assert.True(await IsClosedAsync(dropped, patience.Token));
                }
            }
        }
        finally
        {
            sockets.ForEach(socket => socket.Dispose());
        }
    }

    private static async Task<bool> IsClosedAsync(Socket socket, CancellationToken cancellationToken)
    {
        try
        {
            return await socket.ReceiveAsync(new byte[1], cancellationToken) == 0;
        }
        catch (SocketException e)
        {
            return e.SocketErrorCode == SocketError.ConnectionReset;
        }
    }

    private static async Task SelectAsync(SluiceProcess sluice, GatewayLogin user)
    {
        await using var client = await WireClient.ConnectAsync(sluice.EndPoint, user.Username, user.Password);
        Assert.Contains(await client.Query("select 1").TalkAsync(), message => message.Type == 'D');
    }

    private static int OpenFileLimit() =>
        int.TryParse(MaxOpenFiles().Match(File.ReadAllText("/proc/self/limits")).Groups["limit"].Value, CultureInfo.InvariantCulture, out var limit) ? limit : int.MaxValue;

    [GeneratedRegex(@"Max open files\s+(?<limit>\d+)", RegexOptions.ExplicitCapture, 1_000)]
    private static partial Regex MaxOpenFiles();
}
