using System.CommandLine;
using Sluice.Administration;
using Sluice.Gateway.Users;

namespace Sluice.Commands.Users;

/// <summary><c>sluice user set</c>.</summary>
internal static class UserSet
{
    public static Command Create(RunningGateway gateway)
    {
        Argument<string> user = UserArgument.Create();
        Argument<string[]> assignments = OptionArgument.Create(ArgumentArity.ZeroOrMore);
        var name = new Option<string?>("--name") { Description = "Another name of your own choice." };
        var command = new Command(
            "set",
            $"""
            Change the options of a user, and print all; they bind sessions that begin afterwards. An option without a value (data_set_id=) is taken away.

            {string.Join('\n', UserOption.All.Select(option => $"{option.Name,-18} {option.Description} Takes {option.Values}."))}
            """)
        {
            user,
            assignments,
            name,
        };
        command.SetAction((arguments, cancellationToken) => gateway.RunAsync(arguments, async client =>
        {
            string[] given = arguments.GetValue(assignments)!;
            var change = new UserChange
            {
                Name = arguments.GetValue(name) is { } text ? new SetTo<string>(text) : null,
                Options = given is [] ? null : OptionArgument.Changed(given),
            };
            if (change is { Name: null, Options: null })
            {
                throw AdministrationException.Usage("Say what to change: OPTION=VALUE, or --name.");
            }

            UserInfo found = await client.FindUserAsync(arguments.GetValue(user)!, cancellationToken);
            await client.UpdateUserAsync(found, change, cancellationToken);
            await UserShow.WriteOptionsAsync(await client.DescribeAsync(found.Username, cancellationToken));
        }));
        return command;
    }
}
