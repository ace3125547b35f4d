using System.Globalization;
using Sluice.EndToEnd.Tests.Relay;
using Sluice.EndToEnd.Tests.Servers;
using Sluice.EndToEnd.Tests.Wire;

namespace Sluice.EndToEnd.Tests.Transactions;

/// <summary>A transaction on a CDF table says what it says on a plain table of PostgreSQL, and leaves the same rows (rules.md, section 4).</summary>
public sealed class TransactionParityTests(GatewayServer server, RelayServer postgres)
{
    private readonly string _keys = $"tx-{Guid.NewGuid():N}-";

    public static TheoryData<string> Scripts => [.. TransactionScripts.All.Keys];

    [Theory]
    [MemberData(nameof(Scripts))]
    public async Task A_transaction_is_answered_as_by_PostgreSQL_and_leaves_the_same_rows(string script)
    {
        await using var plain = await postgres.ConnectDirectlyAsync();
        await plain.Query("create temp table assets (external_id varchar(255) unique, name varchar(140) not null)").TalkAsync();
        await using var sluice = await server.ConnectAsync();
        foreach (var step in TransactionScripts.All[script])
        {
            var expected = await step(plain, "assets", _keys).TalkAsync();
            var actual = await step(sluice, "assets", _keys).TalkAsync();
            Assert.Equal(expected.Select(Line), actual.Select(Line));
        }

        await plain.Query("rollback").TalkAsync();
        var rows = await plain.Query("select external_id from assets order by 1").TalkAsync();
        var stored = await server.Cdf.ByExternalIdsAsync("assets", Enumerable.Range(1, 9).Select(i => _keys + i.ToString(CultureInfo.InvariantCulture)));
        Assert.Equal(
            rows.Where(m => m.Type == 'D').Select(m => m.Values[0]),
            stored.Select(asset => (string?)asset!["externalId"]).Order(StringComparer.Ordinal));
    }

    /// <summary>Errors by their code and severity: their words name the constraint's keys, which are CDF's.</summary>
    private static string Line(WireMessage message) => message.Type is 'E' or 'N' ? $"{message.Type} {message.Field('V')} {message.Field('C')}" : message.ToString();
}
