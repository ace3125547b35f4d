using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Xml.Linq;
using Microsoft.Extensions.Logging;
using Npgsql;
using Sluice.Gateway.Engine;

namespace Sluice.Gateway.Users;

/// <summary>
/// A file with all users and the definitions of their tables, encrypted, written soon after each change: a gateway that has lost its cluster, or is to have one of another
/// version of PostgreSQL, makes a new one and reads the users from it. Their databases are made anew as they log in; staging tables and the history of
/// writes are gone.
/// </summary>
/// <remarks>
/// The file is JSON: the keys, if they are in the database, where they are encrypted with a certificate; and the rows, encrypted with a key.
/// </remarks>
public sealed partial class UserBackup : IAsyncDisposable
{
    /// <summary>A database that has it was filled from a backup, or was not to be.</summary>
    private const string Mark = "backup";

    /// <summary>The tables, each after those that it refers to.</summary>
    private static readonly string[] Tables = ["gateway_user", "user_table"];

    private readonly IEngine _engine;
    private readonly CredentialProtector _protector;
    private readonly ILogger _logger;
    private Recurring? _watching;
    private string? _written;

    /// <summary>Does nothing yet.</summary>
    /// <param name="engine">Has the users.</param>
    /// <param name="protector">Encrypts.</param>
    /// <param name="path">The file.</param>
    /// <param name="logger">Told what is read, and what cannot be written.</param>
    public UserBackup(IEngine engine, CredentialProtector protector, string path, ILogger<UserBackup> logger)
    {
        _engine = engine;
        _protector = protector;
        Path = path;
        _logger = logger;
    }

    /// <summary>The file.</summary>
    public string Path { get; }

    /// <summary>Writes the file from now on whenever something has changed, which is looked for after each <paramref name="interval"/>.</summary>
    public void Watch(TimeSpan interval, TimeProvider time) =>
        _watching = new Recurring(interval, time, WriteAsync, e => LogNotWritten(_logger, e, Path));

    /// <summary>Fills a new database from the file; does nothing if the database is not new, or there is no file.</summary>
    /// <exception cref="EngineException">The file cannot be read; the message says what to do.</exception>
    public async Task RestoreAsync(CancellationToken cancellationToken)
    {
        await using var connection = await _engine.OpenDatabaseAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        if (await ExecuteAsync(connection, "INSERT INTO sluice.instance_key (name, value) VALUES ($1, '') ON CONFLICT DO NOTHING", cancellationToken, Mark) == 0)
        {
            return;
        }

        if (await ScalarAsync(connection, "SELECT count(*)::text FROM sluice.gateway_user", cancellationToken) == "0" && File.Exists(Path))
        {
            try
            {
                var file = JsonNode.Parse(await File.ReadAllTextAsync(Path, cancellationToken))!;
                RestoreKeys(file["keys"]!.AsArray());
                var rows = JsonNode.Parse(_protector.UnprotectBackup(Convert.FromBase64String((string)file["rows"]!)))!;
                await RestoreAsync(connection, rows, cancellationToken);
                LogRestored(_logger, rows[Tables[0]]!.AsArray().Count, Path);
            }
            catch (Exception e) when (e is CryptographicException or JsonException or FormatException or IOException)
            {
                throw new EngineException(
                    $"The database is new, and the users cannot be read from the backup {Path}: {e.Message} Restore the keys in {_protector.Place} that it was "
                    + "written with, or the certificate; or move the file away to begin without users.",
                    e);
            }
        }

        await transaction.CommitAsync(cancellationToken);
    }

