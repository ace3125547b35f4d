using System.CommandLine;
using Npgsql;
using Sluice.Configuration;
using Sluice.Gateway.Engine;
using Sluice.Gateway.Hosting;
using Sluice.Gateway.Users;

namespace Sluice.Commands;

/// <summary>
/// <c>sluice user</c>: what an administrator decides for the users of a gateway that runs on this machine. The commands go to its engine, so they work for
/// the gateway's operating system user and for root.
/// </summary>
internal static class UserCommand
{
    private static readonly Option<string?> ConfigurationFile = new("--config", "-c") { Description = "The gateway's JSON file of settings." };

    private static readonly Option<string?> DataDirectory = new("--data-dir") { Description = "The gateway's data directory. [DataDirectory]" };

    public static Command Create() => new(
        "user",
        """
        Show and change the options of users, while the gateway runs on this machine. Run it as the operating system user of the gateway, or as root.
        """)
    {
        CreateList(),
        CreateShow(),
        CreateSet(),
    };

    private static Command CreateList()
    {
        var command = new Command("list", "List the users: name, CDF project, when they were registered, and options.") { ConfigurationFile, DataDirectory };
        command.SetAction((arguments, cancellationToken) => RunAsync(arguments, async users =>
        {
            foreach (GatewayUser user in await users.ListAsync(cancellationToken))
            {
                string options = string.Join(' ', UserOption.All.Select(option => (option.Name, Value: option.Get(user.Options)))
                    .Where(option => option.Value is not null)
                    .Select(option => $"{option.Name}={option.Value}"));
                await Console.Out.WriteLineAsync($"{user.Username}  {user.Project}  {user.CreatedTime:yyyy-MM-ddTHH:mm:ssZ}  {options}".TrimEnd());
            }

            return ExitCodes.Success;
        }));
        return command;
    }

    private static Command CreateShow()
    {
        Argument<string> name = Name();
        var command = new Command("show", "Show all options of a user.") { name, ConfigurationFile, DataDirectory };
        command.SetAction((arguments, cancellationToken) => RunAsync(arguments, async users =>
        {
            string username = arguments.GetValue(name)!;
            if (await users.FindAsync(username, cancellationToken) is not { } user)
            {
                return await RefuseAsync(NoUser(username));
            }

            await ShowAsync(user.Options);
            return ExitCodes.Success;
        }));
        return command;
    }

    private static Command CreateSet()
    {
        Argument<string> name = Name();
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
            ConfigurationFile,
            DataDirectory,
        };
        command.SetAction((arguments, cancellationToken) => RunAsync(arguments, async users =>
        {
            string username = arguments.GetValue(name)!;
            string? refusal = null;
            UserOptions? changed = await users.ChangeOptionsAsync(
                username,
                options => Apply(options, arguments.GetValue(assignments)!, out refusal),
                TimeProvider.System.GetUtcNow(),
                cancellationToken);
            if (refusal is not null || changed is null)
            {
                return await RefuseAsync(refusal ?? NoUser(username));
            }

            await ShowAsync(changed);
            return ExitCodes.Success;
        }));
        return command;
    }

    private static Argument<string> Name() => new("NAME") { Description = "The username." };

    /// <summary>The options after all assignments; <see langword="null"/>, and why, if one of them cannot be.</summary>
    private static UserOptions? Apply(UserOptions options, IEnumerable<string> assignments, out string? refusal)
    {
        UserOptions changed = options;
        foreach (string assignment in assignments)
        {
            int equals = assignment.IndexOf('=', StringComparison.Ordinal);
            if (equals < 0 || UserOption.Find(assignment[..equals]) is not { } option)
            {
                refusal = $"{assignment} is no option: give OPTION=VALUE, with one of {string.Join(", ", UserOption.All.Select(known => known.Name))}.";
                return null;
            }

            string value = assignment[(equals + 1)..];
            if (option.Set(changed, value.Length == 0 ? null : value) is not { } next)
            {
                refusal = $"{option.Name} cannot be {value}: it takes {option.Values}.";
                return null;
            }

            changed = next;
        }

        refusal = null;
        return changed;
    }

    private static async Task ShowAsync(UserOptions options)
    {
        foreach (UserOption option in UserOption.All)
        {
            await Console.Out.WriteLineAsync($"{option.Name}={option.Get(options)}");
        }
    }

    private static string NoUser(string username) => $"There is no user {username}; sluice user list has all.";

    private static async Task<int> RefuseAsync(string message)
    {
        await Console.Error.WriteLineAsync($"sluice: {message}");
        return ExitCodes.Failure;
    }

    private static async Task<int> RunAsync(ParseResult arguments, Func<UserStore, Task<int>> run)
    {
        try
        {
            string directory = SettingsLoader.LoadDataDirectory(
                arguments.GetValue(ConfigurationFile),
                arguments.GetValue(DataDirectory) is { } given ? [KeyValuePair.Create<string, string?>(nameof(GatewayOptions.DataDirectory), given)] : []);
            await using RunningEngine engine = RunningEngine.Find(GatewayOptions.EngineDirectoryIn(directory));
            return await run(new UserStore(engine));
        }
        catch (SettingsException e)
        {
            await RefuseAsync(e.Message);
            return ExitCodes.BadSettings;
        }
        catch (EngineException e)
        {
            return await RefuseAsync(e.Message);
        }
        catch (NpgsqlException e)
        {
            return await RefuseAsync($"The gateway's engine does not answer; is the gateway running? ({e.Message})");
        }
    }
}
