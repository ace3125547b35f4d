using System.CommandLine;
using Sluice.Administration;
using Sluice.Apply;

namespace Sluice.Commands;

/// <summary><c>sluice apply</c>: makes the gateway's users what a file declares.</summary>
internal static class ApplyCommand
{
    public static Command Create()
    {
        var gateway = new RunningGateway();
        var file = new Argument<string>("FILE") { Description = "A YAML file with users, e.g. users.yaml." };
        var plan = new Option<bool>("--plan") { Description = "Show what would be done, and do nothing." };
        var prune = new Option<bool>("--prune")
        {
            Description = "Also remove what the list has made and the file does not have any more: users, tables, columns; and replace tables. Asks first.",
        };
        var confirmation = new Confirmation();
        var command = new Command(
            "apply",
            """
            Make users, their credentials, options and tables what a file declares, while the gateway runs on this machine. What is to be done is shown as a
            diff; a second run finds nothing to do. The file holds no secrets: it says in which environment variable or file each is.

              list: plant
              project: plant-prod
              users:
                - name: historian
                  credentials:
                    clientId: 5f0c…
                    clientSecret: {env: HISTORIAN_SECRET}
                    tokenUrl: https://login.microsoftonline.com/TENANT/oauth2/v2.0/token
                    scopes: https://westeurope-1.cognitedata.com/.default
                  passwordFile: historian.password
                  options: {on_conflict: update}
                  tables:
                    - name: flights
                      raw: {database: samples, table: flights, primaryKey: flight}
                      columns: {flight: TEXT, delay_minutes: BIGINT}
                    - name: pumps
                      view: {space: plant, externalId: Pump, version: v1}

            docs/administration.md tells of each key.
            """)
        {
            file,
            plan,
            prune,
            confirmation.Option,
        };
        gateway.AddTo(command);
        command.SetAction((arguments, cancellationToken) => gateway.RunAsync(
            arguments,
            client => RunAsync(
                client,
                arguments.GetValue(file)!,
                arguments.GetValue(plan),
                arguments.GetValue(prune),
                question => confirmation.AskAsync(arguments, question),
                cancellationToken)));
        return command;
    }

    private static async Task RunAsync(
        GatewayClient client,
        string file,
        bool planOnly,
        bool prune,
        Func<string, Task> confirmAsync,
        CancellationToken cancellationToken)
    {
        Plan plan = await new Planner(client).PlanAsync(UsersFile.Read(file), cancellationToken);
        await PlanText.WriteAsync(plan, prune, Console.Out);
        if (planOnly)
        {
            return;
        }

        if (prune && plan.Takes)
        {
            await confirmAsync("Do this, with what it removes and replaces?");
        }

        await new PlanExecution(client, prune).RunAsync(plan, cancellationToken);
        if (!prune && plan.Users.Any(user => user.Steps.Any(step => step is { NeedsPrune: true, IsNeeded: true })))
        {
            throw new AdministrationException("Not all is as declared: a table is another one than declared, and only --prune replaces it.");
        }
    }
}
