using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Text;
using Sluice.Gateway.Engine;
using Sluice.Gateway.Tables;
using Sluice.PgWire.Protocol;
using Sluice.PgWire.Sql;

namespace Sluice.Gateway.Sessions;

/// <summary>
/// RETURNING of a statement of Sluice's own. The engine computes the list over rows that Sluice gives it as JSON, so that expressions, formats
/// and settings are PostgreSQL's; what it says of the columns is that of the table itself.
/// </summary>
internal sealed class OwnReturning
{
    private readonly byte[] _rowsSql;
    private readonly byte[] _description;

    private OwnReturning(byte[] rowsSql, byte[] description)
    {
        _rowsSql = rowsSql;
        _description = description;
    }

    /// <summary>The columns of the list; <see langword="default"/> if there is something else in it.</summary>
    public static ImmutableArray<string> ColumnsOf(ReturningClause? clause) => clause?.Items is { } items && items.All(item => item.Column is not null)
        ? [.. items.Select(item => item.Column!.Value.Name)]
        : default;

    /// <summary>Asks the engine what the list is.</summary>
    /// <exception cref="PgException">The engine's error about the list, e.g. 42703, with its position in the client's text.</exception>
    public static async ValueTask<OwnReturning> PrepareAsync(EngineLink engine, ReadOnlyMemory<byte> sql, RowWriteStatement statement, TableDefinition table)
    {
        var list = statement.Returning!.List;
        var alias = SqlIdentifier.AlwaysQuote(statement.Target.VisibleName);
        var relation = $"public.{SqlText.Identifier(table.Name)}";
        var prefix = $"DELETE FROM {relation} AS {alias} RETURNING ";
        int PositionOf(PgException e) => SqlSyntax.PositionOf(sql.Span, list.Start) + e.Error.Position - prefix.Length - 1;
        EngineDescription description;
        try
        {
            // As RETURNING of a statement, so that what only a query may compute is refused.
            description = await EngineRows.DescribeAsync(engine, (byte[])[.. Encoding.UTF8.GetBytes(prefix), .. list.Of(sql.Span)], []);
        }
        catch (PgException e) when (e.Error.SqlState == SqlState.UndefinedTable && statement is (UpdateStatement { IsPlain: false } or DeleteStatement { IsPlain: false }))
        {
            throw new PgException(
                e.Error with
                {
                    SqlState = SqlState.FeatureNotSupported,
                    Message = $"RETURNING of other columns than those of CDF table \"{table.Name}\" is not supported",
                    Hint = "Leave out what is not a column of the table that the statement writes to.",
                    Position = PositionOf(e),
                },
                e);
        }
        catch (PgException e) when (e.Error.Position > prefix.Length)
        {
            throw new PgException(e.Error with { Position = PositionOf(e) }, e);
        }

        if (description.Parameters.Length > 0)
        {
            throw new PgException(SqlState.FeatureNotSupported, "RETURNING with parameters is not supported for CDF tables");
        }

        return new OwnReturning(
            Select(sql.Span, list, $"pg_catalog.json_populate_recordset(NULL::{relation}, $1::pg_catalog.json) AS {alias}"), description.Columns!);
    }

    /// <summary>The body of the RowDescription, with the formats that <paramref name="portal"/> wants.</summary>
    public byte[] Description(OwnPortal? portal)
    {
        var body = (byte[])_description.Clone();
        if (portal is null)
        {
            return body;
        }

        var message = portal.Message;
        var at = sizeof(short);
        var count = BinaryPrimitives.ReadInt16BigEndian(body);
        for (var column = 0; column < count; column++)
        {
            at += body.AsSpan(at).IndexOf((byte)0) + 1 + FieldSize;
            BinaryPrimitives.WriteInt16BigEndian(body.AsSpan(at - sizeof(short)), message.ResultFormat(column));
        }

        return body;
    }

    /// <summary>The bodies of the DataRow messages for <paramref name="rows"/>, a JSON array of rows.</summary>
    public ValueTask<List<byte[]>> RowsAsync(EngineLink engine, ReadOnlyMemory<byte> rows, OwnPortal? portal) =>
        EngineRows.ReadAsync(engine, _rowsSql, rows, portal);

    private const string Prefix = "SELECT ";

    // Table's OID, column's number, type's OID, length, modifier, format.
    private const int FieldSize = 4 + 2 + 4 + 2 + 4 + 2;

    private static byte[] Select(ReadOnlySpan<byte> sql, SqlSpan list, string from) =>
        [.. Encoding.UTF8.GetBytes(Prefix), .. list.Of(sql), .. Encoding.UTF8.GetBytes($" FROM {from}")];
}
