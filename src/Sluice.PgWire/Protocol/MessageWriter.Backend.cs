using System.Buffers.Binary;

namespace Sluice.PgWire.Protocol;

/// <content>The messages of a server, whole (PostgreSQL manual, 55.7).</content>
public sealed partial class MessageWriter
{
    /// <summary>Writes ParseComplete.</summary>
    public void ParseComplete() => Empty(BackendMessage.ParseComplete);

    /// <summary>Writes BindComplete.</summary>
    public void BindComplete() => Empty(BackendMessage.BindComplete);

    /// <summary>Writes CloseComplete.</summary>
    public void CloseComplete() => Empty(BackendMessage.CloseComplete);

    /// <summary>Writes NoData.</summary>
    public void NoData() => Empty(BackendMessage.NoData);

    /// <summary>Writes EmptyQueryResponse.</summary>
    public void EmptyQueryResponse() => Empty(BackendMessage.EmptyQueryResponse);

    /// <summary>Writes PortalSuspended.</summary>
    public void PortalSuspended() => Empty(BackendMessage.PortalSuspended);

    /// <summary>Writes CopyDone.</summary>
    public void CopyDone() => Empty(BackendMessage.CopyDone);

    /// <summary>Writes CommandComplete with a tag such as <c>INSERT 0 5</c>.</summary>
    public void CommandComplete(string tag)
    {
        BeginMessage(BackendMessage.CommandComplete);
        CString(tag);
        EndMessage();
    }

    /// <summary>Writes ReadyForQuery.</summary>
    public void ReadyForQuery(TransactionStatus status)
    {
        BeginMessage(BackendMessage.ReadyForQuery);
        Byte((byte)status);
        EndMessage();
    }

    /// <summary>Writes ParameterStatus.</summary>
    public void ParameterStatus(string name, string value)
    {
        BeginMessage(BackendMessage.ParameterStatus);
        CString(name);
        CString(value);
        EndMessage();
    }

    /// <summary>Writes BackendKeyData, with which the client can cancel.</summary>
    public void BackendKeyData(int processId, int secret)
    {
        BeginMessage(BackendMessage.BackendKeyData);
        Int32(processId);
        Int32(secret);
        EndMessage();
    }

    /// <summary>Writes RowDescription.</summary>
    public void RowDescription(ReadOnlySpan<FieldDescription> fields)
    {
        BeginMessage(BackendMessage.RowDescription);
        Int16(checked((short)fields.Length));
        foreach (ref readonly FieldDescription field in fields)
        {
            CString(field.Name);
            UInt32(field.TableOid);
            Int16(field.ColumnNumber);
            UInt32(field.TypeOid);
            Int16(field.TypeSize);
            Int32(field.TypeModifier);
            Int16(field.Format);
        }

        EndMessage();
    }

    /// <summary>Writes ParameterDescription: the types of a statement's parameters, at most 65,535.</summary>
    public void ParameterDescription(ReadOnlySpan<uint> typeOids)
    {
        BeginMessage(BackendMessage.ParameterDescription);
        Int16(unchecked((short)checked((ushort)typeOids.Length)));
        foreach (uint oid in typeOids)
        {
            UInt32(oid);
        }

        EndMessage();
    }

    /// <summary>Starts a DataRow; then one of <see cref="Null"/>, <see cref="Value"/>, <see cref="BeginValue"/> per column, and <see cref="EndMessage"/>.</summary>
    public void BeginDataRow(int columns)
    {
        BeginMessage(BackendMessage.DataRow);
        Int16(checked((short)columns));
    }

    /// <summary>Writes a NULL value of a DataRow, or of a binary COPY.</summary>
    public void Null() => Int32(-1);

    /// <summary>Writes a value of a DataRow, its length before it.</summary>
    public void Value(ReadOnlySpan<byte> value)
    {
        Int32(value.Length);
        Bytes(value);
    }

    /// <summary>Starts a value whose length is filled in by <see cref="EndValue"/>.</summary>
    public void BeginValue()
    {
        _valueStart = _position;
        Int32(0);
    }

    /// <summary>Ends the value that <see cref="BeginValue"/> started.</summary>
    public void EndValue()
    {
        BinaryPrimitives.WriteInt32BigEndian(_buffer.AsSpan(_valueStart), _position - _valueStart - sizeof(int));
        _valueStart = -1;
    }

    /// <summary>Writes CopyInResponse: the server waits for CopyData. <paramref name="format"/>: 0 text or csv, 1 binary, for all columns.</summary>
    public void CopyInResponse(byte format, int columns)
    {
        BeginMessage(BackendMessage.CopyInResponse);
        Byte(format);
        Int16(checked((short)columns));
        for (int i = 0; i < columns; i++)
        {
            Int16(format);
        }

        EndMessage();
    }

    /// <summary>Writes NotificationResponse.</summary>
    public void NotificationResponse(int processId, string channel, string payload)
    {
        BeginMessage(BackendMessage.NotificationResponse);
        Int32(processId);
        CString(channel);
        CString(payload);
        EndMessage();
    }

    /// <summary>
    /// Writes NegotiateProtocolVersion. As in PostgreSQL the version is the whole one (<c>major &lt;&lt; 16 | minor</c>), which is what libpq expects.
    /// </summary>
    public void NegotiateProtocolVersion(int version, IReadOnlyCollection<string> unknownOptions)
    {
        BeginMessage(BackendMessage.NegotiateProtocolVersion);
        Int32(version);
        Int32(unknownOptions.Count);
        foreach (string option in unknownOptions)
        {
            CString(option);
        }

        EndMessage();
    }

    /// <summary>Writes ErrorResponse.</summary>
    public void ErrorResponse(PgError error) => Report(BackendMessage.ErrorResponse, error);

    /// <summary>Writes NoticeResponse.</summary>
    public void NoticeResponse(PgError notice) => Report(BackendMessage.NoticeResponse, notice);

    private void Empty(byte type)
    {
        BeginMessage(type);
        EndMessage();
    }

    private void Report(byte type, PgError error)
    {
        string severity = error.Severity.ToString().ToUpperInvariant();
        BeginMessage(type);
        Field('S', severity);
        Field('V', severity);
        Field('C', error.SqlState);
        Field('M', error.Message);
        Field('D', error.Detail);
        Field('H', error.Hint);
        Field('P', error.Position);
        Field('p', error.InternalPosition);
        Field('q', error.InternalQuery);
        Field('W', error.Context);
        Field('s', error.SchemaName);
        Field('t', error.TableName);
        Field('c', error.ColumnName);
        Field('d', error.DataTypeName);
        Field('n', error.ConstraintName);
        Field('F', error.File);
        Field('L', error.Line);
        Field('R', error.Routine);
        Byte(0);
        EndMessage();
    }

    private void Field(char code, string? value)
    {
        if (value is not null)
        {
            Byte((byte)code);
            CString(value);
        }
    }

    private void Field(char code, int value)
    {
        if (value != 0)
        {
            Field(code, value.ToString(System.Globalization.CultureInfo.InvariantCulture));
        }
    }
}
