using Sluice.PgWire.Copy;
using Sluice.PgWire.Protocol;
using Sluice.PgWire.Tests.Types;

namespace Sluice.PgWire.Tests.Copy;

/// <summary>Options that do not go together, compared with a real PostgreSQL.</summary>
public sealed class CopyOptionsTests(RealPostgres postgres)
{
    public static TheoryData<string, CopyOptions> Options => new()
    {
        { "", new CopyOptions() },
        { "FORMAT binary, DELIMITER ','", new CopyOptions { Format = CopyFormat.Binary, Delimiter = "," } },
        { "FORMAT binary, NULL 'x'", new CopyOptions { Format = CopyFormat.Binary, Null = "x" } },
        { "FORMAT binary, HEADER", new CopyOptions { Format = CopyFormat.Binary, Header = CopyHeader.Skip } },
        { "FORMAT binary, QUOTE '\"'", new CopyOptions { Format = CopyFormat.Binary, Quote = "\"" } },
        { "DELIMITER ''", new CopyOptions { Delimiter = "" } },
        { "DELIMITER 'ab'", new CopyOptions { Delimiter = "ab" } },
        { "DELIMITER 'ä'", new CopyOptions { Delimiter = "ä" } },
        { "DELIMITER E'\\n'", new CopyOptions { Delimiter = "\n" } },
        { "DELIMITER E'\\r'", new CopyOptions { Delimiter = "\r" } },
        { "DELIMITER E'\\\\'", new CopyOptions { Delimiter = "\\" } },
        { "DELIMITER 'a'", new CopyOptions { Delimiter = "a" } },
        { "DELIMITER '.'", new CopyOptions { Delimiter = "." } },
        { "DELIMITER '7'", new CopyOptions { Delimiter = "7" } },
        { "DELIMITER 'A'", new CopyOptions { Delimiter = "A" } },
        { "FORMAT csv, DELIMITER 'a'", new CopyOptions { Format = CopyFormat.Csv, Delimiter = "a" } },
        { "FORMAT csv, DELIMITER '\"'", new CopyOptions { Format = CopyFormat.Csv, Delimiter = "\"" } },
        { "FORMAT csv, QUOTE 'ab'", new CopyOptions { Format = CopyFormat.Csv, Quote = "ab" } },
        { "FORMAT csv, QUOTE ''", new CopyOptions { Format = CopyFormat.Csv, Quote = "" } },
        { "FORMAT csv, ESCAPE 'ab'", new CopyOptions { Format = CopyFormat.Csv, Escape = "ab" } },
        { "QUOTE '\"'", new CopyOptions { Quote = "\"" } },
        { "ESCAPE '\"'", new CopyOptions { Escape = "\"" } },
        { "NULL E'a\\nb'", new CopyOptions { Null = "a\nb" } },
        { "NULL E'a\\tb'", new CopyOptions { Null = "a\tb" } },
        { "FORMAT csv, NULL 'a,b'", new CopyOptions { Format = CopyFormat.Csv, Null = "a,b" } },
        { "FORMAT csv, NULL '\"'", new CopyOptions { Format = CopyFormat.Csv, Null = "\"" } },
        { "FORCE_NOT_NULL (a)", new CopyOptions { ForceNotNull = ["a"] } },
        { "FORCE_NULL (a)", new CopyOptions { ForceNull = ["a"] } },
        { "FORMAT csv, FORCE_NULL (b)", new CopyOptions { Format = CopyFormat.Csv, ForceNull = ["b"] } },
        { "FORMAT csv, FORCE_NOT_NULL (b)", new CopyOptions { Format = CopyFormat.Csv, ForceNotNull = ["b"] } },
    };

    [Theory]
    [MemberData(nameof(Options), DisableDiscoveryEnumeration = true)]
    public async Task Options_are_checked_as_in_PostgreSQL(string sql, CopyOptions options)
    {
        await using PlainConnection connection = await postgres.OpenAsync();
        await connection.QueryAsync("CREATE TEMP TABLE t (a text, b text)");
        byte[] nothing = options.Format == CopyFormat.Binary ? Convert.FromHexString("5047434f50590aff0d0a000000000000000000ffff") : [];
        PgException? expected = await Record.ExceptionAsync(
            () => connection.CopyAsync($"COPY t (a) FROM STDIN{(sql.Length > 0 ? $" ({sql})" : "")}", nothing)) as PgException;
        PgException? actual = Record.Exception(() =>
        {
            options.Validate();
            CopyDecoder.Create(options, "t", ["a"]).Dispose();
        }) as PgException;

        Assert.Equal((expected?.Error.SqlState, expected?.Error.Message), (actual?.Error.SqlState, actual?.Error.Message));
    }

    [Theory]
    [InlineData(null, true)]
    [InlineData("utf8", true)]
    [InlineData("UTF-8", true)]
    [InlineData("unicode", true)]
    [InlineData("latin1", false)]
    public void Only_utf8_is_decoded(string? encoding, bool isUtf8)
    {
        CopyOptions options = new() { Encoding = encoding };
        PgException? error = Record.Exception(() => CopyDecoder.Create(options, "t", ["a"]).Dispose()) as PgException;

        Assert.Equal(isUtf8, options.IsUtf8);
        Assert.Equal(isUtf8 ? null : SqlState.FeatureNotSupported, error?.Error.SqlState);
    }
}
