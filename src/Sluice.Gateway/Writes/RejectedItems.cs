using Sluice.Cdf.Errors;
using Sluice.Gateway.Tables;
using Sluice.PgWire.Protocol;

namespace Sluice.Gateway.Writes;

/// <summary>
/// Sets aside the items of a request that CDF does not take, under <c>sluice.on_error = skip</c>: those that its answer names, else they are found
/// by halves, which costs twice the logarithm of the items for each.
/// </summary>
internal sealed class RejectedItems(WriteContext context, WritePart part)
{
    /// <summary>What to send after CDF has refused the request for its contents; <see langword="null"/>: it is about no item.</summary>
    public async Task<Recovery?> AfterAsync(CdfError error)
    {
        if (!IsAboutItems(error))
        {
            return null;
        }

        var named = Named(error);
        if (named.Count > 0 && part.Divide(named) is var (bad, others))
        {
            return await WithoutAsync(bad, others, error, named);
        }

        if (part.Items.Count == 1)
        {
            return await WithoutAsync(part.Items, [], error, []);
        }

        // CDF does not say which it is.
        var half = part.Items.Count / 2;
        return Sending(part.Of([.. part.Items.Take(half)]), part.Of([.. part.Items.Skip(half)]));
    }

    /// <summary>A 404 is about a resource, or about nothing that is there; CDF's rows of sequences have it for columns.</summary>
    private bool IsAboutItems(CdfError error) =>
        error.Kind != CdfErrorKind.NotFound || error.Missing.Count > 0 || part.Write.Plan.Table.Kind == TableKind.SequenceRows;

    /// <summary>
    /// The keys of the answer that are the items' own. What a create misses are things that its items refer to, even if they are called like one.
    /// </summary>
    private IReadOnlyList<CdfIdentity> Named(CdfError error) => part.Creates ? error.Duplicated : error.Missing;

    private async Task<Recovery> WithoutAsync(IReadOnlyList<int> bad, List<int> others, CdfError error, IReadOnlyList<CdfIdentity> named)
    {
        // After a lost answer the items that exist may be this request's own.
        var mayBeOwn = part.Creates && error.Attempts > 1 && error.Kind == CdfErrorKind.Conflict;
        var own = mayBeOwn && part.Write.Verification is { } api ? await CreatedItems.OwnAsync(context.Client, part, bad, api) : [];
        var keys = named.ToLookup(key => part.Write.Keys.OriginOf(key));
        return Sending(others.Count > 0 ? [part.Of(others)] : []) with
        {
            Stored = own,
            Rejected = [.. bad.Except(own).SelectMany(item => Rows(item, error, keys))],
        };
    }

    private IEnumerable<RejectedRow> Rows(int item, CdfError error, ILookup<long?, CdfIdentity> keys)
    {
        var write = part.Write;
        var origin = write.Items!.OriginOf(item);
        CdfIdentity[] own = [.. keys[origin].Take(1)];
        if (own.Length > 0)
        {
            error = part.Creates ? error with { Duplicated = own } : error with { Missing = own };
        }

        PgError reason = new CdfErrorMapper(write.Plan).Map(error, write.Keys);
        return write.Source!.Reject(write.Items.OriginsOf(item), reason);
    }

    private Recovery Sending(params WritePart[] next)
    {
        foreach (var sent in next)
        {
            sent.Rounds = part.Rounds;
        }

        return new Recovery([.. next]);
    }
}
