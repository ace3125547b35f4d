using Sluice.Cdf.Http;

namespace Sluice.Cdf.Resources;

/// <summary>
/// <c>/raw</c> (CDF API, "Raw"). Inserting a row replaces its columns, so it may be repeated; but an insert that fails may have stored a part of its rows.
/// </summary>
public static class RawApi
{
    /// <summary>Most rows of an insert.</summary>
    public const int MaxRowsPerInsert = 10_000;

    /// <summary>Most tables of a create.</summary>
    public const int MaxTablesPerCreate = 1_000;

    /// <summary>Longest name of a database, in characters.</summary>
    public const int MaxDatabaseNameLength = 32;

    /// <summary>Longest name of a table, in characters.</summary>
    public const int MaxTableNameLength = 64;

    /// <summary>Longest key of a row, in characters.</summary>
    public const int MaxKeyLength = 1024;

    /// <summary>All columns of a row together, in bytes of JSON.</summary>
    public const int MaxRowBytes = 5 * 1024 * 1024;

    /// <summary>Longest column name, and longest value, in characters.</summary>
    public const int MaxColumnLength = 2_621_440;

    /// <summary>
    /// Inserts or replaces rows: <c>{"items":[{"key":"k","columns":{...}}]}</c>. With <paramref name="ensureParent"/> a missing database and table are made;
    /// without, they are a 404.
    /// </summary>
    public static CdfRequest InsertRows(string database, string table, ReadOnlyMemory<byte> body, bool ensureParent, bool gzipped = false) =>
        CdfRequest.Post($"{TablePath(database, table)}/rows{(ensureParent ? "?ensureParent=true" : string.Empty)}", CdfApi.Raw, Repeatable.Always, body)
            with
            {
                Gzipped = gzipped,
                DiscardBody = true,
                Atomic = false,
            };

    /// <summary>
    /// Creates tables, and their database if it is missing: <c>{"items":[{"name":"t"}]}</c>, 1 to 1,000. One that exists is a 409 for the whole.
    /// </summary>
    public static CdfRequest CreateTables(string database, ReadOnlyMemory<byte> body) =>
        CdfRequest.Post($"raw/dbs/{PathSegment.Escape(database)}/tables?ensureParent=true", CdfApi.Raw, Repeatable.WhenThrottledOnly, body)
            with
            {
                DiscardBody = true,
            };

    /// <summary>Deletes rows, at most 1,000: <c>{"items":[{"key":"k"}]}</c>. Keys that are not there are no error.</summary>
    public static CdfRequest DeleteRows(string database, string table, ReadOnlyMemory<byte> body) =>
        CdfRequest.Post($"{TablePath(database, table)}/rows/delete", CdfApi.Raw, Repeatable.Always, body) with { DiscardBody = true, Atomic = false };

    /// <summary>Deletes tables with all their rows: <c>{"items":[{"name":"t"}]}</c>.</summary>
    public static CdfRequest DeleteTables(string database, ReadOnlyMemory<byte> body) =>
        CdfRequest.Post($"raw/dbs/{PathSegment.Escape(database)}/tables/delete", CdfApi.Raw, Repeatable.WhenThrottledOnly, body) with { DiscardBody = true };

    /// <summary>The row with <paramref name="key"/>; 404 if there is none.</summary>
    public static CdfRequest GetRow(string database, string table, string key) =>
        CdfRequest.Get($"{TablePath(database, table)}/rows/{PathSegment.Escape(key)}", CdfApi.Raw);

    /// <summary>A page of rows in no particular order, at most 10,000.</summary>
    public static CdfRequest ListRows(string database, string table, int limit, string? cursor) => CdfRequest.Get(
        $"{TablePath(database, table)}/rows?limit={limit}{Cursor(cursor)}",
        CdfApi.Raw);

    /// <summary>A page of the project's databases, at most 1,000.</summary>
    public static CdfRequest ListDatabases(string? cursor) => CdfRequest.Get($"raw/dbs?limit=1000{Cursor(cursor)}", CdfApi.Raw);

    /// <summary>A page of a database's tables, at most 1,000.</summary>
    public static CdfRequest ListTables(string database, string? cursor) =>
        CdfRequest.Get($"raw/dbs/{PathSegment.Escape(database)}/tables?limit=1000{Cursor(cursor)}", CdfApi.Raw);

    private static string Cursor(string? cursor) => cursor is null ? string.Empty : $"&cursor={Uri.EscapeDataString(cursor)}";

    private static string TablePath(string database, string table) => $"raw/dbs/{PathSegment.Escape(database)}/tables/{PathSegment.Escape(table)}";
}
