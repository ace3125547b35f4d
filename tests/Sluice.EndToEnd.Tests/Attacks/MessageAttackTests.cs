using System.Buffers.Binary;
using Npgsql;
using Sluice.EndToEnd.Tests.Servers;
using Sluice.EndToEnd.Tests.Wire;

namespace Sluice.EndToEnd.Tests.Attacks;

/// <summary>A user who sends what no client does: the session says so or ends, and others go on.</summary>
public sealed class MessageAttackTests(GatewayServer server)
{
    public static TheoryData<string, byte[]> Broken => new()
    {
        { "a second startup message", [0, 0, 0, 8, 0, 3, 0, 0] },
        { "an unknown type", [(byte)'z', 0, 0, 0, 4] },
        { "type 0", [0, 0, 0, 0, 4] },
        { "a message of a server", [(byte)'Z', 0, 0, 0, 5, (byte)'I'] },
        { "a password", [(byte)'p', 0, 0, 0, 5, 0] },
        { "a length below its own", [(byte)'Q', 0, 0, 0, 3] },
        { "a length of 0", [(byte)'S', 0, 0, 0, 0] },
        { "a length of -1", [(byte)'Q', 0xff, 0xff, 0xff, 0xff] },
        { "the least length", [(byte)'Q', 0x80, 0, 0, 0] },
        { "the greatest length", [(byte)'Q', 0x7f, 0xff, 0xff, 0xff] },
        { "a length beyond the setting", [(byte)'B', 0x20, 0, 0, 0] },
        { "a long Sync", [(byte)'S', 0, 0xff, 0xff, 0xff] },
    };

    public static TheoryData<string, byte[]> OutOfPlace => new()
    {
        { "Execute of nothing", Message('E', [0, 0, 0, 0, 0]) },
        { "Bind of nothing", Message('B', [0, .. "nothing\0"u8, 0, 0, 0, 0, 0, 0]) },
        { "Bind without an end", Message('B', [0, 0, 0xff, 0xff]) },
        { "Bind of a value of 2 GB", Message('B', [0, 0, 0, 0, 0, 1, 0x7f, 0xff, 0xff, 0xff]) },
        { "Parse without an end", Message('P', "a"u8) },
        { "Parse of 65535 types", Message('P', [0, .. "select 1\0"u8, 0xff, 0xff]) },
        { "Describe of nothing known", Message('D', [.. "Xa\0"u8]) },
        { "Close of nothing known", Message('C', [.. "Xa\0"u8]) },
        { "an empty Describe", Message('D', []) },
        { "text that is no UTF-8", Message('P', [0, .. "select '"u8, 0xff, 0xfe, .. "'\0\0\0"u8]) },
        { "an empty Execute", Message('E', []) },
    };

    public static TheoryData<string> Texts =>
    [
        $"{{\"a\": {new string('[', 100)}{new string(']', 100)}}}",
        $"{{\"a\": {new string('[', 8_000)}{new string(']', 8_000)}}}",
        $"{{\"a\": {new string('[', 100_000)}{new string(']', 100_000)}}}",
        string.Concat(Enumerable.Repeat("{\"a\":", 5_000)) + "1" + new string('}', 5_000),
        "{\"a\": \"\\ud800\"}",
        "{\"\\udc00\": \"a\"}",
        "{\"a\": \"\\u0000\"}",
        "{\"a\": \"1\", \"a\": \"2\"}",
        "{\"a\": 1e999999}",
        "{\"a\": " + new string('9', 100_000) + "}",
        "[]",
        "\"\"",
        "null",
    ];

    [Theory]
    [MemberData(nameof(Broken))]
    public async Task A_message_that_cannot_be_ends_the_session(string what, byte[] bytes)
    {
        await using var other = await server.ConnectAsync();
        await using var client = await server.ConnectAsync();
        var error = (await client.Raw(bytes).TalkAsync('E'))[^1].ToString();
        Assert.True(error.Contains("08P01", StringComparison.Ordinal), $"{what}: {error}");
        Assert.Contains("FATAL", error, StringComparison.Ordinal);
        await Assert.ThrowsAnyAsync<IOException>(client.ReadAsync);
        await AnswersAsync(other);
    }

    [Theory]
    [MemberData(nameof(OutOfPlace))]
    public async Task A_message_out_of_place_is_an_error_and_the_session_goes_on(string what, byte[] bytes)
    {
        await using var client = await server.ConnectAsync();
        var answers = await client.Raw(bytes).Sync().TalkAsync();
        Assert.True(answers.Exists(message => message.Type == 'E'), $"{what}: {string.Join(", ", answers)}");
        await AnswersAsync(client);
    }

    [Fact]
    public async Task Copy_messages_without_a_copy_are_passed_over()
    {
        await using var client = await server.ConnectAsync();
        await AnswersAsync(client.CopyData("a").CopyDone().CopyFail("why"));
    }

    [Theory]
    [MemberData(nameof(Texts))]
    public async Task Json_that_is_made_to_break_something_is_stored_or_refused(string json)
    {
        await using var connection = await server.OpenAsync();
        await using var insert = new NpgsqlCommand("insert into assets (external_id, name, metadata) values ($1, 'attack', $2::json)", connection);
        insert.Parameters.Add(new NpgsqlParameter { Value = $"attack-{Guid.NewGuid():N}" });
        insert.Parameters.Add(new NpgsqlParameter { Value = json, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Unknown });
        try
        {
            Assert.Equal(1, await insert.ExecuteNonQueryAsync());
        }
        catch (PostgresException e)
        {
            Assert.True(e.SqlState[..2] is "22" or "54", e.ToString());
        }

        await using var next = new NpgsqlCommand("select 1", connection);
        Assert.Equal(1, await next.ExecuteScalarAsync());
    }

    private static async Task AnswersAsync(WireClient client) =>
        Assert.Contains(await client.Query("select 1").TalkAsync(), message => message.Type == 'D');

    private static byte[] Message(char type, ReadOnlySpan<byte> body)
    {
        var message = new byte[5 + body.Length];
        message[0] = (byte)type;
        BinaryPrimitives.WriteInt32BigEndian(message.AsSpan(1), body.Length + 4);
        body.CopyTo(message.AsSpan(5));
        return message;
    }
}
