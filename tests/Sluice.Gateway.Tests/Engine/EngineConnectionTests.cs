using System.Text;
using Sluice.Gateway.Engine;
using Sluice.PgWire.Protocol;

namespace Sluice.Gateway.Tests.Engine;

public sealed class EngineConnectionTests(EngineFixture fixture)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private EngineLogin Login => new(fixture.Engine.SocketDirectory, fixture.Engine.Port, "sluice", "sluice");

    [Fact]
    public async Task A_session_starts_with_its_settings_its_key_and_its_parameters()
    {
        await using var connection = await EngineConnection.ConnectAsync(
            Login, [new("application_name", "a b\\c"), new("sluice.on_conflict", "error"), new("replication", "database")], Token);

        Assert.True(connection.ProcessId > 0);
        Assert.Contains(new("application_name", "a b\\c"), connection.Parameters);
        Assert.Contains(connection.Parameters, p => p.Key == "server_version");
        Assert.Empty(connection.Notices);
        Assert.Equal(["D:error", "C:SELECT 1", "Z:I"], await QueryAsync(connection, "SELECT current_setting('sluice.on_conflict')"));
    }

    [Fact]
    public async Task Discard_all_goes_back_to_the_settings_of_the_startup()
    {
        await using var connection = await EngineConnection.ConnectAsync(Login, [new("sluice.on_conflict", "error")], Token);

        await QueryAsync(connection, "SET sluice.on_conflict = 'update'");
        Assert.Contains("D:update", await QueryAsync(connection, "SHOW sluice.on_conflict"));
        await QueryAsync(connection, "DISCARD ALL");
        Assert.Contains("D:error", await QueryAsync(connection, "SHOW sluice.on_conflict"));
    }

    [Fact]
    public async Task A_refusal_arrives_with_all_its_fields()
    {
        var login = Login with { Database = "nowhere" };

        var error = (await Assert.ThrowsAsync<PgException>(() => EngineConnection.ConnectAsync(login, [], Token))).Error;

        Assert.Equal("3D000", error.SqlState);
        Assert.Equal(PgSeverity.Fatal, error.Severity);
        Assert.Equal("database \"nowhere\" does not exist", error.Message);
        Assert.NotNull(error.Routine);
    }

    [Fact]
    public async Task A_bad_setting_is_the_engines_own_error()
    {
        var error = await Assert.ThrowsAsync<PgException>(() => EngineConnection.ConnectAsync(Login, [new("DateStyle", "nonsense")], Token));
        Assert.Equal("22023", error.Error.SqlState);
    }

    [Fact]
    public async Task An_engine_that_is_not_there_is_57P03()
    {
        var login = Login with { SocketDirectory = "/tmp/no-such-directory" };
        var error = await Assert.ThrowsAsync<PgException>(() => EngineConnection.ConnectAsync(login, [], Token));
        Assert.Equal(SqlState.CannotConnectNow, error.Error.SqlState);
    }

    [Fact]
    public async Task Cancel_reaches_the_statement_that_runs()
    {
        await using var connection = await EngineConnection.ConnectAsync(Login, [], Token);
        await using var other = await EngineConnection.ConnectAsync(Login, [], Token);

        // Holding the lock makes the statement wait for as long as it takes to be cancelled.
        await QueryAsync(other, "SELECT pg_advisory_lock(4711)");
        var waiting = QueryAsync(connection, "SELECT pg_advisory_lock(4711)");
        while (!(await QueryAsync(other, $"SELECT wait_event_type FROM pg_stat_activity WHERE pid = {connection.ProcessId}")).Contains("D:Lock"))
        {
            await Task.Yield();
        }

        await connection.CancelAsync(Token);

        Assert.Contains("E:57014", await waiting);
        Assert.Contains("D:1", await QueryAsync(connection, "SELECT 1"));
    }

    [Fact]
    public async Task Dispose_ends_the_session_in_the_engine()
    {
        await using var other = await EngineConnection.ConnectAsync(Login, [], Token);
        var connection = await EngineConnection.ConnectAsync(Login, [], Token);

        await connection.DisposeAsync();
        await connection.DisposeAsync();

        while ((await QueryAsync(other, $"SELECT 'there' FROM pg_stat_activity WHERE pid = {connection.ProcessId}")).Contains("D:there"))
        {
            await Task.Yield();
        }
    }

    private static async Task<List<string>> QueryAsync(EngineConnection connection, string sql)
    {
        var writer = new MessageWriter(connection.Output);
        writer.BeginMessage(FrontendMessage.Query);
        writer.CString(sql);
        writer.EndMessage();
        await writer.FlushAsync(Token);
        var reader = new MessageReader(connection.Input, MessageLimits.Backend);
        List<string> answers = [];
        while (true)
        {
            var frame = await reader.ReadAsync(cancellationToken: Token);
            var body = reader.Contiguous(frame).Span;
            switch (frame.Type)
            {
                case BackendMessage.DataRow:
                    answers.Add("D:" + Encoding.UTF8.GetString(body[6..]));
                    break;
                case BackendMessage.CommandComplete:
                    answers.Add("C:" + Encoding.UTF8.GetString(body[..^1]));
                    break;
                case BackendMessage.ErrorResponse:
                    answers.Add("E:" + PgErrorParser.Parse(body).SqlState);
                    break;
                case BackendMessage.ReadyForQuery:
                    answers.Add("Z:" + (char)body[0]);
                    reader.Detach();
                    return answers;
                default:
                    Assert.False(frame.IsEnd);
                    break;
            }
        }
    }
}
