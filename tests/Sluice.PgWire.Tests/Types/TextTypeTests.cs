using System.Buffers;
using System.Text;
using Sluice.PgWire.Columns;
using Sluice.PgWire.Protocol;
using Sluice.PgWire.Types;

namespace Sluice.PgWire.Tests.Types;

/// <summary>Text, JSON, bytea and arrays, compared with a real PostgreSQL.</summary>
public sealed class TextTypeTests(RealPostgres postgres)
{
    private static readonly string[] Json =
    [
        "{}", "[]", "1", "\"a\"", "true", "false", "null", " 1 ", "\t\r\n[1]\n", "", " ", "{\"a\":1}", "{\"a\" : [1, 2, {\"b\": null}], \"a\": 2}", "[1,tru]", "{\"a\":1,}", "{\"a\"",
        "{\"a", "\"a\\u12\"", "\"a\\u12G4\"", "\"a\\q\"", "\"a\\ä\"", "1 2", "{1:2}", "[1 2]", "[1,]", "[,1]", "[", "{", "}", "]", ",", ":", "[}", "{]", "{\"a\" 1}", "{\"a\":}", "{\"a\":1 \"b\":2}",
        "{\"a\":1,2}", "{,}", "tru", "True", "nul", "nullx", "falsey", "01", "-01", "-", "-a", "1.", ".5", "1.5", "1e5", "1e", "1e+", "1E-3", "1.5e+10", "+1", "1x", "1.x", "1-", "--1", "0", "-0", "00",
        "\"\\n\\t\\\\\\\"\\/\\b\\f\\r\"", "\"\\u00e4\"", "\"\\ud83d\\ude00\"", "\"a\nb\"", "\"a\tb\"", "\"a\u0001b\"", "'a'", "a", "ä", "\"ä\"", "\"abc", "\"abc\\", "\"abc\\u", "\"abc\\u1", "{\"a\":\"b\"", "[[[[1]]]]",
        "[[[[1]]]", "[1]]", "{}}", "{\"k\":\n\n 1,\n \"l\" : x}", "{\"a_long_key_to_push_the_context_beyond_fifty_characters\": [1, 2, 3, 4, bad]}",
        "{\"ä_long_kéy_to_push_the_context_beyond_fifty_charäcters_äöü\": [1, 2, 3, 4, bäd]}", "[1,\n2,\n3,\n4 5]\n", "truefalse", "_", "$", "\u00a0", "[\"a\",]", "{\"a\":{\"b\":{\"c\":[}}}}", "{\"a\"::1}", "\u007f",
    ];

    private static readonly string[] Escapes =
    [
        "\"\\u0000\"", "\"\\ud800\"", "\"\\udc00\"", "\"\\ud800x\"", "\"\\ud800\\n\"", "\"\\ud800\\u0041\"", "\"\\ud800\\ud800\"", "\"x\\udc00y\"", "\"\\ud83d\\ude00\\ud83d\\ude00\"", "[\"\\ud800", "1e400000", "1e-400000",
        "\"\\ud800\\q\"", "\"\\ud800ä\"",
    ];

    private static readonly string[] Arrays =
    [
        "{}", "{ }", " { } ", "{1,2}", " { 1 , 2 } ", "{1}", "{\"1\"}", "{\"1\",2}", "{NULL}", "{null,NuLL}", "{\"NULL\"}", "{", "", "x", "{1,2", "{1,,2}", "{1,2,}", "{,}", "{1}x", "{1} ", "{1}}", "}", "{a b, c  }", "{\"a\"b}", "{a\"b\"}",
        "{a\\,b,\"c\\\"d\"}", "{NULLx}", "{1,{2}}", "[1:2]={1,2}", "[1:2]={1}", "[2:1]={}", "[1:1{1}", "[a]={1}", "[2]={1,2}", "[1:2]  =  {1,2}", "[1:2]{1,2}", "[1:2]=1", "[1:]={1}", "{\\N}", "{a}b}", "{\"a", "{a\\", "{\"a\\", "{}}", "{x}",
        "{\"a\" , \"b\"}", "{a\\ }", "{ a\\  , b}", "{\"a\\\\b\"}", "{\"\"}", "{\"\",\"\"}", "{\"{\",\"}\",\",\"}", "{ä,\"é,è\"}", "{\"a\"\"b\"}", "{\"a\\\"}", "{\"a\"\\b}", "{1,x,3}", "{{{{{{{1}}}}}}}", "[1]={1}", "[+1:2]={5,6}",
    ];

