using System.CommandLine;
using Sluice.Administration;
using Sluice.Commands.Users;

namespace Sluice.Commands.Tables;

/// <summary><c>sluice table add</c>.</summary>
internal static class TableAdd
{
    public static Command Create(RunningGateway gateway)
    {
        Argument<string> user = UserArgument.Create();
        var name = new Argument<string>("TABLE") { Description = "The table's name in SQL." };
        var raw = new Option<string?>("--raw") { Description = "Over a RAW table, DATABASE.TABLE. It need not exist." };
        var columns = new Option<string[]>("--column")
        {
            Description = "A column of a RAW table, NAME:TYPE; once for each. Types: TEXT, BIGINT, DOUBLE PRECISION, BOOL, TIMESTAMPTZ, JSON and others (docs/tables.md).",
            DefaultValueFactory = _ => [],
        };
        var primaryKey = new Option<string?>("--primary-key") { Description = "The column of a RAW table that is its key; without, it is _raw_key." };
        var view = new Option<string?>("--view") { Description = "Over a view, SPACE/EXTERNALID/VERSION; without a version the one that was made last." };
        var edges = new Option<bool>("--edges") { Description = "The edges of a view that is for nodes and edges." };
        var output = new OutputFormat();
        var command = new Command(
            "add",
            """
            Make a table of a user. The same table again changes nothing.

              sluice table add etl flights --raw samples.flights --column flight:TEXT --column delay:BIGINT --primary-key flight
              sluice table add etl pumps --view plant/Pump/v1
            """)
        {
            user,
            name,
            raw,
            columns,
            primaryKey,
            view,
            edges,
            output.Option,
        };
        command.SetAction((arguments, cancellationToken) => gateway.RunAsync(arguments, async client =>
        {
            TableInfo table = (arguments.GetValue(raw), arguments.GetValue(view)) switch
            {
                ({ } of, null) when !arguments.GetValue(edges) => Raw(arguments.GetValue(name)!, of, arguments.GetValue(primaryKey), arguments.GetValue(columns)!),
                (null, { } of) when arguments.GetValue(columns) is [] && arguments.GetValue(primaryKey) is null =>
                    View(arguments.GetValue(name)!, of, arguments.GetValue(edges)),
                _ => throw AdministrationException.Usage(
                    "Say of what the table is: --raw with --column and --primary-key, or --view with --edges; a view brings its own columns."),
            };
            UserInfo found = await client.FindUserAsync(arguments.GetValue(user)!, cancellationToken);
            TableInfo made = await client.CreateTableAsync(found, table, cancellationToken);
            await (output.IsJson(arguments)
                ? OutputFormat.WriteAsync(made, GatewayJson.Printed.TableInfo)
                : Console.Out.WriteLineAsync($"Table {made.Tablename} of user {found} has {made.Columns!.Count} columns."));
        }));
        return command;
    }

    private static TableInfo Raw(string name, string source, string? primaryKey, string[] columns)
    {
        (string database, string table) = TableSource.ParseRaw(source);
        var byName = new OrderedDictionary<string, ColumnInfo>(StringComparer.Ordinal);
        foreach ((string column, ColumnInfo type) in columns.Select(TableSource.ParseColumn))
        {
            if (!byName.TryAdd(column, type))
            {
                throw AdministrationException.Usage($"--column {column} is given twice.");
            }
        }

        return new TableInfo(TableInfo.RawRows, name, byName, new TableLocation { Database = database, Table = table, PrimaryKey = primaryKey });
    }

    private static TableInfo View(string name, string source, bool edges)
    {
        (string space, string externalId, string? version) = TableSource.ParseView(source);
        var location = new TableLocation { Space = space, ExternalId = externalId, Version = version, InstanceType = edges ? "edge" : null };
        return new TableInfo(TableInfo.View, name, Columns: null, location);
    }
}
