using System.Text;
using System.Text.Json;
using Sluice.Cdf.Errors;
using Sluice.Cdf.Http;
using Sluice.Cdf.Resources;
using Sluice.Gateway.Tables;
using Sluice.Gateway.Writes.Changes;

namespace Sluice.Gateway.Writes.Instances;

/// <summary>
/// What writes of instances need beside their request. CDF's calls make what does not exist and delete what is no row of the table, so UPDATE and DELETE
/// ask first which rows there are; ON CONFLICT sees in the answer which instances were there; RETURNING reads the rows as they are then.
/// </summary>
internal sealed class InstanceSteps : WritePreparation
{
    private readonly WritePlan _plan;
    private readonly InstanceWriteMode _mode;
    private readonly bool _createsEnds;
    private readonly Dictionary<int, ReturnedRow> _deleted = [];

    private InstanceSteps(WritePlan plan, InstanceWriteMode mode, bool createsEnds)
    {
        _plan = plan;
        _mode = mode;
        _createsEnds = createsEnds;
    }

    /// <summary>The steps of a request; <see langword="null"/> if it is all.</summary>
    public static InstanceSteps? For(WritePlan plan, InstanceWriteMode mode, bool createsEnds) =>
        mode == InstanceWriteMode.Overwrite && !plan.ReturnsRows ? null : new InstanceSteps(plan, mode, createsEnds);

    public override async Task<Prepared> PrepareAsync(CdfClient client, WritePart part, CancellationToken stop)
    {
        if (_mode is not (InstanceWriteMode.Update or InstanceWriteMode.Delete))
        {
            return new Prepared(part);
        }

        var (stored, error) = await ReadAsync(client, part, part.Items);
        if (stored is null)
        {
            return Prepared.Failed(error!);
        }

        List<int> rows = [.. part.Items.Where(stored.ContainsKey)];
        if (_mode == InstanceWriteMode.Delete && _plan.ReturnsRows)
        {
            rows.ForEach(item => _deleted[item] = Returned(part, item, stored[item]));
        }

        var request = rows.Count == 0 ? null : _mode == InstanceWriteMode.Delete ? Delete(part, rows) : Change(part, rows, stored);
        return new Prepared(request) { NotApplied = [.. part.Items.Except(rows)] };
    }

    public override async Task<Prepared> ForecastAsync(CdfClient client, WritePart part, CancellationToken stop)
    {
        if (_mode != InstanceWriteMode.Create)
        {
            return await PrepareAsync(client, part, stop);
        }

        var (stored, error) = await ReadAsync(client, part, part.Items, onlyRows: false);
        return stored is null ? Prepared.Failed(error!) : new Prepared(part) { NotApplied = [.. part.Items.Where(stored.ContainsKey)] };
    }

    public override async Task<WriteStep?> AfterAsync(CdfClient client, WritePart part, ReadOnlyMemory<byte> answer)
    {
        switch (_mode)
        {
            case InstanceWriteMode.Delete:
                var gone = Divide(part, ItemsOf(answer));
                return new WriteStep
                {
                    Stored = gone.Named,
                    NotApplied = gone.Others,
                    Returned = [.. gone.Named.Where(_deleted.ContainsKey).Select(item => _deleted[item])],
                };

            case InstanceWriteMode.Create or InstanceWriteMode.CreateOrUpdate when !part.Follows:
                var made = Divide(part, ItemsOf(answer).Where(static item => item.GetProperty("wasModified"u8).GetBoolean()));
                return _mode == InstanceWriteMode.Create
                    ? await StoredAsync(client, part, made.Named) with { NotApplied = made.Others }
                    : await UpdateAsync(client, part, made.Named, made.Others);

            default:
                return await StoredAsync(client, part, part.Items);
        }
    }

    /// <summary>Rows that are there get the columns that the conflict clause names; instances that have no data in the view become rows.</summary>
    private async Task<WriteStep> UpdateAsync(CdfClient client, WritePart part, List<int> made, List<int> existing)
    {
        var step = await StoredAsync(client, part, made);
        if (existing.Count == 0 || step.Error is not null)
        {
            return step;
        }

        var (stored, error) = await ReadAsync(client, part, existing);
        return stored is null
            ? step with { Error = error }
            : step with { Next = [Follow(part, existing, stored)] };
    }

