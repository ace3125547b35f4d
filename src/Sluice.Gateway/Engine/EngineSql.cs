using Sluice.PgWire.Protocol;

namespace Sluice.Gateway.Engine;

/// <summary>
/// Runs Sluice's own few statements on one engine session, in the simple protocol, so that several in one text are one transaction
/// and an error arrives with all its fields. The search path is <c>pg_catalog</c>: in a user's database names must be qualified.
/// </summary>
internal sealed class EngineSql : IAsyncDisposable
{
    private static readonly KeyValuePair<string, string>[] Settings =
    [
        new("application_name", "sluice"),
        new("client_encoding", "UTF8"),
        new("search_path", "pg_catalog"),
        new("client_min_messages", "warning"),
    ];

    private readonly EngineConnection _connection;
    private readonly MessageReader _reader;
    private readonly MessageWriter _writer;

    private EngineSql(EngineConnection connection)
    {
        _connection = connection;
        _reader = new MessageReader(connection.Input, MessageLimits.Backend);
        _writer = new MessageWriter(connection.Output);
    }

    /// <summary>Opens a session of <paramref name="role"/> in <paramref name="database"/>, once the engine is ready.</summary>
    /// <exception cref="PgException">As <see cref="EngineConnection.ConnectAsync"/>.</exception>
    public static async Task<EngineSql> OpenAsync(IEngine engine, string database, string role, CancellationToken cancellationToken)
    {
        await engine.WaitUntilReadyAsync(cancellationToken);
        var login = new EngineLogin(engine.SocketDirectory, engine.Port, database, role);
        return new EngineSql(await EngineConnection.ConnectAsync(login, Settings, cancellationToken));
    }

    /// <summary>Runs <paramref name="sql"/>, one or more statements, and returns all rows that they gave, as text.</summary>
    /// <exception cref="PgException">The engine's error, or 08006 if the engine goes away.</exception>
    public async Task<List<string?[]>> ExecuteAsync(string sql, CancellationToken cancellationToken)
    {
        await using var cancellation = cancellationToken.Register(() => _ = _connection.CancelAsync(CancellationToken.None));
        _writer.BeginMessage(FrontendMessage.Query);
        _writer.CString(sql);
        _writer.EndMessage();
        List<string?[]> rows = [];
        PgError? error = null;
        try
        {
            await _writer.FlushAsync(CancellationToken.None);
            while (true)
            {
                var frame = await _reader.ReadAsync(cancellationToken: CancellationToken.None);
                switch (frame.Type)
                {
                    case BackendMessage.DataRow:
                        rows.Add(ReadRow(_reader.Contiguous(frame).Span));
                        break;
                    case BackendMessage.ErrorResponse:
                        error = PgErrorParser.Parse(_reader.Contiguous(frame).Span);
                        break;
                    case BackendMessage.ReadyForQuery:
                        cancellationToken.ThrowIfCancellationRequested();
                        return error is null ? rows : throw new PgException(error);
                    default:
                        if (frame.IsEnd)
                        {
                            throw new PgException(error ?? Gone);
                        }

                        break;
                }
            }
        }
        catch (IOException e)
        {
            throw new PgException(error ?? Gone, e);
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _connection.DisposeAsync();

    private static PgError Gone => new() { SqlState = SqlState.ConnectionFailure, Message = "the engine closed the connection unexpectedly" };

    private static string?[] ReadRow(ReadOnlySpan<byte> body)
    {
        var reader = new PayloadReader(body);
        var row = new string?[reader.Count()];
        for (var i = 0; i < row.Length; i++)
        {
            var length = reader.Int32();
            row[i] = length < 0 ? null : System.Text.Encoding.UTF8.GetString(reader.Bytes(length));
        }

        return row;
    }
}
