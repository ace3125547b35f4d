using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text.Json;
using Sluice.Cdf.Resources;
using Sluice.Gateway.Writes.Fields;
using Sluice.PgWire.Columns;

namespace Sluice.Gateway.Writes;

/// <summary>
/// Runs of extraction pipelines: CDF takes one a request. Rows of a statement that say the same are one run, since the usual way to report a run
/// from Azure Data Factory writes it once for each row of the source. Runs of one pipeline whose time CDF sets are sent in their order.
/// </summary>
internal sealed class RunsEncoder(WritePlan plan, WriteContext context) : BatchEncoder(plan, context)
{
    private const string PipelineColumn = "external_id";

    private readonly FieldWriter[] _fields =
        [.. plan.Columns.Select(FieldWriter.ForItem).Where((_, index) => plan.Columns[index].IsWritable)];

    private readonly int _pipeline = plan.IndexOf(PipelineColumn);
    private readonly int _createdTime = plan.IndexOf("created_time");
    private readonly Dictionary<UInt128, long> _sent = [];
    private readonly List<Run> _runs = [];
    private readonly Dictionary<UInt128, Run> _byHash = [];

    // Rows that say what one of an earlier batch says: that one's origin, and theirs.
    private readonly List<(long By, long Origin)> _merged = [];
    private readonly List<(long By, long Origin)> _mergedOfBatch = [];

    public override int BatchRows => 1_000;

    /// <summary>A row shares the fate of the one that it says the same as.</summary>
    public override WriteResult WithMergedRows(WriteResult result)
    {
        var notApplied = result.NotApplied.ToHashSet();
        long[] refused = [.. _merged.Where(pair => notApplied.Contains(pair.By)).Select(pair => pair.Origin)];
        return result with
        {
            Rows = result.Rows + _merged.Count - refused.Length,
            NotApplied = [.. result.NotApplied.Concat(refused).Order()],
        };
    }

    protected override void EncodeRows(RowBatch batch, List<EncodedWrite> requests)
    {
        _runs.Clear();
        _byHash.Clear();
        _mergedOfBatch.Clear();
        try
        {
            for (var row = 0; row < batch.Count; row++)
            {
                Add(batch, row);
            }
        }
        catch
        {
            _runs.ForEach(run => run.Body.Dispose());
            throw;
        }

        foreach (var (hash, run) in _byHash)
        {
            _sent.Add(hash, batch.OriginOf(run.Row));
        }

        _merged.AddRange(_mergedOfBatch);
        requests.AddRange(_runs.Select(run => Close(batch, run)));
    }

    private void Add(RowBatch batch, int row)
    {
        var body = new JsonBatch(PipelineColumn);
        try
        {
            var start = (int)body.Size;
            WriteRun(body.Json, batch, row);
            body.Json.Flush();
            var hash = BinaryPrimitives.ReadUInt128BigEndian(SHA256.HashData(body.Body.WrittenSpan[start..]));
            if (_sent.TryGetValue(hash, out var sent))
            {
                _mergedOfBatch.Add((sent, batch.OriginOf(row)));
                body.Dispose();
            }
            else if (_byHash.TryGetValue(hash, out var same))
            {
                same.Rows++;
                NoteReplaced(batch, row, by: same.Row);
                body.Dispose();
            }
            else
            {
                var run = new Run(body, row);
                _byHash.Add(hash, run);
                _runs.Add(run);
            }
        }
        catch
        {
            body.Dispose();
            throw;
        }
    }

    private void WriteRun(Utf8JsonWriter json, RowBatch batch, int row)
    {
        json.WriteStartObject();
        foreach (var field in _fields)
        {
            if (!batch.Columns[field.Index].IsNull(row))
            {
                json.WritePropertyName(field.Name);
                field.Write(json, batch, row, Errors);
            }
        }

        json.WriteEndObject();
    }

    private EncodedWrite Close(RowBatch batch, Run run)
    {
        var origin = batch.OriginOf(run.Row);
        var pipeline = ((VariableColumn)batch.Columns[_pipeline])[run.Row];
        var hasTime = _createdTime >= 0 && !batch.Columns[_createdTime].IsNull(run.Row);
        run.Body.EndItem(origin, run.Rows);
        run.Body.Keys.Add(pipeline, origin);
        return new EncodedWrite(run.Body.Body)
        {
            Request = ExtractionPipelineRunsApi.Create(run.Body.Close(), discardBody: !Plan.ReturnsRows),
            Plan = Plan,
            Items = run.Body.Spans,
            Rows = run.Rows,
            Claim = hasTime ? null : FenceClaim.Whole(Scope(Plan.Table.NameInVersion2), KeyKind.ExternalId, [KeyHash.Of(pipeline)]),
            Keys = run.Body.Keys,
            Creates = true,
        };
    }

    private sealed class Run(JsonBatch body, int row)
    {
        public JsonBatch Body => body;

        public int Row => row;

        public int Rows { get; set; } = 1;
    }
}
