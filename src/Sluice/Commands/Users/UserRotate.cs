using System.CommandLine;
using Sluice.Administration;

namespace Sluice.Commands.Users;

/// <summary><c>sluice user rotate</c>.</summary>
internal static class UserRotate
{
    public static Command Create(RunningGateway gateway)
    {
        Argument<string> name = UserArgument.Create();
        var keep = new Option<string?>("--keep")
        {
            Description = "How long the password before stays good, so that jobs can be changed one after the other: a number with s, min, h or d, up to 30d.",
        };
        var output = new OutputFormat();
        var command = new Command("rotate", "Give a user another password, and print it. Open sessions go on.") { name, keep, output.Option };
        command.SetAction((arguments, cancellationToken) => gateway.RunAsync(arguments, async client =>
        {
            TimeSpan length = arguments.GetValue(keep) is not { } text ? TimeSpan.Zero
                : Time.ParseLength(text) ?? throw AdministrationException.Usage($"--keep cannot be {text}: it takes a number with s, min, h or d, e.g. 1h.");
            UserInfo user = await client.FindUserAsync(arguments.GetValue(name)!, cancellationToken);
            await LoginOutput.WriteAsync(await client.RotatePasswordAsync(user, length, cancellationToken), output, arguments);
        }));
        return command;
    }
}
