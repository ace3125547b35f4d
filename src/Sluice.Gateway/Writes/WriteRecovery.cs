using System.Text;
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
    public async Task<Recovery?> AfterAsync(WritePart part, CdfError error, int round, WriteSettings settings, CancellationToken stop)
    {
        var skips = settings.OnError == OnError.Skip;
        if (part.Items.Count == 0 || (round >= MaxRounds && !skips)
            || error.Kind is not (CdfErrorKind.BadRequest or CdfErrorKind.Conflict or CdfErrorKind.Unprocessable or CdfErrorKind.NotFound))
        {
            return null;
        }

        return await AfterDuplicatesAsync(part, error)
            ?? await AfterMissingAsync(part, error, settings, stop)
            ?? (skips ? RejectedItems.After(part, error) : null);
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

    private async Task<Recovery?> AfterMissingAsync(WritePart part, CdfError error, WriteSettings settings, CancellationToken stop)
    {
        if (error.Missing.Count == 0)
        {
            return null;
        }

        var plan = part.Write.Plan;
        if (plan.Table.Kind is TableKind.DoubleDatapoints or TableKind.StringDatapoints && settings.CreateMissing)
        {
            return await _missingSeries.CreateAsync(plan, error.Missing, stop) ? new Recovery([part.Of(part.Items)]) : null;
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

/// <summary>Sets aside the items that CDF does not take, the fewer the better.</summary>
internal static class RejectedItems
{
    public static Recovery? After(WritePart part, CdfError error)
    {
        var named = error.Duplicated.Count > 0 ? error.Duplicated : error.Missing;
        if (named.Count > 0 && part.Divide(named) is var (bad, others))
        {
            return Without(part, bad, others, error);
        }

        if (part.Items.Count == 1)
        {
            return Without(part, part.Items, [], error);
        }

        // CDF does not say which it is.
        var half = part.Items.Count / 2;
        return new Recovery([part.Of([.. part.Items.Take(half)]), part.Of([.. part.Items.Skip(half)])]);
    }

    private static Recovery Without(WritePart part, IReadOnlyList<int> bad, List<int> others, CdfError error)
    {
        var spans = part.Write.Items!;
        var mapper = new CdfErrorMapper(part.Write.Plan);
        var reason = mapper.Map(error, part.Write.Keys);
        return new Recovery(others.Count > 0 ? [part.Of(others)] : [])
        {
            NotApplied = bad,
            Rejected = [.. bad.SelectMany(item => Rows(part, item, spans, reason))],
        };
    }

    private static IEnumerable<RejectedRow> Rows(WritePart part, int item, ItemSpans spans, PgWire.Protocol.PgError reason)
    {
        var origin = spans.OriginOf(item);
        yield return new RejectedRow(origin, part.Write.Keys.NameAt(origin), reason, Encoding.UTF8.GetString(spans.Of(part.Write.Request.Body.Span, item)));
    }
}
