using System.Text;
using Sluice.PgWire.Protocol;

namespace Sluice.Gateway.Sessions;

/// <summary>What the engine says of a statement before it is run.</summary>
/// <param name="Parameters">Type OIDs of the parameters.</param>
/// <param name="Columns">The body of RowDescription; <see langword="null"/> if there are no rows.</param>
internal sealed record EngineDescription(uint[] Parameters, byte[]? Columns)
{
    /// <summary>How many columns its rows have.</summary>
    public int ColumnCount => Columns is null ? 0 : new PayloadReader(Columns).Count();
}

/// <summary>
/// Questions of Sluice's own to the engine, under names of their own, parsed anew each time: the unnamed statement may be the client's, and
/// DISCARD or DEALLOCATE may come at any time.
/// </summary>
internal static class EngineRows
{
    private const string Name = "_sluice_rows";

    /// <summary>Has the engine parse and describe <paramref name="sql"/>.</summary>
    /// <exception cref="PgException">The engine's error.</exception>
    public static async ValueTask<EngineDescription> DescribeAsync(EngineLink engine, ReadOnlyMemory<byte> sql, uint[] declaredTypes)
    {
        var output = engine.Output;
        Close(output, Name, 'S');
        Parse(output, Name, sql.Span, declaredTypes);
        output.BeginMessage(FrontendMessage.Describe);
        output.Byte((byte)'S');
        output.CString(Name);
        output.EndMessage();
        Close(output, Name, 'S');

        byte[]? columns = null;
        uint[] parameters = [];
        await engine.AskAsync(replies: 4, (type, body) =>
        {
            if (type == BackendMessage.RowDescription)
            {
                columns = body.ToArray();
            }
            else if (type == BackendMessage.ParameterDescription)
            {
                parameters = ReadTypes(body.Span);
            }

            return ValueTask.CompletedTask;
        });
        return new EngineDescription(parameters, columns);
    }

    /// <summary>The bodies of the DataRow messages of <paramref name="sql"/>, which has one parameter of type json.</summary>
    /// <param name="engine">The session's engine.</param>
    /// <param name="sql">A query.</param>
    /// <param name="argument">The parameter's value, as text.</param>
    /// <param name="portal">Says in which formats the values are wanted; <see langword="null"/>: text.</param>
    /// <exception cref="PgException">The engine's error.</exception>
    public static async ValueTask<List<byte[]>> ReadAsync(EngineLink engine, byte[] sql, ReadOnlyMemory<byte> argument, OwnPortal? portal)
    {
        var output = engine.Output;
        Close(output, Name, 'S');
        Parse(output, Name, sql, [PgWire.Types.PgType.Json.Oid]);
        output.BeginMessage(FrontendMessage.Bind);
        output.CString(Name);
        output.CString(Name);
        output.Int16(0);
        output.Int16(1);
        output.BeginValue();
        output.Bytes(argument.Span);
        output.EndValue();
        WriteFormats(output, portal);
        output.EndMessage();
        Execute(output, Name);
        Close(output, Name, 'P');
        Close(output, Name, 'S');

        var rows = new List<byte[]>();
        await engine.AskAsync(replies: 6, (type, body) =>
        {
            if (type == BackendMessage.DataRow)
            {
                rows.Add(body.ToArray());
            }

            return ValueTask.CompletedTask;
        });
        return rows;
    }

    /// <summary>Runs statements that have neither parameters nor rows.</summary>
    /// <exception cref="PgException">The engine's error.</exception>
    public static ValueTask RunAsync(EngineLink engine, params IReadOnlyList<string> statements)
    {
        var output = engine.Output;
        foreach (var sql in statements)
        {
            // One that has failed is left behind.
            Close(output, Name, 'P');
            Close(output, Name, 'S');
            Parse(output, Name, Encoding.UTF8.GetBytes(sql), []);
            output.BeginMessage(FrontendMessage.Bind);
            output.CString(Name);
            output.CString(Name);
            output.Int16(0);
            output.Int16(0);
            output.Int16(0);
            output.EndMessage();
            Execute(output, Name);
            Close(output, Name, 'P');
            Close(output, Name, 'S');
        }

        return engine.AskAsync(replies: 7 * statements.Count, static (_, _) => ValueTask.CompletedTask);
    }

