using System.Buffers.Binary;
using Sluice.PgWire.Columns;
using Sluice.PgWire.Protocol;

namespace Sluice.PgWire.Copy;

/// <summary>
/// COPY's binary format (PostgreSQL manual, "COPY", Binary Format). No length that the data declares is believed before that many bytes
/// are here: what arrives is kept, and nothing is reserved for what may come.
/// </summary>
internal sealed class BinaryCopyDecoder(string relationName, IReadOnlyList<string> columnNames) : CopyDecoder(relationName, columnNames)
{
    private const int FlagsAt = 11;
    private const int ExtensionAt = 15;
    private const int HeaderLength = 19;
    private const int OidsFlag = 1 << 16;
    private const short Trailer = -1;

    private PooledBuffer<byte> _carry = new();
    private BinaryRowFrame _frame = new(columnNames.Count);
    private bool _readHeader;
    private int _extension;
    private bool _readTrailer;

    /// <summary>PGCOPY, and bytes that a conversion of line ends or of characters would spoil.</summary>
    private static ReadOnlySpan<byte> Signature => [0x50, 0x47, 0x43, 0x4f, 0x50, 0x59, 0x0a, 0xff, 0x0d, 0x0a, 0x00];

    public override int Consume(ReadOnlySpan<byte> data, RowBatch batch, int maxRows)
    {
        CheckColumns(batch);
        Consumed = 0;
        while (Consumed < data.Length && CanContinue && HasRoom(batch, maxRows))
        {
            if (_extension > 0)
            {
                int skipped = Math.Min(_extension, data.Length - Consumed);
                _extension -= skipped;
                Consumed += skipped;
            }
            else if (_readTrailer)
            {
                throw Broken(BadFormat("received copy data after EOF marker"));
            }
            else if (_carry.Count == 0)
            {
                ConsumeWhole(data[Consumed..], batch);
            }
            else
            {
                ConsumeCarried(data[Consumed..], batch);
            }
        }

        return Consumed;
    }

