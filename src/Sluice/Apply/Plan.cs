using Sluice.Administration;

namespace Sluice.Apply;

/// <summary>What makes the gateway's users what a file declares.</summary>
internal sealed record Plan(IReadOnlyList<UserPlan> Users)
{
    /// <summary>Whether something is removed or replaced, if that is asked for.</summary>
    public bool Takes => Users.Any(user => user.Kind == ChangeKind.Remove || user.Steps.Any(step => step.NeedsPrune));

    /// <summary>Whether nothing is to be done.</summary>
    public bool IsEmpty(bool prune) => !Users.Any(user => user.IsDone(prune));
}

/// <summary>What is done with one user.</summary>
/// <param name="Kind">In all.</param>
/// <param name="Title">Who.</param>
/// <param name="Steps">In this order.</param>
internal sealed record UserPlan(ChangeKind Kind, string Title, IReadOnlyList<Step> Steps)
{
    /// <summary>The user as he is; null if he is to be made.</summary>
    public UserInfo? Existing { get; init; }

    /// <summary>The user as he is to be; null if he is to be removed.</summary>
    public DeclaredUser? Declared { get; init; }

    /// <summary>Whether anything is done.</summary>
    public bool IsDone(bool prune) => Kind switch
    {
        ChangeKind.Add => true,
        ChangeKind.Remove => prune,
        _ => Steps.Any(step => step.IsDone(prune)),
    };
}

/// <summary>One thing to be done with a user that is there.</summary>
/// <param name="Kind">How the diff shows it.</param>
/// <param name="Text">What it is.</param>
/// <param name="DoAsync">Does it.</param>
internal sealed record Step(ChangeKind Kind, string Text, Func<GatewayClient, UserInfo, CancellationToken, Task> DoAsync)
{
    /// <summary>It takes away what somebody may use, so it is done only if that is asked for.</summary>
    public bool NeedsPrune { get; init; }

    /// <summary>Without it the gateway is not as declared, so leaving it out is a failure.</summary>
    public bool IsNeeded { get; init; }

    /// <summary>Whether it is done.</summary>
    public bool IsDone(bool prune) => prune || !NeedsPrune;
}

/// <summary>What happens with something, as a diff shows it.</summary>
internal enum ChangeKind
{
    /// <summary><c>+</c></summary>
    Add,

    /// <summary><c>~</c></summary>
    Change,

    /// <summary><c>-</c></summary>
    Remove,
}
