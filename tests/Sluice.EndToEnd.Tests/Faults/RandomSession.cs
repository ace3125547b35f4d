using System.Globalization;
using Sluice.EndToEnd.Tests.Servers;
using Sluice.EndToEnd.Tests.Wire;

namespace Sluice.EndToEnd.Tests.Faults;

/// <summary>
/// A session that says whatever comes, with keys of its own, while CDF fails, and keeps account of what the answers promise.
/// </summary>
internal sealed class RandomSession(GatewayServer server, WireClient client, string name, int seed)
{
    private const int Keys = 6;

    /// <summary>Codes at which drivers and tools do the same again (rules.md X8): right only if nothing is stored.</summary>
    private static readonly string[] Retried = ["40001", "40P01", "08006", "08007", "53400", "53000", "53200", "53300", "55000", "55006", "57P01", "57P03", "58000", "58030"];

    private static readonly string[] Expected = ["23505", "40003", "57014", "25P02", "21000", .. Retried];

    private readonly Random _random = new(seed);
    private readonly List<(string Source, int Least, int Most)> _keyless = [];
    private KeyStates _committed = new();
    private KeyStates? _block;
    private KeyStates? _savepoint;
    private int _values;
    private bool _isCancelling;

    /// <summary>What was said and answered, for the report of a failure.</summary>
    public List<string> Script { get; } = [];

    /// <summary>What CDF may hold in the end.</summary>
    public KeyStates Committed => _committed;

    /// <summary>Rows without a key: how many of each source there are at least and at most.</summary>
    public IReadOnlyList<(string Source, int Least, int Most)> Keyless => _keyless;

    private KeyStates Current => _block ?? _committed;

    public async Task RunAsync(int statements)
    {
        for (var i = 0; i < statements; i++)
        {
            if (_random.Next(5) == 0)
            {
                await TransactionAsync();
            }
            else
            {
                _isCancelling = _random.Next(10) == 0;
                await StatementAsync();
                _isCancelling = false;
            }
        }
    }

    private async Task TransactionAsync()
    {
        if (Error(await SayAsync("begin")) is not null)
        {
            // The cancel request of the statement before came late.
            return;
        }

        _block = _committed.Copy();
        _savepoint = null;
        var failed = false;
        for (var i = _random.Next(1, 7); i > 0; i--)
        {
            if (failed)
            {
                if (_savepoint is null || _random.Next(2) == 0)
                {
                    break;
                }

                await SayAsync("rollback to s");
                _block = _savepoint.Mark();
                failed = false;
            }

            if (_random.Next(4) == 0)
            {
                await SayAsync("savepoint s");
                _savepoint = _block.Mark();
            }

            failed = !await StatementAsync();
        }

        var block = _block;
        _block = null;
        if (_random.Next(5) == 0)
        {
            await SayAsync("rollback");
            return;
        }

        var reply = await SayAsync("commit");
        if (Error(reply) is { } error)
        {
            Account(error, block);
        }
        else if (!failed)
        {
            // What keeps a client patient may stand before it: rows of keys in doubt wait.
            Check(reply.Find(m => m.Type == 'C')?.Text == "COMMIT", "a COMMIT was answered otherwise");
            _committed = block.Copy();
        }
    }

    /// <summary>One statement; whether it has succeeded.</summary>
    private async Task<bool> StatementAsync()
    {
        var keys = Enumerable.Range(0, Keys).OrderBy(_ => _random.Next()).Take(_random.Next(1, 4)).Select(i => $"{name}-{i}").ToArray();
        var value = (++_values).ToString(CultureInfo.InvariantCulture);
        var rows = string.Join(", ", keys.Select(key => $"('{key}', '{value}')"));
        var list = string.Join(", ", keys.Select(key => $"'{key}'"));
        switch (_random.Next(_block is null ? 10 : 7))
        {
            case 0:
                return await WriteAsync($"insert into events (external_id, type) values {rows}", keys, _ => value, creates: true);
            case 1:
                return await WriteAsync($"insert into events (external_id, type) values {rows} on conflict (external_id) do update set type = excluded.type", keys, _ => value);
            case 2:
                return await WriteAsync($"insert into events (external_id, type) values {rows} on conflict do nothing", keys, old => old ?? value, counts: old => old is null);
            case 3 or 4:
                return await WriteAsync($"update events set type = '{value}' where external_id in ({list})", keys, old => old is null ? null : value, counts: old => old is not null);
            case 5:
                return await WriteAsync($"delete from events where external_id in ({list})", keys, _ => null, counts: old => old is not null);
            case 6:
                return await WriteAsync(
                    "copy events (external_id, type) from stdin", keys, _ => value, creates: true, data: string.Concat(keys.Select(key => $"{key}\t{value}\n")));
            case 7:
                return await PointsAsync(value);
            case 8:
                return await RawAsync(value);
            default:
                return await KeylessAsync(value);
        }
    }