    public override void Complete(RowBatch batch)
    {
        CheckColumns(batch);
        if (!CanContinue)
        {
            return;
        }

        if (!_readHeader)
        {
            CanContinue = false;
            ReadHeader(_carry.Items);
        }
        else if (_extension > 0)
        {
            CanContinue = false;
            throw BadFormat("invalid COPY file header (wrong length)");
        }
        else if (_carry.Count >= sizeof(short))
        {
            ReadRow(_carry.Items, batch);
        }
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _carry.Release();
        }
    }

    /// <summary>Reads the header or a row from data that begins with it, or keeps what there is of it.</summary>
    private void ConsumeWhole(ReadOnlySpan<byte> data, RowBatch batch)
    {
        if (!TryFindEnd(data, out long end))
        {
            Keep(data);
            Consumed += data.Length;
            return;
        }

        Consumed += (int)end;
        Read(data[..(int)end], batch);
    }

    /// <summary>Adds to what was kept as much as it takes to get on, and no byte of the next row.</summary>
    private void ConsumeCarried(ReadOnlySpan<byte> data, RowBatch batch)
    {
        if (!TryFindEnd(_carry.Items, out long needed))
        {
            int taken = (int)Math.Min(needed - _carry.Count, data.Length);
            Keep(data[..taken]);
            Consumed += taken;
            if (!TryFindEnd(_carry.Items, out _))
            {
                return;
            }
        }

        try
        {
            Read(_carry.Items, batch);
        }
        finally
        {
            _carry.Count = 0;
        }
    }

    private bool TryFindEnd(ReadOnlySpan<byte> data, out long needed)
    {
        if (_readHeader)
        {
            bool found = _frame.TryFindEnd(data, out needed);
            return needed <= MaxRowLength ? found : throw TooLong();
        }

        needed = HeaderLength;
        return data.Length >= HeaderLength;
    }

    private void Keep(ReadOnlySpan<byte> data) => _carry.AddRange(data);

    private void Read(ReadOnlySpan<byte> unit, RowBatch batch)
    {
        if (_readHeader)
        {
            _frame.Reset();
            ReadRow(unit, batch);
        }
        else
        {
            ReadHeader(unit);
            _readHeader = true;
        }
    }

    private void ReadHeader(ReadOnlySpan<byte> header)
    {
        bool wasWhole = CanContinue;
        CanContinue = false;
        if (!header.StartsWith(Signature))
        {
            throw BadFormat("COPY file signature not recognized");
        }

        if (header.Length < ExtensionAt)
        {
            throw BadFormat("invalid COPY file header (missing flags)");
        }

        int flags = BinaryPrimitives.ReadInt32BigEndian(header[FlagsAt..]);
        if ((flags & OidsFlag) != 0)
        {
            throw BadFormat("invalid COPY file header (WITH OIDS)");
        }

        if (flags >> 16 != 0)
        {
            throw BadFormat("unrecognized critical flags in COPY file header");
        }

        _extension = header.Length < HeaderLength ? -1 : BinaryPrimitives.ReadInt32BigEndian(header[ExtensionAt..]);
        if (_extension < 0)
        {
            throw BadFormat("invalid COPY file header (missing length)");
        }

        CanContinue = wasWhole;
    }

    /// <summary>Reads a row, or as much as there is of the last one.</summary>
    private void ReadRow(ReadOnlySpan<byte> row, RowBatch batch)
    {
        Line++;
        int count = BinaryPrimitives.ReadInt16BigEndian(row);
        if (count == Trailer)
        {
            _readTrailer = true;
            return;
        }

        ReadOnlySpan<Column> columns = batch.ColumnSpan;
        if (count != columns.Length)
        {
            throw Broken(BadFormat($"row field count is {count}, expected {columns.Length}"));
        }

        int column = -1;
        try
        {
            int at = sizeof(short);
            for (int i = 0; i < columns.Length; i++)
            {
                column = i;
                ReadField(row, ref at, columns[i]);
            }

            column = -1;
            RowCheck?.Invoke(batch);
            batch.EndRow(Line);
        }
        catch (PgException e)
        {
            batch.RollbackRow();
            CanContinue &= IsWhole(row, columns.Length);
            KeepBadRow(row);
            throw InContext(e, column < 0 ? Where() : Where(column));
        }
    }

    private void ReadField(ReadOnlySpan<byte> row, ref int at, Column column)
    {
        if (row.Length - at < sizeof(int))
        {
            throw EndOfData();
        }

        int length = BinaryPrimitives.ReadInt32BigEndian(row[at..]);
        at += sizeof(int);
        if (length == -1)
        {
            column.AppendNull();
            return;
        }

        if (length < 0)
        {
            CanContinue = false;
            throw BadFormat("invalid field size");
        }

        if (row.Length - at < length)
        {
            throw EndOfData();
        }

        column.AppendBinary(row.Slice(at, length), column.Type.Type);
        at += length;
    }

    /// <summary>Whether all fields are there: a bad value may come before the place where the data breaks off or cannot be followed.</summary>
    private static bool IsWhole(ReadOnlySpan<byte> row, int columns)
    {
        var frame = new BinaryRowFrame(columns);
        return frame.TryFindEnd(row, out _) && frame.Field == columns;
    }

    private void KeepBadRow(ReadOnlySpan<byte> row)
    {
        if (!KeepsBadRows || !CanContinue)
        {
            return;
        }

        var values = new string?[ColumnNames.Length];
        int at = sizeof(short);
        for (int i = 0; i < values.Length; i++)
        {
            int length = BinaryPrimitives.ReadInt32BigEndian(row[at..]);
            at += sizeof(int);
            if (length >= 0)
            {
                values[i] = $"\\x{Convert.ToHexStringLower(row.Slice(at, length))}";
                at += length;
            }
        }

        BadRow = values;
    }

    private PgException EndOfData()
    {
        CanContinue = false;
        return BadFormat("unexpected EOF in COPY data");
    }

    private PgException TooLong()
    {
        Line++;
        CanContinue = false;
        return InContext(TooLong(have: 0, _frame.FieldLength), Where(_frame.Field));
    }

    /// <summary>An error after which it is not clear where a row begins.</summary>
    private PgException Broken(PgException e)
    {
        CanContinue = false;
        return InContext(e, Where());
    }
}
