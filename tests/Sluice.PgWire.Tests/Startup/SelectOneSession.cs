using System.Collections.Concurrent;
using System.Text;
using Sluice.PgWire.Protocol;
using Sluice.PgWire.Startup;

namespace Sluice.PgWire.Tests.Startup;

/// <summary>The smallest session: it answers every query with one row, the number one, and a few words with what a test wants to see.</summary>
internal sealed class SelectOneSession(CancelKeys cancelKeys) : ISessionHandler
{
    public const int ProcessId = 4711;

    public ConcurrentQueue<StartupParameters> Started { get; } = new();

    public ConcurrentQueue<object?> Principals { get; } = new();

    public async Task RunAsync(PgClientConnection connection, CancellationToken cancellationToken)
    {
        Started.Enqueue(connection.Parameters);
        Principals.Enqueue(connection.Principal);
        var cancelled = new TaskCompletionSource();
        using ICancelRegistration registration = cancelKeys.Register(ProcessId, _ =>
        {
            cancelled.TrySetResult();
            return ValueTask.CompletedTask;
        });
        MessageWriter output = connection.Output;
        foreach ((string name, string value) in new[]
        {
            ("server_version", "15.0"), ("client_encoding", "UTF8"), ("standard_conforming_strings", "on"),
            ("integer_datetimes", "on"), ("DateStyle", "ISO, MDY"), ("TimeZone", "UTC"),
        })
        {
            output.ParameterStatus(name, value);
        }

        output.BackendKeyData(registration.Key.ProcessId, registration.Key.Secret);
        output.ReadyForQuery(TransactionStatus.Idle);
        await output.FlushAsync(cancellationToken);

        var reader = new MessageReader(connection.Input, connection.Limits);
        while (await reader.ReadAsync(cancellationToken: cancellationToken) is { IsEnd: false } frame
            && frame.Type != FrontendMessage.Terminate)
        {
            string sql = "";
            switch (frame.Type)
            {
                case FrontendMessage.Query:
                    sql = Encoding.UTF8.GetString(QueryMessage.Parse(reader.Contiguous(frame).Span).Sql);
                    break;
                case FrontendMessage.Parse:
                    output.ParseComplete();
                    continue;
                case FrontendMessage.Bind:
                    output.BindComplete();
                    continue;
                case FrontendMessage.Describe:
                    output.RowDescription([new FieldDescription("?column?", 23, 4, Format: 1)]);
                    continue;
                case FrontendMessage.Execute:
                    One(output, binary: true);
                    continue;
                case FrontendMessage.Sync:
                    output.ReadyForQuery(TransactionStatus.Idle);
                    await output.FlushAsync(cancellationToken);
                    continue;
            }

            await AnswerAsync(sql, output, cancelled.Task, cancellationToken);
        }
    }

    private static async Task AnswerAsync(string sql, MessageWriter output, Task cancelled, CancellationToken cancellationToken)
    {
        if (sql.Contains("fail", StringComparison.Ordinal))
        {
            throw new PgException(SqlState.DataException, "failed as asked", "a detail", "a hint");
        }

        if (sql.Contains("defect", StringComparison.Ordinal))
        {
            throw new InvalidOperationException("a secret");
        }

        if (sql.Contains("wait", StringComparison.Ordinal))
        {
            await output.FlushAsync(cancellationToken);
            await cancelled.WaitAsync(cancellationToken);
            output.ErrorResponse(new PgError { SqlState = SqlState.QueryCanceled, Message = "canceling statement due to user request" });
        }
        else
        {
            output.RowDescription([new FieldDescription("?column?", 23, 4)]);
            One(output, binary: false);
        }

        output.ReadyForQuery(TransactionStatus.Idle);
        await output.FlushAsync(cancellationToken);
    }

    private static void One(MessageWriter output, bool binary)
    {
        output.BeginDataRow(1);
        output.Value(binary ? [0, 0, 0, 1] : "1"u8);
        output.EndMessage();
        output.CommandComplete("SELECT 1");
    }
}
