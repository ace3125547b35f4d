using System.CommandLine;
using Sluice.Administration;
using Sluice.Gateway.Users;

namespace Sluice.Commands.Users;

/// <summary><c>sluice user show</c>.</summary>
internal static class UserShow
{
    public static Command Create(RunningGateway gateway)
    {
        Argument<string> name = UserArgument.Create();
        var output = new OutputFormat();
        var command = new Command("show", "Show all that is known of a user, but for secrets: how he acts in CDF, and his options.") { name, output.Option };
        command.SetAction((arguments, cancellationToken) => gateway.RunAsync(arguments, async client =>
        {
            UserInfo found = await client.FindUserAsync(arguments.GetValue(name)!, cancellationToken);
            UserInfo user = await client.DescribeAsync(found.Username, cancellationToken);
            await (output.IsJson(arguments) ? OutputFormat.WriteAsync(user, GatewayJson.Printed.UserInfo) : WriteAsync(user));
        }));
        return command;
    }

    /// <summary>Prints all options, those without a value too, as <c>sluice user set</c> takes them.</summary>
    public static async Task WriteOptionsAsync(UserInfo user)
    {
        foreach (UserOption option in UserOption.All)
        {
            await Console.Out.WriteLineAsync($"{option.Name}={user.Options.GetValueOrDefault(option.Name)}");
        }
    }

    private static async Task WriteAsync(UserInfo user)
    {
        string credentials = user switch
        {
            { Application: { } application } => $"application {application.ClientId} at {application.TokenUrl}",
            { SessionId: { } session } => $"CDF session {session}",
            _ => "-",
        };
        await Console.Out.WriteLineAsync(
            $"""
            username     {user.Username}
            name         {user.Name ?? "-"}
            project      {user.Project}
            version      {user.Version}
            credentials  {credentials}
            created      {Time.Format(user.CreatedTime)} by {user.CreatedBy ?? "-"}
            changed      {Time.Format(user.LastUpdatedTime)}

            """);
        await WriteOptionsAsync(user);
    }
}
