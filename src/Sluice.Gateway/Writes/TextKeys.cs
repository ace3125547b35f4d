using Sluice.PgWire.Columns;

namespace Sluice.Gateway.Writes;

/// <summary>Keys that are the values of a column of text.</summary>
internal readonly struct TextKeys(VariableColumn column) : IKeySource
{
    public ReadOnlySpan<byte> KeyOf(int row) => column[row];
}
