using System.CommandLine;
using Sluice.Administration;

namespace Sluice.Commands.Users;

/// <summary><c>sluice user list</c>.</summary>
internal static class UserList
{
    public static Command Create(RunningGateway gateway)
    {
        var project = new Option<string?>("--project") { Description = "Only the users of this CDF project." };
        var output = new OutputFormat();
        var command = new Command("list", "List the users of all projects, the oldest first.") { project, output.Option };
        command.SetAction((arguments, cancellationToken) => gateway.RunAsync(arguments, async client =>
        {
            string? only = arguments.GetValue(project);
            UserInfo[] users = [.. (await client.ListUsersAsync(cancellationToken)).Where(user => only is null || user.Project == only)];
            if (output.IsJson(arguments))
            {
                await OutputFormat.WriteAsync(users, GatewayJson.Printed.UserInfoArray);
                return;
            }

            var table = new TextTable("USERNAME", "NAME", "PROJECT", "CREATED", "OPTIONS");
            foreach (UserInfo user in users)
            {
                table.Add(
                    user.Username,
                    user.Name,
                    user.Project,
                    Time.Format(user.CreatedTime),
                    string.Join(' ', user.Options.Select(option => $"{option.Key}={option.Value}")));
            }

            await table.WriteAsync(Console.Out);
        }));
        return command;
    }
}
