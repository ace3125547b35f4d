using Sluice.PgWire.Protocol;

namespace Sluice.PgWire.Tests.Protocol;

public sealed class FrontendMessagesTests
{
    private static readonly byte[] Bind =
    [
        .. "p\0s\0"u8, 0, 2, 0, 0, 0, 1, 0, 2, 0, 0, 0, 3, .. "abc"u8, 255, 255, 255, 255, 0, 1, 0, 1,
    ];

    [Fact]
    public void Bind_gives_names_formats_and_the_places_of_its_values()
    {
        var bind = BindMessage.Parse(Bind);
        Assert.Equal("p"u8, bind.Portal);
        Assert.Equal("s"u8, bind.Statement);
        Assert.Equal((2, 0, 1), (bind.ParameterCount, bind.ParameterFormat(0), bind.ParameterFormat(1)));
        Assert.Equal((1, 1, 1), (bind.ResultFormatCount, bind.ResultFormat(0), bind.ResultFormat(7)));
        var values = bind.Values;
        Assert.True(values.MoveNext());
        Assert.Equal("abc"u8, values.Bytes);
        Assert.Equal("abc"u8, Bind.AsSpan(values.Current.Offset, values.Current.Length));
        Assert.True(values.MoveNext());
        Assert.True(values.Current.IsNull);
        Assert.False(values.MoveNext());
    }

    [Fact]
    public void Bind_without_formats_is_all_text()
    {
        var bind = BindMessage.Parse([0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0]);
        Assert.Equal((1, 0, 0), (bind.ParameterCount, bind.ParameterFormat(0), bind.ResultFormat(0)));
        var values = bind.Values;
        Assert.True(values.MoveNext());
        Assert.Equal(new ValueRange(10, 0), values.Current);
    }

    [Fact]
    public void Bind_takes_65535_parameters()
    {
        byte[] body = [0, 0, 0, 1, 0, 1, 255, 255, .. Enumerable.Repeat<byte>(255, 65_535 * 4), 0, 0];
        var bind = BindMessage.Parse(body);
        int nulls = 0;
        foreach (ValueRange value in bind.Values)
        {
            nulls += value.IsNull ? 1 : 0;
        }

        Assert.Equal((65_535, 65_535, 1), (bind.ParameterCount, nulls, bind.ParameterFormat(65_534)));
    }

    [Fact]
    public void Bind_with_formats_that_do_not_fit_is_refused_in_postgres_words()
    {
        PgException e = Assert.Throws<PgException>(() => BindMessage.Parse([0, 0, 0, 2, 0, 0, 0, 0, 0, 1, 255, 255, 255, 255, 0, 0]));
        Assert.Equal(("08P01", "bind message has 2 parameter formats but 1 parameters"), (e.Error.SqlState, e.Error.Message));
    }

    [Theory]
    [InlineData(-2)]
    [InlineData(int.MinValue)]
    [InlineData(int.MaxValue)]
    [InlineData(4)]
    public void A_value_of_a_length_that_cannot_be_is_08P01(int length)
    {
        byte[] body = [0, 0, 0, 0, 0, 1, (byte)(length >> 24), (byte)(length >> 16), (byte)(length >> 8), (byte)length, 1, 0, 0];
        PgException e = Assert.Throws<PgException>(() => BindMessage.Parse(body));
        Assert.Equal(("08P01", "insufficient data left in message"), (e.Error.SqlState, e.Error.Message));
    }

    [Fact]
    public void A_message_that_is_cut_or_too_long_is_08P01_and_nothing_else()
    {
        byte[] parse = [.. "s\0SELECT $1\0"u8, 0, 1, 0, 0, 0, 23];
        for (int length = 0; length < Bind.Length; length++)
        {
            Assert.Equal("08P01", Assert.Throws<PgException>(() => BindMessage.Parse(Bind.AsSpan(0, length))).Error.SqlState);
        }

        for (int length = 0; length < parse.Length; length++)
        {
            Assert.Equal("08P01", Assert.Throws<PgException>(() => ParseMessage.Parse(parse.AsSpan(0, length))).Error.SqlState);
        }

        Assert.Equal("invalid message format", Assert.Throws<PgException>(() => BindMessage.Parse([.. Bind, 0])).Error.Message);
        Assert.Equal("invalid message format", Assert.Throws<PgException>(() => ParseMessage.Parse([.. parse, 0])).Error.Message);
        Assert.Equal("invalid message format", Assert.Throws<PgException>(() => QueryMessage.Parse("a\0b"u8)).Error.Message);
        Assert.Equal("invalid string in message", Assert.Throws<PgException>(() => QueryMessage.Parse("a"u8)).Error.Message);
    }

    [Fact]
    public void Random_bodies_parse_or_are_08P01()
    {
        var random = new Random(4_711);
        byte[] buffer = new byte[64];
        int parsed = 0;
        for (int i = 0; i < 100_000; i++)
        {
            Bind.CopyTo(buffer, 0);
            Span<byte> body = buffer.AsSpan(0, Bind.Length);
            for (int n = random.Next(1, 5); n > 0; n--)
            {
                body[random.Next(body.Length)] = (byte)random.Next(256);
            }

            try
            {
                var values = BindMessage.Parse(body).Values;
                while (values.MoveNext())
                {
                    _ = values.Bytes.Length;
                }

                parsed++;
            }
            catch (PgException e)
            {
                Assert.Equal("08P01", e.Error.SqlState);
            }
        }

        Assert.InRange(parsed, 1, 99_999);
    }

    [Fact]
    public void Parse_gives_name_text_and_types()
    {
        var parse = ParseMessage.Parse([.. "s\0SELECT $1\0"u8, 0, 2, 0, 0, 0, 23, 255, 255, 255, 255]);
        Assert.Equal("s"u8, parse.Name);
        Assert.Equal("SELECT $1"u8, parse.Sql);
        Assert.Equal((2, 23u, uint.MaxValue), (parse.TypeCount, parse.TypeOid(0), parse.TypeOid(1)));
    }

    [Fact]
    public void Describe_Close_Execute_and_CopyFail_are_read()
    {
        var describe = TargetMessage.ParseDescribe("Sname\0"u8);
        Assert.Equal(TargetKind.Statement, describe.Kind);
        Assert.Equal("name"u8, describe.Name);
        Assert.Equal(TargetKind.Portal, TargetMessage.ParseClose("P\0"u8).Kind);
        Assert.Equal("invalid DESCRIBE message subtype 88", Assert.Throws<PgException>(() => TargetMessage.ParseDescribe("X\0"u8)).Error.Message);
        Assert.Equal("invalid CLOSE message subtype 88", Assert.Throws<PgException>(() => TargetMessage.ParseClose("X\0"u8)).Error.Message);
        var execute = ExecuteMessage.Parse([.. "p\0"u8, 0, 0, 0, 5]);
        Assert.Equal(5, execute.MaximumRows);
        Assert.Equal("why"u8, CopyFailMessage.Parse("why\0"u8).Reason);
        Assert.Equal("0A000", FunctionCallMessage.Refusal().Error.SqlState);
    }

    [Fact]
    public void Text_that_is_not_utf8_is_22021_and_names_the_bytes()
    {
        PgException e = Assert.Throws<PgException>(() => PayloadReader.Decode([(byte)'a', 0xC3, 0x28]));
        Assert.Equal(("22021", "invalid byte sequence for encoding \"UTF8\": 0xc3"), (e.Error.SqlState, e.Error.Message));
    }
}