    private async Task<WriteStep> StoredAsync(CdfClient client, WritePart part, IReadOnlyList<int> items)
    {
        if (!_plan.ReturnsRows || items.Count == 0)
        {
            return new WriteStep { Stored = items };
        }

        var (rows, error) = await ReadAsync(client, part, items, onlyRows: false);
        return new WriteStep
        {
            Stored = items,
            Error = error,
            Returned = rows is null ? [] : [.. items.Where(rows.ContainsKey).Select(item => Returned(part, item, rows[item]))],
        };
    }

    /// <summary>Reads the instances of <paramref name="items"/>; those that are no rows of the table are left out.</summary>
    private async Task<(Dictionary<int, JsonElement>? Stored, CdfError? Error)> ReadAsync(
        CdfClient client, WritePart part, IReadOnlyList<int> items, bool onlyRows = true)
    {
        var view = _plan.Table.View!;
        var byKey = items.ToDictionary(item => InstancesApi.KeyOf(EncodedItem(part, item)));
        var response = await client.SendAsync(
            InstancesApi.ByIds(byKey.Keys, _plan.Table.Kind == TableKind.Edges, view.Space, view.ExternalId, view.Version), CancellationToken.None);
        if (!response.IsSuccess)
        {
            return (null, response.Error);
        }

        return (
            ItemsOf(response.Body).Where(instance => !onlyRows || InstanceItems.IsRow(instance, view))
                .ToDictionary(instance => byKey[InstancesApi.KeyOf(instance)]),
            null);
    }

    private WritePart Change(WritePart part, List<int> items, Dictionary<int, JsonElement> stored)
    {
        var body = Changes(part, items, stored, columns: null);
        return part.Instead(items, InstancesApi.Apply(body.WrittenMemory), body);
    }

    private WritePart Follow(WritePart part, List<int> items, Dictionary<int, JsonElement> stored)
    {
        var body = Changes(part, items, stored, _plan.ConflictColumns);
        return part.Following(items, InstancesApi.Apply(body.WrittenMemory), body);
    }

    private PooledBuffer Changes(WritePart part, List<int> items, Dictionary<int, JsonElement> stored, IReadOnlyCollection<ColumnDefinition>? columns)
    {
        var body = new PooledBuffer();
        using (var json = new Utf8JsonWriter(body, JsonBatch.WriterOptions))
        {
            json.WriteStartObject();
            json.WriteStartArray("items"u8);
            foreach (var item in items)
            {
                if (stored.TryGetValue(item, out var instance))
                {
                    InstanceItems.WriteChange(json, EncodedItem(part, item), instance, _plan.Table, columns);
                }
                else
                {
                    InstanceItems.WriteChange(json, EncodedItem(part, item), default, _plan.Table, columns: null);
                }
            }

            json.WriteEndArray();
            InstanceItems.WriteOptions(json, _createsEnds);
            json.WriteEndObject();
        }

        return body;
    }

    private static WritePart Delete(WritePart part, List<int> items)
    {
        var body = new PooledBuffer();
        part.Write.Items!.WritePart(part.Write.Request.Body.Span, items, body);
        return part.Instead(items, part.Write.Request with { Body = body.WrittenMemory }, body);
    }

    /// <summary>The items of the part that an answer has, and the others.</summary>
    private static (List<int> Named, List<int> Others) Divide(WritePart part, IEnumerable<JsonElement> answered)
    {
        var keys = answered.Select(InstancesApi.KeyOf).ToHashSet();
        var isNamed = part.Items.ToLookup(item => keys.Contains(InstancesApi.KeyOf(EncodedItem(part, item))));
        return ([.. isNamed[true]], [.. isNamed[false]]);
    }

    private static ReturnedRow Returned(WritePart part, int item, JsonElement instance) =>
        new(part.Write.Items!.OriginOf(item), Encoding.UTF8.GetBytes(instance.GetRawText()));

    private static JsonElement EncodedItem(WritePart part, int item) => JsonElement.Parse(part.Write.Items!.Of(part.Write.Request.Body.Span, item));

    private static JsonElement.ArrayEnumerator ItemsOf(ReadOnlyMemory<byte> answer) =>
        JsonElement.Parse(answer.Span).GetProperty("items"u8).EnumerateArray();
}
