using System.Text.Json.Nodes;
using Sluice.EndToEnd.Tests.Relay;
using Sluice.EndToEnd.Tests.Servers;
using Sluice.EndToEnd.Tests.Wire;

namespace Sluice.EndToEnd.Tests.Parity;

/// <summary>
/// A script says the same on a CDF table as on a plain table of PostgreSQL with its columns and keys: tags, counts, SQLSTATEs, transaction status,
/// returned values. What differs, and why, is in docs/differences.md, and each such step names its entry.
/// </summary>
public sealed class ParityTests(GatewayServer server, RelayServer postgres)
{
    private readonly string _keys = $"p{Guid.NewGuid():N}"[..20] + "-";

    public static TheoryData<string> Scripts => [.. ParityScripts.All.Keys];

    [Theory]
    [MemberData(nameof(Scripts))]
    public async Task A_statement_is_answered_as_by_PostgreSQL_and_leaves_the_same_rows(string script)
    {
        var (name, steps) = ParityScripts.All[script];
        var table = ParityTable.All[name];
        var user = server.User;
        if (table.Prepare is { } prepare)
        {
            await prepare(server, _keys);
        }

        if (name == ParityTable.RawTable)
        {
            user = await server.Cdf.RegisterUserAsync();
            var columns = new JsonObject { ["title"] = Column("TEXT"), ["year"] = Column("BIGINT"), ["rating"] = Column("DOUBLE PRECISION") };
            await server.Cdf.CreateRawTableAsync(user, name, _keys.TrimEnd('-'), name, "title", columns);
        }

        await using var plain = await postgres.ConnectToPlainPostgresAsync();
        var schema = _keys.TrimEnd('-');
        await plain.Query($"create schema {schema}; set search_path = {schema}; {Text(table.Create)}").TalkAsync();
        await using var sluice = await server.ConnectAsync(user);
        var faults = new List<string>();
        for (var i = 0; i < steps.Length; i++)
        {
            var expected = await PlayAsync(plain, steps[i]);
            var actual = await PlayAsync(sluice, steps[i]);
            var isSame = expected.Count == actual.Count && expected.Zip(actual, IsSame).All(same => same);
            if (isSame != steps[i].Difference is null)
            {
                faults.Add($"step {i}\n  PostgreSQL {string.Join("\n             ", expected)}\n  Sluice     {string.Join("\n             ", actual)}");
            }
            else if (steps[i].Difference is { } entry && !DifferencesPage.Has(entry))
            {
                faults.Add($"step {i}: docs/differences.md has no entry \"{entry}\"");
            }
        }

        await plain.Query("rollback").TalkAsync();
        var rows = (await plain.Query(Text(table.Rows)).TalkAsync()).Where(m => m.Type == 'D').Select(m => m.Values[0]).ToList();
        var stored = (await table.Stored(server, _keys)).ToList();
        if (!rows.SequenceEqual(stored))
        {
            faults.Add($"rows\n  PostgreSQL {string.Join("\n             ", rows)}\n  CDF        {string.Join("\n             ", stored)}");
        }

        Assert.True(faults.Count == 0, string.Join('\n', faults));
    }

    private async Task<List<string>> PlayAsync(WireClient client, ParityStep step)
    {
        await step.Send(client, Text).SendAsync();
        var lines = new List<string>();
        for (var replies = step.Replies; replies > 0; replies--)
        {
            lines.AddRange((await client.ReadUntilAsync('Z')).Where(m => m.Type != 'S').Select(Line));
        }

        return step.IsUnordered ? [.. lines.Order(StringComparer.Ordinal)] : lines;
    }

    private static JsonObject Column(string type) => new() { ["type"] = type };

    /// <summary>Of errors the code, with what they are about; their words name constraints and request ids, which are CDF's.</summary>
    private static string Line(WireMessage message) => message.Type switch
    {
        'E' => $"E {message.Field('V')} {message.Field('C')} {LineOfCopy(message)} at {message.Field('P')}",
        'N' => $"N {message.Field('V')} {message.Field('C')}",
        _ => message.ToString(),
    };

    /// <summary>COPY's line; Sluice names the column and value in some cases where PostgreSQL does not, and no line if the client gives up.</summary>
    private static string LineOfCopy(WireMessage error) => error.Field('W') is { } context && context.StartsWith("COPY ", StringComparison.Ordinal) && error.Field('C') != "57014"
        ? context.Split([',', ':'])[1].Trim()
        : "";

    /// <summary>Positions of errors must be the same where both servers give one.</summary>
    private static bool IsSame(string expected, string actual)
    {
        if (!expected.StartsWith("E ", StringComparison.Ordinal) || !actual.StartsWith("E ", StringComparison.Ordinal))
        {
            return expected == actual;
        }

        var (first, second) = (expected.Split(" at "), actual.Split(" at "));
        return first[0] == second[0] && (first[1].Length == 0 || second[1].Length == 0 || first[1] == second[1]);
    }

    private string Text(string sql) => sql.Replace("{k}", _keys, StringComparison.Ordinal).Replace("{t}", ParityTable.RawTable, StringComparison.Ordinal);
}
