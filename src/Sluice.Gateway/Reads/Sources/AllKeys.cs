using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using Sluice.Cdf.Http;
using Sluice.Cdf.Resources;
using Sluice.Gateway.Tables;
using Sluice.Gateway.Writes;
using Sluice.PgWire.Protocol;

namespace Sluice.Gateway.Reads.Sources;

/// <summary>The keys of all rows of a table.</summary>
internal sealed class AllKeys
{
    private const int PageSize = 1_000;

    private readonly CdfClient _client;
    private readonly TableDefinition _table;

    /// <summary>Those of <paramref name="table"/>.</summary>
    /// <exception cref="PgException">0A000: CDF has no list of them.</exception>
    public AllKeys(CdfClient client, TableDefinition table)
    {
        _client = client;
        _table = table;

        // The key of a user's table may be of any type, and CDF's of any text.
        Table = table.Kind == TableKind.CustomRawRows ? BuiltInTables.Find("raw_rows")! : table;
        Columns = table.Kind switch
        {
            TableKind.RawRows or TableKind.CustomRawRows => ["_raw_database", "_raw_table", "_raw_key"],
            TableKind.RawTables => ["_raw_database", "_raw_table"],
            TableKind.DoubleDatapoints or TableKind.StringDatapoints or TableKind.SequenceRows => throw new PgException(
                SqlState.FeatureNotSupported, $"all rows of CDF table \"{table.Name}\" cannot be deleted at once", hint: "Name the series or sequence by WHERE."),
            TableKind.Nodes or TableKind.Edges => throw new PgException(
                SqlState.FeatureNotSupported, $"all rows of CDF table \"{table.Name}\" cannot be deleted at once", hint: "Name the rows by space and external_id."),
            _ => [table.FindColumn("id") is null ? "external_id" : "id"],
        };
    }

    /// <summary>The table in whose columns the keys are.</summary>
    public TableDefinition Table { get; }

    /// <summary>The columns of a key.</summary>
    public IReadOnlyList<string> Columns { get; }

    /// <summary>The keys as PostgreSQL's text, page by page.</summary>
    /// <exception cref="PgException">CDF's error.</exception>
    public IAsyncEnumerable<byte[][]> ReadAsync(CancellationToken cancellationToken) => _table.Kind switch
    {
        TableKind.CustomRawRows => RowsAsync(_table.RawDatabase!, _table.RawTable!, cancellationToken),
        TableKind.RawRows => AllRowsAsync(cancellationToken),
        TableKind.RawTables => TablesAsync(cancellationToken),
        _ => ItemsAsync(cancellationToken),
    };

    private async IAsyncEnumerable<byte[][]> ItemsAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var api = ItemResources.Of(_client, _table);
        var field = Columns[0] == "id" ? "id" : "externalId";
        var pages = PagesAsync(cursor => api.List(ListBody(cursor)), cancellationToken);
        await foreach (var item in pages)
        {
            yield return [Encoding.UTF8.GetBytes(item.GetProperty(field).ToString())];
        }
    }

    private async IAsyncEnumerable<byte[][]> TablesAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var (database, table) in RawTablesAsync(cancellationToken))
        {
            yield return [Encoding.UTF8.GetBytes(database), Encoding.UTF8.GetBytes(table)];
        }
    }

    private async IAsyncEnumerable<byte[][]> AllRowsAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var (database, table) in RawTablesAsync(cancellationToken))
        {
            await foreach (var row in RowsAsync(database, table, cancellationToken))
            {
                yield return row;
            }
        }
    }

    private async IAsyncEnumerable<(string Database, string Table)> RawTablesAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var database in PagesAsync(RawApi.ListDatabases, cancellationToken))
        {
            var name = database.GetProperty("name"u8).GetString()!;
            await foreach (var table in PagesAsync(cursor => RawApi.ListTables(name, cursor), cancellationToken))
            {
                yield return (name, table.GetProperty("name"u8).GetString()!);
            }
        }
    }

    private async IAsyncEnumerable<byte[][]> RowsAsync(string database, string table, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        byte[] db = Encoding.UTF8.GetBytes(database);
        byte[] name = Encoding.UTF8.GetBytes(table);
        var pages = PagesAsync(cursor => RawApi.ListRows(database, table, PageSize, cursor), cancellationToken, missingIsEmpty: true);
        await foreach (var row in pages)
        {
            yield return [db, name, Encoding.UTF8.GetBytes(row.GetProperty("key"u8).GetString()!)];
        }
    }

    private async IAsyncEnumerable<JsonElement> PagesAsync(
        Func<string?, CdfRequest> request, [EnumeratorCancellation] CancellationToken cancellationToken, bool missingIsEmpty = false)
    {
        string? cursor = null;
        do
        {
            var response = await _client.SendAsync(request(cursor), cancellationToken);
            if (!response.IsSuccess)
            {
                if (missingIsEmpty && response.Error.Kind == Cdf.Errors.CdfErrorKind.NotFound)
                {
                    yield break;
                }

                throw ScanErrors.Of(response.Error, _table, _table.Capabilities.Truncate ?? _table.Capabilities.Select);
            }

            using var page = CdfPage.Parse(response.Body);
            foreach (var item in page.Items)
            {
                yield return item;
            }

            cursor = page.NextCursor;
        }
        while (cursor is not null);
    }

    private static byte[] ListBody(string? cursor) =>
        JsonSerializer.SerializeToUtf8Bytes(cursor is null ? (object)new { limit = PageSize } : new { limit = PageSize, cursor });
}
