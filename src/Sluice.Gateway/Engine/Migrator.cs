using System.Globalization;
using System.Reflection;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Sluice.Gateway.Engine;

/// <summary>
/// Brings database <c>sluice</c> up to date with the numbered SQL files <c>Migrations/NNNN_name.sql</c> of this assembly, in whatever
/// folder they are. Each runs once, in a transaction of its own. A file that was released is never changed.
/// </summary>
internal static partial class Migrator
{
    /// <summary>One lock for all that migrate this database.</summary>
    private const long LockKey = 0x536c75696365;

    public static async Task RunAsync(NpgsqlDataSource database, ILogger logger, CancellationToken cancellationToken)
    {
        var migrations = Find(typeof(Migrator).Assembly);
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await ExecuteAsync(connection, $"SELECT pg_advisory_lock({LockKey})", cancellationToken);
        try
        {
            var applied = await AppliedAsync(connection, cancellationToken);
            if (applied > migrations.Keys.Last())
            {
                throw new EngineException(
                    $"The data was last used by a newer Sluice (its migration {applied}; this Sluice knows {migrations.Keys.Last()}). Run that version.");
            }

            foreach (var (number, resource) in migrations.Where(m => m.Key > applied))
            {
                await ApplyAsync(connection, number, resource, cancellationToken);
                LogApplied(logger, resource);
            }
        }
        finally
        {
            await ExecuteAsync(connection, $"SELECT pg_advisory_unlock({LockKey})", CancellationToken.None);
        }
    }

    /// <summary>The resources by number.</summary>
    /// <exception cref="InvalidOperationException">A number is used twice.</exception>
    internal static SortedDictionary<int, string> Find(Assembly assembly)
    {
        var migrations = new SortedDictionary<int, string>();
        foreach (var resource in assembly.GetManifestResourceNames())
        {
            if (FileName().Match(resource) is { Success: true } match
                && !migrations.TryAdd(int.Parse(match.Groups["number"].ValueSpan, CultureInfo.InvariantCulture), resource))
            {
                throw new InvalidOperationException($"Two migrations have the number of {resource}.");
            }
        }

        return migrations;
    }

    private static async Task<int> AppliedAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var exists = new NpgsqlCommand("SELECT to_regclass('sluice.migration') IS NOT NULL", connection);
        if (!(bool)(await exists.ExecuteScalarAsync(cancellationToken))!)
        {
            return 0;
        }

        await using var last = new NpgsqlCommand("SELECT coalesce(max(number), 0) FROM sluice.migration", connection);
        return (int)(await last.ExecuteScalarAsync(cancellationToken))!;
    }

    private static async Task ApplyAsync(NpgsqlConnection connection, int number, string resource, CancellationToken cancellationToken)
    {
        await using var stream = typeof(Migrator).Assembly.GetManifestResourceStream(resource)!;
        using var reader = new StreamReader(stream);
        var sql = await reader.ReadToEndAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await ExecuteAsync(connection, sql, cancellationToken);
        await using var record = new NpgsqlCommand("INSERT INTO sluice.migration (number, name) VALUES ($1, $2)", connection)
        {
            Parameters = { new() { Value = number }, new() { Value = resource } },
        };
        await record.ExecuteNonQueryAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    [GeneratedRegex(@"\.Migrations\.(?<number>\d{4})_\w+\.sql$", RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1_000)]
    private static partial Regex FileName();

    [LoggerMessage(Level = LogLevel.Information, Message = "Applied {Migration}")]
    private static partial void LogApplied(ILogger logger, string migration);
}
