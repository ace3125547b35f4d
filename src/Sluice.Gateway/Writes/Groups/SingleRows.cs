using Sluice.Gateway.Tables;
using Sluice.Gateway.Writes.Transactions;
using Sluice.PgWire.Columns;

namespace Sluice.Gateway.Writes.Groups;

/// <summary>
/// Which rows may share a request with those of other statements: those of which, when the request fails, none is stored, or which may be sent again
/// without harm.
/// </summary>
internal static class SingleRows
{
    private const long MicrosecondsOfMillisecond = 1_000;

    /// <summary>Whether single rows of the plan may.</summary>
    public static bool MayShare(WritePlan plan, WriteContext context)
    {
        if (plan.Verb != WriteVerb.Insert || plan.ReturnsRows || context.Settings.OnError != OnError.Stop)
        {
            return false;
        }

        plan = plan.Under(context.Settings);
        return plan.Conflict is null or ConflictAction.Error or ConflictAction.Update && !plan.UpdatesById && plan.Table.Kind switch
        {
            // A parent and its child may be two requests.
            TableKind.Assets => plan.IndexOf("parent_external_id") < 0,
            TableKind.Events or TableKind.TimeSeries or TableKind.Sequences or TableKind.Relationships => true,

            // A series that is named in two ways would be two keys.
            TableKind.DoubleDatapoints or TableKind.StringDatapoints => plan.IndexOf("id") < 0 || plan.IndexOf("external_id") < 0,
            TableKind.RawRows or TableKind.CustomRawRows => true,
            _ => false,
        };
    }

    /// <summary>Whether the row may, and its key.</summary>
    public static bool MayShare(WritePlan plan, WriteContext context, RowBatch batch, out GroupKey? key)
    {
        key = null;
        if (!RowKeys.Of(plan).TryGet(batch, 0, out var hash, out _))
        {
            return !MayRepeat(plan.Under(context.Settings));
        }

        var timestamp = plan.Table.Kind is TableKind.DoubleDatapoints or TableKind.StringDatapoints ? plan.IndexOf("timestamp") : -1;
        key = new GroupKey(hash, timestamp < 0 ? 0 : MillisecondOf(batch.Columns[timestamp]));
        return true;
    }

    /// <summary>Rows of the plan, all of which have keys, may be sent again after some of them were stored.</summary>
    public static bool MayRepeat(WritePlan plan) => plan.Conflict == ConflictAction.Update || plan.Table.Insert == InsertEffect.Overwrites;

    private static long MillisecondOf(Column column) =>
        column.IsNull(0) ? 0 : (long)Math.Floor((decimal)((FixedColumn<long>)column).Values[0] / MicrosecondsOfMillisecond);
}
