using System.Buffers.Binary;
using System.Text;

namespace Sluice.EndToEnd.Tests.Wire;

/// <summary>A message from the server.</summary>
internal sealed record WireMessage(char Type, byte[] Body)
{
    public int Int32(int offset) => BinaryPrimitives.ReadInt32BigEndian(Body.AsSpan(offset));

    /// <summary>The first string of the body: a command's tag, a parameter's name.</summary>
    public string Text => Encoding.UTF8.GetString(Body.AsSpan(0, Array.IndexOf(Body, (byte)0)));

    /// <summary>A field of an error or notice, or <see langword="null"/>.</summary>
    public string? Field(char code) => Fields.GetValueOrDefault(code);

    public char Status => (char)Body[0];

    private Dictionary<char, string> Fields
    {
        get
        {
            var fields = new Dictionary<char, string>();
            for (var at = 0; Body[at] != 0;)
            {
                var code = (char)Body[at++];
                var end = Array.IndexOf(Body, (byte)0, at);
                fields[code] = Encoding.UTF8.GetString(Body.AsSpan(at, end - at));
                at = end + 1;
            }

            return fields;
        }
    }

    /// <summary>The values of a DataRow, as text.</summary>
    public IReadOnlyList<string?> Values
    {
        get
        {
            var values = new string?[BinaryPrimitives.ReadInt16BigEndian(Body)];
            var at = 2;
            for (var i = 0; i < values.Length; i++)
            {
                var length = Int32(at);
                at += 4;
                if (length >= 0)
                {
                    values[i] = Encoding.UTF8.GetString(Body.AsSpan(at, length));
                    at += length;
                }
            }

            return values;
        }
    }

    /// <summary>The columns of a RowDescription, without the table's OID, which is of the database.</summary>
    private IEnumerable<string> Columns
    {
        get
        {
            var at = 2;
            for (var left = BinaryPrimitives.ReadInt16BigEndian(Body); left > 0; left--)
            {
                var end = Array.IndexOf(Body, (byte)0, at);
                var name = Encoding.UTF8.GetString(Body.AsSpan(at, end - at));
                at = end + 1 + sizeof(int);
                yield return $"{name} {Convert.ToHexString(Body.AsSpan(at, 14))}";
                at += 14;
            }
        }
    }

    /// <summary>The message as a line for comparison: what does not depend on who the server is.</summary>
    public override string ToString() => Type switch
    {
        'E' or 'N' => $"{Type} {Field('V')} {Field('C')} {Field('M')}{Suffix('D')}{Suffix('H')}{Suffix('P')}{Suffix('W')}",
        'C' => $"C {Text}",
        'Z' => $"Z {Status}",
        'D' => $"D {string.Join('|', Values.Select(v => v ?? "∅"))}",
        'S' => $"S {Encoding.UTF8.GetString(Body).TrimEnd('\0').Replace('\0', '=')}",
        'A' => $"A {Encoding.UTF8.GetString(Body.AsSpan(4)).TrimEnd('\0').Replace('\0', ' ')}",
        'T' => $"T {string.Join(", ", Columns)}",
        'd' => $"d {Encoding.UTF8.GetString(Body)}",
        _ => $"{Type} {Convert.ToHexString(Body)}",
    };

    private string Suffix(char code) => Field(code) is { } value ? $" {code}={value}" : "";
}
