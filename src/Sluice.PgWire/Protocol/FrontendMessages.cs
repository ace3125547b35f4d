namespace Sluice.PgWire.Protocol;

/// <summary>Query: SQL text, one or more statements.</summary>
public readonly ref struct QueryMessage
{
    private QueryMessage(ReadOnlySpan<byte> sql) => Sql = sql;

    /// <summary>The text in the client's encoding, without terminator.</summary>
    public ReadOnlySpan<byte> Sql { get; }

    /// <summary>Parses a body.</summary>
    /// <exception cref="PgException">08P01.</exception>
    public static QueryMessage Parse(ReadOnlySpan<byte> body)
    {
        var reader = new PayloadReader(body);
        ReadOnlySpan<byte> sql = reader.CString();
        reader.End();
        return new QueryMessage(sql);
    }
}

/// <summary>Parse: a statement's name, its text, and the types of its parameters as far as the client fixes them (OID 0: it does not).</summary>
public readonly ref struct ParseMessage
{
    private readonly ReadOnlySpan<byte> _typeOids;

    private ParseMessage(ReadOnlySpan<byte> name, ReadOnlySpan<byte> sql, ReadOnlySpan<byte> typeOids)
    {
        Name = name;
        Sql = sql;
        _typeOids = typeOids;
    }

    /// <summary>The statement's name; empty for the unnamed one.</summary>
    public ReadOnlySpan<byte> Name { get; }

    /// <summary>The text in the client's encoding.</summary>
    public ReadOnlySpan<byte> Sql { get; }

    /// <summary>How many parameter types are given; there may be more parameters.</summary>
    public int TypeCount => _typeOids.Length / sizeof(uint);

    /// <summary>The type given for parameter <paramref name="index"/> (from 0); 0 if the server is to find it out.</summary>
    public uint TypeOid(int index) => new PayloadReader(_typeOids.Slice(index * sizeof(uint), sizeof(uint))).UInt32();

    /// <summary>Parses a body.</summary>
    /// <exception cref="PgException">08P01.</exception>
    public static ParseMessage Parse(ReadOnlySpan<byte> body)
    {
        var reader = new PayloadReader(body);
        ReadOnlySpan<byte> name = reader.CString();
        ReadOnlySpan<byte> sql = reader.CString();
        ReadOnlySpan<byte> types = reader.Bytes(reader.Count() * sizeof(uint));
        reader.End();
        return new ParseMessage(name, sql, types);
    }
}

/// <summary>What Describe and Close are about.</summary>
public enum TargetKind : byte
{
    /// <summary>A prepared statement.</summary>
    Statement = (byte)'S',

    /// <summary>A portal.</summary>
    Portal = (byte)'P',
}

/// <summary>Describe or Close: a statement or portal by its name.</summary>
public readonly ref struct TargetMessage
{
    private TargetMessage(TargetKind kind, ReadOnlySpan<byte> name)
    {
        Kind = kind;
        Name = name;
    }

    /// <summary>Statement or portal.</summary>
    public TargetKind Kind { get; }

    /// <summary>Its name; empty for the unnamed one.</summary>
    public ReadOnlySpan<byte> Name { get; }

    /// <summary>Parses the body of a Describe.</summary>
    /// <exception cref="PgException">08P01.</exception>
    public static TargetMessage ParseDescribe(ReadOnlySpan<byte> body) => Parse(body, "DESCRIBE");

    /// <summary>Parses the body of a Close.</summary>
    /// <exception cref="PgException">08P01.</exception>
    public static TargetMessage ParseClose(ReadOnlySpan<byte> body) => Parse(body, "CLOSE");

    private static TargetMessage Parse(ReadOnlySpan<byte> body, string message)
    {
        var reader = new PayloadReader(body);
        var kind = (TargetKind)reader.Byte();
        ReadOnlySpan<byte> name = reader.CString();
        reader.End();
        return kind is TargetKind.Statement or TargetKind.Portal
            ? new TargetMessage(kind, name)
            : throw new PgException(SqlState.ProtocolViolation, $"invalid {message} message subtype {(byte)kind}");
    }
}

/// <summary>Execute: a portal, and how many rows to return at most.</summary>
public readonly ref struct ExecuteMessage
{
    private ExecuteMessage(ReadOnlySpan<byte> portal, int maximumRows)
    {
        Portal = portal;
        MaximumRows = maximumRows;
    }

    /// <summary>The portal's name; empty for the unnamed one.</summary>
    public ReadOnlySpan<byte> Portal { get; }

    /// <summary>After so many rows PortalSuspended; zero or less means all rows.</summary>
    public int MaximumRows { get; }

    /// <summary>Parses a body.</summary>
    /// <exception cref="PgException">08P01.</exception>
    public static ExecuteMessage Parse(ReadOnlySpan<byte> body)
    {
        var reader = new PayloadReader(body);
        ReadOnlySpan<byte> portal = reader.CString();
        int maximumRows = reader.Int32();
        reader.End();
        return new ExecuteMessage(portal, maximumRows);
    }
}

/// <summary>CopyFail: the client gives up its COPY, with a reason.</summary>
public readonly ref struct CopyFailMessage
{
    private CopyFailMessage(ReadOnlySpan<byte> reason) => Reason = reason;

    /// <summary>The client's words; PostgreSQL answers 57014 <c>COPY from stdin failed: </c> and these.</summary>
    public ReadOnlySpan<byte> Reason { get; }

    /// <summary>Parses a body.</summary>
    /// <exception cref="PgException">08P01.</exception>
    public static CopyFailMessage Parse(ReadOnlySpan<byte> body)
    {
        var reader = new PayloadReader(body);
        ReadOnlySpan<byte> reason = reader.CString();
        reader.End();
        return new CopyFailMessage(reason);
    }
}

/// <summary>FunctionCall, the "fast path" that PostgreSQL keeps for old clients: Sluice refuses it.</summary>
public static class FunctionCallMessage
{
    /// <summary>The refusal; ReadyForQuery follows it.</summary>
    public static PgException Refusal() => new(
        SqlState.FeatureNotSupported,
        "the function call protocol is not supported",
        hint: "Call the function with SELECT; large objects are not available.");
}
