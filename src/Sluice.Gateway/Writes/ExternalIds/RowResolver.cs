using System.Buffers;
using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Text;
using Sluice.Gateway.Tables;
using Sluice.PgWire.Columns;
using Sluice.PgWire.Protocol;
using Sluice.PgWire.Types;

namespace Sluice.Gateway.Writes.ExternalIds;

/// <summary>Makes rows with internal ids of rows with external ids. Used by one thread at a time.</summary>
internal sealed class RowResolver
{
    private const int MaxLength = 255;

    // array_send: number of dimensions, flags, element type; length and lower bound of the one dimension.
    private const int HeaderSize = 3 * sizeof(int);
    private const int DimensionSize = 2 * sizeof(int);

    private readonly WritePlan _plan;
    private readonly ImmutableArray<ResolvedColumn> _sources;
    private readonly RowErrors _errors;
    private readonly ExternalIdLookup[] _lookups;
    private readonly ArrayBufferWriter<byte> _value = new();
    private readonly List<long>[] _ids;
    private readonly List<long> _given = [];

    /// <summary>Looks up what rows of <paramref name="plan"/> name.</summary>
    /// <param name="plan">Of the rows as they are given.</param>
    /// <param name="sources">Where the columns of the rows to be made come from.</param>
    /// <param name="context">Has the user's way to CDF.</param>
    public RowResolver(WritePlan plan, ImmutableArray<ResolvedColumn> sources, WriteContext context)
    {
        _plan = plan;
        _sources = sources;
        _errors = new RowErrors(plan);
        _ids = [.. sources.Select(_ => new List<long>())];
        _lookups =
        [
            .. sources.Where(source => source.Named >= 0).Select(source => plan.Columns[source.Named].Reference!.Resource).Distinct()
                .Select(resource => new ExternalIdLookup(resource, context)),
        ];
    }

    /// <summary>One for each resource that is referred to.</summary>
    public IReadOnlyList<ExternalIdLookup> Lookups => _lookups;

    /// <summary>Notes all external ids that the rows name.</summary>
    public void Note(RowBatch batch)
    {
        foreach (var source in _sources)
        {
            if (source.Named < 0)
            {
                continue;
            }

            var column = batch.Columns[source.Named];
            var lookup = LookupOf(source);
            for (var row = 0; row < batch.Count; row++)
            {
                if (!column.IsNull(row))
                {
                    var names = new NameReader(column, row, _value);
                    while (names.Read(out var name))
                    {
                        // A longer one, or none, is an error of its row, for which CDF is not asked.
                        if (CanBeKey(name))
                        {
                            lookup.Note(name);
                        }
                    }
                }
            }
        }
    }

    /// <summary>Appends the row, with its origin; everything it names has been noted and asked for.</summary>
    /// <exception cref="PgException">
    /// 23503 there is no such resource; 22023 internal and external ids are of different ones; 22001 a key is too long. Nothing is appended.
    /// </exception>
    public void Append(RowBatch from, int row, RowBatch to)
    {
        for (var i = 0; i < _sources.Length; i++)
        {
            Resolve(from, row, i);
        }

        for (var i = 0; i < _sources.Length; i++)
        {
            var (_, plain, named) = _sources[i];
            if (named >= 0 && !from.Columns[named].IsNull(row))
            {
                AppendIds(_ids[i], to.Columns[i]);
            }
            else if (plain < 0 || from.Columns[plain].IsNull(row))
            {
                to.Columns[i].AppendNull();
            }
            else
            {
                _value.ResetWrittenCount();
                from.Columns[plain].WriteValueBinary(row, _value);
                to.Columns[i].AppendBinary(_value.WrittenSpan, from.Columns[plain].Type.Type);
            }
        }

        to.EndRow(from.OriginOf(row));
    }

    private static bool CanBeKey(ReadOnlySpan<byte> name) => name.Length <= MaxLength || Encoding.UTF8.GetCharCount(name) <= MaxLength;

    private ExternalIdLookup LookupOf(ResolvedColumn source)
    {
        var resource = _plan.Columns[source.Named].Reference!.Resource;
        return Array.Find(_lookups, lookup => lookup.Resource == resource)!;
    }

    private void Resolve(RowBatch batch, int row, int index)
    {
        var source = _sources[index];
        if (source.Named < 0 || batch.Columns[source.Named].IsNull(row))
        {
            return;
        }

        var lookup = LookupOf(source);
        var ids = _ids[index];
        ids.Clear();
        var names = new NameReader(batch.Columns[source.Named], row, _value);
        while (names.Read(out var name))
        {
            if (!CanBeKey(name))
            {
                throw _errors.TooLong(batch, row, source.Named, $"an external id has at most {MaxLength} characters");
            }

            ids.Add(lookup.IdOf(name) ?? throw Unknown(batch, row, source.Named, Encoding.UTF8.GetString(name)));
        }

        if (names.HasNulls)
        {
            throw _errors.At(
                batch, row, source.Named, SqlState.InvalidParameterValue, $"column \"{_plan.Columns[source.Named].Name}\" takes no NULL among external ids");
        }

        if (source.Plain >= 0 && !batch.Columns[source.Plain].IsNull(row))
        {
            RequireSame(batch, row, source, ids);
        }
    }

