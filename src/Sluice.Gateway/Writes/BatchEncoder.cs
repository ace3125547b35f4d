using Sluice.Gateway.Tables;
using Sluice.Gateway.Writes.Changes;
using Sluice.Gateway.Writes.Instances;
using Sluice.PgWire.Columns;
using Sluice.PgWire.Protocol;

namespace Sluice.Gateway.Writes;

/// <summary>
/// Turns batches of decoded rows into requests that are ready to be sent. Knows a resource's limits, checks every value against them before
/// anything of the batch is sent. Used by one thread at a time.
/// </summary>
internal abstract class BatchEncoder(WritePlan plan, WriteContext context) : IDisposable
{
    private readonly List<long> _notApplied = [];
    private readonly List<(long By, long Origin)> _replaced = [];
    private List<long> _executions = [];
    private KeysOfExecution? _keys;

    /// <summary>Rows that make a request full.</summary>
    public abstract int BatchRows { get; }

    /// <summary>CDF's answer to a request has the items as they are afterwards.</summary>
    public virtual bool AnswersWithItems => false;

    /// <summary>The row has no effect.</summary>
    protected void LeaveOut(RowBatch batch, int row) => _notApplied.Add(batch.OriginOf(row));

    protected WritePlan Plan => plan;

    protected WriteContext Context => context;

    /// <summary>The origin of the row that <see cref="Encode"/> has refused.</summary>
    public long? FailedOrigin => Errors.FailedOrigin;

    protected RowErrors Errors { get; } = new(plan);

    /// <summary>The encoder for the plan's table.</summary>
    public static BatchEncoder Create(WritePlan plan, WriteContext context) => (plan.Verb, plan.Table.Kind) switch
    {
        (_, TableKind.Nodes or TableKind.Edges) => new InstanceEncoder(plan, context),
        (WriteVerb.Update or WriteVerb.Delete, TableKind.RawRows or TableKind.CustomRawRows) => new RawChangeEncoder(plan, context),
        (_, TableKind.RawRows or TableKind.CustomRawRows) when plan.Conflict is ConflictAction.Update or ConflictAction.Ignore => new RawChangeEncoder(plan, context),
        (WriteVerb.Update, TableKind.DoubleDatapoints or TableKind.StringDatapoints) => new DataPointChangeEncoder(plan, context),
        (WriteVerb.Delete, TableKind.DoubleDatapoints or TableKind.StringDatapoints) => new DataPointDeleteEncoder(plan, context),
        (_, TableKind.DoubleDatapoints or TableKind.StringDatapoints) when plan.Conflict == ConflictAction.Ignore => new DataPointChangeEncoder(plan, context),
        (WriteVerb.Delete, TableKind.RawTables) => new RawTableDeleteEncoder(plan, context),
        (WriteVerb.Update or WriteVerb.Delete, TableKind.SequenceRows) => new SequenceRowChangeEncoder(plan, context),
        (WriteVerb.Update, _) => new ItemUpdateEncoder(plan, context),
        _ when plan.UpdatesById => new ItemUpdateEncoder(plan, context),
        (WriteVerb.Delete, _) => new ItemDeleteEncoder(plan, context),
        _ => CreateForInsert(plan, context),
    };

    private static BatchEncoder CreateForInsert(WritePlan plan, WriteContext context) => plan.Table.Kind switch
    {
        TableKind.DoubleDatapoints or TableKind.StringDatapoints => new DataPointBatchEncoder(plan, context),
        TableKind.RawRows => new RawRowsEncoder(plan, context),
        TableKind.CustomRawRows => new CustomRawEncoder(plan, context),
        TableKind.RawTables => new RawTablesEncoder(plan, context),
        TableKind.Files => new FilesEncoder(plan, context),
        TableKind.SequenceRows => new SequenceRowsEncoder(plan, context),
        TableKind.ExtractionPipelineRuns => new RunsEncoder(plan, context),
        _ => new ItemBatchEncoder(plan, context),
    };

    /// <summary>An encoder to try rows with: what it makes is thrown away, and this one does not know of it.</summary>
    public BatchEncoder ForTrial()
    {
        var trial = Create(plan, context);
        trial._executions = _executions;
        return trial;
    }

    /// <summary>Checks and encodes all rows of <paramref name="batch"/>, and adds the requests to <paramref name="requests"/> in order.</summary>
    /// <exception cref="PgException">A row that CDF would not take; <paramref name="requests"/> may have some of the batch's requests then.</exception>
    public void Encode(RowBatch batch, List<EncodedWrite> requests)
    {
        CheckPresence(batch);
        _keys?.Check(batch, ExecutionOf);
        EncodeRows(batch, requests);
        _keys?.Note(batch, ExecutionOf);
    }

