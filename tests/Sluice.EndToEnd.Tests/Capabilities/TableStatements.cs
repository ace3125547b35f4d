using Sluice.Gateway.Tables;

namespace Sluice.EndToEnd.Tests.Capabilities;

/// <summary>The statements of one table: how a row of it is written, found and changed. <c>{k}</c> stands for the row's key.</summary>
internal sealed record TableStatements
{
    public required string Table { get; init; }

    /// <summary>The definition, whose capabilities are to be enough, and all needed.</summary>
    public required TableDefinition Definition { get; init; }

    /// <summary>The columns of an INSERT.</summary>
    public required string Columns { get; init; }

    /// <summary>Their values.</summary>
    public required string Values { get; init; }

    /// <summary>Those of another row; by default with another key.</summary>
    public string? OtherValues { get; init; }

    /// <summary>The condition that finds the row.</summary>
    public required string Where { get; init; }

    /// <summary>The key that ON CONFLICT names.</summary>
    public string Key { get; init; } = "external_id";

    /// <summary>What is changed.</summary>
    public string? Set { get; init; }

    /// <summary>The new value as an expression that has the column's type by itself.</summary>
    private string? Computed => Set?.Split(" = ")[1] + (Set is not null && (Set.Contains('{', StringComparison.Ordinal) || Set.Contains('[', StringComparison.Ordinal)) ? "::json" : string.Empty);

    /// <summary>What must be in CDF before the row: calls of its API.</summary>
    public (string Path, string Body)[] Parents { get; init; } = [];

    /// <summary>Statements that need the row to be there, and what they need.</summary>
    public IEnumerable<(string Name, SqlUse Use, bool Reads, bool Exists, string[] Sql)> All()
    {
        var insert = $"insert into {Table} ({Columns}) values ({Values})";
        var column = Set?.Split(" = ")[0];
        yield return ("SELECT", SqlUse.Select, false, true, [$"select * from {Table} where {Where}"]);
        yield return ("INSERT", SqlUse.Insert, false, false, [insert]);
        yield return ("COPY", SqlUse.Insert, false, false, [$"copy {Table} ({Columns}) from stdin with (format csv, quote '''')", Values.Replace(", ", ",", StringComparison.Ordinal)]);
        yield return ("DO UPDATE", SqlUse.Upsert, false, true, [Columns.Contains($", {column}", StringComparison.Ordinal) || column is null
            ? $"{insert} on conflict ({Key}) do update set {column} = excluded.{column}"
            : $"insert into {Table} ({Columns}, {column}) values ({Values}, {Set!.Split(" = ")[1]}) on conflict ({Key}) do update set {column} = excluded.{column}"]);
        yield return ("DO NOTHING", SqlUse.InsertMissing, false, true, [$"{insert}, ({OtherValues ?? Values.Replace("{k}", "{k}x", StringComparison.Ordinal)}) on conflict do nothing"]);
        yield return ("UPDATE", SqlUse.Update, false, true, [$"update {Table} set {Set} where {Where}"]);
        yield return ("computed UPDATE", SqlUse.Update, true, true, [$"update {Table} set {column} = (select {Computed}) where {Where}"]);
        yield return ("UPDATE in a block", SqlUse.Update, true, true, ["begin", $"update {Table} set {Set} where {Where}", "commit"]);
        yield return ("DELETE", SqlUse.Delete, false, true, [$"delete from {Table} where {Where}"]);
        yield return ("DELETE in a block", SqlUse.Delete, true, true, ["begin", $"delete from {Table} where {Where}", "commit"]);
        yield return ("TRUNCATE", SqlUse.Truncate, false, true, ["set sluice.allow_full_delete = on", $"truncate {Table}"]);
    }

    /// <summary>The statements of all tables.</summary>
    /// <param name="dataSet">A data set of CDF.</param>
    public static IEnumerable<TableStatements> OfBuiltIn(string dataSet)
    {
        const string Row = "external_id = '{k}'";
        const string Series = """{"items":[{"externalId":"{k}","isString":false}]}""";
        yield return Of("assets", "external_id, name", "'{k}', 'n'", Row, "description = 'd'");
        yield return Of("events", "external_id, type", "'{k}', 't'", Row, "subtype = 's'");
        yield return Of("files", "external_id, name", "'{k}', 'n'", Row, "source = 's'");
        yield return Of("labels", "external_id, name", "'{k}', 'n'", Row, set: null);
        yield return Of(
            "relationships",
            "external_id, source_external_id, source_type, target_external_id, target_type",
            "'{k}', 'a', 'asset', 'b', 'event'",
            Row,
            "confidence = 0.5");
        yield return Of("sequences", "external_id, columns", """'{k}', '[{"externalId":"c"}]'""", Row, "description = 'd'");
        yield return Of("time_series", "external_id, name", "'{k}', 'n'", Row, "unit = 'u'");
        yield return Of("extraction_pipelines", "external_id, name, data_set_id", $"'{{k}}', 'n', {dataSet}", Row, "description = 'd'");
        yield return Of("extraction_pipeline_runs", "external_id, status", "'{k}', 'seen'", Row, set: null) with
        {
            Parents = [("extpipes", $$"""{"items":[{"externalId":"{k}","name":"n","dataSetId":{{dataSet}}}]}""")],
        };
        yield return Of("double_datapoints", "external_id, timestamp, value", "'{k}', '2024-01-01', 1", $"{Row} and timestamp = '2024-01-01'", "value = 2") with
        {
            Key = "external_id, timestamp",
            OtherValues = "'{k}', '2024-01-02', 1",
            Parents = [("timeseries", Series)],
        };
        yield return Of("string_datapoints", "external_id, timestamp, value", "'{k}', '2024-01-01', 'a'", $"{Row} and timestamp = '2024-01-01'", "value = 'b'") with
        {
            Key = "external_id, timestamp",
            OtherValues = "'{k}', '2024-01-02', 'a'",
            Parents = [("timeseries", Series.Replace("false", "true", StringComparison.Ordinal))],
        };
        yield return Of(
            "sequence_rows",
            "external_id, row_number, columns, values",
            """'{k}', 1, '{"c"}', '[1]'""",
            $"{Row} and row_number = 1",
            """values = '[2]'""") with
        {
            Key = "external_id, row_number",
            Parents = [("sequences", """{"items":[{"externalId":"{k}","columns":[{"externalId":"c"}]}]}""")],
        };
        yield return Of(
            "raw_rows",
            "_raw_database, _raw_table, _raw_key, _raw_columns",
            """'d', 't', '{k}', '{"a":1}'""",
            "_raw_database = 'd' and _raw_table = 't' and _raw_key = '{k}'",
            """_raw_columns = '{"a":2}'""") with
        {
            Key = "_raw_database, _raw_table, _raw_key",
        };
        yield return Of("raw_tables", "_raw_database, _raw_table", "'d', '{k}'", "_raw_database = 'd' and _raw_table = '{k}'", set: null) with
        {
            Key = "_raw_database, _raw_table",
        };
    }

    private static TableStatements Of(string table, string columns, string values, string where, string? set) => new()
    {
        Table = table,
        Definition = BuiltInTables.Find(table)!,
        Columns = columns,
        Values = values,
        Where = where,
        Set = set,
    };
}
