using static Sluice.EndToEnd.Tests.Parity.ParityStep;

namespace Sluice.EndToEnd.Tests.Parity;

/// <summary>ON CONFLICT in all its forms.</summary>
internal static class ConflictScripts
{
    public static Dictionary<string, (string Table, ParityStep[] Steps)> All { get; } = new()
    {
        ["ON CONFLICT DO NOTHING"] = ("assets",
        [
            Q("insert into assets (external_id, name) values ('{k}1', 'old')"),
            Q("insert into assets (external_id, name) values ('{k}1', 'new') on conflict do nothing"),
            Q("insert into assets (external_id, name) values ('{k}1', 'new'), ('{k}2', 'new') on conflict (external_id) do nothing"),
            Q("insert into assets (external_id, name) values ('{k}3', 'a'), ('{k}3', 'b'), ('{k}4', 'c') on conflict (external_id) do nothing"),
            Q("insert into assets (external_id, name) values ('{k}5', 'a') on conflict on constraint assets_external_id_key do nothing"),
            Q("insert into assets (external_id, name) select '{k}' || i, 's' from generate_series(4, 7) i on conflict do nothing"),
            Q("insert into assets (external_id, name) values ('{k}7', 'x'), ('{k}8', 'x') on conflict do nothing returning external_id, name"),
            Q("insert into assets (external_id, name) values ('{k}8', null) on conflict do nothing"),
            X("insert into assets (external_id, name) values ($1, $2) on conflict (external_id) do nothing", "{k}8", "again"),
            X("insert into assets (external_id, name) values ($1, $2) on conflict (external_id) do nothing", "{k}9", "first"),
            Copy("copy assets (external_id, name) from stdin", "{k}a\ta\n{k}b\tb\n"),
            Q("create temp table staging (key text, title text)"),
            Copy("copy staging from stdin csv", "{k}b,new\n{k}c,new\n"),
            Q("insert into assets (external_id, name) select key, title from staging on conflict (external_id) do nothing"),
        ]),
        ["ON CONFLICT DO UPDATE"] = ("assets",
        [
            Q("insert into assets (external_id, name, description, source) values ('{k}1', 'old', 'kept', 'gone')"),
            Q("insert into assets (external_id, name, source) values ('{k}1', 'new', null), ('{k}2', 'two', 's') on conflict (external_id) do update set name = excluded.name, source = excluded.source"),
            Q("INSERT INTO assets AS a (external_id, name) VALUES ('{k}2', 'TWO') ON CONFLICT (external_id) DO UPDATE SET name = EXCLUDED.name"),
            Q("insert into assets (external_id, name) values ('{k}2', 'zwei') on conflict on constraint assets_external_id_key do update set name = excluded.name"),
            Q("insert into assets (external_id, name) values ('{k}2', 'drei') on conflict (\"external_id\") do update set (name) = row(excluded.name)"),
            Q("insert into assets (external_id, name, description) values ('{k}2', 'vier', 'd') on conflict (external_id) do update set (name, description) = (excluded.name, excluded.description)"),
            Q("insert into assets (external_id, name) values ('{k}2', 'fuenf') on conflict (external_id) do update set name = excluded.name, external_id = excluded.external_id"),
            Q("insert into assets (external_id, name) values ('{k}3', 'a'), ('{k}3', 'b') on conflict (external_id) do update set name = excluded.name"),
            Q("insert into assets (external_id, name) values (null, 'no key'), (null, 'no key') on conflict (external_id) do update set name = excluded.name"),
            Q("insert into assets (external_id, name) select '{k}' || i, 'title ' || i from generate_series(1, 5) i on conflict (external_id) do update set name = excluded.name"),
            X("insert into assets (external_id, name, metadata) values ($1, $2, $3) on conflict (external_id) do update set name = excluded.name, metadata = excluded.metadata", "{k}5", "five", "{\"a\":\"b\"}"),
            Q("insert into assets (external_id, name, description) values ('{k}1', 'r', 'd'), ('{k}6', 'r', 'd') on conflict (external_id) do update set description = excluded.description returning external_id, name, description"),
            Q("with s as (select '{k}7' as k, 'w' as n) insert into assets (external_id, name) select k, n from s on conflict (external_id) do update set name = excluded.name returning name"),
        ]),
        ["ON CONFLICT that is wrong"] = ("assets",
        [
            Q("insert into assets (external_id, name) values ('{k}1', 'a') on conflict (name) do nothing"),
            Q("insert into assets (external_id, name) values ('{k}1', 'a') on conflict (nme) do nothing"),
            Q("insert into assets (external_id, name) values ('{k}1', 'a') on conflict on constraint nothing do nothing"),
            Q("insert into assets (external_id, name) values ('{k}1', 'a') on conflict do update set name = excluded.name"),
            Q("insert into assets (external_id, name) values ('{k}1', 'a') on conflict (external_id) do update set nme = excluded.name"),
            Q("insert into assets (external_id, name) values ('{k}1', 'a') on conflict (external_id) do update set name = excluded.nme").Differs("`DO UPDATE` with `WHERE`, or with values other than `EXCLUDED.c`: 0A000"),
            Q("insert into assets (external_id, name) values ('{k}1', 'a') on conflict (external_id) do update set name = excluded.name, name = excluded.source"),
            Q("insert into assets (external_id, name) values ('{k}1', 'a') on conflict (external_id) do update set id = excluded.id"),
            Q("insert into assets (external_id, name) values ('{k}1', 'a') on conflict (external_id, name) do nothing"),
            Q("insert into assets (external_id, name) values ('{k}1', 'a') on conflict (external_id) do"),
            Q("insert into assets (external_id, name) values ('{k}1', 'a') on conflict (external_id) update set name = excluded.name"),
        ]),
        ["ON CONFLICT with what is there"] = ("assets",
        [
            Q("insert into assets (external_id, name) values ('{k}1', 'a'), ('{k}2', 'b')"),
            Q("insert into assets (external_id, name) values ('{k}1', 'b') on conflict (external_id) do update set name = assets.name || excluded.name").Differs("`DO UPDATE` with `WHERE`, or with values other than `EXCLUDED.c`: 0A000"),
            Q("insert into assets (external_id, name) values ('{k}1', 'b') on conflict (external_id) do update set name = 'constant' where assets.name = 'b'").Differs("`DO UPDATE` with `WHERE`, or with values other than `EXCLUDED.c`: 0A000"),
            Q("update assets set name = 'a' where external_id = '{k}1'"),
        ]),
        ["ON CONFLICT in a transaction"] = ("events",
        [
            Q("insert into events (external_id, type) values ('{k}1', 'old')"),
            Q("begin"),
            Q("insert into events (external_id, type) values ('{k}1', 'new'), ('{k}2', 'new') on conflict do nothing"),
            Q("insert into events (external_id, type) values ('{k}2', 'newer'), ('{k}3', 'new') on conflict do nothing"),
            Q("insert into events (external_id, type) values ('{k}1', 'up'), ('{k}3', 'up'), ('{k}4', 'up') on conflict (external_id) do update set type = excluded.type"),
            Q("savepoint s"),
            Q("insert into events (external_id, type) values ('{k}5', 'a'), ('{k}5', 'b') on conflict (external_id) do update set type = excluded.type"),
            Q("rollback to s"),
            Q("insert into events (external_id, type) values ('{k}5', 'a') on conflict (external_id) do nothing"),
            Q("rollback to s"),
            Q("insert into events (external_id, type) values ('{k}5', 'b') on conflict (external_id) do nothing"),
            Q("delete from events where external_id = '{k}2'"),
            Q("insert into events (external_id, type) values ('{k}2', 'back') on conflict (external_id) do nothing"),
            Q("commit"),
        ]),
    };
}
