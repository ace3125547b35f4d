using System.Buffers;
using System.Text;
using Sluice.PgWire.Columns;
using Sluice.PgWire.Protocol;
using Sluice.PgWire.Sql;
using Sluice.PgWire.Types;

namespace Sluice.Gateway.Sessions;

/// <summary>A value that stands in a statement: a parameter, or a literal taken out of the text once.</summary>
/// <param name="Parameter">The n of <c>$n</c>, or 0.</param>
/// <param name="Literal">The value's text; <see langword="null"/> is NULL.</param>
/// <param name="Start">Where it stands in the query string, in bytes from 0, for errors.</param>
internal readonly record struct Cell(int Parameter, byte[]? Literal, int Start)
{
    /// <summary>The value as <paramref name="sql"/> has it.</summary>
    public static Cell Of(ReadOnlySpan<byte> sql, in SqlValue value, ArrayBufferWriter<byte> scratch)
    {
        scratch.ResetWrittenCount();
        var isNull = value.Kind is SqlValueKinds.Null or SqlValueKinds.Default or SqlValueKinds.Parameter;
        return new Cell(value.Parameter, isNull ? null : value.Text(sql, scratch).ToArray(), value.Token.Start);
    }

    /// <summary>Appends the value to <paramref name="column"/>.</summary>
    /// <param name="column">Takes it.</param>
    /// <param name="portal">Has the parameters, if there are any.</param>
    /// <param name="sentTypes">The types of the parameters.</param>
    /// <param name="sql">The query string that a literal stands in.</param>
    /// <exception cref="PgException">The value does not fit the column's type.</exception>
    public void AppendTo(Column column, OwnPortal? portal, PgType[] sentTypes, ReadOnlySpan<byte> sql)
    {
        if (Parameter > 0)
        {
            AppendParameter(column, portal!, sentTypes[Parameter - 1]);
        }
        else if (Literal is null)
        {
            column.AppendNull();
        }
        else
        {
            try
            {
                column.AppendText(Literal);
            }
            catch (PgException e) when (e.Error.Position == 0)
            {
                throw new PgException(e.Error with { Position = SqlSyntax.PositionOf(sql, Start) }, e);
            }
        }
    }

    /// <summary>The value as it came, for people: binary parameters as <c>bytea</c> is shown.</summary>
    public string? TextOf(OwnPortal portal)
    {
        if (Parameter == 0)
        {
            return Literal is null ? null : Encoding.UTF8.GetString(Literal);
        }

        var value = portal.Values[Parameter - 1];
        if (value.IsNull)
        {
            return null;
        }

        var bytes = portal.Bytes(value);
        return portal.Message.ParameterFormat(Parameter - 1) == 0 ? Encoding.UTF8.GetString(bytes) : $"\\x{Convert.ToHexStringLower(bytes)}";
    }

    private void AppendParameter(Column column, OwnPortal portal, PgType sentType)
    {
        var index = Parameter - 1;
        var value = portal.Values[index];
        if (value.IsNull)
        {
            column.AppendNull();
        }
        else if (portal.Message.ParameterFormat(index) == 0 || sentType == PgType.Text || sentType == PgType.Varchar)
        {
            column.AppendText(portal.Bytes(value));
        }
        else
        {
            column.AppendBinary(portal.Bytes(value), sentType);
        }
    }
}
