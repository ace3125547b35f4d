using System.Buffers;
using System.Buffers.Binary;
using System.Text;
using Sluice.PgWire.Columns;

namespace Sluice.PgWire.Types;

/// <summary>Writes one-dimensional arrays as PostgreSQL does (PostgreSQL manual, 8.15.6).</summary>
internal static class ArrayOutput
{
    private static readonly SearchValues<byte> NeedsQuotes = SearchValues.Create("\"\\{}, \t\n\v\f\r"u8);

    public static void WriteText(Column elements, int start, int length, IBufferWriter<byte> output)
    {
        ArrayBufferWriter<byte> element = new();
        TextOutput.WriteByte((byte)'{', output);
        for (int i = start; i < start + length; i++)
        {
            if (i > start)
            {
                TextOutput.WriteByte((byte)',', output);
            }

            if (elements.IsNull(i))
            {
                output.Write("NULL"u8);
                continue;
            }

            element.ResetWrittenCount();
            elements.WriteValueText(i, element);
            WriteElement(element.WrittenSpan, output);
        }

        TextOutput.WriteByte((byte)'}', output);
    }

    public static void WriteBinary(Column elements, int start, int length, IBufferWriter<byte> output)
    {
        bool hasNull = false;
        for (int i = start; i < start + length; i++)
        {
            hasNull |= elements.IsNull(i);
        }

        WriteInt(length == 0 ? 0 : 1, output);
        WriteInt(hasNull ? 1 : 0, output);
        WriteInt((int)elements.Type.Type.Oid, output);
        if (length == 0)
        {
            return;
        }

        WriteInt(length, output);
        WriteInt(1, output);
        ArrayBufferWriter<byte> element = new();
        for (int i = start; i < start + length; i++)
        {
            if (elements.IsNull(i))
            {
                WriteInt(-1, output);
                continue;
            }

            element.ResetWrittenCount();
            elements.WriteValueBinary(i, element);
            WriteInt(element.WrittenCount, output);
            output.Write(element.WrittenSpan);
        }
    }

    private static void WriteElement(ReadOnlySpan<byte> text, IBufferWriter<byte> output)
    {
        if (!text.IsEmpty && !text.ContainsAny(NeedsQuotes) && !Ascii.EqualsIgnoreCase(text, "null"u8))
        {
            output.Write(text);
            return;
        }

        TextOutput.WriteByte((byte)'"', output);
        foreach (byte b in text)
        {
            if (b is (byte)'"' or (byte)'\\')
            {
                TextOutput.WriteByte((byte)'\\', output);
            }

            TextOutput.WriteByte(b, output);
        }

        TextOutput.WriteByte((byte)'"', output);
    }

    private static void WriteInt(int value, IBufferWriter<byte> output)
    {
        BinaryPrimitives.WriteInt32BigEndian(output.GetSpan(sizeof(int)), value);
        output.Advance(sizeof(int));
    }
}