    /// <summary>The rows whose origins are <paramref name="firstOrigin"/> or higher come from another execution of the statement.</summary>
    public void BeginExecution(long firstOrigin)
    {
        if (_executions.Count == 0)
        {
            _keys = KeysOfExecution.For(plan, Errors);
        }

        // One without rows is none.
        if (_executions.Count == 0 || _executions[^1] != firstOrigin)
        {
            _executions.Add(firstOrigin);
        }
    }

    /// <summary>Whether two rows come from one execution, so that PostgreSQL would see them as one command's.</summary>
    protected bool AreOfOneExecution(long origin, long other) => ExecutionOf(origin) == ExecutionOf(other);

    private int ExecutionOf(long origin) => _executions.BinarySearch(origin) is var index && index >= 0 ? index : ~index - 1;

    /// <summary>Origins of rows that <see cref="Encode"/> has left out, since they have no effect; forgets them.</summary>
    public IReadOnlyList<long> TakeNotApplied()
    {
        if (_notApplied.Count == 0)
        {
            return [];
        }

        long[] taken = [.. _notApplied];
        _notApplied.Clear();
        return taken;
    }

    /// <summary>A row is in no request, because another of the batch says the same or has taken its place.</summary>
    protected void NoteReplaced(RowBatch batch, int row, int by)
    {
        if (Context.Settings.OnError == OnError.Skip)
        {
            _replaced.Add((batch.OriginOf(by), batch.OriginOf(row)));
        }
    }

    /// <summary>Origins of rows that are in no request since <see cref="Encode"/> has put others in their place, under skip; forgets them.</summary>
    public IReadOnlyList<(long By, long Origin)> TakeReplaced()
    {
        (long, long)[] taken = [.. _replaced];
        _replaced.Clear();
        return taken;
    }

    /// <summary>The outcome, with the rows that stand in no request since what <see cref="Encode"/> has made of earlier ones says the same.</summary>
    public virtual WriteResult WithMergedRows(WriteResult result) => result;

    /// <summary>What was done to the rows that their sender may like to know.</summary>
    public virtual IEnumerable<PgError> Notices() => plan.Columns.Where(static column => column.Shape == ColumnShape.Ignored).Select(column => new PgError
    {
        Severity = PgSeverity.Notice,
        SqlState = SqlState.SuccessfulCompletion,
        Message = $"column \"{column.Name}\" of table \"{plan.Table.Name}\" was ignored, since CDF has no such field any more",
    });

    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    protected abstract void EncodeRows(RowBatch batch, List<EncodedWrite> requests);

    protected virtual void Dispose(bool disposing)
    {
    }

    /// <summary>The scope of the fence for <paramref name="resource"/>.</summary>
    protected string Scope(string resource) => $"{context.Cluster.Authority}/{context.Client.Project}/{resource}";

    private void CheckPresence(RowBatch batch)
    {
        if (plan.Verb is WriteVerb.Update or WriteVerb.Delete)
        {
            return;
        }

        for (var i = 0; i < plan.Columns.Length; i++)
        {
            var column = batch.Columns[i];
            if (!plan.Columns[i].IsWritable && column.NullCount < column.Count && !(plan.UpdatesById && i == plan.KeyIndex))
            {
                throw Errors.ReadOnly(batch, FirstRow(column, isNull: false), i);
            }

            if (plan.Columns[i].RequiredOnInsert && column.HasNulls)
            {
                throw Errors.NullValue(batch, FirstRow(column, isNull: true), i);
            }
        }

        CheckOneOf(batch);
    }

    private void CheckOneOf(RowBatch batch)
    {
        int[] indexes = [.. plan.Table.RequiredOneOf.Select(plan.IndexOf).Where(index => index >= 0)];
        if (indexes.Length == 0 || Array.Exists(indexes, index => !batch.Columns[index].HasNulls))
        {
            return;
        }

        for (var row = 0; row < batch.Count; row++)
        {
            if (Array.TrueForAll(indexes, index => batch.Columns[index].IsNull(row)))
            {
                throw Errors.NullValue(batch, row, indexes[0]);
            }
        }
    }

    private static int FirstRow(Column column, bool isNull)
    {
        var row = 0;
        while (column.IsNull(row) != isNull)
        {
            row++;
        }

        return row;
    }
}
