using Sluice.PgWire.Protocol;

namespace Sluice.Gateway.Writes.Groups;

/// <summary>Writes rows that are statements of their own together, and tells each what has become of it.</summary>
internal static class GroupedRows
{
    /// <summary>
    /// Writes the rows, in their order. If they fail together and none is stored, half of them is tried at a time, so that in the end each row that
    /// fails does so alone, for its own reason.
    /// </summary>
    public static async Task WriteAsync(IReadOnlyList<GroupedRow> rows)
    {
        try
        {
            if (rows is [var only])
            {
                await WriteAloneAsync(only);
                return;
            }

            var begun = rows.Where(row => row.TryBegin(alone: false)).ToList();
            if (begun.Count == 1)
            {
                await WriteAloneAsync(begun[0]);
            }
            else if (begun.Count > 1 && !await TryWriteAsync(begun))
            {
                var half = begun.Count / 2;
                await WriteAsync([.. begun.Take(half)]);
                await WriteAsync([.. begun.Skip(half)]);
            }
        }
        catch (Exception e)
        {
            // Whatever it is, nobody must wait for ever.
            foreach (var row in rows)
            {
                row.Fail(e);
            }
        }
    }

    private static async Task WriteAloneAsync(GroupedRow row)
    {
        if (!row.TryBegin(alone: true))
        {
            row.Batch.Dispose();
            return;
        }

        try
        {
            await row.Own.AddAsync(row.Batch, CancellationToken.None);
            row.Succeed(await row.Own.CompleteAsync(CancellationToken.None));
        }
        catch (PgException e)
        {
            row.Fail(e);
        }
    }

    /// <summary>Writes several rows.</summary>
    /// <returns><see langword="false"/> if they may be tried again: none is stored, or CDF overwrites.</returns>
    private static async Task<bool> TryWriteAsync(List<GroupedRow> rows)
    {
        var plan = rows[0].Plan;
        using var write = TableWrite.Start(plan, rows[0].Context);
        try
        {
            var copy = new RowCopy();
            var batch = write.RentBatch();
            for (var i = 0; i < rows.Count; i++)
            {
                write.BeginExecution(i + 1);
                copy.Append(rows[i].Batch, 0, batch, i + 1);
            }

            await write.AddAsync(batch, CancellationToken.None);
            Tell(rows, await write.CompleteAsync(CancellationToken.None));
        }
        catch (PgException) when (!write.IsInDoubt && (write.StoredRows == 0 || SingleRows.MayRepeat(plan.Under(rows[0].Context.Settings))))
        {
            return false;
        }
        catch (PgException e)
        {
            for (var i = 0; i < rows.Count; i++)
            {
                rows[i].Fail(write.FailureOf(plan.KeysOf(rows[i].Batch, 0)) ?? e);
            }
        }

        rows.ForEach(row => row.Batch.Dispose());
        return true;
    }

    private static void Tell(List<GroupedRow> rows, WriteResult result)
    {
        var notApplied = result.NotApplied.ToHashSet();
        for (var i = 0; i < rows.Count; i++)
        {
            var isApplied = !notApplied.Contains(i + 1);

            // Notices would tell of rows that give way to others: those of other statements.
            rows[i].Succeed(new WriteResult(isApplied ? 1 : 0) { NotApplied = isApplied ? [] : [1] });
        }
    }
}
