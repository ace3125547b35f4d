namespace Sluice.Gateway.Reads.Queries;

/// <summary>How the value of a condition is given.</summary>
internal enum ScanOperandKind
{
    /// <summary>A constant.</summary>
    Constant,

    /// <summary><c>$1</c>: a value of the Bind message.</summary>
    Parameter,

    /// <summary><c>(SELECT null::bigint)</c>: stands for a parameter in an EXPLAIN.</summary>
    Placeholder,
}

/// <summary>The value that a column is compared with.</summary>
/// <param name="Kind">How it is given.</param>
/// <param name="Type">The type that it is cast to, as written; <see langword="null"/> if none.</param>
/// <param name="Text">Of a constant, PostgreSQL's text; <see langword="null"/> for NULL.</param>
/// <param name="Number">Of a parameter, its number, from 1.</param>
/// <param name="IsArray">It stands for its elements, each of which is a value.</param>
internal sealed record ScanOperand(ScanOperandKind Kind, string? Type = null, string? Text = null, int Number = 0, bool IsArray = false);
