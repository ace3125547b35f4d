using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Sluice.Cdf.Http;

namespace Sluice.Cdf.DataPoints;

/// <summary>
/// Writes the body of <c>POST /timeseries/data</c> as protobuf (cognitedata/protobuf-files, <c>DataPointInsertionRequest</c>), straight from columns and
/// without an object per point: <see cref="BeginSeries(ReadOnlySpan{byte})"/>, any number of points of one kind, <see cref="EndSeries"/>, and so on.
/// The caller keeps within CDF's limits (<see cref="Resources.DataPointsApi"/>) with <see cref="Series"/> and <see cref="Points"/>, names a series once,
/// and gives only values that CDF takes; nothing is checked here.
/// </summary>
/// <remarks>
/// Lengths precede messages in protobuf. A point's is computed; the two of a series are known at its end, so the room that they most often need is left
/// free in front of the points, and the points are moved by a few bytes when it was another.
/// </remarks>
public sealed class DataPointEncoder(PooledBuffer buffer)
{
    // Tags, cognitedata/protobuf-files: data_point_insertion_request.proto and data_points.proto.
    private const byte RequestItems = (1 << 3) | ProtoWriter.LengthType;
    private const byte ItemId = (1 << 3) | ProtoWriter.VarintType;
    private const byte ItemExternalId = (2 << 3) | ProtoWriter.LengthType;
    private const byte ItemNumeric = (3 << 3) | ProtoWriter.LengthType;
    private const byte ItemString = (4 << 3) | ProtoWriter.LengthType;
    private const byte Datapoint = (1 << 3) | ProtoWriter.LengthType;
    private const byte PointTimestamp = (1 << 3) | ProtoWriter.VarintType;
    private const byte PointDouble = (2 << 3) | ProtoWriter.Fixed64Type;
    private const byte PointString = (2 << 3) | ProtoWriter.LengthType;
    private const byte PointStatus = (3 << 3) | ProtoWriter.LengthType;
    private const byte PointNull = (4 << 3) | ProtoWriter.VarintType;
    private const byte StatusCode = (1 << 3) | ProtoWriter.VarintType;

    // A varint of six bytes: 1971-02-03 to 2109-05-15 in milliseconds.
    private const long SixBytesFrom = 1L << 35;
    private const long SixBytesBelow = 1L << 42;
    private const int CommonPointSize = 18;

    // Of the two lengths that are left open: three bytes, for 16 KiB to 2 MiB, which is a series of a thousand points or more.
    private const int UsualLengthBytes = 3;
    private const int LargestPoint = 64;

    private int _seriesStart;
    private int _pointsStart;
    private int _pointsAtStart;
    private byte _kind;

    /// <summary>Series ended so far.</summary>
    public int Series { get; private set; }

    /// <summary>Points written so far, those of the open series included.</summary>
    public int Points { get; private set; }

    /// <summary>Begins the points of the series with this external id, in UTF-8.</summary>
    public void BeginSeries(ReadOnlySpan<byte> externalId)
    {
        var referenceSize = 1 + ProtoWriter.VarintSize((uint)externalId.Length) + externalId.Length;
        var target = Begin(referenceSize, out var at);
        target[at++] = ItemExternalId;
        at = ProtoWriter.WriteVarint(target, at, (uint)externalId.Length);
        externalId.CopyTo(target[at..]);
        Open(at + externalId.Length);
    }

    /// <summary>Begins the points of the series with this internal id.</summary>
    public void BeginSeries(long id)
    {
        var target = Begin(1 + ProtoWriter.VarintSize((ulong)id), out var at);
        target[at++] = ItemId;
        Open(ProtoWriter.WriteVarint(target, at, (ulong)id));
    }

    /// <summary>Numeric points with status Good. <paramref name="timestamps"/> are milliseconds since 1970.</summary>
    public void AppendNumeric(ReadOnlySpan<long> timestamps, ReadOnlySpan<double> values)
    {
        values = values[..timestamps.Length];
        _kind = ItemNumeric;
        var target = buffer.GetSpan(PointsSize(timestamps.Length));
        var at = 0;
        for (var i = 0; i < timestamps.Length; i++)
        {
            at = Write(target, at, timestamps[i], values[i]);
        }

        Close(at, timestamps.Length);
    }

    /// <summary>The numeric points at <paramref name="rows"/> of two columns, with status Good.</summary>
    /// <typeparam name="TUnit">Unit of <paramref name="timestamps"/>.</typeparam>
    public void AppendNumeric<TUnit>(ReadOnlySpan<int> rows, ReadOnlySpan<long> timestamps, ReadOnlySpan<double> values)
        where TUnit : struct, ITimestampUnit
    {
        _kind = ItemNumeric;
        var target = buffer.GetSpan(PointsSize(rows.Length));
        var at = 0;
        foreach (var row in rows)
        {
            at = Write(target, at, TUnit.ToUnixMilliseconds(timestamps[row]), values[row]);
        }

        Close(at, rows.Length);
    }

    /// <summary>
    /// A numeric point with a status (<see cref="DataPointStatus"/>). With a Bad one <paramref name="value"/> may be any double, or null.
    /// </summary>
    public void AppendNumeric(long timestamp, double? value, uint status)
    {
        _kind = ItemNumeric;
        var target = buffer.GetSpan(LargestPoint);
        var length = 1 + ProtoWriter.VarintSize((ulong)timestamp) + (value is null ? 2 : 1 + sizeof(double)) + StatusSize(status);
        var at = WritePointHead(target, length, timestamp);
        if (value is { } number)
        {
            target[at++] = PointDouble;
            at = ProtoWriter.WriteDouble(target, at, number);
        }

        at = WriteStatus(target, at, status);
        Close(value is null ? WriteNull(target, at) : at, 1);
    }

