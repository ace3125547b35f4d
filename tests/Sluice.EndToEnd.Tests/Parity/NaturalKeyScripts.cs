using static Sluice.EndToEnd.Tests.Parity.ParityStep;

namespace Sluice.EndToEnd.Tests.Parity;

/// <summary>Data points and RAW rows, whose keys are natural ones, and time series.</summary>
internal static class NaturalKeyScripts
{
    private const string Replaces = "an INSERT into data points, rows of sequences or RAW rows replaces what has the same key";

    private const string NotCounted = "in a transaction block, a change of data points whose count CDF cannot tell yet: 0A000";

    public static Dictionary<string, (string Table, ParityStep[] Steps)> All { get; } = new()
    {
        ["Data points"] = ("double_datapoints",
        [
            Q("insert into double_datapoints (external_id, timestamp, value) values ('{k}ts', '2024-01-01Z', 1), ('{k}ts', '2024-01-02Z', 2.5), ('{k}ts', '2024-01-03Z', -1e3)"),
            Q("insert into double_datapoints (external_id, timestamp, value) select '{k}ts', '2024-02-01Z'::timestamptz + i * interval '1 s', i from generate_series(1, 20) i"),
            Copy("copy double_datapoints (external_id, timestamp, value) from stdin csv", "{k}ts,2024-03-01Z,1\n{k}ts,2024-03-02Z,2\n"),
            Q("insert into double_datapoints (external_id, timestamp, value) values ('{k}ts', '2024-01-01Z', 9), ('{k}ts', '2024-01-04Z', 4) on conflict do nothing"),
            Q("insert into double_datapoints (external_id, timestamp, value) values ('{k}ts', '2024-01-01Z', 9), ('{k}ts', '2024-01-05Z', 5) on conflict (external_id, timestamp) do update set value = excluded.value"),
            Q("update double_datapoints set value = 7 where external_id = '{k}ts' and timestamp = '2024-01-02Z'"),
            Q("update double_datapoints set value = 7 where external_id = '{k}ts' and timestamp = '2020-01-02Z'"),
            Q("delete from double_datapoints where external_id = '{k}ts' and timestamp >= '2024-02-01Z' and timestamp < '2024-02-01 00:00:10Z'"),
            Q("delete from double_datapoints where external_id = '{k}ts' and timestamp = '2024-03-01Z'"),
            X("delete from double_datapoints where external_id = $1 and timestamp = $2", "{k}ts", "2024-03-02Z"),
            X("insert into double_datapoints (external_id, timestamp, value) values ($1, $2, $3)", "{k}ts", "2024-04-01Z", "3.25"),
            Q("insert into double_datapoints (external_id, timestamp, value) values ('{k}ts', '2024-01-01Z', 'x')"),
            Q("insert into double_datapoints (external_id, timestamp, value) values ('{k}ts', 'x', 1)"),
            Q("insert into double_datapoints (external_id, timestamp, value) values ('{k}ts', '2024-01-01Z', 11)").Differs(Replaces),
            Q("update double_datapoints set value = 11 where external_id = '{k}ts' and timestamp = '2024-01-01Z'"),
            Q("begin"),
            Q("insert into double_datapoints (external_id, timestamp, value) values ('{k}ts', '2024-05-01Z', 1), ('{k}ts', '2024-05-02Z', 1)"),
            Q("commit"),
            Q("begin"),
            Q("insert into double_datapoints (external_id, timestamp, value) values ('{k}ts', '2024-06-01Z', 1)"),
            Q("update double_datapoints set value = 2 where external_id = '{k}ts' and timestamp in ('2024-06-01Z', '2024-06-03Z')").Differs(NotCounted),
            Q("rollback"),
        ]),
        ["A custom RAW table"] = (ParityTable.RawTable,
        [
            Q("insert into {t} (title, year, rating) values ('Alien', 1979, 8.5), ('Aliens', 1986, 8.4), ('Cube', 1997, null)"),
            Q("insert into {t} values ('Dune', 1984)"),
            Copy("copy {t} from stdin csv", "Eraserhead,1977,7.3\n\"Fargo, or so\",1996,\n"),
            Q("insert into {t} (title, year, rating) values ('Alien', 1, 1), ('Gattaca', 1997, 7.7) on conflict (title) do update set rating = excluded.rating"),
            Q("insert into {t} (title, year) values ('Alien', 2), ('Her', 2013), ('Her', 2014) on conflict do nothing"),
            Q("insert into {t} (title, year) values ('Her', 2), ('Ikiru', 1952) on conflict (title) do nothing returning title, year"),
            Q("update {t} set rating = 9 where title in ('Alien', 'nothing')"),
            Q("update {t} set rating = rating + 1, year = 2000 where title = 'Cube'"),
            Q("update {t} set year = year + 1 where title = 'Aliens' returning title, year, rating"),
            X("update {t} set rating = $2 where title = $1", "Dune", "6.3"),
            Q("delete from {t} where title = 'Eraserhead' returning *"),
            Q("delete from {t} where title = 'Eraserhead'"),
            Q("insert into {t} (title, year) values ('x', 'y')"),
            Q("insert into {t} (title, nothing) values ('x', 'y')"),
            Q("insert into {t} (year) values (1)"),
            Q("update {t} set title = 'Square' where title = 'Cube'").Differs("the key of a RAW row, a data point or a row of a sequence cannot be updated: 0A000"),
            Q("update {t} set title = 'Cube' where title = 'Square'").Differs("the key of a RAW row, a data point or a row of a sequence cannot be updated: 0A000"),
            Q("insert into {t} (title, year, rating) values ('Alien', 3, 3)").Differs(Replaces),
            Q("update {t} set year = 3, rating = 3 where title = 'Alien'"),
            Q("begin"),
            Q("insert into {t} values ('Jaws', 1975, 8), ('Klute', 1971, 7)"),
            Q("update {t} set year = 5 where title in ('Jaws', 'Her')"),
            Q("delete from {t} where title in ('Klute', 'Ikiru', 'nothing')"),
            Q("commit"),
        ]),
        ["Emptying a RAW table"] = (ParityTable.RawTable,
        [
            Q("insert into {t} (title) values ('a'), ('b')"),
            Q("truncate {t}"),
            Q("insert into {t} (title) values ('a'), ('b'), ('c')"),
            Q("delete from {t}"),
            Q("insert into {t} (title) values ('a')"),
            Q("truncate table only {t} restart identity cascade"),
            Q("truncate nowhere"),
            X("truncate {t}"),
            Q("begin read only; truncate {t}"),
            Q("rollback"),
            Q("insert into {t} (title) values ('rest')"),
        ]),
        ["Time series"] = ("time_series",
        [
            Q("insert into time_series (external_id, name, is_step, unit) values ('{k}1', 'n', true, 'm'), ('{k}2', null, false, null)"),
            Q("insert into time_series (external_id, is_string) values ('{k}3', true) returning external_id, is_string"),
            Copy("copy time_series (external_id, name, is_step) from stdin csv", "{k}4,four,t\n{k}5,five,0\n"),
            Copy("copy time_series (external_id, is_step) from stdin csv", "{k}6,maybe\n"),
            Q("update time_series set unit = 'km', is_step = false where external_id in ('{k}1', '{k}2')"),
            Q("insert into time_series (external_id, name) values ('{k}1', 'x'), ('{k}7', 'seven') on conflict (external_id) do update set name = excluded.name"),
            Q("insert into time_series (external_id, name) values ('{k}1', 'x')"),
            Q("delete from time_series where external_id in ('{k}4', '{k}9')"),
        ]),
    };
}
