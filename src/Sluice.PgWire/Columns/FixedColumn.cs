using System.Buffers;
using System.Runtime.CompilerServices;
using Sluice.PgWire.Types;

namespace Sluice.PgWire.Columns;

/// <summary>A column whose values all have the same size. What stands in <see cref="Values"/> for a NULL is the type's zero.</summary>
/// <typeparam name="T">The value as it is kept in memory.</typeparam>
public abstract class FixedColumn<T> : Column
    where T : unmanaged
{
    private PooledBuffer<T> _values = new();

    private protected FixedColumn(ColumnType type)
        : base(type)
    {
    }

    /// <summary>All values, by row.</summary>
    public ReadOnlySpan<T> Values => _values.Items;

    /// <inheritdoc/>
    public override long ByteSize => _values.ByteSize;

    /// <summary>Appends a value as it is kept in memory; the modifier is not applied.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Append(T value)
    {
        _values.Add(value);
        Added();
    }

    private protected override void AppendPlaceholder() => Append(default);

    private protected override void TruncateValues(int count) => _values.Count = count;

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _values.Release();
        }
    }
}

/// <summary>A column of fixed size with its codec, for which the just-in-time compiler makes code of its own.</summary>
/// <typeparam name="T">The value as it is kept in memory.</typeparam>
/// <typeparam name="TCodec">Reads and writes the PostgreSQL type.</typeparam>
public abstract class FixedColumn<T, TCodec> : FixedColumn<T>
    where T : unmanaged
    where TCodec : struct, IFixedCodec<T>
{
    private readonly TextInputSettings _settings;

    private protected FixedColumn(ColumnType type, TextInputSettings settings)
        : base(type) => _settings = settings;

    /// <inheritdoc/>
    public sealed override void AppendText(ReadOnlySpan<byte> text) => Append(TCodec.ParseText(text, Type.TypeModifier, _settings));

    /// <inheritdoc/>
    public sealed override void AppendBinary(ReadOnlySpan<byte> value, PgType sentType) =>
        Append(TCodec.ReadBinary(value, sentType, Type.TypeModifier));

    /// <inheritdoc/>
    public sealed override bool CanReadBinary(PgType sentType) => TCodec.CanReadBinary(sentType);

    /// <inheritdoc/>
    public sealed override void WriteValueText(int row, IBufferWriter<byte> output) => TCodec.WriteText(Values[row], output, _settings);

    /// <inheritdoc/>
    public sealed override void WriteValueBinary(int row, IBufferWriter<byte> output) => TCodec.WriteBinary(Values[row], output);
}
