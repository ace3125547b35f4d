using System.Buffers;
using System.Text;
using Sluice.PgWire.Columns;
using Sluice.PgWire.Protocol;
using Sluice.PgWire.Types;

namespace Sluice.PgWire.Tests.Types;

/// <summary>Gives the same texts to a real PostgreSQL's input function and to a column, and compares what they print, or their errors.</summary>
internal static class ValueComparison
{
    private const string CreateFunction = """
        CREATE FUNCTION pg_temp.try_input(value text, type regtype, typmod int) RETURNS text LANGUAGE plpgsql AS $$
        DECLARE result text; state text; message text; detail text; hint text;
        BEGIN
            EXECUTE format('SELECT %s(%s(textout($1)%s))::text',
                (SELECT typoutput FROM pg_type WHERE oid = type),
                (SELECT typinput FROM pg_type WHERE oid = type),
                CASE (SELECT pronargs FROM pg_type t JOIN pg_proc p ON p.oid = typinput WHERE t.oid = type)
                    WHEN 1 THEN '' ELSE format(', %s, %s', (SELECT coalesce(nullif(typelem, 0), 0) FROM pg_type WHERE oid = type), typmod) END)
                INTO result USING value;
            RETURN '= ' || coalesce(result, 'NULL');
        EXCEPTION WHEN OTHERS THEN
            GET STACKED DIAGNOSTICS state = RETURNED_SQLSTATE, message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
            RETURN state || ': ' || message || ' / ' || detail || ' / ' || hint;
        END $$
        """;

    /// <summary>Compares all texts, and then the binary format of those that are values.</summary>
    public static async Task CompareAsync(
        RealPostgres postgres, ColumnType type, IReadOnlyCollection<string> texts, TextInputSettings? settings = null, string sessionSettings = "")
    {
        await using PlainConnection connection = await postgres.OpenAsync();
        await connection.QueryAsync($"{CreateFunction}; {sessionSettings}");
        string values = string.Join(", ", texts.Select(t => Literal(t)));
        List<string?[]> expected = await connection.QueryAsync(
            $"SELECT pg_temp.try_input(v, '{type.Type.DisplayName}', {type.TypeModifier}) FROM unnest(ARRAY[{values}]::text[]) WITH ORDINALITY AS u(v, n) ORDER BY n");
        settings ??= TextInputSettings.Default;
        List<string> differences = [];
        foreach ((string text, string?[] row) in texts.Zip(expected))
        {
            string actual = Read(type, text, settings);
            if (row[0] != actual)
            {
                differences.Add($"{Printable(text)}\n    PostgreSQL: {row[0]}\n    Sluice:     {actual}");
            }
        }

        Assert.True(differences.Count == 0, $"{differences.Count} differ:\n" + string.Join('\n', differences.Take(40)));
    }

    /// <summary>Whether PostgreSQL and a column agree on the binary format of values, both ways.</summary>
    public static async Task CompareBinaryAsync(RealPostgres postgres, ColumnType type, params string[] texts)
    {
        await using PlainConnection connection = await postgres.OpenAsync();
        string send = type.Type.Name switch
        {
            "bool" => "boolsend",
            "text" => "textsend",
            "bytea" => "byteasend",
            "date" => "date_send",
            "numeric" or "json" or "jsonb" or "timestamp" or "timestamptz" => type.Type.Name + "_send",
            _ when type.Type.Element is not null => "array_send",
            _ => type.Type.Name + "send",
        };
        foreach (string text in texts)
        {
            string hex = (await connection.QueryAsync($"SELECT encode({send}({Literal(text)}::{type.DisplayName}), 'hex')"))[0][0]!;
            using Column column = Column.Create(type, TextInputSettings.Default);
            column.AppendText(Encoding.UTF8.GetBytes(text));
            ArrayBufferWriter<byte> binary = new();
            column.WriteValueBinary(0, binary);
            column.AppendBinary(Convert.FromHexString(hex), type.Type);

            Assert.Equal(hex, Convert.ToHexStringLower(binary.WrittenSpan));
            Assert.Equal(TextOf(column, 0), TextOf(column, 1));
        }
    }

    public static string TextOf(Column column, int row)
    {
        ArrayBufferWriter<byte> output = new();
        column.WriteValueText(row, output);
        return Encoding.UTF8.GetString(output.WrittenSpan);
    }

    private static string Read(ColumnType type, string text, TextInputSettings settings)
    {
        using Column column = Column.Create(type, settings);
        try
        {
            column.AppendText(Encoding.UTF8.GetBytes(text));
            return "= " + TextOf(column, 0);
        }
        catch (PgException e)
        {
            Assert.Equal(0, column.Count);
            return $"{e.Error.SqlState}: {e.Error.Message} / {e.Error.Detail} / {e.Error.Hint}";
        }
    }

    private static string Literal(string text) => $"'{text.Replace("'", "''", StringComparison.Ordinal)}'";

    private static string Printable(string text) =>
        System.Text.Json.JsonSerializer.Serialize(text.Length > 200 ? $"{text[..200]}… ({text.Length} characters)" : text);
}
