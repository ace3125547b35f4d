using Sluice.EndToEnd.Tests.Servers;
using Sluice.EndToEnd.Tests.Wire;
using Sluice.Gateway.Hosting;
using Sluice.Gateway.Users;

namespace Sluice.EndToEnd.Tests.Attacks;

/// <summary>A gateway with bounds that a test reaches soon, and a user who must not notice what others do.</summary>
public sealed class TightGateway : IAsyncLifetime
{
    /// <summary>A session over its bound is ended within a few looks, on a busy machine too.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private GatewayLogin? _bystander;

    internal GatewayServer Server { get; } = new(new EmbeddedEngine
    {
        SessionMemoryMegabytes = 256,
        UserMemoryMegabytes = 300,
        UserLocks = 2_000,
        UserComputeTime = TimeSpan.FromSeconds(3),
        NotificationMegabytes = 1,
        SessionCheckInterval = TimeSpan.FromMilliseconds(200),
        UserDatabaseMegabytes = 60,
        UserDatabaseCheckInterval = TimeSpan.FromMilliseconds(200),
    });

    public async ValueTask InitializeAsync()
    {
        await Server.InitializeAsync();
        _bystander = await Server.RegisterAsync(UserOptions.Default);
        await BystanderIsServedAsync();
    }

    public ValueTask DisposeAsync() => Server.DisposeAsync();

    /// <summary>A new user, with all rights that a user can have.</summary>
    internal Task<GatewayLogin> NewAttackerAsync() => Server.RegisterAsync(new UserOptions { StagingTables = true });

    /// <summary>Another user logs in, takes locks, computes, and is answered.</summary>
    internal async Task BystanderIsServedAsync()
    {
        await using var client = await Server.ConnectAsync(_bystander!);
        var answer = await client
            .Query("create temp table t as select g from generate_series(1, 1000) g; select sum(g) from t; select pg_advisory_lock(1); listen c; notify c")
            .TalkAsync();
        Assert.DoesNotContain(answer, message => message.Type == 'E');
        Assert.Contains("500500", answer.Where(message => message.Type == 'D').Select(message => message.Values[0]));
    }

    /// <summary>Runs <paramref name="sql"/>, again and again, until it fails.</summary>
    internal static async Task<WireMessage> ErrorAsync(WireClient client, string sql)
    {
        using var patience = new CancellationTokenSource(Patience);
        while (true)
        {
            await client.Query(sql).SendAsync();
            while (true)
            {
                var message = await client.ReadAsync();
                if (message.Type == 'E')
                {
                    return message;
                }

                if (message.Type == 'Z')
                {
                    break;
                }
            }

            patience.Token.ThrowIfCancellationRequested();
        }
    }

    /// <summary>The error is FATAL, has this code, and says what to do.</summary>
    internal static void EndsWith(string sqlState, WireMessage error)
    {
        Assert.Equal($"FATAL {sqlState}", $"{error.Field('S')} {error.Field('C')}");
        Assert.NotNull(error.Field('H'));
    }
}