    private void RequireSame(RowBatch batch, int row, ResolvedColumn source, List<long> ids)
    {
        _given.Clear();
        if (batch.Columns[source.Plain] is Int8Column numbers)
        {
            _given.Add(numbers.Values[row]);
        }
        else
        {
            var values = new NameReader(batch.Columns[source.Plain], row, _value);
            while (values.Read(out var value))
            {
                _given.Add(BinaryPrimitives.ReadInt64BigEndian(value));
            }
        }

        if (!_given.ToHashSet().SetEquals(ids))
        {
            throw _errors.At(
                batch,
                row,
                source.Named,
                SqlState.InvalidParameterValue,
                $"columns \"{_plan.Columns[source.Plain].Name}\" and \"{_plan.Columns[source.Named].Name}\" refer to different resources",
                hint: "Give one of them.");
        }
    }

    private PgException Unknown(RowBatch batch, int row, int column, string name)
    {
        var (what, table) = _plan.Columns[column].Reference!.Resource == ReferredResource.Assets ? ("asset", " of \"assets\"") : ("data set", string.Empty);
        return _errors.At(
            batch,
            row,
            column,
            SqlState.ForeignKeyViolation,
            $"there is no {what} with the external id \"{name}\"",
            hint: what == "asset"
                ? $"Create it first. Rows{table} that wait for COMMIT cannot be referred to in this way yet."
                : "Create the data set in CDF first, or check whether the user's credentials may read it (datasets:read).");
    }

    private void AppendIds(List<long> ids, Column column)
    {
        if (column is Int8Column numbers)
        {
            numbers.Append(ids[0]);
            return;
        }

        _value.ResetWrittenCount();
        var array = _value.GetSpan(HeaderSize + DimensionSize + (ids.Count * (sizeof(int) + sizeof(long))));
        BinaryPrimitives.WriteInt32BigEndian(array, ids.Count == 0 ? 0 : 1);
        BinaryPrimitives.WriteInt32BigEndian(array[sizeof(int)..], 0);
        BinaryPrimitives.WriteUInt32BigEndian(array[(2 * sizeof(int))..], PgType.Int8.Oid);
        var length = HeaderSize;
        if (ids.Count > 0)
        {
            BinaryPrimitives.WriteInt32BigEndian(array[length..], ids.Count);
            BinaryPrimitives.WriteInt32BigEndian(array[(length + sizeof(int))..], 1);
            length += DimensionSize;
        }

        foreach (var id in ids)
        {
            BinaryPrimitives.WriteInt32BigEndian(array[length..], sizeof(long));
            BinaryPrimitives.WriteInt64BigEndian(array[(length + sizeof(int))..], id);
            length += sizeof(int) + sizeof(long);
        }

        column.AppendBinary(array[..length], PgType.Int8Array);
    }

    /// <summary>The elements of a value: of an array those that are not NULL, else the value itself.</summary>
    private ref struct NameReader
    {
        private ReadOnlySpan<byte> _rest;
        private int _left;
        private readonly bool _isArray;

        /// <summary>Reads the value in <paramref name="row"/>, which is not NULL; <paramref name="buffer"/> is used until the end.</summary>
        public NameReader(Column column, int row, ArrayBufferWriter<byte> buffer)
        {
            if (column is VariableColumn text)
            {
                _rest = text[row];
                _left = 1;
                return;
            }

            buffer.ResetWrittenCount();
            column.WriteValueBinary(row, buffer);
            var array = buffer.WrittenSpan;
            _isArray = true;

            // Columns take no array of more dimensions; an empty one has none.
            if (BinaryPrimitives.ReadInt32BigEndian(array) == 1)
            {
                _left = BinaryPrimitives.ReadInt32BigEndian(array[HeaderSize..]);
                _rest = array[(HeaderSize + DimensionSize)..];
            }
        }

        /// <summary>Elements that were NULL have been passed over.</summary>
        public bool HasNulls { get; private set; }

        public bool Read(out ReadOnlySpan<byte> element)
        {
            while (_left-- > 0)
            {
                if (!_isArray)
                {
                    element = _rest;
                    return true;
                }

                var length = BinaryPrimitives.ReadInt32BigEndian(_rest);
                _rest = _rest[sizeof(int)..];
                if (length >= 0)
                {
                    element = _rest[..length];
                    _rest = _rest[length..];
                    return true;
                }

                HasNulls = true;
            }

            element = default;
            return false;
        }
    }
}
