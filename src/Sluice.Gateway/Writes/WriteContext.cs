using Sluice.Cdf.Http;
using Sluice.Gateway.Writes.ExternalIds;
using Sluice.Gateway.Writes.Groups;
using Sluice.Gateway.Writes.Transactions;
using Sluice.PgWire.Types;

namespace Sluice.Gateway.Writes;

/// <summary>Who writes, with what, and how.</summary>
public sealed record WriteContext
{
    /// <summary>The user's way to CDF.</summary>
    public required CdfClient Client { get; init; }

    /// <summary>Keeps requests with a common key apart; one for the whole process.</summary>
    public required KeyFence Fence { get; init; }

    /// <summary>The memory for encoded requests; one for the whole process.</summary>
    public required WriteMemory Memory { get; init; }

    /// <summary>The CDF cluster, so that projects of one name on two clusters are two.</summary>
    public required Uri Cluster { get; init; }

    /// <summary>Where rows wait for COMMIT; one for the whole process.</summary>
    public SpillStore Spill
    {
        get => field ?? throw new InvalidOperationException("There is no place for transactions.");
        init;
    }

    /// <summary>Where single rows of several statements come together; <see langword="null"/>: each goes alone.</summary>
    public GroupCommit? Groups { get; init; }

    /// <summary>The session's settings.</summary>
    public WriteSettings Settings { get; init; } = WriteSettings.Default;

    /// <summary>What of the session's settings bears on how text is read.</summary>
    public TextInputSettings TextInput { get; init; } = TextInputSettings.Default;

    /// <summary>Counts what the statement costs.</summary>
    public WriteTally Tally { get; init; } = new();

    /// <summary>Keeps the rows that are set aside. May be called by any thread, by one at a time for each write.</summary>
    public Action<WritePlan, RejectedRow>? OnRejected { get; init; }

    /// <summary>Rows that the statement has stored by another write before this one.</summary>
    public long StoredBefore { get; init; }

    /// <summary>Bounds.</summary>
    public WriteLimits Limits { get; init; } = WriteLimits.Default;

    /// <summary>The user's time series that are new.</summary>
    public RecentSeries NewSeries { get; init; } = new(TimeProvider.System);

    /// <summary>What the user's sessions have looked up.</summary>
    public ExternalIdCache ExternalIds { get; init; } = new(TimeProvider.System);

    /// <summary>Clock.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;
}
