using System.Text;
using Sluice.PgWire.Columns;
using Sluice.PgWire.Protocol;

namespace Sluice.PgWire.Copy;

/// <summary>
/// Decodes the data of a COPY … FROM STDIN, which arrives in pieces of any size, into a <see cref="RowBatch"/>. Errors have
/// PostgreSQL's SQLSTATE, message and CONTEXT. Not safe for use by several threads at once.
/// </summary>
/// <remarks>
/// After an error the values of the bad row are gone from the batch, and <see cref="CanContinue"/> tells whether the decoder stands after
/// that row, so that <see cref="Consume"/> may be called with what comes after the <see cref="Consumed"/> bytes.
/// </remarks>
public abstract class CopyDecoder : IDisposable
{
    /// <summary>PostgreSQL's limit of a line or row, in bytes.</summary>
    internal const int DefaultMaxRowLength = 0x3fff_fffe;

    private const int MaxShownLength = 100;

    private readonly string _relationName;
    private readonly string[] _columnNames;

    private protected CopyDecoder(string relationName, IReadOnlyList<string> columnNames)
    {
        _relationName = relationName;
        _columnNames = [.. columnNames];
    }

    /// <summary>The number of the line, or of the row in binary, that was last read, from 1; a header counts.</summary>
    public long Line { get; private protected set; }

    /// <summary>How many bytes of its data the last <see cref="Consume"/> has taken, also if it threw.</summary>
    public int Consumed { get; private protected set; }

    /// <summary>Whether rows may follow: not after an error that leaves unclear where the next row begins.</summary>
    public bool CanContinue { get; private protected set; } = true;

    /// <summary>
    /// A further check of each row, such as for NOT NULL: called when the batch holds all values of the row with index
    /// <see cref="RowBatch.Count"/>, before <see cref="RowBatch.EndRow"/>. What it throws gets the CONTEXT of the row.
    /// </summary>
    public Action<RowBatch>? RowCheck { get; set; }

    /// <summary>The longest line, or row in binary, in bytes; a longer one is 54000. PostgreSQL's own limit if not set.</summary>
    public int MaxRowLength { get; set; } = DefaultMaxRowLength;

    /// <summary>Whether <see cref="BadRow"/> is wanted.</summary>
    public bool KeepsBadRows { get; set; }

    /// <summary>
    /// After an error the values of the row that it is about, as far as they were found, in the order of the columns: as text, those of the binary
    /// format as <c>bytea</c> is shown.
    /// </summary>
    public IReadOnlyList<string?> BadRow { get; private protected set; } = [];

    private protected ReadOnlySpan<string> ColumnNames => _columnNames;

    /// <summary>A decoder for data in the format of <paramref name="options"/>, which must be valid.</summary>
    /// <param name="options">The options of the command.</param>
    /// <param name="relationName">The target's name without schema, for the CONTEXT of errors.</param>
    /// <param name="columnNames">The columns in the order of the data, which is also that of the batch's columns.</param>
    /// <exception cref="PgException">
    /// 42P10: an option names a column that is not among <paramref name="columnNames"/>; 0A000: not UTF8.
    /// </exception>
    public static CopyDecoder Create(CopyOptions options, string relationName, IReadOnlyList<string> columnNames)
    {
        if (!options.IsUtf8)
        {
            throw new PgException(
                SqlState.FeatureNotSupported,
                $"COPY with encoding {options.Encoding} is not supported here",
                hint: "Send the data as UTF8.");
        }

        return options.Format switch
        {
            CopyFormat.Csv => new CsvCopyDecoder(options, relationName, columnNames),
            CopyFormat.Binary => new BinaryCopyDecoder(relationName, columnNames),
            _ => new TextCopyDecoder(options, relationName, columnNames),
        };
    }

    /// <summary>
    /// Decodes rows from a piece of data until it ends or the batch has <paramref name="maxRows"/> rows or has reached its
    /// <see cref="RowBatch.ByteLimit"/>. The beginning of a row that has not arrived in full is kept within the decoder.
    /// </summary>
    /// <returns>How many bytes were taken: all, unless the batch is full.</returns>
    /// <exception cref="PgException">A row is bad; see the remarks on how to go on.</exception>
    public abstract int Consume(ReadOnlySpan<byte> data, RowBatch batch, int maxRows);

    /// <summary>
    /// Says that no data follows: decodes a last line without a line end. May append one row, whether or not the batch is full.
    /// </summary>
    /// <exception cref="PgException">The last row is bad or not complete.</exception>
    public abstract void Complete(RowBatch batch);

    /// <summary>Returns the buffers to the pool.</summary>
    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Returns the buffers to the pool.</summary>
    protected abstract void Dispose(bool disposing);

    /// <summary>An error in the data's format.</summary>
    private protected static PgException BadFormat(string message, string? hint = null) =>
        new(SqlState.BadCopyFileFormat, message, hint: hint);

    /// <summary>A line or row that is too long, as PostgreSQL says it.</summary>
    private protected static PgException TooLong(int have, long more) => new(
        SqlState.ProgramLimitExceeded, "out of memory", $"Cannot enlarge string buffer containing {have} bytes by {more} more bytes.");

    /// <summary>The beginning of every CONTEXT: relation and line.</summary>
    private protected string Where() => $"COPY {_relationName}, line {Line}";

    /// <summary>The CONTEXT for one column.</summary>
    private protected string Where(int column) => $"{Where()}, column {_columnNames[column]}";

    /// <summary>A value or line for a CONTEXT, cut after 100 bytes at a character's end.</summary>
    private protected static string Shown(ReadOnlySpan<byte> text)
    {
        if (text.Length <= MaxShownLength)
        {
            return Encoding.UTF8.GetString(text);
        }

        int length = MaxShownLength;
        while (length > 0 && (text[length] & 0xc0) == 0x80)
        {
            length--;
        }

        return Encoding.UTF8.GetString(text[..length]) + "...";
    }

    /// <summary>The error with a CONTEXT after those that it has.</summary>
    private protected static PgException InContext(PgException e, string context) =>
        new(e.Error with { Context = e.Error.Context is { } inner ? inner + "\n" + context : context }, e);

    private protected void CheckColumns(RowBatch batch)
    {
        if (batch.ColumnSpan.Length != _columnNames.Length)
        {
            throw new ArgumentException($"The batch has {batch.ColumnSpan.Length} columns, expected {_columnNames.Length}.", nameof(batch));
        }
    }

    private protected static bool HasRoom(RowBatch batch, int maxRows) => batch.Count < maxRows && !batch.IsFull;
}
