using System.Buffers;
using System.Text;
using Sluice.Gateway.Tables;
using Sluice.PgWire.Columns;
using Sluice.PgWire.Protocol;

namespace Sluice.Gateway.Writes;

/// <summary>Errors about a value of a row, with the place that PostgreSQL gives: the line of a COPY, the row of an INSERT.</summary>
internal sealed class RowErrors(WritePlan plan)
{
    // As COPY does (copyfrom.c, limit_printout_length).
    private const int ShownCharacters = 100;

    /// <summary>The origin of the row that the last error is about.</summary>
    public long? FailedOrigin { get; private set; }

    public PgException At(RowBatch batch, int row, int column, string sqlState, string message, string? hint = null, string? detail = null)
    {
        var definition = plan.Columns[column];
        FailedOrigin = batch.OriginOf(row);
        var place = PlaceOf(batch.OriginOf(row), definition.Name, Shown(batch.Columns[column], row));
        return new PgException(new PgError
        {
            SqlState = sqlState,
            Message = message,
            Detail = plan.Verb != WriteVerb.Copy ? Lines(detail, $"Row {batch.OriginOf(row)} of the statement.") : detail,
            Hint = hint,
            Context = place,
            SchemaName = "public",
            TableName = plan.Table.Name,
            ColumnName = definition.Name,
        });
    }

    /// <summary>The CONTEXT of an error about a row of a COPY; <see langword="null"/> for an INSERT.</summary>
    public string? PlaceOf(long origin, string column, string? shown = null) => plan.Verb == WriteVerb.Copy
        ? $"COPY {plan.Table.Name}, line {origin}, column {column}{(shown is null ? string.Empty : $": {shown}")}"
        : null;

    public PgException NullValue(RowBatch batch, int row, int column) => At(
        batch,
        row,
        column,
        SqlState.NotNullViolation,
        $"null value in column \"{plan.Columns[column].Name}\" of relation \"{plan.Table.Name}\" violates not-null constraint");

    public PgException TooLong(RowBatch batch, int row, int column, string what) => At(
        batch, row, column, SqlState.StringDataRightTruncation, $"value too long for column \"{plan.Columns[column].Name}\": {what}");

    public PgException ReadOnly(RowBatch batch, int row, int column)
    {
        var definition = plan.Columns[column];
        return At(
            batch,
            row,
            column,
            SqlState.GeneratedAlways,
            $"cannot insert a non-DEFAULT value into column \"{definition.Name}\"",
            hint: $"CDF makes the value. Leave the column \"{definition.Name}\" out, or give it NULL or DEFAULT.",
            detail: definition.Role == ColumnRole.Identity
                ? $"Column \"{definition.Name}\" is an identity column defined as GENERATED ALWAYS."
                : $"Column \"{definition.Name}\" is a generated column.");
    }

    private static string Lines(string? first, string second) => first is null ? second : $"{first}\n{second}";

    private static string Shown(Column column, int row)
    {
        if (column.IsNull(row))
        {
            return "null input";
        }

        var text = new ArrayBufferWriter<byte>();
        column.WriteValueText(row, text);
        var value = Encoding.UTF8.GetString(text.WrittenSpan);
        return value.Length > ShownCharacters ? $"\"{value[..ShownCharacters]}...\"" : $"\"{value}\"";
    }
}
