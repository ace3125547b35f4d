using System.Buffers;
using System.Runtime.CompilerServices;
using Sluice.PgWire.Types;

namespace Sluice.PgWire.Columns;

/// <summary>A column whose values vary in length, kept one after the other in one buffer. A NULL has no bytes.</summary>
public abstract class VariableColumn : Column
{
    private readonly ByteArena _bytes = new();
    private PooledBuffer<int> _ends = new();

    private protected VariableColumn(ColumnType type)
        : base(type)
    {
    }

    /// <inheritdoc/>
    public override long ByteSize => _bytes.Length + _ends.ByteSize;

    /// <summary>The bytes of the value in <paramref name="row"/>; empty for NULL.</summary>
    public ReadOnlySpan<byte> this[int row]
    {
        get
        {
            ReadOnlySpan<int> ends = _ends.Items;
            int start = row == 0 ? 0 : ends[row - 1];
            return _bytes.Bytes[start..ends[row]];
        }
    }

    /// <summary>The buffer to write a new value to. What an earlier value that failed has left there is dropped.</summary>
    private protected ByteArena BeginValue()
    {
        int count = _ends.Count;
        _bytes.Length = count == 0 ? 0 : _ends[count - 1];
        return _bytes;
    }

    /// <summary>The value is all that was written since <see cref="BeginValue"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private protected void EndValue()
    {
        _ends.Add(_bytes.Length);
        Added();
    }

    private protected override void AppendPlaceholder()
    {
        BeginValue();
        EndValue();
    }

    private protected override void TruncateValues(int count)
    {
        _ends.Count = count;
        BeginValue();
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _bytes.Release();
            _ends.Release();
        }
    }
}

/// <summary>
/// A column of UTF-8 text: <c>text</c>, <c>varchar</c>, <c>json</c> and <c>jsonb</c> as they were sent, <c>numeric</c> as PostgreSQL
/// prints it.
/// </summary>
public abstract class Utf8Column : VariableColumn
{
    private protected Utf8Column(ColumnType type)
        : base(type)
    {
    }

    /// <summary>The value in <paramref name="row"/> as a string; for errors and small jobs, since it allocates.</summary>
    public string GetString(int row) => System.Text.Encoding.UTF8.GetString(this[row]);
}

/// <summary>A column of <c>bytea</c>.</summary>
public sealed class ByteaColumn(ColumnType type) : VariableColumn(type)
{
    /// <inheritdoc/>
    public override void AppendText(ReadOnlySpan<byte> text)
    {
        ByteaCodec.ParseText(text, Type.TypeModifier, BeginValue());
        EndValue();
    }

    /// <inheritdoc/>
    public override void AppendBinary(ReadOnlySpan<byte> value, PgType sentType)
    {
        ByteaCodec.ReadBinary(value, sentType, Type.TypeModifier, BeginValue());
        EndValue();
    }

    /// <inheritdoc/>
    public override bool CanReadBinary(PgType sentType) => ByteaCodec.CanReadBinary(sentType);

    /// <inheritdoc/>
    public override void WriteValueText(int row, IBufferWriter<byte> output) => ByteaCodec.WriteText(this[row], output);

    /// <inheritdoc/>
    public override void WriteValueBinary(int row, IBufferWriter<byte> output) => ByteaCodec.WriteBinary(this[row], output);
}

/// <summary>A column of text with its codec.</summary>
internal sealed class Utf8Column<TCodec>(ColumnType type) : Utf8Column(type)
    where TCodec : struct, IVariableCodec
{
    public override void AppendText(ReadOnlySpan<byte> text)
    {
        TCodec.ParseText(text, Type.TypeModifier, BeginValue());
        EndValue();
    }

    public override void AppendBinary(ReadOnlySpan<byte> value, PgType sentType)
    {
        TCodec.ReadBinary(value, sentType, Type.TypeModifier, BeginValue());
        EndValue();
    }

    public override bool CanReadBinary(PgType sentType) => TCodec.CanReadBinary(sentType);

    public override void WriteValueText(int row, IBufferWriter<byte> output) => TCodec.WriteText(this[row], output);

    public override void WriteValueBinary(int row, IBufferWriter<byte> output) => TCodec.WriteBinary(this[row], output);
}
