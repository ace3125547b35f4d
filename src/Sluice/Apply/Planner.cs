using Sluice.Administration;

namespace Sluice.Apply;

/// <summary>Compares what is declared with what the gateway has. It changes nothing.</summary>
internal sealed class Planner(GatewayClient gateway)
{
    /// <summary>What is to be done.</summary>
    /// <exception cref="AdministrationException">What is declared cannot be reached.</exception>
    public async Task<Plan> PlanAsync(Declaration declaration, CancellationToken cancellationToken)
    {
        IReadOnlyList<UserInfo> existing = await gateway.ListUsersAsync(cancellationToken);
        var plans = new List<UserPlan>();
        var kept = new HashSet<string>(StringComparer.Ordinal);
        foreach (DeclaredUser user in declaration.Users)
        {
            if (Find(existing, user) is { } found)
            {
                kept.Add(found.Username);
                plans.Add(await ChangeAsync(await gateway.DescribeAsync(found.Username, cancellationToken), user, cancellationToken));
            }
            else
            {
                plans.Add(await AddAsync(user, cancellationToken));
            }
        }

        plans.AddRange(existing
            .Where(user => user.Name?.StartsWith($"{declaration.List}/", StringComparison.Ordinal) == true && !kept.Contains(user.Username))
            .Select(user => new UserPlan(ChangeKind.Remove, $"user {user} of project {user.Project}", []) { Existing = user }));
        return new Plan(plans);
    }

    private static UserInfo? Find(IReadOnlyList<UserInfo> existing, DeclaredUser user)
    {
        UserInfo? named = existing.FirstOrDefault(other => other.Name == user.Name && other.Project == user.Project);
        if (user.Username is null)
        {
            return named;
        }

        UserInfo found = existing.FirstOrDefault(other => other.Username == user.Username)
            ?? throw user.Place.Wrong($"there is no user {user.Username}; leave username out for a new user");
        return found.Project != user.Project ? throw user.Place.Wrong($"user {user.Username} is of project {found.Project}, not of {user.Project}")
            : named is not null && named.Username != found.Username ? throw user.Place.Wrong($"{user.Name} is the name of user {named.Username} already")
            : found;
    }

    private static async Task<UserPlan> AddAsync(DeclaredUser user, CancellationToken cancellationToken)
    {
        if (user.Credentials is null)
        {
            throw user.Place.Wrong(
                $"there is no user {user.Name} in project {user.Project}, and a new one needs credentials. For one who is there, give his username; a nonce lives "
                + "for a minute, so a user who is to act as a CDF session is made with sluice user add --nonce-file");
        }

        // That a secret is missing must not be found when half of the file is done.
        await user.Credentials.ReadAsync(cancellationToken);
        var steps = new List<Step> { Shown($"credentials: application {user.Credentials.ClientId}") };
        steps.AddRange((user.Options ?? new Dictionary<string, string>(StringComparer.Ordinal)).Select(option => Shown($"option {option.Key}: {option.Value}")));
        steps.AddRange((user.Tables ?? []).Select(TablePlanner.Create));
        return new UserPlan(ChangeKind.Add, $"user {user.Name} of project {user.Project}", steps) { Declared = user };
    }

    private async Task<UserPlan> ChangeAsync(UserInfo found, DeclaredUser user, CancellationToken cancellationToken)
    {
        var steps = new List<Step>();
        if (found.Name != user.Name)
        {
            steps.Add(new Step(
                ChangeKind.Change,
                $"name: {found.Name ?? "none"} -> {user.Name}",
                (client, to, cancellation) => client.UpdateUserAsync(to, new UserChange { Name = new SetTo<string>(user.Name) }, cancellation)));
        }

        if (user.Credentials is not null)
        {
            steps.AddRange(await CredentialsAsync(found, user.Credentials, cancellationToken));
        }

        if (user.Options is not null)
        {
            steps.AddRange(Options(found, user.Options));
        }

        if (user.Tables is not null)
        {
            steps.AddRange(TablePlanner.Changes(await gateway.ListTablesAsync(found, builtIns: false, cancellationToken), user.Tables));
        }

        return new UserPlan(ChangeKind.Change, $"user {user.Name} ({found.Username}) of project {user.Project}", steps) { Existing = found, Declared = user };
    }

    private async Task<IEnumerable<Step>> CredentialsAsync(UserInfo found, DeclaredCredentials declared, CancellationToken cancellationToken)
    {
        Credentials wanted = await declared.ReadAsync(cancellationToken);
        string[] differences = found.Application is not { } application
            ? [$"CDF session {found.SessionId} -> application {wanted.ClientId}"]
            : [.. Differences(
                ("clientId", application.ClientId, wanted.ClientId),
                ("tokenUrl", application.TokenUrl, Uri.TryCreate(wanted.TokenUrl, UriKind.Absolute, out Uri? url) ? url.AbsoluteUri : wanted.TokenUrl),
                ("scopes", application.Scopes, wanted.Scopes)),
                .. await gateway.HasSecretAsync(found.Username, wanted.ClientSecret!, cancellationToken) ? Array.Empty<string>() : ["another clientSecret"]];
        return differences.Length == 0
            ? []
            : [new Step(
                ChangeKind.Change,
                $"credentials: {string.Join(", ", differences)}",
                (client, to, cancellation) => client.UpdateUserAsync(to, new UserChange { Credentials = new SetTo<Credentials>(wanted) }, cancellation))];
    }

    private static IEnumerable<string> Differences(params (string Name, string? Is, string? Wanted)[] values) => values
        .Where(value => value.Is != value.Wanted)
        .Select(value => $"{value.Name} {value.Is ?? "none"} -> {value.Wanted ?? "none"}");

    /// <summary>All options are changed in one request; the diff shows each.</summary>
    private static Step[] Options(UserInfo found, IReadOnlyDictionary<string, string> wanted)
    {
        Step[] steps =
        [
            .. wanted.Where(option => !found.Options.ContainsKey(option.Key)).Select(option => Shown($"option {option.Key}: {option.Value}")),
            .. wanted.Where(option => found.Options.TryGetValue(option.Key, out string? value) && value != option.Value)
                .Select(option => Shown($"option {option.Key}: {found.Options[option.Key]} -> {option.Value}", ChangeKind.Change)),
            .. found.Options.Where(option => !wanted.ContainsKey(option.Key)).Select(option => Shown($"option {option.Key}: {option.Value}", ChangeKind.Remove)),
        ];
        if (steps.Length > 0)
        {
            var change = new UserChange { Options = new OptionsChange { Set = OptionValues.Json(wanted) } };
            steps[0] = steps[0] with { DoAsync = (client, to, cancellation) => client.UpdateUserAsync(to, change, cancellation) };
        }

        return steps;
    }

    /// <summary>Part of the diff that another step or request does.</summary>
    private static Step Shown(string text, ChangeKind kind = ChangeKind.Add) => new(kind, text, static (_, _, _) => Task.CompletedTask);
}
