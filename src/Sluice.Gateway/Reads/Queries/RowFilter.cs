using System.Text;
using Sluice.PgWire.Types;

namespace Sluice.Gateway.Reads.Queries;

/// <summary>A condition of a scan with its values, which rows can be put to exactly: postgres_fdw checks nothing again.</summary>
/// <param name="Ordinal">The column.</param>
internal abstract record RowFilter(int Ordinal)
{
    /// <summary>Whether a row whose column has this text is wanted. NULL never is, but for <see cref="NullFilter"/>.</summary>
    public abstract bool Accepts(bool isNull, ReadOnlySpan<byte> text);
}

/// <summary>The column is one of the values, or none of them.</summary>
/// <param name="Ordinal">The column.</param>
/// <param name="Values">In their one spelling (<see cref="ScanValue"/>).</param>
/// <param name="Negated">None of them.</param>
internal sealed record MemberFilter(int Ordinal, IReadOnlySet<string> Values, bool Negated) : RowFilter(Ordinal)
{
    /// <inheritdoc/>
    public override bool Accepts(bool isNull, ReadOnlySpan<byte> text) => !isNull && Values.Contains(Encoding.UTF8.GetString(text)) != Negated;
}

/// <summary>The column is within bounds.</summary>
/// <param name="Ordinal">The column.</param>
/// <param name="Min">The least value; for a time microseconds since 2000.</param>
/// <param name="Max">The greatest value.</param>
/// <param name="IsTime">The column is a timestamp.</param>
internal sealed record BoundsFilter(int Ordinal, long Min, long Max, bool IsTime) : RowFilter(Ordinal)
{
    /// <inheritdoc/>
    public override bool Accepts(bool isNull, ReadOnlySpan<byte> text) => !isNull && ValueOf(text) is var value && value >= Min && value <= Max;

    private long ValueOf(ReadOnlySpan<byte> text) => IsTime
        ? TimestamptzCodec.ParseText(text, -1, TextInputSettings.Default)
        : Int8Codec.ParseText(text, -1, TextInputSettings.Default);
}

/// <summary>The column is NULL, or is not.</summary>
/// <param name="Ordinal">The column.</param>
/// <param name="IsNull">Which of the two.</param>
internal sealed record NullFilter(int Ordinal, bool IsNull) : RowFilter(Ordinal)
{
    /// <inheritdoc/>
    public override bool Accepts(bool isNull, ReadOnlySpan<byte> text) => isNull == IsNull;
}
