using System.Text;
using Sluice.PgWire.Copy;
using Sluice.PgWire.Tests.Types;

namespace Sluice.PgWire.Tests.Copy;

/// <summary>The formats text and CSV, compared with a real PostgreSQL: rows, and all fields of errors.</summary>
public sealed class LineFormatTests(RealPostgres postgres)
{
    private const string LongText = "0123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789";

    private static readonly int[] Chunks = [int.MaxValue, 1, 2, 3, 7];

    public static TheoryData<string> TextData =>
    [
        "",
        "\n",
        "a\tb\tc\n",
        "a\tb\tc",
        "a\tb\tc\nd\te\tf",
        "\\N\tb\t\\N\n\\N\t\\N\t\\N\n",
        "\\\\N\tb\\N\t\\NN\n",
        "a\\tb\tc\\nd\te\\rf\n",
        "\\b\\f\\n\\r\\t\\v\t\\a\\q\\z\t\\x\n",
        "\\101\\60\\7\t\\1018\t\\377\n",
        "\\x41\\x4a\\x4A\\x4\t\\xg\t\\x411\n",
        "\\303\\244\t\\xc3\\xa4\tä\n",
        "\\xc3\tb\tc\n",
        "\\000\tb\tc\n",
        "a\t\\x00\tc\n",
        "a\tb\\\tc\td\n",
        "a\tb\tc\\\nd\n",
        "a\tb\tc\\\n",
        "a\tb\tc\\",
        "a\tb\\",
        "a\tb\n",
        "a\tb\tc\td\n",
        "a\tb\tc\n\n",
        "a\tb\tc\r\nd\te\tf\r\n",
        "a\tb\tc\rd\te\tf\r",
        "a\tb\tc\rd\te\tf",
        "a\tb\tc\r",
        "a\tb\tc\r\n",
        "a\tb\tc\r\nd\te\tf\n",
        "a\tb\tc\r\nd\te\tf\rg\th\ti\r\n",
        "a\tb\tc\nd\te\tf\r\n",
        "a\tb\tc\rd\te\tf\n",
        "a\tb\tc\nd\te\rx\tf\n",
        "a\tb\tc\n\\.\n",
        "a\tb\tc\n\\.\nd\te\tf\n",
        "a\tb\tc\n\\.",
        "a\tb\tc\n\\.x\n",
        "a\tb\tc\n\\.\r\n",
        "a\tb\tc\r\n\\.\r\n",
        "a\tb\tc\r\n\\.\n",
        "a\tb\tc\r\n\\.\rx",
        "a\tb\tc\r\n\\.x",
        "a\tb\tc\r\\.\r",
        "a\tb\tc\r\\.\n",
        "a\tb\tc\\.\nd\te\tf\n",
        "a\tb\\.\n",
        "\\.\n",
        "\\.",
        "\\.\r\nrest",
        "\\\\.\tb\tc\n",
        "a\tb\t\\\\\\.\n",
        "a\tb\tc\n\\",
        "ä€😀\tπ\t\u00a0\n",
        "x\ty\tz\nbad\t" + LongText + "\n",
        "bad\t" + LongText[..94] + "ä€\n",
        "bad\t" + LongText[..95] + "ä€\n",
        "bad\t" + LongText[..96] + "\n",
        "bad\t" + LongText[..97] + "\n",
    ];

    public static TheoryData<string> CsvData =>
    [
        "",
        "\n",
        "a,b,c\n",
        "a,b,c",
        ",,\n\"\",\"\",\"\"\n",
        "a,\"b,c\",d\n",
        "\"a\"\"b\",\"\"\"\",\"\"\"x\"\"\"\n",
        "a\"b\"c,\"d\"e,f\"g\"\n",
        "\"a\nb\",\"c\r\nd\",\"e\rf\"\nx,y\n",
        "\"a\nb\",c,d\r\n",
        "a,b,c\r\n\"d\r\ne\",f,g\r\nbad\r\n",
        "a,b,c\n\"x\ny\nz\",b,c\nbad\n",
        "\"a\n\",b\n",
        "a,\"b\n",
        "a,b,\"c",
        "a,b,\"c\"",
        "a,b,\"c\"\"",
        "a,b\n",
        "a,b,c,d\n",
        "a,b,c\n\na,b,c\n",
        "a,b,c\r\nd,e,f\r\n",
        "a,b,c\rd,e,f\r",
        "a,b,c\rd,e,f",
        "a,b,c\r\nd,e,f\n",
        "a,b,c\r\nd,e\rx,f\r\n",
        "a,b,c\nd,e,f\r\n",
        "a,b,c\nd,e\rx,f\n",
        "a,b,c\rd,e,f\n",
        "a,b,c\n\\.\n",
        "a,b,c\n\\.\nd,e,f\n",
        "a,b,c\n\\.",
        "a,b,c\n\\.x,b,c\n",
        "a,b,c\r\n\\.\r\nx",
        "a,b,c\r\n\\.\n",
        "a,b,c\r\n\\.\rx",
        "a,b,c\r\n\\.x",
        "a,b,c\n\\.\r\n",
        "a,b,c\n\\.,b,c\n",
        "a,b,c\n\"\\.\",b,c\n",
        "a,b,c\n\"x\n\\.\n\",b,c\n",
        "a,\\.\nb,c\n",
        "\\.\n",
        "\\.",
        "\\",
        "\\\n",
        "\\,\\N,\\\\\n",
        " a , b ,c \n",
        "\"a\" ,b,c\n",
        "ä,€,😀\n",
        "NULL,null,\"NULL\"\n",
    ];

