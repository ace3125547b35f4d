using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Sluice.Gateway.Tables;
using Sluice.PgWire.Protocol;

namespace Sluice.Gateway.Reads.Rows;

/// <summary>Gives the columns of a CDF table's rows as PostgreSQL's text. Not safe for use by several at once.</summary>
internal sealed class RowReader
{
    private readonly ArrayBufferWriter<byte> _value = new();
    private readonly bool _isRaw;
    private readonly int _rawKey;

    /// <summary>Reads rows of <paramref name="table"/>.</summary>
    public RowReader(TableDefinition table)
    {
        Table = table;
        _isRaw = table.Kind == TableKind.CustomRawRows;
        _rawKey = _isRaw ? table.OrdinalOf(table.RawPrimaryKey ?? CustomRawTable.KeyColumn) : -1;
    }

    /// <summary>The table.</summary>
    public TableDefinition Table { get; }

    /// <summary>How many values of RAW columns did not fit their column's type, and so are NULL.</summary>
    public long Unfit { get; private set; }

    /// <summary>
    /// The text of the column with <paramref name="ordinal"/>; valid until the next call. The key column of a RAW table is the key itself, and NULL if
    /// the key is not how PostgreSQL prints a value of the column's type.
    /// </summary>
    /// <returns><see langword="false"/> for NULL.</returns>
    /// <exception cref="PgException">22001, 22021 or 22P02: CDF's value is none of the column's type; RAW values read as NULL instead.</exception>
    public bool TryRead(in CdfRow row, int ordinal, out ReadOnlySpan<byte> text)
    {
        _value.ResetWrittenCount();
        text = default;
        if (row.Given is { } given && given[ordinal] is { } known)
        {
            Encoding.UTF8.GetBytes(known, _value);
            text = _value.WrittenSpan;
            return true;
        }

        var column = Table.Columns[ordinal];
        if (!TryFind(row.Item, column, ordinal, out var value) || value.ValueKind is JsonValueKind.Null or JsonValueKind.Undefined)
        {
            return false;
        }

        var fit = JsonValueText.Write(value, column.Type, _value);
        if (fit == JsonFit.Fits && ordinal == _rawKey && !IsPrinted(value))
        {
            fit = JsonFit.OtherType;
        }

        if (fit != JsonFit.Fits)
        {
            Unfit += _isRaw ? 1 : throw Misfit(fit, value, column);
            return false;
        }

        text = _value.WrittenSpan;
        return true;
    }

    private bool IsPrinted(JsonElement key) => Encoding.UTF8.GetString(_value.WrittenSpan) == key.GetString();

    private bool TryFind(JsonElement item, ColumnDefinition column, int ordinal, out JsonElement value)
    {
        if (_isRaw)
        {
            if (ordinal == _rawKey)
            {
                return item.TryGetProperty("key"u8, out value);
            }

            if (!item.TryGetProperty("columns"u8, out item))
            {
                value = default;
                return false;
            }
        }

        if (column.IsViewProperty && !TryFindProperties(ref item))
        {
            value = default;
            return false;
        }

        return item.TryGetProperty(column.CdfField, out value);
    }

    private bool TryFindProperties(ref JsonElement instance) => instance.TryGetProperty("properties"u8, out instance)
        && instance.TryGetProperty(Table.View!.Space, out instance)
        && instance.TryGetProperty(Table.View.Key, out instance);

    private PgException Misfit(JsonFit fit, JsonElement value, ColumnDefinition column)
    {
        var (sqlState, message, hint) = fit switch
        {
            JsonFit.TooLong => (
                SqlState.StringDataRightTruncation,
                string.Create(
                    CultureInfo.InvariantCulture, $"value too long for type {column.Type.DisplayName}: CDF holds {value.GetString()!.EnumerateRunes().Count()} characters"),
                "The column is as documented for the gateway; an administrator can widen it for the user, and the CDF API gives the whole value."),
            JsonFit.NoText => (
                SqlState.CharacterNotInRepertoire,
                $"CDF's value of column \"{column.Name}\" has a character that PostgreSQL's text cannot hold",
                "Read other columns, or change the value through the CDF API."),
            _ => (
                SqlState.InvalidTextRepresentation,
                $"CDF's value of column \"{column.Name}\" is no {column.Type.DisplayName}",
                "Read other columns, or read the row through the CDF API."),
        };
        return new PgException(new PgError
        {
            SqlState = sqlState,
            Message = message,
            Hint = hint,
            SchemaName = "public",
            TableName = Table.Name,
            ColumnName = column.Name,
        });
    }
}