    /// <summary>Writes the file, unless it has been written and nothing has changed since.</summary>
    public async Task WriteAsync(CancellationToken cancellationToken)
    {
        await using var connection = await _engine.OpenDatabaseAsync(cancellationToken);
        var state = await ScalarAsync(
            connection,
            """
            SELECT concat_ws(' ',
                (SELECT sum(hashtextextended(u::text, 0)) FROM sluice.gateway_user u),
                (SELECT sum(hashtextextended(t::text, 0)) FROM sluice.user_table t),
                (SELECT sum(hashtextextended(k::text, 0)) FROM sluice.instance_key k))
            """,
            cancellationToken);
        if (state == _written)
        {
            return;
        }

        var rows = await ScalarAsync(
            connection,
            $"SELECT json_build_object({string.Join(", ", Tables.Select(table => $"'{table}', (SELECT coalesce(json_agg(t), '[]') FROM sluice.{table} t)"))})::text",
            cancellationToken);
        var file = new JsonObject
        {
            ["keys"] = JsonNode.Parse((await ScalarAsync(
                connection,
                $"""
                SELECT coalesce(json_agg(json_build_object('name', name, 'value', convert_from(value, 'UTF8'))), '[]')::text
                FROM sluice.instance_key WHERE starts_with(name, '{DatabaseKeys.Prefix}')
                """,
                cancellationToken))!),
            ["rows"] = Convert.ToBase64String(_protector.ProtectBackup(Encoding.UTF8.GetBytes(rows!))),
        };
        await ReplaceAsync(file.ToJsonString(), cancellationToken);
        _written = state;
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _watching?.DisposeAsync() ?? ValueTask.CompletedTask;

    /// <summary>The columns are those that the file has, so that a newer Sluice reads it, too.</summary>
    private static async Task RestoreAsync(NpgsqlConnection connection, JsonNode rows, CancellationToken cancellationToken)
    {
        foreach (var table in Tables)
        {
            var array = rows[table]!.AsArray();
            if (array.Count > 0)
            {
                var columns = string.Join(", ", array[0]!.AsObject().Select(column => SqlText.Identifier(column.Key)));
                await ExecuteAsync(
                    connection,
                    $"INSERT INTO sluice.{table} ({columns}) OVERRIDING SYSTEM VALUE SELECT {columns} FROM json_populate_recordset(NULL::sluice.{table}, $1::json)",
                    cancellationToken,
                    array.ToJsonString());
            }
        }

        // Numbers of tables that come later go on after these.
        await ExecuteAsync(
            connection, "SELECT setval(pg_get_serial_sequence('sluice.user_table', 'id'), max(id)) FROM sluice.user_table", cancellationToken);
    }

    private static async Task<int> ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken cancellationToken, params string[] parameters)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        command.Parameters.AddRange(Array.ConvertAll(parameters, value => new NpgsqlParameter { Value = value }));
        return await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private static async Task<string?> ScalarAsync(NpgsqlConnection connection, string sql, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        return (string?)await command.ExecuteScalarAsync(cancellationToken);
    }

    /// <summary>On connections of their own: what is decrypted next needs them.</summary>
    private void RestoreKeys(JsonArray keys)
    {
        var repository = new DatabaseKeys(_engine);
        foreach (var key in keys)
        {
            repository.StoreElement(XElement.Parse((string)key!["value"]!), ((string)key["name"]!)[DatabaseKeys.Prefix.Length..]);
        }
    }

    /// <summary>There is always a whole file, the old one or the new one.</summary>
    private async Task ReplaceAsync(string text, CancellationToken cancellationToken)
    {
        var unfinished = string.Create(CultureInfo.InvariantCulture, $"{Path}.{Environment.ProcessId}");
        var stream = new FileStream(unfinished, new FileStreamOptions
        {
            Mode = FileMode.Create,
            Access = FileAccess.Write,
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        });
        await using (stream)
        {
            await stream.WriteAsync(Encoding.UTF8.GetBytes(text), cancellationToken);
            stream.Flush(flushToDisk: true);
        }

        File.Move(unfinished, Path, overwrite: true);
    }

    [LoggerMessage(1, LogLevel.Warning, "The database was new: read {Users} users from the backup {Path}")]
    private static partial void LogRestored(ILogger logger, int users, string path);

    [LoggerMessage(2, LogLevel.Warning, "The backup of the users, {Path}, could not be written")]
    private static partial void LogNotWritten(ILogger logger, Exception exception, string path);
}