    public static void Parse(MessageWriter output, string name, ReadOnlySpan<byte> sql, uint[] types)
    {
        output.BeginMessage(FrontendMessage.Parse);
        output.CString(name);
        output.CString(sql);
        output.Int16((short)types.Length);
        foreach (var type in types)
        {
            output.UInt32(type);
        }

        output.EndMessage();
    }

    /// <summary>Binds a portal of the statement's own name with the client's parameters.</summary>
    /// <param name="output">To the engine.</param>
    /// <param name="name">Statement and portal.</param>
    /// <param name="portal">Has the parameters; <see langword="null"/> if there are none.</param>
    /// <param name="resultFormat">Of all columns: 0 text, 1 binary.</param>
    public static void Bind(MessageWriter output, string name, OwnPortal? portal, short resultFormat)
    {
        output.BeginMessage(FrontendMessage.Bind);
        output.CString(name);
        output.CString(name);
        var count = portal?.Message.ParameterCount ?? 0;
        output.Int16((short)count);
        for (var i = 0; i < count; i++)
        {
            output.Int16(portal!.Message.ParameterFormat(i));
        }

        output.Int16((short)count);
        for (var i = 0; i < count; i++)
        {
            var value = portal!.Values[i];
            output.Int32(value.Length);
            if (!value.IsNull)
            {
                output.Bytes(portal.Bytes(value));
            }
        }

        output.Int16(1);
        output.Int16(resultFormat);
        output.EndMessage();
    }

    /// <summary>Runs <paramref name="sql"/> in the client's session and gives its rows as text.</summary>
    /// <exception cref="PgException">The engine's error.</exception>
    public static async ValueTask<List<string?[]>> QueryAsync(EngineLink engine, ReadOnlyMemory<byte> sql, uint[] types, OwnPortal? portal)
    {
        var output = engine.Output;
        Close(output, Name, 'S');
        Parse(output, Name, sql.Span, types);
        Bind(output, Name, portal, resultFormat: 0);
        Execute(output, Name);
        Close(output, Name, 'P');
        Close(output, Name, 'S');
        var rows = new List<string?[]>();
        await engine.AskAsync(replies: 6, (type, body) =>
        {
            if (type == BackendMessage.DataRow)
            {
                rows.Add(DataRow.ParseText(body.Span));
            }

            return ValueTask.CompletedTask;
        });
        return rows;
    }

    public static void Execute(MessageWriter output, string portal)
    {
        output.BeginMessage(FrontendMessage.Execute);
        output.CString(portal);
        output.Int32(0);
        output.EndMessage();
    }

    /// <summary>Closes a statement or portal; one that is not there is none the worse.</summary>
    /// <param name="output">To the engine.</param>
    /// <param name="name">Statement or portal.</param>
    /// <param name="kind"><c>S</c> or <c>P</c>.</param>
    public static void Close(MessageWriter output, string name, char kind)
    {
        output.BeginMessage(FrontendMessage.Close);
        output.Byte((byte)kind);
        output.CString(name);
        output.EndMessage();
    }

    private static void WriteFormats(MessageWriter output, OwnPortal? portal)
    {
        var count = portal?.Message.ResultFormatCount ?? 0;
        output.Int16((short)count);
        for (var i = 0; i < count; i++)
        {
            output.Int16(portal!.Message.ResultFormat(i));
        }
    }

    private static uint[] ReadTypes(ReadOnlySpan<byte> body)
    {
        var reader = new PayloadReader(body);
        var types = new uint[reader.Count()];
        for (var i = 0; i < types.Length; i++)
        {
            types[i] = (uint)reader.Int32();
        }

        return types;
    }
}
