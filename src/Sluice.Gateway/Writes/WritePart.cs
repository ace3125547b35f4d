using Sluice.Cdf.Errors;
using Sluice.Cdf.Http;

namespace Sluice.Gateway.Writes;

/// <summary>One request for some of the items of an <see cref="EncodedWrite"/>, or for all of them.</summary>
internal sealed class WritePart : IDisposable
{
    private readonly PooledBuffer? _body;

    private WritePart(EncodedWrite write, CdfRequest request, IReadOnlyList<int> items, PooledBuffer? body, bool updates)
    {
        Write = write;
        Request = request;
        Items = items;
        _body = body;
        Updates = updates;
    }

    public EncodedWrite Write { get; }

    public CdfRequest Request { get; }

    /// <summary>The items, by their number in the write; empty if its body cannot be divided.</summary>
    public IReadOnlyList<int> Items { get; }

    /// <summary>It changes items that a create has found to exist.</summary>
    public bool Updates { get; }

    /// <summary>How many times something was done about what CDF has said of its items' existence.</summary>
    public int Rounds { get; set; }

    /// <summary>It follows what was sent before, so nothing is to be asked first.</summary>
    public bool Follows { get; private init; }

    /// <summary>A lost answer leaves it open whether items were created.</summary>
    public bool Creates => Write.Creates && !Updates;

    /// <summary>How many rows it is for.</summary>
    public int Rows => Write.Items is { } spans && Items.Count < spans.Count ? Items.Sum(spans.RowsOf) : Write.Rows;

    /// <summary>All of the write.</summary>
    public static WritePart Whole(EncodedWrite write) =>
        new(write, write.Request, write.Items is { } items ? [.. Enumerable.Range(0, items.Count)] : [], body: null, updates: false);

    /// <summary>The same request with some of the items.</summary>
    public WritePart Of(IReadOnlyList<int> items)
    {
        if (Updates)
        {
            return Update(items);
        }

        var body = new PooledBuffer();
        Write.Items!.WritePart(Write.Request.Body.Span, items, body);
        return new WritePart(Write, Write.Request with { Body = body.WrittenMemory }, items, body, updates: false);
    }

    /// <summary>Another request, for some of the items, in the place of this one.</summary>
    public WritePart Instead(IReadOnlyList<int> items, CdfRequest request, PooledBuffer body) => new(Write, request, items, body, Updates);

    /// <summary>A request for some of the items that is to be sent after this one.</summary>
    public WritePart Following(IReadOnlyList<int> items, CdfRequest request, PooledBuffer body) =>
        new(Write, request, items, body, Updates) { Follows = true };

    /// <summary>The update of items that exist.</summary>
    public WritePart Update(IReadOnlyList<int> items)
    {
        var body = new PooledBuffer();
        UpsertBody.Write(Write, items, body);
        return new WritePart(Write, Write.Upsert!.Update(body.WrittenMemory, discardBody: Write.Request.DiscardBody), items, body, updates: true);
    }

    /// <summary>Those of the items that have one of <paramref name="keys"/>, and the others; <see langword="null"/> if a key belongs to none.</summary>
    public (List<int> Named, List<int> Others)? Divide(IReadOnlyList<CdfIdentity> keys)
    {
        if (Write.Items is not { } spans)
        {
            return null;
        }

        var mine = Items.ToHashSet();
        var named = new SortedSet<int>();
        foreach (var key in keys)
        {
            if (Write.Keys.OriginOf(key) is not { } origin || spans.IndexOf(origin) is var item && !mine.Contains(item))
            {
                return null;
            }

            named.Add(item);
        }

        return ([.. named], [.. Items.Where(item => !named.Contains(item))]);
    }

    public void Dispose() => _body?.Dispose();
}
