using System.Buffers;
using Sluice.PgWire.Protocol;

namespace Sluice.PgWire.Copy;

/// <summary>Where a search for the end of a line has ended.</summary>
internal enum LineScan
{
    /// <summary>The data ended first.</summary>
    NeedMore,

    /// <summary>At the end of a line.</summary>
    Line,

    /// <summary>At the end-of-copy marker <c>\.</c>; bytes of the line before it are a last row.</summary>
    EndMarker,
}

/// <summary>
/// Finds the ends of lines in COPY text or CSV data that arrives in pieces. Its rules are PostgreSQL's: the first line end decides
/// between LF, CR and CRLF, and another one later is an error. A mutable struct: keep it in a field.
/// </summary>
internal struct LineScanner
{
    private static readonly SearchValues<byte> TextSpecials = SearchValues.Create("\n\r\\"u8);

    private readonly bool _isCsv;
    private readonly byte _quote;
    private readonly byte _escape;
    private readonly SearchValues<byte> _specials;
    private readonly SearchValues<byte> _quotedSpecials;
    private Eol _eol;
    private State _state;
    private bool _atLineStart;
    private bool _inQuote;
    private bool _lastWasEscape;

    private LineScanner(bool isCsv, byte quote, byte escape, SearchValues<byte> specials, SearchValues<byte> quotedSpecials)
    {
        _isCsv = isCsv;
        _quote = quote;
        _escape = escape;
        _specials = specials;
        _quotedSpecials = quotedSpecials;
        _atLineStart = true;
    }

    private enum Eol
    {
        Unknown,
        Lf,
        Cr,
        CrLf,
    }

    private enum State
    {
        Normal,
        Backslash,
        Marker,
        MarkerCr,
        Cr,
    }

    /// <summary>Whether the line has a backslash, in text.</summary>
    public bool SawBackslash { get; private set; }

    /// <summary>How many line ends stood between quotes in the line.</summary>
    public int QuotedLineEnds { get; private set; }

    /// <summary>After <see cref="Scan"/>: the index after the line's end, or after the marker.</summary>
    public int End { get; private set; }

    /// <summary>
    /// After <see cref="Scan"/>: how many bytes before <see cref="End"/>, of this or earlier pieces, are not the line's content.
    /// </summary>
    public int Trailing { get; private set; }

    public static LineScanner ForText() => new(isCsv: false, 0, 0, TextSpecials, TextSpecials);

    public static LineScanner ForCsv(byte quote, byte escape) => new(
        isCsv: true,
        quote,
        // A quote that escapes itself just ends and begins again what is quoted.
        escape == quote ? (byte)0 : escape,
        SearchValues.Create([(byte)'\n', (byte)'\r', quote]),
        SearchValues.Create([(byte)'\n', (byte)'\r', quote, escape]));

    /// <summary>Forgets the line that was found, to look for the next.</summary>
    public void NextLine()
    {
        _state = State.Normal;
        _atLineStart = true;
        _inQuote = false;
        _lastWasEscape = false;
        SawBackslash = false;
        QuotedLineEnds = 0;
    }

    /// <summary>Looks for the end of the line from an index on; the bytes before it, back to the line's start, were seen already.</summary>
    /// <exception cref="PgException">
    /// 22P04: a line end of another kind than the first, or a marker that is followed by something.
    /// </exception>
    public LineScan Scan(ReadOnlySpan<byte> data, int at)
    {
        while (at < data.Length)
        {
            LineScan? found = _state switch
            {
                State.Normal => ScanNormal(data, ref at),
                State.Backslash => AfterBackslash(data[at], ref at),
                State.Cr => AfterCr(data[at], at),
                _ => AfterMarker(data[at], ref at),
            };
            if (found is { } result)
            {
                return result;
            }
        }

        return LineScan.NeedMore;
    }

    /// <summary>What the line is if no more data comes.</summary>
    /// <exception cref="PgException">22P04: a marker without a line end.</exception>
    public LineScan Finish()
    {
        Trailing = 0;
        if (_state == State.Cr)
        {
            return _eol == Eol.CrLf ? throw StrayCr() : EndLine(0, 1);
        }

        return _state is State.Marker or State.MarkerCr && !_isCsv ? throw MarkerCorrupt() : LineScan.NeedMore;
    }

