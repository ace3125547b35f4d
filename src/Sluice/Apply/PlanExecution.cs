using Sluice.Administration;

namespace Sluice.Apply;

/// <summary>Does what a plan says, user by user. What fails ends it; the next run goes on from there.</summary>
internal sealed class PlanExecution(GatewayClient gateway, bool prune)
{
    public async Task RunAsync(Plan plan, CancellationToken cancellationToken)
    {
        foreach (UserPlan user in plan.Users.Where(user => user.IsDone(prune)))
        {
            await (user switch
            {
                { Kind: ChangeKind.Add, Declared: { } declared } => AddAsync(user, declared, cancellationToken),
                { Kind: ChangeKind.Remove, Existing: { } existing } => RemoveAsync(existing, cancellationToken),
                { Existing: { } existing } => DoAsync(user, existing, cancellationToken),
                _ => throw new InvalidOperationException($"A plan without a user: {user.Title}."),
            });
        }
    }

    private async Task AddAsync(UserPlan plan, DeclaredUser declared, CancellationToken cancellationToken)
    {
        var wanted = new NewUser(await declared.Credentials!.ReadAsync(cancellationToken), declared.Name)
        {
            Options = declared.Options is { Count: > 0 } options ? OptionValues.Json(options) : null,
        };
        await using PasswordFile? file = declared.PasswordFile is { } path ? PasswordFile.Open(path) : null;
        Login login = await gateway.CreateUserAsync(declared.Project, wanted, cancellationToken);
        if (file is not null)
        {
            await file.WriteAsync(login.Password);
        }

        await Console.Out.WriteLineAsync(
            $"Added user {declared.Name}: username {login.Username}, password {(file is null ? login.Password : $"in {declared.PasswordFile}")}");
        await DoAsync(plan, await gateway.DescribeAsync(login.Username, cancellationToken), cancellationToken);
    }

    private async Task RemoveAsync(UserInfo user, CancellationToken cancellationToken)
    {
        await gateway.DeleteUserAsync(user, cancellationToken);
        await Console.Out.WriteLineAsync($"Removed user {user}.");
    }

    private async Task DoAsync(UserPlan plan, UserInfo user, CancellationToken cancellationToken)
    {
        foreach (Step step in plan.Steps.Where(step => step.IsDone(prune)))
        {
            try
            {
                await step.DoAsync(gateway, user, cancellationToken);
            }
            catch (AdministrationException e)
            {
                throw new AdministrationException($"{plan.Title}, {step.Text}: {e.Message}", e.ExitCode);
            }
        }

        if (plan.Kind == ChangeKind.Change)
        {
            await Console.Out.WriteLineAsync($"Changed user {plan.Declared!.Name} ({user.Username}).");
        }
    }
}
