using System.CommandLine;
using Microsoft.Extensions.Logging.Abstractions;
using Sluice.Administration;
using Sluice.Commands.Users;
using Sluice.Gateway.Engine;
using Sluice.Gateway.Hosting;
using Sluice.Gateway.Tables;
using Sluice.Gateway.Users;
using Sluice.PgWire.Protocol;

namespace Sluice.Commands;

/// <summary><c>sluice migrate</c>: from version 1 of the gateway to version 2.</summary>
internal static class MigrateCommand
{
    public static Command Create()
    {
        var gateway = new RunningGateway();
        var command = new Command("migrate", "Move from version 1 of the gateway to version 2.") { CreateUser(gateway) };
        gateway.AddTo(command);
        return command;
    }

    private static Command CreateUser(RunningGateway gateway)
    {
        Argument<string> name = UserArgument.Create();
        var dryRun = new Option<bool>("--dry-run") { Description = "Only print what jobs must change." };
        var command = new Command(
            "user",
            """
            Make a user of version 1 one of version 2, while the gateway runs on this machine, and print what his jobs must change. He keeps his name, password,
            credentials, options and tables; his open sessions end. Run it as the operating system user of the gateway, or as root.
            """)
        {
            name,
            dryRun,
        };
        command.SetAction((arguments, cancellationToken) => gateway.RunAsync(arguments, async (client, directory) =>
        {
            UserInfo user = await client.FindUserAsync(arguments.GetValue(name)!, cancellationToken);
            await using RunningEngine engine = RunningEngine.Find(GatewayOptions.EngineDirectoryIn(directory));
            var options = new EngineOptions { DataDirectory = GatewayOptions.EngineDirectoryIn(directory) };
            await RunAsync(engine, options, user.Username, arguments.GetValue(dryRun), cancellationToken);
        }));
        return command;
    }

    private static async Task RunAsync(RunningEngine engine, EngineOptions options, string username, bool dryRun, CancellationToken cancellationToken)
    {
        if (await new UserStore(engine).FindAsync(username, cancellationToken) is not { IsOfVersion1: true })
        {
            throw new AdministrationException($"User {username} is of version 2 already.");
        }

        IReadOnlyList<CustomTable> own = await new UserTableStore(engine).ListAsync(username, cancellationToken);
        if (!dryRun)
        {
            await ChangeAsync(engine, options, username, cancellationToken);
        }

        await Console.Out.WriteLineAsync(dryRun
            ? $"Jobs of user {username} will have to change this:"
            : $"User {username} is of version 2 now, with the same password and credentials. His jobs must change this:");
        foreach (Version1Change change in Version1Change.All)
        {
            await Console.Out.WriteLineAsync($"  {change}");
        }

        foreach (CustomTable table in own)
        {
            await Console.Out.WriteLineAsync($"  {table.Declaration.Tablename}: Nothing. The REST API of version 2 names it by tablename in place of id {table.Id}.");
        }
    }

    private static async Task ChangeAsync(RunningEngine engine, EngineOptions options, string username, CancellationToken cancellationToken)
    {
        try
        {
            UserDatabases databases = await UserDatabases.CreateAsync(engine, options, NullLogger<UserDatabases>.Instance, cancellationToken);
            await new UserMigration(engine, databases).RunAsync(username, TimeProvider.System.GetUtcNow(), cancellationToken);
        }
        catch (PgException e) when (e.Error.SqlState == SqlState.LockNotAvailable)
        {
            throw new AdministrationException(
                $"A session of user {username} uses one of his tables, maybe in a transaction that is left open; nothing was changed. End his jobs, then try again.");
        }
        catch (PgException e) when (e.Error.SqlState == SqlState.DependentObjectsStillExist)
        {
            throw new AdministrationException($"{e.Error.Message}: {e.Error.Detail}. Nothing was changed; let the user drop it first.");
        }
    }
}
