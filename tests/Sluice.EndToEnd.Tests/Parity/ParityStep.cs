using Sluice.EndToEnd.Tests.Wire;

namespace Sluice.EndToEnd.Tests.Parity;

/// <summary>What is said to both servers, up to a ReadyForQuery; <c>{k}</c> stands for the beginning of the test's keys, <c>{t}</c> for the table.</summary>
/// <param name="Send">Queues the messages.</param>
/// <param name="Replies">How many ReadyForQuery will come.</param>
/// <param name="Difference">The entry of docs/differences.md (its first column) by which Sluice answers otherwise.</param>
internal sealed record ParityStep(Func<WireClient, Func<string, string>, WireClient> Send, int Replies = 1, string? Difference = null)
{
    /// <summary>Rows may come in any order.</summary>
    public bool IsUnordered { get; private init; }

    /// <summary>A query string.</summary>
    public static ParityStep Q(string sql) => new((client, text) => client.Query(text(sql)));

    /// <summary>A statement of the extended protocol, described, with its parameters as text.</summary>
    public static ParityStep X(string sql, params string?[] values) => new((client, text) => client
        .Parse("", text(sql)).Describe('S', "").Bind("", "", [.. values.Select(value => value is null ? null : text(value))]).Execute("").Sync());

    /// <summary>A COPY of these lines.</summary>
    public static ParityStep Copy(string sql, params string[] data) => new((client, text) =>
        data.Aggregate(client.Query(text(sql)), (c, line) => c.CopyData(text(line))).CopyDone());

    /// <summary>The step, whose rows come in an order that is not said.</summary>
    public ParityStep InAnyOrder() => this with { IsUnordered = true };

    /// <summary>The step, answered otherwise by Sluice for a reason that the manual gives.</summary>
    public ParityStep Differs(string entry) => this with { Difference = entry };
}