    /// <summary>A string point, its value in UTF-8.</summary>
    public void AppendString(long timestamp, ReadOnlySpan<byte> value, uint status = DataPointStatus.Good)
    {
        _kind = ItemString;
        var target = buffer.GetSpan(LargestPoint + value.Length);
        var length = 1 + ProtoWriter.VarintSize((ulong)timestamp) + 1 + ProtoWriter.VarintSize((uint)value.Length) + value.Length + StatusSize(status);
        var at = WritePointHead(target, length, timestamp);
        target[at++] = PointString;
        at = ProtoWriter.WriteVarint(target, at, (uint)value.Length);
        value.CopyTo(target[at..]);
        Close(WriteStatus(target, at + value.Length, status), 1);
    }

    /// <summary>Ends the series. One without points leaves nothing behind, since CDF refuses it.</summary>
    public void EndSeries()
    {
        if (Points == _pointsAtStart)
        {
            buffer.Truncate(_seriesStart);
            return;
        }

        var reference = buffer.Written(_seriesStart)[ReferenceOffset..(_pointsStart - _seriesStart - 1 - UsualLengthBytes)];
        var pointsSize = buffer.Length - _pointsStart;
        var itemSize = reference.Length + 1 + ProtoWriter.VarintSize((uint)pointsSize) + pointsSize;
        var head = 1 + ProtoWriter.VarintSize((uint)itemSize) + (itemSize - pointsSize);
        var shift = head - (_pointsStart - _seriesStart);
        if (shift > 0)
        {
            buffer.GetSpan(shift);
            buffer.Advance(shift);
        }

        var item = buffer.Written(_seriesStart);
        if (shift != 0)
        {
            item.Slice(head - shift, pointsSize).CopyTo(item[head..]);
        }

        MoveReference(item, itemSize, pointsSize, reference.Length);
        buffer.Truncate(_seriesStart + head + pointsSize);
        Series++;
    }

    private static int ReferenceOffset => 1 + UsualLengthBytes;

    private void MoveReference(Span<byte> item, int itemSize, int pointsSize, int referenceSize)
    {
        var referenceAt = 1 + ProtoWriter.VarintSize((uint)itemSize);
        item.Slice(ReferenceOffset, referenceSize).CopyTo(item[referenceAt..]);
        item[0] = RequestItems;
        ProtoWriter.WriteVarint(item, 1, (uint)itemSize);
        var at = referenceAt + referenceSize;
        item[at++] = _kind;
        ProtoWriter.WriteVarint(item, at, (uint)pointsSize);
    }

    private Span<byte> Begin(int referenceSize, out int at)
    {
        _seriesStart = buffer.Length;
        _pointsAtStart = Points;
        at = ReferenceOffset;
        return buffer.GetSpan(ReferenceOffset + referenceSize + 1 + UsualLengthBytes);
    }

    private void Open(int referenceEnd)
    {
        buffer.Advance(referenceEnd + 1 + UsualLengthBytes);
        _pointsStart = buffer.Length;
    }

    private void Close(int written, int points)
    {
        buffer.Advance(written);
        Points += points;
    }

    // The longest timestamp takes four bytes more than the common one.
    private static int PointsSize(int count) => checked((count * (CommonPointSize + 4)) + LargestPoint);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int Write(Span<byte> target, int at, long timestamp, double value)
    {
        if (timestamp is < SixBytesFrom or >= SixBytesBelow)
        {
            return WriteUncommon(target, at, timestamp, value);
        }

        // 0A 10 08 v0 v1 v2 v3 v4 | v5 11 | d0 .. d7
        var point = target.Slice(at, CommonPointSize);
        ref var first = ref MemoryMarshal.GetReference(point);
        var varint = ProtoWriter.SixByteVarint((ulong)timestamp);
        const ulong Head = Datapoint | ((CommonPointSize - 2UL) << 8) | ((ulong)PointTimestamp << 16);
        ProtoWriter.WriteLittleEndian(ref first, Head | (varint << 24));
        ProtoWriter.WriteLittleEndian(ref Unsafe.Add(ref first, 8), (ushort)((varint >> 40) | (PointDouble << 8)));
        ProtoWriter.WriteLittleEndian(ref Unsafe.Add(ref first, 10), value);
        return at + CommonPointSize;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static int WriteUncommon(Span<byte> target, int at, long timestamp, double value)
    {
        target = target[at..];
        var end = WritePointHead(target, 1 + ProtoWriter.VarintSize((ulong)timestamp) + 1 + sizeof(double), timestamp);
        target[end++] = PointDouble;
        return at + ProtoWriter.WriteDouble(target, end, value);
    }

    private static int WritePointHead(Span<byte> target, int length, long timestamp)
    {
        target[0] = Datapoint;
        var at = ProtoWriter.WriteVarint(target, 1, (uint)length);
        target[at++] = PointTimestamp;
        return ProtoWriter.WriteVarint(target, at, (ulong)timestamp);
    }

    private static int StatusSize(uint status) => status == DataPointStatus.Good ? 0 : 3 + ProtoWriter.VarintSize(status);

    private static int WriteStatus(Span<byte> target, int at, uint status)
    {
        if (status == DataPointStatus.Good)
        {
            return at;
        }

        target[at++] = PointStatus;
        at = ProtoWriter.WriteVarint(target, at, (uint)(1 + ProtoWriter.VarintSize(status)));
        target[at++] = StatusCode;
        return ProtoWriter.WriteVarint(target, at, status);
    }

    private static int WriteNull(Span<byte> target, int at)
    {
        target[at++] = PointNull;
        target[at++] = 1;
        return at;
    }
}
