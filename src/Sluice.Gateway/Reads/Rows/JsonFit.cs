namespace Sluice.Gateway.Reads.Rows;

/// <summary>Whether a JSON value is one of a PostgreSQL type.</summary>
internal enum JsonFit
{
    /// <summary>It is.</summary>
    Fits,

    /// <summary>It is of another type, or out of its range.</summary>
    OtherType,

    /// <summary>A string of more characters than the column has.</summary>
    TooLong,

    /// <summary>A string with a zero character or half a surrogate pair, which PostgreSQL's text cannot hold.</summary>
    NoText,
}
