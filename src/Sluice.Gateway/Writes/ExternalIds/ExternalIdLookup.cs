using System.Text;
using Sluice.Cdf.Errors;
using Sluice.Cdf.Resources;
using Sluice.Gateway.Tables;

namespace Sluice.Gateway.Writes.ExternalIds;

/// <summary>
/// The external ids of one resource that the rows of a statement name: each is asked for once, in the order in which they came. Used by one thread at
/// a time.
/// </summary>
internal sealed class ExternalIdLookup(ReferredResource resource, WriteContext context)
{
    /// <summary>Most keys of a question; for assets and data sets alike.</summary>
    public const int KeysPerQuestion = 1_000;

    private const int LongestOnStack = 256;

    private readonly Dictionary<string, long?> _ids = new(StringComparer.Ordinal);
    private readonly Queue<string> _unasked = [];

    /// <summary>What is asked for.</summary>
    public ReferredResource Resource => resource;

    /// <summary>How many have been noted that were not known.</summary>
    public long Noted { get; private set; }

    /// <summary>How many of these have been asked for.</summary>
    public long Asked => Noted - _unasked.Count;

    /// <summary>How many are to be asked for.</summary>
    public int Unasked => _unasked.Count;

    /// <summary>A row names this external id, UTF-8.</summary>
    public void Note(ReadOnlySpan<byte> externalId)
    {
        Span<char> buffer = stackalloc char[LongestOnStack];
        var name = Decode(externalId, buffer);
        var ids = _ids.GetAlternateLookup<ReadOnlySpan<char>>();
        if (ids.ContainsKey(name))
        {
            return;
        }

        if (context.ExternalIds.TryGet(resource, name, out var id))
        {
            ids[name] = id;
            return;
        }

        var text = name.ToString();
        _ids[text] = null;
        _unasked.Enqueue(text);
        Noted++;
    }

    /// <summary>The internal id, or <see langword="null"/> if there is no such resource. The external id has been noted and asked for.</summary>
    public long? IdOf(ReadOnlySpan<byte> externalId)
    {
        Span<char> buffer = stackalloc char[LongestOnStack];
        return _ids.GetAlternateLookup<ReadOnlySpan<char>>()[Decode(externalId, buffer)];
    }

    /// <summary>Asks CDF for those that came first.</summary>
    /// <returns>CDF's error, if it gives no answer.</returns>
    public async ValueTask<CdfError?> AskAsync(CancellationToken cancellationToken)
    {
        var names = new List<string>(Math.Min(_unasked.Count, KeysPerQuestion));
        while (names.Count < KeysPerQuestion && _unasked.TryDequeue(out var name))
        {
            names.Add(name);
        }

        ItemsApi api = resource == ReferredResource.Assets ? context.Client.Assets : context.Client.DataSets;
        var existing = await api.ExistingAsync(names.Select(name => new CdfIdentity(ExternalId: name)), cancellationToken);
        if (!existing.IsSuccess)
        {
            cancellationToken.ThrowIfCancellationRequested();
            return existing.Error;
        }

        foreach (var found in existing.Value)
        {
            _ids[found.ExternalId!] = found.Id;
            context.ExternalIds.Add(resource, found.ExternalId!, found.Id!.Value);
        }

        return null;
    }

    private static ReadOnlySpan<char> Decode(ReadOnlySpan<byte> text, Span<char> buffer) =>
        text.Length <= buffer.Length ? buffer[..Encoding.UTF8.GetChars(text, buffer)] : Encoding.UTF8.GetString(text);
}
