using System.CommandLine;
using Sluice.Administration;
using Sluice.Commands.Users;

namespace Sluice.Commands.Tables;

/// <summary><c>sluice table rm</c>.</summary>
internal static class TableRemove
{
    public static Command Create(RunningGateway gateway)
    {
        Argument<string> user = UserArgument.Create();
        var names = new Argument<string[]>("TABLE") { Arity = ArgumentArity.OneOrMore, Description = "Up to 10 tables." };
        var confirmation = new Confirmation();
        var command = new Command("rm", "Remove tables of a user, all or none. The RAW tables and views, and the rows, stay.") { user, names, confirmation.Option };
        command.SetAction((arguments, cancellationToken) => gateway.RunAsync(arguments, async client =>
        {
            UserInfo found = await client.FindUserAsync(arguments.GetValue(user)!, cancellationToken);
            string[] tables = arguments.GetValue(names)!;
            string what = $"{(tables.Length == 1 ? "table" : "tables")} {string.Join(", ", tables)}";
            await confirmation.AskAsync(arguments, $"Remove {what} of user {found}?");
            await client.DeleteTablesAsync(found, tables, cancellationToken);
            await Console.Out.WriteLineAsync($"Removed {what}.");
        }));
        return command;
    }
}