    [Theory]
    [MemberData(nameof(TextData))]
    public Task Text_is_read_as_PostgreSQL_reads_it(string data) => CompareAsync(CopyTable.Texts, "", new CopyOptions(), data);

    [Theory]
    [MemberData(nameof(CsvData))]
    public Task Csv_is_read_as_PostgreSQL_reads_it(string data) =>
        CompareAsync(CopyTable.Texts, "(FORMAT csv)", new CopyOptions { Format = CopyFormat.Csv }, data);

    [Theory]
    [MemberData(nameof(CsvData))]
    public Task Csv_with_another_escape_is_read_as_PostgreSQL_reads_it(string data) => CompareAsync(
        CopyTable.Texts,
        "(FORMAT csv, ESCAPE '\\', NULL 'NULL', FORCE_NOT_NULL (a), FORCE_NULL (c))",
        new CopyOptions { Format = CopyFormat.Csv, Escape = "\\", Null = "NULL", ForceNotNull = ["a"], ForceNull = ["c"] },
        data.Replace("\"\"", "\\\"", StringComparison.Ordinal));

    [Theory]
    [InlineData("a;b;c\nN;x;N\n\\N;\\;;\\\\\n")]
    [InlineData("a;b;c;\n")]
    public Task Text_with_other_characters_is_read_as_PostgreSQL_reads_it(string data) => CompareAsync(
        CopyTable.Texts, "(DELIMITER ';', NULL 'N')", new CopyOptions { Delimiter = ";", Null = "N" }, data);

    [Theory]
    [InlineData("'a;b';'';''''\n;;\n';\n';b;c\n")]
    public Task Csv_with_other_characters_is_read_as_PostgreSQL_reads_it(string data) => CompareAsync(
        CopyTable.Texts,
        "(FORMAT csv, DELIMITER ';', QUOTE '''', NULL 'x')",
        new CopyOptions { Format = CopyFormat.Csv, Delimiter = ";", Quote = "'", Null = "x" },
        data);

    [Theory]
    [InlineData("")]
    [InlineData("a,b,c")]
    [InlineData("a,b,c\n1,2,3\n4\n")]
    [InlineData("\"a\",b,\"c\"\r\n1,2,3\r\n")]
    [InlineData("\"a\nx\",b,\"c\"\n1,2,3\n4\n")]
    [InlineData("a,b\n")]
    [InlineData("a,b,c,d\n")]
    [InlineData("a,,c\n")]
    [InlineData("a,B,c\n")]
    [InlineData("\\.\na,b,c\n")]
    public async Task A_header_is_skipped_or_matched_as_in_PostgreSQL(string data)
    {
        await CompareAsync(CopyTable.Texts, "(FORMAT csv, HEADER)", new CopyOptions { Format = CopyFormat.Csv, Header = CopyHeader.Skip }, data);
        await CompareAsync(
            CopyTable.Texts, "(FORMAT csv, HEADER match)", new CopyOptions { Format = CopyFormat.Csv, Header = CopyHeader.Match }, data);
        string tabs = data.Replace(',', '\t').Replace("\"", "", StringComparison.Ordinal);
        await CompareAsync(CopyTable.Texts, "(HEADER match)", new CopyOptions { Header = CopyHeader.Match }, tabs);
        await CompareAsync(CopyTable.Texts, "(HEADER)", new CopyOptions { Header = CopyHeader.Skip }, tabs);
    }

    [Theory]
    [InlineData("1\tabc\t1.5\t2024-01-01 00:00:00Z\n2\tabcdef\t1\t2024-01-01\n")]
    [InlineData("1\tabc\tx\t2024-01-01 00:00:00Z\n")]
    [InlineData("x\tabcdef\t1\t2024-01-01\textra\n")]
    [InlineData("x\tabcdef\t1\n")]
    [InlineData("1\tabc\t1e999\t2024-01-01\n")]
    [InlineData("1\tabc\t1\tnever\n")]
    [InlineData("99999999999999999999\tabc\t1\t2024-01-01\n")]
    [InlineData("1\tabc\t" + LongText + "ä\t2024-01-01\n")]
    [InlineData("1\t\\N\t\\N\t\\N\n\\N\thällo  \t-0\tinfinity\n")]
    public async Task A_bad_value_is_told_with_its_line_and_column(string data)
    {
        await CompareAsync(CopyTable.Mixed, "", new CopyOptions(), data);
        await CompareAsync(CopyTable.Mixed, "(FORMAT csv, DELIMITER E'\\t')", new CopyOptions { Format = CopyFormat.Csv, Delimiter = "\t" }, data);
    }

