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

    /// <summary>The column that is changed, and its new value.</summary>
    public (string Column, string Value)? Set { get; init; }

    /// <summary>What must be in CDF before the row: calls of its API.</summary>
    public (string Path, string Body)[] Parents { get; init; } = [];

    /// <summary>All statements, each of which can be run if CDF has a call for it.</summary>
    public IEnumerable<Statement> All()
    {
        var insert = $"insert into {Table} ({Columns}) values ({Values})";
        var other = OtherValues ?? Values.Replace("{k}", "{k}x", StringComparison.Ordinal);
        yield return new("SELECT", SqlUse.Select, $"select * from {Table} where {Where}");
        yield return new("INSERT", SqlUse.Insert, insert) { Exists = false };
        yield return new("COPY", SqlUse.Insert, $"copy {Table} ({Columns}) from stdin with (format csv, quote '''')", Values.Replace(", ", ",", StringComparison.Ordinal))
        {
            Exists = false,
        };
        yield return new("DO NOTHING", SqlUse.InsertMissing, $"{insert}, ({other}) on conflict do nothing");
        yield return new("DELETE", SqlUse.Delete, $"delete from {Table} where {Where}");
        yield return new("DELETE in a block", SqlUse.Delete, "begin", $"delete from {Table} where {Where}", "commit") { Reads = true };
        yield return new("DELETE RETURNING", SqlUse.Delete, $"delete from {Table} where {Where} returning *") { Reads = true };
        yield return new("TRUNCATE", SqlUse.Truncate, "set sluice.allow_full_delete = on", $"truncate {Table}");
        if (Set is not var (column, value))
        {
            yield break;
        }

        var (columns, values) = Columns.Split(", ").Contains(column, StringComparer.Ordinal) ? (Columns, Values) : ($"{Columns}, {column}", $"{Values}, {value}");
        var computed = value.Length > 1 && value[1] is '{' or '[' ? $"{value}::json" : value;
        yield return new("DO UPDATE", SqlUse.Upsert, $"insert into {Table} ({columns}) values ({values}) on conflict ({Key}) do update set {column} = excluded.{column}");
        yield return new("UPDATE", SqlUse.Update, $"update {Table} set {column} = {value} where {Where}");
        yield return new("UPDATE in a block", SqlUse.Update, "begin", $"update {Table} set {column} = {value} where {Where}", "commit") { Reads = true };
        yield return new("computed UPDATE", SqlUse.Update, $"update {Table} set {column} = (select {computed}) where {Where}") { Reads = true };
    }

    /// <summary>The statements of all tables.</summary>
    /// <param name="dataSet">A data set of CDF.</param>
    public static IEnumerable<TableStatements> OfBuiltIn(string dataSet)
    {
        const string Row = "external_id = '{k}'";
        const string Series = """{"items":[{"externalId":"{k}","isString":false}]}""";
        yield return Of("assets", "external_id, name", "'{k}', 'n'", Row, ("description", "'d'"));
        yield return Of("events", "external_id, type", "'{k}', 't'", Row, ("subtype", "'s'"));
        yield return Of("files", "external_id, name", "'{k}', 'n'", Row, ("source", "'s'"));
        yield return Of("labels", "external_id, name", "'{k}', 'n'", Row, set: null);
        yield return Of(
            "relationships",
            "external_id, source_external_id, source_type, target_external_id, target_type",
            "'{k}', 'a', 'asset', 'b', 'event'",
            Row,
            ("confidence", "0.5"));
        yield return Of("sequences", "external_id, columns", """'{k}', '[{"externalId":"c"}]'""", Row, ("description", "'d'"));
        yield return Of("time_series", "external_id, name", "'{k}', 'n'", Row, ("unit", "'u'"));
        yield return Of("extraction_pipelines", "external_id, name, data_set_id", $"'{{k}}', 'n', {dataSet}", Row, ("description", "'d'"));
        yield return Of("extraction_pipeline_runs", "external_id, status", "'{k}', 'seen'", Row, set: null) with
        {
            Parents = [("extpipes", $$"""{"items":[{"externalId":"{k}","name":"n","dataSetId":{{dataSet}}}]}""")],
        };
        yield return Of("double_datapoints", "external_id, timestamp, value", "'{k}', '2024-01-01', 1", $"{Row} and timestamp = '2024-01-01'", ("value", "2")) with
        {
            Key = "external_id, timestamp",
            OtherValues = "'{k}', '2024-01-02', 1",
            Parents = [("timeseries", Series)],
        };
        yield return Of("string_datapoints", "external_id, timestamp, value", "'{k}', '2024-01-01', 'a'", $"{Row} and timestamp = '2024-01-01'", ("value", "'b'")) with
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
            ("values", "'[2]'")) with
        {
            Key = "external_id, row_number",
            Parents = [("sequences", """{"items":[{"externalId":"{k}","columns":[{"externalId":"c"}]}]}""")],
        };
        yield return Of(
            "raw_rows",
            "_raw_database, _raw_table, _raw_key, _raw_columns",
            """'d', 't', '{k}', '{"a":1}'""",
            "_raw_database = 'd' and _raw_table = 't' and _raw_key = '{k}'",
            ("_raw_columns", """'{"a":2}'""")) with
        {
            Key = "_raw_database, _raw_table, _raw_key",
        };
        yield return Of("raw_tables", "_raw_database, _raw_table", "'d', '{k}'", "_raw_database = 'd' and _raw_table = '{k}'", set: null) with
        {
            Key = "_raw_database, _raw_table",
        };
    }

    private static TableStatements Of(string table, string columns, string values, string where, (string Column, string Value)? set) => new()
    {
        Table = table,
        Definition = BuiltInTables.Find(table)!,
        Columns = columns,
        Values = values,
        Where = where,
        Set = set,
    };

    /// <summary>One statement, or several that belong together; a COPY with its line of data.</summary>
    internal sealed record Statement(string Name, SqlUse Use, params string[] Sql)
    {
        /// <summary>It has to see the rows first.</summary>
        public bool Reads { get; init; }

        /// <summary>The row has to be there.</summary>
        public bool Exists { get; init; } = true;
    }
}
