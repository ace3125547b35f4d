using Sluice.Gateway.Tables;

namespace Sluice.Gateway.Writes.Transactions;

/// <summary>
/// The order in which rows of several tables are stored at COMMIT: what others refer to comes first, and is deleted last. Within a table, and
/// among tables that show the same resource, rows keep the order in which they came as far as their keys ask for it.
/// </summary>
internal static class StoreOrder
{
    private const int Last = 3;

    /// <summary>Steps, each of which is to be complete before the next one begins.</summary>
    public static IEnumerable<IReadOnlyList<SealedRows>> Steps(IReadOnlyList<SealedRows> rows)
    {
        var goesOnAfterDelete = ScopesThatGoOnAfterDelete(rows);
        return RootsFirst(rows)
            .GroupBy(part => part.Plan.Verb == WriteVerb.Delete && !goesOnAfterDelete.Contains(part.Scope)
                ? (2 * Last) + 1 - RankOf(part.Plan.Table)
                : RankOf(part.Plan.Table))
            .OrderBy(step => step.Key)
            .Select(step => step.ToList());
    }

    /// <summary>
    /// Assets that name their parents come after those that do not, for a parent may be among those. Only creates may change places: their keys are
    /// all different.
    /// </summary>
    private static IEnumerable<SealedRows> RootsFirst(IReadOnlyList<SealedRows> rows)
    {
        var assets = rows.Where(part => part.Plan.Table.Kind == TableKind.Assets).ToList();
        return assets.TrueForAll(part => part.Plan.Verb is WriteVerb.Insert or WriteVerb.Copy && part.Plan.Conflict is null or ConflictAction.Error)
            ? rows.OrderBy(part => part.Plan.Table.Kind == TableKind.Assets && part.Plan.IndexOf("parent_external_id") >= 0)
            : rows;
    }

    /// <summary>
    /// What is deleted there makes room for rows that come after it, so it cannot wait; and what belongs to it goes with it, so rows of its kind come
    /// later: they were written after it, since an owner is not deleted while rows that belong to it wait.
    /// </summary>
    private static HashSet<string> ScopesThatGoOnAfterDelete(IReadOnlyList<SealedRows> rows)
    {
        var deleted = new HashSet<string>(StringComparer.Ordinal);
        var goesOn = new HashSet<string>(StringComparer.Ordinal);
        foreach (var part in rows)
        {
            if (part.Plan.Verb == WriteVerb.Delete)
            {
                deleted.Add(part.Scope);
                if (RowKeys.OwnedScopeOf(part.Plan.Table) is { } owned && rows.Any(other => other.Scope == owned))
                {
                    goesOn.Add(part.Scope);
                }
            }
            else if (deleted.Contains(part.Scope))
            {
                goesOn.Add(part.Scope);
            }
        }

        return goesOn;
    }

    private static int RankOf(TableDefinition table) => table.Kind switch
    {
        TableKind.Labels => 0,
        TableKind.Assets => 1,
        TableKind.TimeSeries or TableKind.Sequences or TableKind.ExtractionPipelines or TableKind.RawTables or TableKind.Nodes => 2,
        _ => Last,
    };
}