    private LineScan? ScanNormal(ReadOnlySpan<byte> data, ref int at)
    {
        if (_isCsv && _atLineStart && data[at] == '\\')
        {
            _atLineStart = false;
            _state = State.Backslash;
            at++;
            return null;
        }

        _atLineStart = false;
        int run = data[at..].IndexOfAny(_inQuote ? _quotedSpecials : _specials);
        if (run != 0)
        {
            _lastWasEscape = false;
            at = run < 0 ? data.Length : at + run;
            return null;
        }

        byte special = data[at++];
        if (_isCsv && ScanQuotes(special))
        {
            return null;
        }

        switch (special)
        {
            case (byte)'\n':
                return _eol is Eol.Unknown or Eol.Lf ? EndLine(at, 1, Eol.Lf) : throw StrayLf();
            case (byte)'\r':
                return ScanCr(at);
            default:
                SawBackslash = true;
                _state = State.Backslash;
                return null;
        }
    }

    /// <summary>Follows quotes, and counts the line ends between them. Tells whether the byte is done with.</summary>
    private bool ScanQuotes(byte special)
    {
        if (_inQuote && special == _escape)
        {
            _lastWasEscape = !_lastWasEscape;
        }

        bool isQuote = special == _quote;
        if (isQuote && !_lastWasEscape)
        {
            _inQuote = !_inQuote;
        }

        if (special != _escape)
        {
            _lastWasEscape = false;
        }

        if (_inQuote && special == (_eol == Eol.Lf ? (byte)'\n' : (byte)'\r'))
        {
            QuotedLineEnds++;
        }

        return _inQuote || isQuote || special == _escape;
    }

    private LineScan? ScanCr(int at)
    {
        switch (_eol)
        {
            case Eol.Lf:
                throw StrayCr();
            case Eol.Cr:
                return EndLine(at, 1, Eol.Cr);
            default:
                _state = State.Cr;
                return null;
        }
    }

    private LineScan AfterCr(byte next, int at)
    {
        if (next == '\n')
        {
            return EndLine(at + 1, 2, Eol.CrLf);
        }

        return _eol == Eol.CrLf ? throw StrayCr() : EndLine(at, 1, Eol.Cr);
    }

    /// <summary>
    /// In text, whatever follows a backslash is skipped but a point, which makes the marker; in CSV only the marker is special.
    /// </summary>
    private LineScan? AfterBackslash(byte next, ref int at)
    {
        _state = State.Normal;
        if (next == '.')
        {
            _state = State.Marker;
            at++;
        }
        else if (!_isCsv)
        {
            at++;
        }

        return null;
    }

    private LineScan? AfterMarker(byte next, ref int at)
    {
        bool isNewline = next is (byte)'\n' or (byte)'\r';
        if (_eol == Eol.CrLf && _state == State.Marker)
        {
            if (next == '\r')
            {
                _state = State.MarkerCr;
                at++;
                return null;
            }

            return NoMarker(isNewline);
        }

        if (!isNewline)
        {
            return NoMarker(isNewline: false);
        }

        if ((_eol is Eol.Lf or Eol.CrLf && next == '\r') || (_eol == Eol.Cr && next == '\n'))
        {
            throw MarkerMismatch();
        }

        End = at + 1;
        Trailing = _state == State.MarkerCr ? 4 : 3;
        return LineScan.EndMarker;
    }

    /// <summary>In CSV a marker that is not alone on its line is data.</summary>
    private LineScan? NoMarker(bool isNewline)
    {
        if (!_isCsv)
        {
            throw isNewline ? MarkerMismatch() : MarkerCorrupt();
        }

        _state = _state == State.MarkerCr ? State.Cr : State.Normal;
        return null;
    }

    private LineScan EndLine(int end, int trailing, Eol eol)
    {
        _eol = eol;
        return EndLine(end, trailing);
    }

    private LineScan EndLine(int end, int trailing)
    {
        End = end;
        Trailing = trailing;
        return LineScan.Line;
    }

    private readonly PgException StrayCr() => _isCsv
        ? Stray("unquoted carriage return found in data", "Use quoted CSV field to represent carriage return.")
        : Stray("literal carriage return found in data", "Use \"\\r\" to represent carriage return.");

    private readonly PgException StrayLf() => _isCsv
        ? Stray("unquoted newline found in data", "Use quoted CSV field to represent newline.")
        : Stray("literal newline found in data", "Use \"\\n\" to represent newline.");

    private static PgException Stray(string message, string hint) => new(SqlState.BadCopyFileFormat, message, hint: hint);

    private static PgException MarkerCorrupt() => new(SqlState.BadCopyFileFormat, "end-of-copy marker corrupt");

    private static PgException MarkerMismatch() =>
        new(SqlState.BadCopyFileFormat, "end-of-copy marker does not match previous newline style");
}
