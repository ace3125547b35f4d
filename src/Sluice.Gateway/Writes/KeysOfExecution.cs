using System.Buffers;
using System.Text;
using Sluice.Gateway.Tables;
using Sluice.Gateway.Writes.Transactions;
using Sluice.PgWire.Columns;
using Sluice.PgWire.Protocol;

namespace Sluice.Gateway.Writes;

/// <summary>
/// The keys that one execution of ON CONFLICT DO UPDATE has had in its batches so far: it may have each once (21000). Within a batch the encoder sees
/// to that. Keys are kept as hashes of 128 bits, up to a bound; an execution of more rows is checked no further. Used by one thread at a time.
/// </summary>
internal sealed class KeysOfExecution
{
    /// <summary>Most keys that are kept: some 200 MB.</summary>
    private const int MaxKeys = 5_000_000;

    private readonly WritePlan _plan;
    private readonly RowKeys _rowKeys;
    private readonly RowErrors _errors;
    private readonly HashSet<UInt128> _keys = [];
    private int _execution = -1;

    private KeysOfExecution(WritePlan plan, RowErrors errors)
    {
        _plan = plan;
        _errors = errors;
        _rowKeys = RowKeys.Of(plan);
    }

    /// <summary>For rows of <paramref name="plan"/>; <see langword="null"/> if a key may come again.</summary>
    public static KeysOfExecution? For(WritePlan plan, RowErrors errors) =>
        plan is { Verb: WriteVerb.Insert, Conflict: ConflictAction.Update, LaterWins: false, UpdatesById: false } && !ReplacesRows(plan.Table.Kind)
            ? new KeysOfExecution(plan, errors)
            : null;

    /// <summary>Refuses a row whose key was in an earlier batch of its execution.</summary>
    /// <exception cref="PgException">21000.</exception>
    public void Check(RowBatch batch, Func<long, int> executionOf)
    {
        if (_keys.Count == 0)
        {
            return;
        }

        for (var row = 0; row < batch.Count; row++)
        {
            if (executionOf(batch.OriginOf(row)) == _execution && _rowKeys.TryGet(batch, row, out var key, out _) && _keys.Contains(key))
            {
                throw Twice(batch, row);
            }
        }
    }

    /// <summary>The rows are on their way.</summary>
    public void Note(RowBatch batch, Func<long, int> executionOf)
    {
        for (var row = 0; row < batch.Count; row++)
        {
            var execution = executionOf(batch.OriginOf(row));
            if (execution > _execution)
            {
                _execution = execution;
                _keys.Clear();
            }

            if (execution == _execution && _keys.Count < MaxKeys && _rowKeys.TryGet(batch, row, out var key, out _))
            {
                _keys.Add(key);
            }
        }
    }

    /// <summary>Of two rows with one key the later one takes the place of the earlier one, and a NOTICE says so.</summary>
    private static bool ReplacesRows(TableKind kind) => kind is TableKind.RawRows or TableKind.CustomRawRows or TableKind.SequenceRows
        or TableKind.DoubleDatapoints or TableKind.StringDatapoints or TableKind.ExtractionPipelineRuns;

    private PgException Twice(RowBatch batch, int row)
    {
        var text = new ArrayBufferWriter<byte>();
        batch.Columns[_rowKeys.Column].WriteValueText(row, text);
        return _errors.At(
            batch,
            row,
            _rowKeys.Column,
            SqlState.CardinalityViolation,
            "ON CONFLICT DO UPDATE command cannot affect row a second time",
            hint: "Ensure that no rows proposed for insertion within the same command have duplicate constrained values.",
            detail: $"Key ({_plan.Columns[_rowKeys.Column].Name})=({Encoding.UTF8.GetString(text.WrittenSpan)}) stands in the statement twice.");
    }
}
