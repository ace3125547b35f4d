using System.CommandLine;
using Sluice.Administration;
using Sluice.Commands.Users;

namespace Sluice.Commands.Tables;

/// <summary><c>sluice table list</c>.</summary>
internal static class TableList
{
    public static Command Create(RunningGateway gateway)
    {
        Argument<string> name = UserArgument.Create();
        var builtIns = new Option<bool>("--built-ins") { Description = "The built-in tables too." };
        var output = new OutputFormat();
        var command = new Command("list", "List the tables of a user, with their columns.") { name, builtIns, output.Option };
        command.SetAction((arguments, cancellationToken) => gateway.RunAsync(arguments, async client =>
        {
            UserInfo user = await client.FindUserAsync(arguments.GetValue(name)!, cancellationToken);
            TableInfo[] tables = [.. await client.ListTablesAsync(user, arguments.GetValue(builtIns), cancellationToken)];
            if (output.IsJson(arguments))
            {
                await OutputFormat.WriteAsync(tables, GatewayJson.Printed.TableInfoArray);
                return;
            }

            var text = new TextTable("TABLE", "TYPE", "OF", "COLUMNS");
            foreach (TableInfo table in tables)
            {
                text.Add(
                    table.Tablename,
                    table.Type,
                    table.Options?.ToString(),
                    string.Join(' ', (table.Columns ?? []).Select(column => $"{column.Key}:{column.Value.Type}")));
            }

            await text.WriteAsync(Console.Out);
        }));
        return command;
    }
}