    private async Task<bool> WriteAsync(
        string sql, string[] keys, Func<string?, string?> change, bool creates = false, Predicate<string?>? counts = null, string? data = null)
    {
        var reply = await SayAsync(sql, data);
        if (Error(reply) is { } error)
        {
            if (_block is null)
            {
                var done = _committed.Copy();
                Array.ForEach(keys, key => done.Apply(key, change));
                Account(error, done);
            }

            return false;
        }

        var count = int.Parse(reply.Last(m => m.Type == 'C').Text.Split(' ')[^1], CultureInfo.InvariantCulture);
        if (counts is null)
        {
            Check(count == keys.Length, "the count is not that of the rows");
        }
        else
        {
            var least = keys.Count(key => Current[key].All(value => counts(value)));
            var most = keys.Count(key => Current[key].Any(value => counts(value)));
            Check(count >= least && count <= most, $"the count is not between {least} and {most}");
            if (keys is [var key])
            {
                Check(Current.Learn(key, value => counts(value) == (count == 1)), "the row was not as the count says");
            }
        }

        if (creates && _block is null)
        {
            Check(Array.TrueForAll(keys, key => Current.Learn(key, value => value is null)), "a row was created that was there");
        }

        Array.ForEach(keys, key => Current.Apply(key, change));
        return true;
    }

    private Task<bool> PointsAsync(string value)
    {
        var times = Enumerable.Range(0, Keys).OrderBy(_ => _random.Next()).Take(_random.Next(1, 4)).ToArray();
        var rows = string.Join(", ", times.Select(time => $"('{name}', 'epoch'::timestamptz + interval '{time} s', {value})"));
        return WriteAsync(
            $"insert into double_datapoints (external_id, timestamp, value) select * from (values {rows}) v", [.. times.Select(time => $"point {time}")], _ => value);
    }

    private Task<bool> RawAsync(string value)
    {
        var keys = Enumerable.Range(0, Keys).OrderBy(_ => _random.Next()).Take(_random.Next(1, 4)).ToArray();
        var rows = string.Join(", ", keys.Select(key => $"('{name[..20]}', 't', '{key}', '{{\"v\":\"{value}\"}}')"));
        return WriteAsync($"insert into raw_rows (_raw_database, _raw_table, _raw_key, _raw_columns) values {rows}", [.. keys.Select(key => $"raw {key}")], _ => value);
    }

    private async Task<bool> KeylessAsync(string value)
    {
        var source = $"{name}-{value}";
        var count = _random.Next(1, 4);
        var reply = await SayAsync($"insert into events (source) values {string.Join(", ", Enumerable.Repeat($"('{source}')", count))}");
        var error = Error(reply);
        if (error is not null)
        {
            CheckCode(error);
        }

        _keyless.Add((source, error is null ? count : 0, error is null || MayHaveStored(error) ? count : 0));
        return error is null;
    }

    /// <summary>Of an error that says that nothing is stored, nothing is; of others some of <paramref name="done"/> may be.</summary>
    private void Account(WireMessage error, KeyStates done)
    {
        CheckCode(error);
        if (MayHaveStored(error))
        {
            _committed.MayHaveGoneThrough(done);
        }
    }

    private void CheckCode(WireMessage error)
    {
        var code = error.Field('C')!;
        Check(Expected.Contains(code), "no error of this kind was to be expected");
        Check(!MayHaveStored(error) || !Retried.Contains(code), "drivers repeat at this code, though something may be stored");
        Check(error.Field('D')?.Contains("not known", StringComparison.Ordinal) != true || code is "40003" or "57014", "rows in doubt have another code than 40003");
    }

    private static bool MayHaveStored(WireMessage error) => error.Field('D') is { } detail
        && (detail.Contains("not known", StringComparison.Ordinal)
            || (detail.Contains(" stored.", StringComparison.Ordinal) && !detail.Contains("No row of the", StringComparison.Ordinal)));

    private async Task<List<WireMessage>> SayAsync(string sql, string? data = null)
    {
        client.Query(sql);
        if (data is not null)
        {
            client.CopyData(data).CopyDone();
        }

        await client.SendAsync();
        if (_isCancelling)
        {
            await WireClient.CancelAsync(server.EndPoint, client);
        }

        var reply = await client.ReadUntilAsync('Z');
        Script.Add($"{sql}{(_isCancelling ? " -- cancelled" : "")}\n    {string.Join(" | ", reply.Where(m => m.Type is 'C' or 'E' or 'Z'))}");
        return reply;
    }

    private static WireMessage? Error(List<WireMessage> reply) => reply.Find(m => m.Type == 'E');

    private void Check(bool holds, string what) => Assert.True(holds, $"{what}\n{string.Join('\n', Script)}");
}
