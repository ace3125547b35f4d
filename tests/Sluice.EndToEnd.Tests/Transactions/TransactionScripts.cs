using Sluice.EndToEnd.Tests.Wire;

namespace Sluice.EndToEnd.Tests.Transactions;

/// <summary>
/// What drivers and tools say in transactions. Each step queues messages up to a Query or Sync; <c>t</c> is the table, <c>k</c> the beginning of
/// its keys. At the end the rows are <c>k1</c> to <c>k9</c>, as many as the script leaves.
/// </summary>
internal static class TransactionScripts
{
    public static Dictionary<string, Step[]> All { get; } = new()
    {
        ["commit stores"] = [Q("begin"), Insert("1"), Insert("2"), Q("commit")],
        ["rollback leaves nothing"] = [Q("begin"), Insert("1"), Q("rollback"), Insert("2")],
        ["every spelling"] =
        [
            Q("start transaction"), Insert("1"), Q("commit work"), Q("begin work"), Insert("2"), Q("end"), Q("begin transaction"), Insert("3"), Q("abort"),
            Q("begin isolation level serializable"), Insert("4"), Q("end transaction"),
        ],
        ["a statement that fails aborts the block"] =
        [
            Q("begin"), Insert("1"), (c, t, k) => c.Query($"insert into {t} (external_id, name) values ('{k}2', null)"), Insert("3"), Q("select 1"), Q("commit"),
            Insert("4"),
        ],
        ["a duplicate inside the transaction is refused at once"] = [Q("begin"), Insert("1"), Insert("1"), Q("rollback"), Insert("2")],
        ["savepoints"] =
        [
            Q("begin"), Q("savepoint a"), Insert("1"), Q("savepoint b"), Insert("2"), Q("rollback to a"), Insert("3"), Q("savepoint b"), Insert("4"),
            Q("release savepoint a"), Q("rollback to b"), Q("rollback"), Q("begin"), Q("savepoint a"), Insert("5"), Q("savepoint a"), Insert("6"),
            Q("rollback to savepoint a"), Q("release a"), Insert("7"), Q("rollback transaction to savepoint a"), Insert("8"), Q("commit"),
        ],
        ["a savepoint saves the block after an error"] =
        [
            Q("begin"), Insert("1"), Q("savepoint s"), Insert("1"), Q("select 1"), Q("rollback to s"), Insert("2"), Q("select 1/0"), Q("rollback to s"), Insert("3"),
            Q("commit"),
        ],
        ["psqlODBC around every statement"] =
        [
            Q("BEGIN;SAVEPOINT _EXEC_SVP_0"), Insert("1"), Q("RELEASE _EXEC_SVP_0;SAVEPOINT _EXEC_SVP_1"), Insert("1"), Q("ROLLBACK TO _EXEC_SVP_1;RELEASE _EXEC_SVP_1"),
            Q("SAVEPOINT _EXEC_SVP_2"), Insert("2"), Q("RELEASE _EXEC_SVP_2"), Q("COMMIT"),
        ],
        ["chain"] =
        [
            Q("begin"), Insert("1"), Q("commit and chain"), Insert("2"), Q("rollback and chain"), Insert("3"), Q("commit and no chain"), Insert("4"), Q("rollback and chain"),
            Insert("5"),
        ],
        ["all in one string"] =
        [
            (c, t, k) => c.Query($"begin; insert into {t} (external_id, name) values ('{k}1', 'n'); insert into {t} (external_id, name) values ('{k}2', 'n'); commit"),
            (c, t, k) => c.Query($"begin; insert into {t} (external_id, name) values ('{k}3', 'n'); rollback; begin; savepoint x; insert into {t} (external_id, name) values ('{k}4', 'n')"),
            Q("rollback to x; release x"),
            (c, t, k) => c.Query($"insert into {t} (external_id, name) values ('{k}5', 'n'); commit; select 1"),
            (c, t, k) => c.Query($"begin; insert into {t} (external_id, name) values ('{k}6', 'n'); select 1/0; commit"),
            Q("commit"),
        ],
        ["COPY in a transaction"] =
        [
            Q("begin"),
            (c, t, k) => c.Query($"copy {t} (external_id, name) from stdin").CopyData($"{k}1\tone\n{k}2\ttwo\n").CopyDone(),
            Q("savepoint s"),
            (c, t, k) => c.Query($"copy {t} (external_id, name) from stdin").CopyData($"{k}3\tthree\n{k}1\tagain\n").CopyDone(),
            Q("rollback to s"),
            (c, t, k) => c.Query($"copy {t} (external_id, name) from stdin").CopyData($"{k}4\tfour\n").CopyFail("changed my mind"),
            Q("rollback to s"),
            (c, t, k) => c.Query($"copy {t} (external_id, name) from stdin").CopyData($"{k}5\tfive\n").CopyDone(),
            Q("commit"),
        ],
        ["the extended protocol, prepared BEGIN and COMMIT"] =
        [
            (c, t, k) => c.Parse("b", "BEGIN").Parse("c", "COMMIT").Parse("r", "ROLLBACK").Parse("i", $"insert into {t} (external_id, name) values ($1, $2)").Sync(),
            (c, t, k) => c.Bind("", "b").Execute("").Bind("", "i", $"{k}1", "n").Execute("").Sync(),
            (c, t, k) => c.Bind("", "i", $"{k}2", "n").Execute("").Bind("", "c").Execute("").Sync(),
            (c, t, k) => c.Bind("", "b").Execute("").Bind("", "i", $"{k}3", "n").Execute("").Bind("", "r").Execute("").Sync(),
            (c, t, k) => c.Bind("", "b").Execute("").Bind("", "i", $"{k}4", "n").Execute("").Bind("", "c").Execute("").Bind("", "i", $"{k}5", "n").Execute("").Sync(),
            (c, t, k) => c.Bind("", "b").Execute("").Bind("", "i", $"{k}6", "n").Execute("").Sync(),
            (c, t, k) => c.Bind("", "i", $"{k}6", "n").Execute("").Bind("", "c").Execute("").Sync(),
            (c, t, k) => c.Bind("", "c").Execute("").Sync(),
        ],
        ["pgjdbc with autosave"] =
        [
            (c, t, k) => c.Parse("", "BEGIN").Bind("", "").Execute("").Parse("", "SAVEPOINT PGJDBC_AUTOSAVE").Bind("", "").Execute("")
                .Parse("", $"insert into {t} (external_id, name) values ($1, $2)").Bind("", "", $"{k}1", "n").Execute("").Sync(),
            (c, t, k) => c.Parse("", "SAVEPOINT PGJDBC_AUTOSAVE").Bind("", "").Execute("")
                .Parse("", $"insert into {t} (external_id, name) values ($1, $2)").Bind("", "", $"{k}1", "n").Execute("").Sync(),
            (c, t, k) => c.Parse("", "ROLLBACK TO SAVEPOINT PGJDBC_AUTOSAVE").Bind("", "").Execute("").Sync(),
            (c, t, k) => c.Parse("", "SAVEPOINT PGJDBC_AUTOSAVE").Bind("", "").Execute("")
                .Parse("", $"insert into {t} (external_id, name) values ($1, $2)").Bind("", "", $"{k}2", "n").Execute("").Sync(),
            (c, t, k) => c.Parse("", "COMMIT").Bind("", "").Execute("").Sync(),
        ],
        ["rolling back and going on in one pipeline"] =
        [
            Q("begin; savepoint s"), Insert("1"), Q("select 1/0"),
            (c, t, k) => c.Parse("", "rollback to s").Bind("", "").Execute("")
                .Parse("", $"insert into {t} (external_id, name) values ($1, $2)").Bind("", "", $"{k}2", "n").Execute("")
                .Parse("", "commit").Bind("", "").Execute("").Sync(),
        ],
        ["what is not allowed"] =
        [
            Q("savepoint a"), Q("release a"), Q("rollback to a"), Q("commit"), Q("rollback"), Q("begin"), Q("begin"), Insert("1"), Q("release nowhere"), Q("commit"),
            Q("begin"), Q("rollback to nowhere"), Q("rollback"), Q("begin"), Insert("2"), Q("begin"), Q("commit"),
        ],
        ["deferred constraints are looked at first"] =
        [
            Q("create temp table parents (a int primary key); create temp table children (a int references parents deferrable initially deferred)"),
            Q("begin"), Insert("1"), Q("insert into children values (7)"), Q("commit"), Q("begin"), Insert("2"), Q("insert into children values (7)"),
            Q("insert into parents values (7)"), Q("commit"),
        ],
        ["settings go with the transaction"] =
        [
            Q("begin"), Q("set local timezone = 'Asia/Tokyo'"), Insert("1"), Q("rollback"), Q("show timezone"), Q("begin"), Q("set timezone = 'Asia/Tokyo'"), Insert("2"),
            Q("commit"), Q("show timezone"),
        ],
    };

    /// <summary>Queues one step.</summary>
    internal delegate WireClient Step(WireClient client, string table, string keys);

    private static Step Q(string sql) => (client, _, _) => client.Query(sql);

    private static Step Insert(string key) => (client, table, keys) =>
        client.Query($"insert into {table} (external_id, name) values ('{keys}{key}', 'name of {key}')");
}