    [Theory]
    [InlineData("61ff0a")]
    [InlineData("61090a")]
    [InlineData("610a62c30a")]
    [InlineData("61c3280a")]
    [InlineData("61e282")]
    [InlineData("61e2820a")]
    [InlineData("f09f98800a")]
    [InlineData("f09f980a")]
    [InlineData("f5808080800a")]
    [InlineData("eda0800a")]
    [InlineData("c0800a")]
    [InlineData("6100620a")]
    [InlineData("80610a")]
    public async Task Bytes_that_are_no_text_are_refused_as_PostgreSQL_does(string hex)
    {
        byte[] data = Convert.FromHexString(hex);
        await CompareAsync(CopyTable.One, "", new CopyOptions(), data);
        await CompareAsync(CopyTable.One, "(FORMAT csv)", new CopyOptions { Format = CopyFormat.Csv }, data);
    }

    [Theory]
    [InlineData("aaa\t\t\t\t\\\\\n\n\r.N017xbé", "\t")]
    [InlineData("a\t\t\\\n\n\n\n.N", "\t")]
    [InlineData("a\t\t\\\r.", "\t")]
    public async Task Any_text_is_read_as_PostgreSQL_reads_it(string alphabet, string delimiter)
    {
        await using PlainConnection connection = await postgres.OpenAsync();
        foreach (string data in Generate(alphabet, delimiter))
        {
            await CompareAsync(connection, CopyTable.Texts, "", new CopyOptions(), data);
        }
    }

    [Theory]
    [InlineData("aaa,,,,\"\"\"\"\\\n\n\r.Né")]
    [InlineData("a,,,\"\"\n\n\n")]
    [InlineData("a,,,\"\"\"\r\n\\")]
    public async Task Any_csv_is_read_as_PostgreSQL_reads_it(string alphabet)
    {
        await using PlainConnection connection = await postgres.OpenAsync();
        foreach (string data in Generate(alphabet, ","))
        {
            await CompareAsync(connection, CopyTable.Texts, "(FORMAT csv)", new CopyOptions { Format = CopyFormat.Csv }, data);
            await CompareAsync(
                connection,
                CopyTable.Texts,
                "(FORMAT csv, ESCAPE '\\', HEADER)",
                new CopyOptions { Format = CopyFormat.Csv, Escape = "\\", Header = CopyHeader.Skip },
                data);
        }
    }

    /// <summary>Data that begins with two good rows more often than not, and goes on as chance has it.</summary>
    private static IEnumerable<string> Generate(string alphabet, string delimiter)
    {
        Random random = new(20240229);
        for (int i = 0; i < 150; i++)
        {
            StringBuilder data = new();
            string lineEnd = random.GetItems(["\n", "\n", "\r\n", "\r"], 1)[0];
            for (int row = random.Next(3); row > 0; row--)
            {
                data.AppendJoin(delimiter, "x", "y", "z").Append(lineEnd);
            }

            data.Append(random.GetItems(alphabet.AsSpan(), random.Next(12))).Append(delimiter);
            data.Append(random.GetItems(alphabet.AsSpan(), random.Next(6))).Append(delimiter);
            data.Append(random.GetItems(alphabet.AsSpan(), random.Next(6)));
            yield return data.Append(random.Next(4) == 0 ? "" : lineEnd).ToString();
        }
    }

    private Task CompareAsync(CopyTable table, string sqlOptions, CopyOptions options, string data) =>
        CompareAsync(table, sqlOptions, options, Encoding.UTF8.GetBytes(data));

    private async Task CompareAsync(CopyTable table, string sqlOptions, CopyOptions options, byte[] data)
    {
        await using PlainConnection connection = await postgres.OpenAsync();
        await CompareAsync(connection, table, sqlOptions, options, data);
    }

    private static Task CompareAsync(PlainConnection connection, CopyTable table, string sqlOptions, CopyOptions options, string data) =>
        CompareAsync(connection, table, sqlOptions, options, Encoding.UTF8.GetBytes(data));

    private static async Task CompareAsync(PlainConnection connection, CopyTable table, string sqlOptions, CopyOptions options, byte[] data)
    {
        CopyOutcome expected = await CopyOutcome.OfPostgresAsync(connection, table, sqlOptions, data);
        foreach (int chunk in Chunks)
        {
            CopyOutcome actual = CopyOutcome.OfSluice(table, options, data, chunk);
            Assert.True(expected == actual, $"{Printable(data)} in pieces of {chunk}\nPostgreSQL: {expected}\nSluice:     {actual}");
            Assert.Equal(expected, CopyOutcome.OfSluice(table, options, data, chunk, maxRows: 1));
        }
    }

    private static string Printable(byte[] data) => System.Text.Json.JsonSerializer.Serialize(Encoding.UTF8.GetString(data));
}
