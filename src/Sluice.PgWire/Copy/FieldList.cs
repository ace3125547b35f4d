using System.Runtime.CompilerServices;
using Sluice.PgWire.Columns;

namespace Sluice.PgWire.Copy;

/// <summary>The fields of one line: slices of the line itself, or of a buffer where those stand that had to be rewritten.</summary>
/// <param name="capacity">How many fields are kept; more are only counted.</param>
internal sealed class FieldList(int capacity)
{
    private readonly Field[] _fields = new Field[capacity];
    private PooledBuffer<byte> _rewritten = new();

    /// <summary>How many fields the line has.</summary>
    public int Count { get; private set; }

    /// <summary>How many bytes of rewritten fields there are.</summary>
    public int RewrittenLength => _rewritten.Count;

    public void Clear()
    {
        Count = 0;
        _rewritten.Count = 0;
    }

    /// <summary>Adds a field that stands in the line as it is.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Add(int start, int length) => Add(new Field(start, length, IsNull: false, IsRewritten: false));

    public void AddNull() => Add(new Field(0, 0, IsNull: true, IsRewritten: false));

    /// <summary>Adds a byte to the field that is being rewritten.</summary>
    public void Rewrite(byte value) => _rewritten.Add(value);

    /// <summary>Adds bytes to the field that is being rewritten.</summary>
    public void Rewrite(ReadOnlySpan<byte> bytes) => _rewritten.AddRange(bytes);

    /// <summary>The bytes rewritten since <see cref="RewrittenLength"/> was <paramref name="start"/>.</summary>
    public ReadOnlySpan<byte> RewrittenFrom(int start) => _rewritten.Items[start..];

    /// <summary>Adds the field that was rewritten since <see cref="RewrittenLength"/> was <paramref name="start"/>.</summary>
    public void AddRewritten(int start) => Add(new Field(start, _rewritten.Count - start, IsNull: false, IsRewritten: true));

    /// <summary>Turns a field into NULL.</summary>
    public void SetNull(int index) => _fields[index] = _fields[index] with { IsNull = true };

    /// <summary>Gives a field that is NULL a value instead.</summary>
    public void SetValue(int index, ReadOnlySpan<byte> value)
    {
        _fields[index] = new Field(_rewritten.Count, value.Length, IsNull: false, IsRewritten: true);
        _rewritten.AddRange(value);
    }

    public bool IsNull(int index) => _fields[index].IsNull;

    /// <summary>The bytes of a field that is not NULL.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ReadOnlySpan<byte> ValueOf(int index, ReadOnlySpan<byte> line)
    {
        Field field = _fields[index];
        return (field.IsRewritten ? _rewritten.Items : line).Slice(field.Start, field.Length);
    }

    public void Release() => _rewritten.Release();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Add(Field field)
    {
        int count = Count;
        if ((uint)count < (uint)_fields.Length)
        {
            _fields[count] = field;
        }

        Count = count + 1;
    }

    private readonly record struct Field(int Start, int Length, bool IsNull, bool IsRewritten);
}
