using System.Buffers;
using Sluice.PgWire.Types;

namespace Sluice.PgWire.Columns;

/// <summary>A column of one-dimensional arrays. The elements of all rows stand one after the other in <see cref="Elements"/>.</summary>
public sealed class ArrayColumn : Column
{
    private readonly ByteArena _scratch = new();
    private PooledBuffer<int> _ends = new();

    internal ArrayColumn(ColumnType type, Column elements)
        : base(type) => Elements = elements;

    /// <summary>The elements of all arrays, row by row.</summary>
    public Column Elements { get; }

    /// <inheritdoc/>
    public override long ByteSize => Elements.ByteSize + _ends.ByteSize;

    /// <summary>Where the elements of the array in <paramref name="row"/> are in <see cref="Elements"/>; none for NULL.</summary>
    public (int Start, int Length) this[int row]
    {
        get
        {
            ReadOnlySpan<int> ends = _ends.Items;
            int start = row == 0 ? 0 : ends[row - 1];
            return (start, ends[row] - start);
        }
    }

    /// <inheritdoc/>
    public override void AppendText(ReadOnlySpan<byte> text)
    {
        DropLoose();
        if (Type.AcceptsBareElement && text.TrimStart(" \t\r\n"u8) is not [(byte)'{' or (byte)'[', ..])
        {
            Elements.AppendText(text);
        }
        else
        {
            ArrayText.AppendElements(text, Elements, _scratch);
        }

        EndValue();
    }

    /// <inheritdoc/>
    public override void AppendBinary(ReadOnlySpan<byte> value, PgType sentType)
    {
        if (!CanReadBinary(sentType))
        {
            throw InputError.CannotReadBinary(sentType);
        }

        DropLoose();
        if (sentType.Element is { } element)
        {
            ArrayBinary.AppendElements(value, element, Elements);
        }
        else
        {
            Elements.AppendBinary(value, sentType);
        }

        EndValue();
    }

    /// <inheritdoc/>
    public override bool CanReadBinary(PgType sentType) =>
        sentType.Element is { } element ? Elements.CanReadBinary(element) : Type.AcceptsBareElement && Elements.CanReadBinary(sentType);

    /// <inheritdoc/>
    public override void WriteValueText(int row, IBufferWriter<byte> output)
    {
        (int start, int length) = this[row];
        ArrayOutput.WriteText(Elements, start, length, output);
    }

    /// <inheritdoc/>
    public override void WriteValueBinary(int row, IBufferWriter<byte> output)
    {
        (int start, int length) = this[row];
        ArrayOutput.WriteBinary(Elements, start, length, output);
    }

    private protected override void AppendPlaceholder()
    {
        DropLoose();
        EndValue();
    }

    private protected override void TruncateValues(int count)
    {
        _ends.Count = count;
        DropLoose();
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            Elements.Dispose();
            _scratch.Release();
            _ends.Release();
        }
    }

    /// <summary>Drops elements of an array that failed halfway.</summary>
    private void DropLoose()
    {
        int count = _ends.Count;
        int end = count == 0 ? 0 : _ends[count - 1];
        if (Elements.Count > end)
        {
            Elements.Truncate(end);
        }
    }

    private void EndValue()
    {
        _ends.Add(Elements.Count);
        Added();
    }
}
