using System.CommandLine;
using Sluice.Administration;

namespace Sluice.Commands.Users;

/// <summary><c>sluice user add</c>.</summary>
internal static class UserAdd
{
    public static Command Create(RunningGateway gateway)
    {
        var project = new Option<string>("--project") { Description = "The CDF project that the user is for.", Required = true };
        var name = new Option<string?>("--name") { Description = "A name of your own choice, by which these commands know the user; the username is made by Sluice." };
        Argument<string[]> assignments = OptionArgument.Create(ArgumentArity.ZeroOrMore);
        var credentials = new CredentialOptions();
        var output = new OutputFormat();
        var command = new Command(
            "add",
            """
            Register a user, and print username and password, this once. The credentials with which he acts in CDF are tried at once.

            Secrets are read from a file, an environment variable or the standard input, never from the command line:

              sluice user add --project plant --client-id 5f0c… --client-secret-env ETL_SECRET --token-url https://login.microsoftonline.com/…
            """)
        {
            assignments,
            project,
            name,
        };
        credentials.AddTo(command);
        command.Options.Add(output.Option);
        command.SetAction((arguments, cancellationToken) => gateway.RunAsync(arguments, async client =>
        {
            var user = new NewUser(await credentials.ReadAsync(arguments, cancellationToken), arguments.GetValue(name))
            {
                Options = OptionArgument.Given(arguments.GetValue(assignments)!),
            };
            await LoginOutput.WriteAsync(await client.CreateUserAsync(arguments.GetValue(project)!, user, cancellationToken), output, arguments);
        }));
        return command;
    }
}
