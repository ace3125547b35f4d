using System.Runtime.InteropServices;

namespace Sluice.PgWire.Sql;

/// <summary>A stretch of a query string, in bytes of its UTF-8 form: <paramref name="Start"/> belongs to it, <paramref name="End"/> does not.</summary>
[StructLayout(LayoutKind.Auto)]
public readonly record struct SqlSpan(int Start, int End)
{
    /// <summary>Bytes.</summary>
    public int Length => End - Start;

    /// <summary>The bytes of <paramref name="sql"/> that this stretch covers.</summary>
    public ReadOnlySpan<byte> Of(ReadOnlySpan<byte> sql) => sql[Start..End];
}
