using System.Globalization;
using System.Text;
using Sluice.Cdf.Errors;
using Sluice.Cdf.Http;
using Sluice.Cdf.Resources;
using Sluice.Gateway.Reads.Queries;
using Sluice.Gateway.Reads.Rows;
using Sluice.Gateway.Tables;
using Sluice.Gateway.Writes;
using Sluice.PgWire.Protocol;
using Sluice.PgWire.Types;

namespace Sluice.Gateway.Reads.Sources;

/// <summary>
/// Chooses how the rows of a scan are read from CDF: by the keys that its conditions name, or by those that a local table joins it with. Rows may come
/// that the conditions do not want; never fewer than they do.
/// </summary>
/// <param name="query">The scan.</param>
/// <param name="client">The way to CDF.</param>
/// <param name="hints">Keys that are known to be the only ones that matter.</param>
internal sealed class RowSources(BoundQuery query, CdfClient client, IReadOnlyList<KeySet> hints)
{
    /// <summary>So many rows of a RAW table are read one by one at most.</summary>
    private const int MaxRawRows = 100_000;

    /// <summary>So many single times of a series are asked for; of more, the stretch from the first to the last.</summary>
    private const int MaxSingleTimes = 100;

    /// <summary>The greatest row number of a sequence.</summary>
    private const long MaxRowNumber = (1L << 53) - 2;

    /// <summary>Rows that are read in vain rather than asked for by another request.</summary>
    private const long MaxGap = 1_000;

    private TableDefinition Table => query.Table;

    /// <summary>The rows.</summary>
    /// <exception cref="PgException">0A000: no condition names keys.</exception>
    public IAsyncEnumerable<CdfRow> Open(CancellationToken cancellationToken) => Table.Kind switch
    {
        TableKind.DoubleDatapoints or TableKind.StringDatapoints => OpenDataPoints(cancellationToken),
        TableKind.RawRows => OpenRawRows(cancellationToken),
        TableKind.CustomRawRows => OpenCustomRawRows(cancellationToken),
        TableKind.SequenceRows => OpenSequenceRows(cancellationToken),
        TableKind.Nodes or TableKind.Edges => OpenInstances(cancellationToken),
        TableKind.Assets or TableKind.Events or TableKind.TimeSeries or TableKind.Files or TableKind.Labels or TableKind.Relationships or TableKind.Sequences
            or TableKind.ExtractionPipelines => OpenItems(cancellationToken),
        _ => throw new PgException(
            SqlState.FeatureNotSupported, $"reading table \"{Table.Name}\" is not supported yet", hint: "Read its rows through the CDF API."),
    };

    private IAsyncEnumerable<CdfRow> OpenItems(CancellationToken cancellationToken)
    {
        var columns = Table.OrdinalOf("id") < 0 ? "external_id" : "external_id or id";
        var keys = Identities() ?? throw NoKey($"Name the rows by {columns}: =, IN, = ANY, or a join with a local table.");
        return ItemsByIds.ReadAsync(Table, client, keys, cancellationToken);
    }

    private IEnumerable<CdfIdentity>? Identities()
    {
        var (ids, externalIds) = (Keys("id"), Keys("external_id"));
        return (ids, externalIds) switch
        {
            (null, null) => null,
            (not null, null) => ItemsByIds.Ids(ids),
            (null, not null) => ItemsByIds.ExternalIds(externalIds),
            _ => ids.Count <= externalIds.Count ? ItemsByIds.Ids(ids) : ItemsByIds.ExternalIds(externalIds),
        };
    }

    private IAsyncEnumerable<CdfRow> OpenCustomRawRows(CancellationToken cancellationToken)
    {
        var key = Table.RawPrimaryKey ?? CustomRawTable.KeyColumn;
        var keys = Keys(key) ?? throw NoKey($"Name the rows by {key}: =, IN, = ANY, or a join with a local table.");
        CheckCount(keys.Count);
        return RawRowsByKey.ReadAsync(
            Table, client, keys.Select(text => (Table.RawDatabase!, Table.RawTable!, text)), static (_, _) => null, cancellationToken);
    }

    private IAsyncEnumerable<CdfRow> OpenRawRows(CancellationToken cancellationToken)
    {
        if (Keys("_raw_database") is not { } databases || Keys("_raw_table") is not { } tables || Keys("_raw_key") is not { } keys)
        {
            throw NoKey($"Name the rows by {string.Join(", ", Table.PrimaryKey)}: =, IN, = ANY, or a join with a local table.");
        }

        CheckCount((long)databases.Count * tables.Count * keys.Count);
        var rows = from database in databases from table in tables from key in keys select (database, table, key);
        return RawRowsByKey.ReadAsync(Table, client, rows, Given, cancellationToken);

        string?[] Given(string database, string table)
        {
            var given = new string?[Table.Columns.Length];
            given[Table.OrdinalOf("_raw_database")] = database;
            given[Table.OrdinalOf("_raw_table")] = table;
            return given;
        }
    }

