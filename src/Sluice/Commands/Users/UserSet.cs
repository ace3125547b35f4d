using System.CommandLine;
using Sluice.Administration;
using Sluice.Gateway.Engine;
using Sluice.Gateway.Hosting;
using Sluice.Gateway.Users;

namespace Sluice.Commands.Users;

/// <summary><c>sluice user set</c>.</summary>
internal static class UserSet
{
    public static Command Create(RunningGateway gateway)
    {
        Argument<string> name = UserArgument.Create();
        var assignments = new Argument<string[]>("OPTION=VALUE")
        {
            Arity = ArgumentArity.OneOrMore,
            Description = "Options, e.g. on_conflict=update; without a value, the option is taken away.",
        };
        var command = new Command(
            "set",
            $"""
            Change options of a user; they bind sessions that begin afterwards.

            {string.Join('\n', UserOption.All.Select(option => $"{option.Name,-18} {option.Description} Takes {option.Values}."))}
            """)
        {
            name,
            assignments,
        };
        command.SetAction((arguments, cancellationToken) => gateway.RunAsync(arguments, async (client, directory) =>
        {
            UserInfo user = await client.FindUserAsync(arguments.GetValue(name)!, cancellationToken);
            await using RunningEngine engine = RunningEngine.Find(GatewayOptions.EngineDirectoryIn(directory));
            await new UserStore(engine).ChangeOptionsAsync(
                user.Username,
                options => Apply(options, arguments.GetValue(assignments)!),
                TimeProvider.System.GetUtcNow(),
                cancellationToken);
            await UserShow.WriteOptionsAsync(await client.DescribeAsync(user.Username, cancellationToken));
        }));
        return command;
    }

    private static UserOptions Apply(UserOptions options, IEnumerable<string> assignments)
    {
        UserOptions changed = options;
        foreach (string assignment in assignments)
        {
            int equals = assignment.IndexOf('=', StringComparison.Ordinal);
            if (equals < 0 || UserOption.Find(assignment[..equals]) is not { } option)
            {
                throw new AdministrationException(
                    $"{assignment} is no option: give OPTION=VALUE, with one of {string.Join(", ", UserOption.All.Select(known => known.Name))}.");
            }

            string value = assignment[(equals + 1)..];
            changed = option.Set(changed, value.Length == 0 ? null : value)
                ?? throw new AdministrationException($"{option.Name} cannot be {value}: it takes {option.Values}.");
        }

        return changed;
    }
}
