using System.Buffers.Binary;
using Sluice.PgWire.Protocol;

namespace Sluice.Gateway.Sessions;

/// <summary>
/// The parameters of one execution, as they came: their bytes are decoded when the statement runs. A portal that is bound again and again keeps
/// its buffer.
/// </summary>
internal sealed class OwnPortal
{
    private byte[] _body = [];
    private int _length;
    private ValueRange[] _values = [];

    public OwnPortal(OwnStatement statement, ReadOnlySpan<byte> bindBody)
    {
        Statement = statement;
        Bind(bindBody);
    }

    public OwnStatement Statement { get; }

    /// <summary>Rows of RETURNING that the client has not taken yet.</summary>
    public SuspendedRows? Suspended { get; set; }

    /// <summary>The Bind message.</summary>
    public BindMessage Message => BindMessage.Parse(_body.AsSpan(0, _length));

    /// <summary>Where the parameters' values stand in it.</summary>
    public ReadOnlySpan<ValueRange> Values => _values;

    /// <summary>A value's bytes.</summary>
    public ReadOnlySpan<byte> Bytes(ValueRange range) => _body.AsSpan(range.Offset, range.Length);

    /// <summary>It has been executed since it was bound.</summary>
    public bool HasRun { get; set; }

    /// <summary>Whether nobody needs the parameters once the statement has run.</summary>
    public bool IsReusable => Statement is OwnRowWrite { Returning: null };

    /// <summary>Takes the body of a Bind message.</summary>
    public void Bind(ReadOnlySpan<byte> bindBody)
    {
        if (_body.Length < bindBody.Length)
        {
            _body = GC.AllocateUninitializedArray<byte>(bindBody.Length);
        }

        Suspended = null;
        HasRun = false;
        bindBody.CopyTo(_body);
        _length = bindBody.Length;
        var message = Message;
        if (_values.Length != message.ParameterCount)
        {
            _values = new ValueRange[message.ParameterCount];
        }

        var next = 0;
        for (var values = message.Values; values.MoveNext();)
        {
            _values[next++] = values.Current;
        }
    }

    /// <summary>A portal whose parameters are <paramref name="values"/> as text, as SQL's EXECUTE gives them.</summary>
    /// <param name="statement">What is executed.</param>
    /// <param name="values">Its parameters.</param>
    /// <param name="outer">The portal of EXECUTE itself, which says how rows are wanted; <see langword="null"/>: as text.</param>
    public static OwnPortal OfText(OwnStatement statement, IReadOnlyList<byte[]?> values, OwnPortal? outer)
    {
        var formats = outer?.Message.ResultFormatCount ?? 0;
        var size = 2 + 2 + 2 + 2 + (formats * sizeof(short)) + values.Sum(value => sizeof(int) + (value?.Length ?? 0));
        var body = new byte[size];
        var at = 4;
        BinaryPrimitives.WriteUInt16BigEndian(body.AsSpan(at), (ushort)values.Count);
        at += 2;
        foreach (var value in values)
        {
            BinaryPrimitives.WriteInt32BigEndian(body.AsSpan(at), value?.Length ?? -1);
            at += sizeof(int);
            value?.CopyTo(body, at);
            at += value?.Length ?? 0;
        }

        BinaryPrimitives.WriteUInt16BigEndian(body.AsSpan(at), (ushort)formats);
        for (var column = 0; column < formats; column++)
        {
            at += sizeof(short);
            BinaryPrimitives.WriteInt16BigEndian(body.AsSpan(at), outer!.Message.ResultFormat(column));
        }

        return new OwnPortal(statement, body);
    }
}
