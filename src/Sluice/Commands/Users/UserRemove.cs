using System.CommandLine;
using Sluice.Administration;

namespace Sluice.Commands.Users;

/// <summary><c>sluice user rm</c>.</summary>
internal static class UserRemove
{
    public static Command Create(RunningGateway gateway)
    {
        Argument<string> name = UserArgument.Create();
        var confirmation = new Confirmation();
        var command = new Command(
            "rm",
            "Remove a user: his sessions end, his database, tables and staging tables go. What CDF has stays; his CDF session is revoked if he may do so.")
        {
            name,
            confirmation.Option,
        };
        command.SetAction((arguments, cancellationToken) => gateway.RunAsync(arguments, async client =>
        {
            UserInfo user = await client.FindUserAsync(arguments.GetValue(name)!, cancellationToken);
            await confirmation.AskAsync(arguments, $"Remove user {user} of project {user.Project}, with his sessions and his tables' definitions?");
            await client.DeleteUserAsync(user, cancellationToken);
            await Console.Out.WriteLineAsync($"Removed user {user}.");
        }));
        return command;
    }
}
