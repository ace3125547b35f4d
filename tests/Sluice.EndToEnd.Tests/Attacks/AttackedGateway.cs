using Sluice.EndToEnd.Tests.Servers;
using Sluice.EndToEnd.Tests.Wire;
using Sluice.Gateway.Users;

namespace Sluice.EndToEnd.Tests.Attacks;

/// <summary>Two users of one gateway: one who attacks, with all the rights that a user can have, and one who has something to lose.</summary>
public sealed class AttackedGateway(GatewayServer server) : IAsyncLifetime
{
    /// <summary>What the victim has in the text of his statements, in his rows and in his settings.</summary>
    internal const string Marker = "sekret-of-the-victim";

    private WireClient? _victimSession;

    internal GatewayServer Server => server;

    internal GatewayLogin Attacker { get; private set; } = null!;

    internal GatewayLogin Victim { get; private set; } = null!;

    /// <summary>A session of the victim that stays open.</summary>
    internal WireClient VictimSession => _victimSession!;

    public async ValueTask InitializeAsync()
    {
        Attacker = await server.RegisterAsync(new UserOptions { StagingTables = true });
        Victim = await server.RegisterAsync(new UserOptions { StagingTables = true });
        _victimSession = await server.ConnectAsync(Victim);
        await _victimSession
            .Query($"create table treasure (x text); insert into treasure values ('{Marker}'); set application_name = '{Marker}'; set sluice.metadata = 'merge'")
            .TalkAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (_victimSession is not null)
        {
            await _victimSession.DisposeAsync();
        }
    }

    /// <summary>The statement with the victim's name and process id in their places.</summary>
    internal string Fill(string sql) => sql
        .Replace("{victim}", Victim.Username, StringComparison.Ordinal)
        .Replace("{pid}", $"{VictimSession.ProcessId}", StringComparison.Ordinal)
        .Replace("{me}", Attacker.Username, StringComparison.Ordinal);

    /// <summary>A session of the attacker.</summary>
    internal Task<WireClient> AttackAsync() => server.ConnectAsync(Attacker);

    /// <summary>The victim's session is open, and new ones are, and both answer.</summary>
    internal async Task VictimIsServedAsync()
    {
        Assert.Equal(Marker, await ScalarAsync(VictimSession, "select x from treasure"));
        await using var next = await server.ConnectAsync(Victim);
        Assert.Equal("1", await ScalarAsync(next, "create temp table t as select 1 as a; select a from t"));
    }

    private static async Task<string?> ScalarAsync(WireClient client, string sql)
    {
        var answer = await client.Query(sql).TalkAsync();
        Assert.DoesNotContain(answer, message => message.Type == 'E');
        return answer.Last(message => message.Type == 'D').Values[0];
    }
}
