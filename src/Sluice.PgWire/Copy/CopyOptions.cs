using Sluice.PgWire.Protocol;

namespace Sluice.PgWire.Copy;

/// <summary>COPY's FORMAT.</summary>
public enum CopyFormat
{
    /// <summary>Lines of values between tabs, special characters behind a backslash.</summary>
    Text,

    /// <summary>Comma separated values.</summary>
    Csv,

    /// <summary>PostgreSQL's own binary format.</summary>
    Binary,
}

/// <summary>COPY's HEADER.</summary>
public enum CopyHeader
{
    /// <summary>The first line is data.</summary>
    None,

    /// <summary>The first line is skipped.</summary>
    Skip,

    /// <summary>The first line names the columns, which must be those of the COPY in their order.</summary>
    Match,
}

/// <summary>COPY's ON_ERROR, of PostgreSQL 17.</summary>
public enum CopyOnError
{
    /// <summary>The first bad row fails the command.</summary>
    Stop,

    /// <summary>Bad rows are left out.</summary>
    Ignore,
}

/// <summary>COPY's LOG_VERBOSITY, of PostgreSQL 17.</summary>
public enum CopyLogVerbosity
{
    /// <summary>Nothing about rows that are left out.</summary>
    Silent,

    /// <summary>How many rows were left out.</summary>
    Default,

    /// <summary>Each row that was left out.</summary>
    Verbose,
}

/// <summary>
/// The options of a COPY … FROM (PostgreSQL 15 manual, "COPY"; those of ON_ERROR from 17). <see langword="null"/> is an option that was
/// not given.
/// </summary>
public sealed record CopyOptions
{
    private const string UnsafeDelimiters = "\\.abcdefghijklmnopqrstuvwxyz0123456789";

    /// <summary>FORMAT.</summary>
    public CopyFormat Format { get; init; }

    /// <summary>DELIMITER: a tab if not given, in CSV a comma.</summary>
    public string? Delimiter { get; init; }

    /// <summary>NULL: <c>\N</c> if not given, in CSV nothing between two delimiters.</summary>
    public string? Null { get; init; }

    /// <summary>HEADER.</summary>
    public CopyHeader Header { get; init; }

    /// <summary>QUOTE, for CSV: a double quote if not given.</summary>
    public string? Quote { get; init; }

    /// <summary>ESCAPE, for CSV: the quote if not given.</summary>
    public string? Escape { get; init; }

    /// <summary>FORCE_NOT_NULL, for CSV: columns in which the text for NULL is taken as it stands.</summary>
    public IReadOnlyList<string> ForceNotNull { get; init; } = [];

    /// <summary>FORCE_NULL, for CSV: columns in which the text for NULL is NULL between quotes, too.</summary>
    public IReadOnlyList<string> ForceNull { get; init; } = [];

    /// <summary>ENCODING of the data: that of the client if not given. The decoders read UTF8 only.</summary>
    public string? Encoding { get; init; }

    /// <summary>FREEZE, of no meaning here.</summary>
    public bool Freeze { get; init; }

    /// <summary>ON_ERROR.</summary>
    public CopyOnError OnError { get; init; }

    /// <summary>LOG_VERBOSITY.</summary>
    public CopyLogVerbosity LogVerbosity { get; init; } = CopyLogVerbosity.Default;

    /// <summary>REJECT_LIMIT: how many rows ON_ERROR may leave out.</summary>
    public long? RejectLimit { get; init; }

    /// <summary>Whether the data is UTF-8, given that the client's encoding is.</summary>
    public bool IsUtf8 => Encoding is null
        || Encoding.Replace("-", "", StringComparison.Ordinal).ToUpperInvariant() is "UTF8" or "UNICODE" or "SQL_ASCII" or "SQLASCII";

    internal byte DelimiterByte => (byte)EffectiveDelimiter[0];

    internal byte QuoteByte => (byte)EffectiveQuote[0];

    internal byte EscapeByte => (byte)EffectiveEscape[0];

    internal byte[] NullBytes => System.Text.Encoding.UTF8.GetBytes(EffectiveNull);

    internal string EffectiveNull => Null ?? (IsCsv ? "" : "\\N");

    private bool IsCsv => Format == CopyFormat.Csv;

    private bool IsBinary => Format == CopyFormat.Binary;

    private string EffectiveDelimiter => Delimiter ?? (IsCsv ? "," : "\t");

    private string EffectiveQuote => Quote ?? "\"";

    private string EffectiveEscape => Escape ?? EffectiveQuote;

    /// <summary>Checks that the options go together, in PostgreSQL's order and words.</summary>
    /// <exception cref="PgException">42601, 0A000 or 22023: they do not.</exception>
    public void Validate()
    {
        Refuse(IsBinary && Delimiter is not null, SqlState.SyntaxError, "cannot specify DELIMITER in BINARY mode");
        Refuse(IsBinary && Null is not null, SqlState.SyntaxError, "cannot specify NULL in BINARY mode");
        Unsupported(!IsOneByte(EffectiveDelimiter), "COPY delimiter must be a single one-byte character");
        Invalid(HasLineEnd(EffectiveDelimiter), "COPY delimiter cannot be newline or carriage return");
        Invalid(HasLineEnd(EffectiveNull), "COPY null representation cannot use newline or carriage return");
        Invalid(
            !IsCsv && UnsafeDelimiters.Contains(EffectiveDelimiter, StringComparison.Ordinal), $"COPY delimiter cannot be \"{Delimiter}\"");
        Unsupported(IsBinary && Header != CopyHeader.None, "cannot specify HEADER in BINARY mode");
        Unsupported(!IsCsv && Quote is not null, "COPY quote available only in CSV mode");
        Unsupported(IsCsv && !IsOneByte(EffectiveQuote), "COPY quote must be a single one-byte character");
        Invalid(IsCsv && EffectiveDelimiter[0] == EffectiveQuote[0], "COPY delimiter and quote must be different");
        Unsupported(!IsCsv && Escape is not null, "COPY escape available only in CSV mode");
        Unsupported(IsCsv && !IsOneByte(EffectiveEscape), "COPY escape must be a single one-byte character");
        Unsupported(!IsCsv && ForceNotNull.Count > 0, "COPY force not null available only in CSV mode");
        Unsupported(!IsCsv && ForceNull.Count > 0, "COPY force null available only in CSV mode");
        Unsupported(
            EffectiveNull.Contains(EffectiveDelimiter[0], StringComparison.Ordinal),
            "COPY delimiter must not appear in the NULL specification");
        Unsupported(
            IsCsv && EffectiveNull.Contains(EffectiveQuote[0], StringComparison.Ordinal),
            "CSV quote character must not appear in the NULL specification");
    }

    private static bool IsOneByte(string text) => System.Text.Encoding.UTF8.GetByteCount(text) == 1;

    private static bool HasLineEnd(string text) => text.AsSpan().ContainsAny('\r', '\n');

    private static void Unsupported(bool isWrong, string message) => Refuse(isWrong, SqlState.FeatureNotSupported, message);

    private static void Invalid(bool isWrong, string message) => Refuse(isWrong, SqlState.InvalidParameterValue, message);

    private static void Refuse(bool isWrong, string sqlState, string message)
    {
        if (isWrong)
        {
            throw new PgException(sqlState, message);
        }
    }
}
