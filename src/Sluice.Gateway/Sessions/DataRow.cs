using System.Text;
using Sluice.PgWire.Protocol;

namespace Sluice.Gateway.Sessions;

/// <summary>A DataRow whose values came as text.</summary>
internal static class DataRow
{
    /// <summary>The values of a DataRow's body; <see langword="null"/> is NULL.</summary>
    public static string?[] ParseText(ReadOnlySpan<byte> body)
    {
        var reader = new PayloadReader(body);
        var values = new string?[reader.Count()];
        for (var i = 0; i < values.Length; i++)
        {
            var length = reader.Int32();
            values[i] = length < 0 ? null : Encoding.UTF8.GetString(reader.Bytes(length));
        }

        return values;
    }
}
