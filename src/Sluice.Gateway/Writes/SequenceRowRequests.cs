using System.Text.Json;
using Sluice.Cdf.Resources;

namespace Sluice.Gateway.Writes;

/// <summary>
/// The requests for rows of sequences that are being filled: one for sequences named by external id, one for those named by id. Each is closed at
/// CDF's bounds, at a bound of bytes, and before a sequence would come twice in it.
/// </summary>
internal sealed class SequenceRowRequests(WritePlan plan, int maxBodyBytes, string scope, List<EncodedWrite> requests) : IDisposable
{
    private Request? _byExternalId;
    private Request? _byId;

    /// <summary>Where to write the next row of <paramref name="group"/>, an object.</summary>
    /// <param name="group">The sequence and its columns.</param>
    /// <param name="number">The row's number.</param>
    /// <param name="origin">The row of the statement.</param>
    /// <param name="count">How many rows of the statement it stands for.</param>
    public Utf8JsonWriter BeginRow(SequenceRowGroup group, long number, long origin, int count)
    {
        ref var open = ref group.ById ? ref _byId : ref _byExternalId;
        if (open is not null && (open.IsFull(group.Columns.Count, maxBodyBytes) || (open.Group != group && !open.TakesSequence(group))))
        {
            requests.Add(open.Close(plan, scope));
            open = null;
        }

        open ??= new Request(group.ById);
        open.BeginRow(group, number, origin, count);
        return open.Json;
    }

    /// <summary>Ends the requests.</summary>
    public void CloseAll()
    {
        foreach (var open in new[] { _byExternalId, _byId }.OfType<Request>())
        {
            requests.Add(open.Close(plan, scope));
        }

        (_byExternalId, _byId) = (null, null);
    }

    public void Dispose()
    {
        _byExternalId?.Dispose();
        _byId?.Dispose();
    }

    private sealed class Request(bool byId) : IDisposable
    {
        private readonly JsonBatch _items = new(byId ? "id" : "external_id");
        private readonly List<ulong> _hashes = [];
        private readonly List<long> _from = [];
        private readonly List<long> _to = [];
        private int _rows;
        private int _values;
        private long _origin;
        private int _itemRows;

        /// <summary>The group whose rows are being written.</summary>
        public SequenceRowGroup? Group { get; private set; }

        public Utf8JsonWriter Json => _items.Json;

        public bool IsFull(int columns, int maxBodyBytes) => _rows == SequenceRowsApi.MaxRowsPerInsert
            || _values + columns > SequenceRowsApi.MaxValuesPerInsert
            || _items.Size >= maxBodyBytes;

        /// <summary>Whether another sequence has room.</summary>
        public bool TakesSequence(SequenceRowGroup group) =>
            _hashes.Count < SequenceRowsApi.MaxSequencesPerInsert && !_hashes.Contains(KeyHash.Of(group.Key));

        public void BeginRow(SequenceRowGroup group, long number, long origin, int count)
        {
            if (Group != group)
            {
                EndSequence();
                BeginSequence(group, number, origin);
            }

            _rows++;
            _values += group.Columns.Count;
            _itemRows += count;
            _items.Spans.Note(origin);
            _from[^1] = Math.Min(_from[^1], number);
            _to[^1] = Math.Max(_to[^1], number);
        }

        public EncodedWrite Close(WritePlan plan, string scope)
        {
            EndSequence();
            return new EncodedWrite(_items.Body)
            {
                Plan = plan,
                Items = _items.Spans,
                Request = SequenceRowsApi.Insert(_items.Close()),
                Rows = _items.Rows,
                Claim = new FenceClaim(scope, byId ? KeyKind.Id : KeyKind.ExternalId, [.. _hashes], [.. _from], [.. _to]),
                Keys = _items.Keys,
            };
        }

        public void Dispose() => _items.Dispose();

        private void BeginSequence(SequenceRowGroup group, long number, long origin)
        {
            Group = group;
            _origin = origin;
            _itemRows = 0;
            _hashes.Add(KeyHash.Of(group.Key));
            _from.Add(number);
            _to.Add(number);
            Json.WriteStartObject();
            if (byId)
            {
                _items.Keys.Add(group.Id, origin);
                Json.WriteNumber("id"u8, group.Id);
            }
            else
            {
                _items.Keys.Add(group.Key, origin);
                Json.WriteString("externalId"u8, group.Key);
            }

            Json.WriteStartArray("columns"u8);
            foreach (var column in group.Columns)
            {
                Json.WriteStringValue(column);
            }

            Json.WriteEndArray();
            Json.WriteStartArray("rows"u8);
        }

        private void EndSequence()
        {
            if (Group is null)
            {
                return;
            }

            Json.WriteEndArray();
            Json.WriteEndObject();
            _items.EndItem(_origin, _itemRows);
            Group = null;
        }
    }
}
