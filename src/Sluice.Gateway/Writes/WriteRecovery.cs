using Sluice.Cdf.Errors;
using Sluice.Gateway.Tables;

namespace Sluice.Gateway.Writes;

/// <summary>What is still to be done of a request after CDF has refused it, and what became of its items meanwhile.</summary>
/// <param name="Next">Requests to send instead.</param>
internal sealed record Recovery(List<WritePart> Next)
{
    /// <summary>Items that turned out to be stored.</summary>
    public IReadOnlyList<int> Stored { get; init; } = [];

    /// <summary>Items that have no effect.</summary>
    public IReadOnlyList<int> NotApplied { get; init; } = [];

    /// <summary>What could have been done about the refusal has failed, and with it the write.</summary>
    public CdfError? Failure { get; init; }

    /// <summary>Rows set aside.</summary>
    public IReadOnlyList<RejectedRow> Rejected { get; init; } = [];
}

/// <summary>
/// Decides what follows a refusal: the rest of a request without the items that CDF names, updates of those that exist, series that were
/// missing and may be created. CDF's lists of <c>missing</c> and <c>duplicated</c> are complete (CDF API, "Bulk conventions").
/// </summary>
internal sealed class WriteRecovery(WriteContext context, WriteSender sender)
{
    // Another writer may create and delete the same keys meanwhile, but hardly so often.
    private const int MaxRounds = 10;

    private readonly MissingSeries _missingSeries = new(context, sender);

    /// <summary>What to send after <paramref name="part"/> was refused; <see langword="null"/>: the write has failed.</summary>
    public async Task<Recovery?> AfterAsync(WritePart part, CdfError error, WriteSettings settings, CancellationToken stop)
    {
        if (part.Items.Count == 0
            || error.Kind is not (CdfErrorKind.BadRequest or CdfErrorKind.Conflict or CdfErrorKind.Unprocessable or CdfErrorKind.NotFound))
        {
            return null;
        }

        if (part.Rounds < MaxRounds
            && (await AfterDuplicatesAsync(part, error) ?? await AfterMissingAsync(part, error, settings, stop)) is { } recovery)
        {
            recovery.Next.ForEach(next => next.Rounds = part.Rounds + 1);
            return recovery;
        }

        return settings.OnError == OnError.Skip ? await new RejectedItems(context, part).AfterAsync(error) : null;
    }

    private async Task<Recovery?> AfterDuplicatesAsync(WritePart part, CdfError error)
    {
        var conflict = part.Write.Plan.Conflict ?? ConflictAction.Error;
        if (!part.Creates || conflict == ConflictAction.Error || error.Duplicated.Count == 0 || part.Divide(error.Duplicated) is not var (existing, others))
        {
            return null;
        }

        List<WritePart> next = others.Count > 0 ? [part.Of(others)] : [];
        if (conflict == ConflictAction.Update)
        {
            if (part.Write.Plan.ConflictColumns.IsEmpty)
            {
                return new Recovery(next) { Stored = existing };
            }

            next.Add(part.Update(existing));
            return new Recovery(next);
        }

        // After a lost answer the items that exist may be this request's own.
        var own = error.Attempts > 1 && part.Write.Verification is { } api ? await CreatedItems.OwnAsync(context.Client, part, existing, api) : [];
        return new Recovery(next) { Stored = own, NotApplied = [.. existing.Except(own)] };
    }

    private async Task<Recovery?> AfterMissingSeriesAsync(WritePart part, IReadOnlyList<CdfIdentity> missing, WriteSettings settings, CancellationToken stop)
    {
        // Only CDF gives ids.
        if (missing.Any(series => series.ExternalId is null))
        {
            return null;
        }

        return await _missingSeries.CreateAsync(part.Write.Plan, settings, missing, stop) switch
        {
            null => new Recovery([part.Of(part.Items)]),
            { Kind: CdfErrorKind.BadRequest } when settings.OnError == OnError.Skip => null,
            var failure => new Recovery([])
            {
                // Its own lists and doubts are about series, not about the points.
                Failure = failure with
                {
                    Message = $"the time series of the data points cannot be created: {failure.Message}",
                    Duplicated = [],
                    Missing = [],
                    EffectPossible = false,
                },
            },
        };
    }

    private async Task<Recovery?> AfterMissingAsync(WritePart part, CdfError error, WriteSettings settings, CancellationToken stop)
    {
        if (error.Missing.Count == 0)
        {
            return null;
        }

        var plan = part.Write.Plan;
        if (plan.Table.Kind is TableKind.DoubleDatapoints or TableKind.StringDatapoints && settings.CreateMissing)
        {
            return await AfterMissingSeriesAsync(part, error.Missing, settings, stop);
        }

        var isByKey = plan.Verb is WriteVerb.Update or WriteVerb.Delete || part.Updates;
        if (!isByKey || part.Divide(error.Missing) is not var (missing, others))
        {
            return null;
        }

        List<WritePart> next = others.Count > 0 ? [part.Of(others)] : [];
        if (!part.Updates)
        {
            return new Recovery(next) { NotApplied = missing };
        }

        // They were deleted after the create had found them.
        next.Add(WritePart.Whole(part.Write).Of(missing));
        return new Recovery(next);
    }
}
