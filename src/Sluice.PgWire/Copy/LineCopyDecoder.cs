using System.Text;
using Sluice.PgWire.Columns;
using Sluice.PgWire.Protocol;
using Sluice.PgWire.Types;

namespace Sluice.PgWire.Copy;

/// <summary>What the formats text and CSV share: data in lines, whose fields are all split before the first is converted.</summary>
internal abstract class LineCopyDecoder : CopyDecoder
{
    private readonly CopyHeader _header;
    private LineScanner _scanner;
    private PooledBuffer<byte> _carry = new();
    private bool _isEnded;

    protected LineCopyDecoder(CopyOptions options, string relationName, IReadOnlyList<string> columnNames, LineScanner scanner)
        : base(relationName, columnNames)
    {
        _header = options.Header;
        _scanner = scanner;
        NullText = options.NullBytes;
        Delimiter = options.DelimiterByte;
        Fields = new FieldList(columnNames.Count);
    }

    /// <summary>The fields of the line that <see cref="Split"/> was given.</summary>
    protected FieldList Fields { get; }

    /// <summary>What stands for NULL.</summary>
    protected byte[] NullText { get; }

    protected byte Delimiter { get; }

    public sealed override int Consume(ReadOnlySpan<byte> data, RowBatch batch, int maxRows)
    {
        CheckColumns(batch);
        Consumed = 0;
        while (Consumed < data.Length && !_isEnded && HasRoom(batch, maxRows))
        {
            ReadOnlySpan<byte> rest = data[Consumed..];
            LineScan scan = Scan(rest);
            int length = scan == LineScan.NeedMore ? rest.Length : _scanner.End;
            Consumed += length;
            if (scan == LineScan.NeedMore)
            {
                Keep(rest);
            }
            else if (_carry.Count == 0)
            {
                ReadLine(rest[..length], scan, batch);
            }
            else
            {
                Keep(rest[..length]);
                ReadLine(_carry.Items, scan, batch);
            }
        }

        if (_isEnded)
        {
            Consumed = data.Length;
        }

        return Consumed;
    }

    public sealed override void Complete(RowBatch batch)
    {
        CheckColumns(batch);
        if (_isEnded || !CanContinue)
        {
            return;
        }

        LineScan scan = LineScan.NeedMore;
        try
        {
            scan = _scanner.Finish();
        }
        catch (PgException e)
        {
            throw Broken(e);
        }

        _isEnded = true;
        ReadLine(_carry.Items, scan == LineScan.Line ? scan : LineScan.EndMarker, batch);
    }

    /// <summary>Splits a line into <see cref="Fields"/>.</summary>
    /// <param name="line">The line without its end, valid UTF-8.</param>
    /// <param name="sawBackslash">Whether it has a backslash, in text.</param>
    protected abstract void Split(ReadOnlySpan<byte> line, bool sawBackslash);

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _carry.Release();
            Fields.Release();
        }
    }

    private LineScan Scan(ReadOnlySpan<byte> data)
    {
        try
        {
            return _scanner.Scan(data, 0);
        }
        catch (PgException e)
        {
            throw Broken(e);
        }
    }

    /// <summary>Keeps bytes of a line whose end is not here yet.</summary>
    private void Keep(ReadOnlySpan<byte> bytes)
    {
        if ((long)_carry.Count + bytes.Length > MaxRowLength)
        {
            throw Broken(TooLong(_carry.Count, bytes.Length));
        }

        _carry.AddRange(bytes);
    }

    /// <summary>An error after which it is not clear where a line begins.</summary>
    private PgException Broken(PgException e)
    {
        CanContinue = false;
        _isEnded = true;
        Line += 1 + _scanner.QuotedLineEnds;
        return InContext(e, Where());
    }

    private void ReadLine(ReadOnlySpan<byte> lineAndEnd, LineScan scan, RowBatch batch)
    {
        ReadOnlySpan<byte> line = lineAndEnd[..^_scanner.Trailing];
        bool isHeader = Line == 0 && _header != CopyHeader.None;
        _isEnded |= scan == LineScan.EndMarker;
        if (scan == LineScan.EndMarker && line.IsEmpty && !(isHeader && _header == CopyHeader.Match))
        {
            return;
        }

        Line += 1 + _scanner.QuotedLineEnds;
        BadRow = [];
        try
        {
            if (!Utf8Text.IsValid(line))
            {
                throw InContext(Utf8Text.Invalid(lineAndEnd), Where());
            }

            if (!isHeader)
            {
                ReadRow(line, batch);
            }
            else if (_header == CopyHeader.Match)
            {
                MatchHeader(line);
            }
        }
        finally
        {
            Fields.Clear();
            _carry.Count = 0;
            _scanner.NextLine();
        }
    }

    private void ReadRow(ReadOnlySpan<byte> line, RowBatch batch)
    {
        int column = -1;
        try
        {
            Split(line, _scanner.SawBackslash);
            ReadOnlySpan<Column> columns = batch.ColumnSpan;
            if (Fields.Count > columns.Length)
            {
                throw BadFormat("extra data after last expected column");
            }

            for (int i = 0; i < columns.Length; i++)
            {
                if (i >= Fields.Count)
                {
                    throw BadFormat($"missing data for column \"{ColumnNames[i]}\"");
                }

                if (Fields.IsNull(i))
                {
                    columns[i].AppendNull();
                    continue;
                }

                column = i;
                columns[i].AppendText(Fields.ValueOf(i, line));
                column = -1;
            }

            RowCheck?.Invoke(batch);
            batch.EndRow(Line);
        }
        catch (PgException e)
        {
            batch.RollbackRow();
            KeepBadRow(line);
            throw InContext(e, column < 0 ? WhereIn(line) : $"{Where(column)}: \"{Shown(Fields.ValueOf(column, line))}\"");
        }
    }

    private void KeepBadRow(ReadOnlySpan<byte> line)
    {
        if (!KeepsBadRows)
        {
            return;
        }

        var values = new string?[Math.Min(Fields.Count, ColumnNames.Length)];
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = Fields.IsNull(i) ? null : Encoding.UTF8.GetString(Fields.ValueOf(i, line));
        }

        BadRow = values;
    }

    private string WhereIn(ReadOnlySpan<byte> line) => $"{Where()}: \"{Shown(line)}\"";

    private void MatchHeader(ReadOnlySpan<byte> line)
    {
        try
        {
            Split(line, _scanner.SawBackslash);
            if (Fields.Count != ColumnNames.Length)
            {
                throw BadFormat($"wrong number of fields in header line: got {Fields.Count}, expected {ColumnNames.Length}");
            }

            for (int i = 0; i < ColumnNames.Length; i++)
            {
                string got = Fields.IsNull(i)
                    ? $"null value (\"{Encoding.UTF8.GetString(NullText)}\")"
                    : $"\"{Encoding.UTF8.GetString(Fields.ValueOf(i, line))}\"";
                if (Fields.IsNull(i) || !got.AsSpan(1, got.Length - 2).SequenceEqual(ColumnNames[i]))
                {
                    throw BadFormat($"column name mismatch in header line field {i + 1}: got {got}, expected \"{ColumnNames[i]}\"");
                }
            }
        }
        catch (PgException e)
        {
            CanContinue = false;
            _isEnded = true;
            throw InContext(e, WhereIn(line));
        }
    }
}