    [Theory]
    [InlineData("json")]
    [InlineData("jsonb")]
    public async Task Bad_json_is_refused_as_in_PostgreSQL(string type)
    {
        PgType pgType = PgType.FromName(type)!;
        string[] texts = [.. Json, .. Escapes];
        await using PlainConnection connection = await postgres.OpenAsync();
        foreach (string text in texts)
        {
            string expected = await JsonErrorAsync(connection, $"SELECT '{text.Replace("'", "''", StringComparison.Ordinal)}'::{type}");
            using Column column = Column.Create(new ColumnType(pgType), TextInputSettings.Default);
            PgException? error = Record.Exception(() => column.AppendText(Encoding.UTF8.GetBytes(text))) as PgException;
            Assert.True(expected == Describe(error), $"{text}\nPostgreSQL: {expected}\nSluice:     {Describe(error)}");
        }
    }

    [Fact]
    public async Task Json_broken_at_any_place_is_refused_as_in_PostgreSQL()
    {
        const string Whole = "{\"a\\u00e4\": [1.5e-3, true, null, \"x\\\"y\"], \"b\": {\"c\": []}}";
        Random random = new(5);
        await using PlainConnection connection = await postgres.OpenAsync();
        for (int i = 0; i < 400; i++)
        {
            int at = random.Next(Whole.Length);
            string text = random.Next(3) switch
            {
                0 => Whole[..at],
                1 => Whole.Remove(at, 1),
                _ => Whole.Insert(at, random.GetItems(["\"", "{", "}", "[", "]", ",", ":", "\\", "x", "1", "-", " ", "\n"], 1)[0]),
            };
            string expected = await JsonErrorAsync(connection, $"SELECT '{text}'::json");
            using Column column = Column.Create(new ColumnType(PgType.Json), TextInputSettings.Default);
            PgException? error = Record.Exception(() => column.AppendText(Encoding.UTF8.GetBytes(text))) as PgException;
            Assert.True(expected == Describe(error), $"{text}\nPostgreSQL: {expected}\nSluice:     {Describe(error)}");
        }
    }

    [Fact]
    public void Json_nested_too_deep_is_54001()
    {
        using Column column = Column.Create(new ColumnType(PgType.Json), TextInputSettings.Default);
        column.AppendText(Encoding.UTF8.GetBytes(new string('[', 8000) + new string(']', 8000)));
        PgException e = Assert.Throws<PgException>(() => column.AppendText(Encoding.UTF8.GetBytes(new string('[', 100_000))));

        Assert.Equal(SqlState.StatementTooComplex, e.Error.SqlState);
        Assert.Equal(1, column.Count);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(5)]
    [InlineData(10_485_760)]
    public Task Varchar_is_cut_or_refused_as_in_PostgreSQL(int length) => ValueComparison.CompareAsync(
        postgres, ColumnType.VarcharOf(length), ["", "a", "abcde", "abcdef", "abcde ", "abcde   ", "abcde x", "äöüß€", "äöüß€x", "äöüß€  ", "😀😀😀😀😀", "😀😀😀😀😀😀", "      ", "a     b", "abcd\u00a0\u00a0"]);

    [Fact]
    public Task Bytea_is_read_as_PostgreSQL_reads_it() => ValueComparison.CompareAsync(
        postgres,
        new ColumnType(PgType.Bytea),
        ["", "\\x", "\\x00ff", "\\xABcd", "\\x a b", "\\xab cd", "\\x ab\ncd ", "\\xa", "\\xab c", "\\xgg", "\\xä", "\\X00", "abc", "a\\\\b", "a\\000b", "a\\377", "a\\400", "a\\08", "a\\", "a\\x", "\\", "ä", "\\xabg", "\\x0"]);

    [Theory]
    [InlineData("int8[]")]
    [InlineData("text[]")]
    [InlineData("float8[]")]
    [InlineData("bool[]")]
    public Task Arrays_are_read_and_printed_as_PostgreSQL_does(string type) =>
        ValueComparison.CompareAsync(postgres, new ColumnType(PgType.FromName(type)!), Arrays);

    [Fact]
    public Task Arrays_of_timestamps_are_quoted_as_PostgreSQL_does() => ValueComparison.CompareAsync(
        postgres, new ColumnType(PgType.TimestamptzArray), ["{2024-01-01,NULL}", "{\"2024-01-01 10:00\", infinity}"]);

    [Fact]
    public void An_array_of_two_dimensions_is_0A000_and_leaves_nothing()
    {
        ArrayColumn column = (ArrayColumn)Column.Create(new ColumnType(PgType.Int8Array), TextInputSettings.Default);
        column.AppendText("{1,2}"u8);
        PgException e = Assert.Throws<PgException>(() => column.AppendText("{{1},{2}}"u8));
        Assert.Throws<PgException>(() => column.AppendText("{3,4,x}"u8));
        column.AppendNull();
        column.AppendText("{7}"u8);

        Assert.Equal(SqlState.FeatureNotSupported, e.Error.SqlState);
        Assert.Equal([1, 2, 7], ((Int8Column)column.Elements).Values.ToArray());
        Assert.Equal((2, 0), column[1]);
        Assert.Equal((2, 1), column[2]);
    }

    [Fact]
    public async Task Text_has_PostgreSQLs_binary_format()
    {
        await ValueComparison.CompareBinaryAsync(postgres, new(PgType.Text), "", "äöü");
        await ValueComparison.CompareBinaryAsync(postgres, ColumnType.VarcharOf(3), "abc");
        await ValueComparison.CompareBinaryAsync(postgres, new(PgType.Json), "{\"a\": 1}");
        await ValueComparison.CompareBinaryAsync(postgres, new(PgType.Jsonb), "{\"a\": 1}");
        await ValueComparison.CompareBinaryAsync(postgres, new(PgType.Bytea), "\\x00ff", "\\x");
        await ValueComparison.CompareBinaryAsync(postgres, new(PgType.Int8Array), "{}", "{1,2}", "{1,NULL}");
        await ValueComparison.CompareBinaryAsync(postgres, new(PgType.TextArray), "{\"\",a}");
    }

    [Theory]
    [InlineData("int4", "int8", "ffffffff", "-1")]
    [InlineData("int2", "int8", "7fff", "32767")]
    [InlineData("int8", "int4", "000000007fffffff", "2147483647")]
    [InlineData("int8", "int4", "0000000080000000", "22003: integer out of range")]
    [InlineData("int4", "int2", "00008000", "22003: smallint out of range")]
    [InlineData("int4", "float8", "00000007", "7")]
    [InlineData("int8", "numeric", "fffffffffffffff9", "-7")]
    [InlineData("float4", "float8", "3fc00000", "1.5")]
    [InlineData("float8", "float4", "7fefffffffffffff", "22003: value out of range: overflow")]
    [InlineData("text", "varchar", "c3a4", "ä")]
    [InlineData("varchar", "json", "7b7d", "{}")]
    [InlineData("int4", "int8", "00", "08P01: insufficient data left in message")]
    [InlineData("int8", "int8", "000000000000000000", "22P03: incorrect binary data format")]
    public void A_binary_value_of_another_width_is_converted_and_checked(string sent, string type, string hex, string expected)
    {
        PgType sentType = PgType.FromName(sent)!;
        using Column column = Column.Create(new ColumnType(PgType.FromName(type)!), TextInputSettings.Default);
        Assert.True(column.CanReadBinary(sentType));

        PgException? error = Record.Exception(() => column.AppendBinary(Convert.FromHexString(hex), sentType)) as PgException;
        Assert.Equal(expected, error is null ? ValueComparison.TextOf(column, 0) : $"{error.Error.SqlState}: {error.Error.Message}");
    }

    [Fact]
    public void A_type_that_does_not_convert_is_not_read()
    {
        using Column column = Column.Create(new ColumnType(PgType.Int8), TextInputSettings.Default);

        Assert.False(column.CanReadBinary(PgType.Float8));
        Assert.Throws<ArgumentException>(() => column.AppendBinary(new byte[8], PgType.Float8));
    }

    [Fact]
    public void Numeric_survives_its_binary_format()
    {
        Random random = new(3);
        using Column column = Column.Create(new ColumnType(PgType.Numeric), TextInputSettings.Default);
        for (int i = 0; i < 500; i++)
        {
            string text = $"{random.NextInt64(1L << random.Next(1, 62))}e{random.Next(-40, 40)}";
            column.Clear();
            column.AppendText(Encoding.UTF8.GetBytes(text));
            ArrayBufferWriter<byte> binary = new();
            column.WriteValueBinary(0, binary);
            column.AppendBinary(binary.WrittenSpan, PgType.Numeric);

            Assert.Equal(ValueComparison.TextOf(column, 0), ValueComparison.TextOf(column, 1));
        }
    }

    private static async Task<string> JsonErrorAsync(PlainConnection connection, string sql)
    {
        try
        {
            await connection.QueryAsync(sql);
            return Describe(null);
        }
        catch (PgException e)
        {
            return Describe(e);
        }
    }

    private static string Describe(PgException? e) =>
        e is null ? "accepted" : $"{e.Error.SqlState}: {e.Error.Message} / {e.Error.Detail} / {e.Error.Context}";
}