    private IAsyncEnumerable<CdfRow> OpenInstances(CancellationToken cancellationToken)
    {
        if (Keys(InstanceColumns.Space.Name) is not { } spaces || Keys(InstanceColumns.ExternalId.Name) is not { } externalIds)
        {
            throw NoKey("Name the rows by space and external_id: =, IN, = ANY, or a join with a local table.");
        }

        return InstancesByKey.ReadAsync(
            Table, client, from space in spaces from externalId in externalIds select new InstanceId(space, externalId), cancellationToken);
    }

    private IAsyncEnumerable<CdfRow> OpenDataPoints(CancellationToken cancellationToken)
    {
        var series = Identities() ?? throw NoKey("Name the time series by external_id or id: =, IN, = ANY, or a join with a local table.");
        var stretches = Stretches();
        return DataPointsOfSeries.ReadAsync(
            Table, client, from one in series from stretch in stretches select new SeriesRange(one, stretch.Start, stretch.End), cancellationToken);
    }

    private IAsyncEnumerable<CdfRow> OpenSequenceRows(CancellationToken cancellationToken)
    {
        var sequences = Identities() ?? throw NoKey("Name the sequences by external_id or id: =, IN, = ANY, or a join with a local table.");
        var numbers = Numbers();
        return RowsOfSequence.ReadAsync(
            Table, client, from one in sequences from range in numbers select new SequenceRange(one, range.Start, range.End), cancellationToken);
    }

    /// <summary>The row numbers that the conditions leave, ends not included.</summary>
    private List<(long Start, long End)> Numbers()
    {
        var ordinal = Table.OrdinalOf("row_number");
        var (min, max) = (0L, MaxRowNumber);
        foreach (var bounds in query.Filters.OfType<BoundsFilter>().Where(filter => filter.Ordinal == ordinal))
        {
            (min, max) = (Math.Max(min, bounds.Min), Math.Min(max, bounds.Max));
        }

        if (Keys("row_number") is { } texts)
        {
            List<long> numbers = [.. texts.Select(text => long.Parse(text, CultureInfo.InvariantCulture)).Where(number => number >= min && number <= max).Order()];
            return Runs(numbers);
        }

        return min <= max ? [(min, max + 1)] : [];
    }

    /// <summary>Numbers that are close to each other are read together.</summary>
    private static List<(long Start, long End)> Runs(List<long> ordered)
    {
        List<(long Start, long End)> runs = [];
        foreach (var number in ordered)
        {
            if (runs is [.., var last] && number - last.End < MaxGap)
            {
                runs[^1] = (last.Start, number + 1);
            }
            else
            {
                runs.Add((number, number + 1));
            }
        }

        return runs;
    }

    /// <summary>The times that the conditions leave, in milliseconds, ends not included.</summary>
    private List<(long Start, long End)> Stretches()
    {
        var timestamp = Table.OrdinalOf("timestamp");
        var (min, max) = (PgTime.MinDataPoint, PgTime.MaxDataPoint);
        foreach (var bounds in query.Filters.OfType<BoundsFilter>().Where(filter => filter.Ordinal == timestamp))
        {
            (min, max) = (Math.Max(min, bounds.Min), Math.Min(max, bounds.Max));
        }

        if (Keys("timestamp") is { } texts)
        {
            List<long> times =
            [
                .. texts.Select(static text => TimestamptzCodec.ParseText(Encoding.UTF8.GetBytes(text), -1, TextInputSettings.Default))
                    .Where(time => time >= min && time <= max && !PgTime.IsInfinite(time)),
            ];
            if (times.Count <= MaxSingleTimes)
            {
                return [.. times.Where(IsWhole).Select(static time => (PgTime.ToMilliseconds(time), PgTime.ToMilliseconds(time) + 1))];
            }

            (min, max) = (times.Min(), times.Max());
        }

        // Points stand at whole milliseconds: the first one is not before the least time.
        var start = PgTime.ToMilliseconds(min) + (IsWhole(min) ? 0 : 1);
        var end = min > max ? start : PgTime.ToMilliseconds(max) + 1;
        return start < end ? [(start, end)] : [];
    }

    private static bool IsWhole(long microseconds) => (microseconds + PgTime.EpochOffset) % 1_000 == 0;

    private IReadOnlySet<string>? Keys(string column)
    {
        var ordinal = Table.OrdinalOf(column);
        return ordinal < 0 ? null : query.KeysOf(ordinal) ?? hints.FirstOrDefault(hint => hint.Table == Table.Name && hint.Column == Table.Columns[ordinal].Name)?.Keys;
    }

    private void CheckCount(long rows)
    {
        if (rows > MaxRawRows)
        {
            throw new PgException(
                SqlState.ProgramLimitExceeded,
                string.Create(CultureInfo.InvariantCulture, $"{rows} rows of table \"{Table.Name}\" are asked for by their keys"),
                hint: string.Create(CultureInfo.InvariantCulture, $"CDF gives RAW rows by key one at a time. Ask for at most {MaxRawRows} in a statement."));
        }
    }

    private PgException NoKey(string hint) => new(
        SqlState.FeatureNotSupported, $"reading table \"{Table.Name}\" without a key is not supported yet", hint: hint);
}
