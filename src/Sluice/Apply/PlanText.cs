namespace Sluice.Apply;

/// <summary>A plan as a diff for people.</summary>
internal static class PlanText
{
    private const string Kept = "  (kept; --prune removes it)";
    private const string Refused = "  (not done; --prune replaces the table)";

    /// <summary>Prints what is to be done, and what is kept since it is not to be pruned.</summary>
    public static async Task WriteAsync(Plan plan, bool prune, TextWriter writer)
    {
        foreach (UserPlan user in plan.Users.Where(user => user.Kind != ChangeKind.Change || user.Steps.Count > 0))
        {
            await writer.WriteLineAsync($"{Sign(user.Kind)} {user.Title}{(user.Kind == ChangeKind.Remove && !prune ? Kept : string.Empty)}");
            foreach (Step step in user.Steps)
            {
                await writer.WriteLineAsync($"    {Sign(step.Kind)} {step.Text}{(step.IsDone(prune) ? string.Empty : step.IsNeeded ? Refused : Kept)}");
            }
        }

        await writer.WriteLineAsync(plan.IsEmpty(prune)
            ? "No changes: the gateway's users are as declared."
            : $"Plan: {Count(plan, ChangeKind.Add, prune)} to add, {Count(plan, ChangeKind.Change, prune)} to change, {Count(plan, ChangeKind.Remove, prune)} to remove.");
    }

    private static int Count(Plan plan, ChangeKind kind, bool prune) => plan.Users.Count(user => user.Kind == kind && user.IsDone(prune));

    private static char Sign(ChangeKind kind) => kind switch
    {
        ChangeKind.Add => '+',
        ChangeKind.Change => '~',
        _ => '-',
    };
}
