using System.Collections.Frozen;
using System.Globalization;
using System.Text.RegularExpressions;
using Sluice.Gateway.Engine;
using Sluice.Gateway.Reads.Queries;
using Sluice.Gateway.Tables;
using Sluice.PgWire.Protocol;
using Sluice.PgWire.Types;

namespace Sluice.Gateway.Reads.KeySets;

/// <summary>
/// Finds the key sets of a statement that joins CDF tables with local ones, so that 10,000 staging rows cost ten look-ups instead of the whole table. In the
/// statement's plan, a join whose condition is <c>cdf.key = expression over one local relation</c> can want no other keys than the expression has values,
/// unless the join keeps CDF rows that match nothing. The values are read in the statement's own session.
/// </summary>
/// <param name="tables">The CDF tables.</param>
/// <param name="engine">The session.</param>
internal sealed partial class KeySetFinder(TableCatalog tables, IEngineQueries engine)
{
    /// <summary>The most keys of a set; a join with more keys has none.</summary>
    public const int MaxKeys = 100_000;

    /// <summary>What only passes rows on, or drops them by a condition of its own.</summary>
    private static readonly FrozenSet<string> PassesOn = FrozenSet.ToFrozenSet(
        ["Append", "Merge Append", "Hash", "Sort", "Incremental Sort", "Materialize", "Memoize", "Result", "Aggregate", "Foreign Scan"], StringComparer.Ordinal);

    private static readonly FrozenSet<string> LocalScans = FrozenSet.ToFrozenSet(
        ["Seq Scan", "Index Scan", "Index Only Scan", "Bitmap Heap Scan"], StringComparer.Ordinal);

    /// <summary>What to put before a statement to get the plan that <see cref="FindAsync"/> wants.</summary>
    public const string Explain = "EXPLAIN (VERBOSE, COSTS OFF, FORMAT JSON) ";

    /// <summary>The key sets of the statement with this plan; empty where none can be told.</summary>
    /// <param name="plan">The one column of EXPLAIN's answer.</param>
    /// <param name="cancellationToken">Stops.</param>
    /// <exception cref="PgException">The engine's error at reading keys, e.g. a division by zero in the join's condition.</exception>
    public async Task<KeySetResult> FindAsync(string plan, CancellationToken cancellationToken)
    {
        var root = PlanNode.Parse(plan);
        var scans = root.All().Where(static node => node.RemoteSql is not null).Select(Scan.Of).OfType<Scan>().ToList();
        var candidates = scans
            .Where(scan => tables.Find(scan.Query.Table) is not null && scans.Count(other => other.Query.Table == scan.Query.Table || other.Name == scan.Name) == 1)
            .SelectMany(scan => Candidates(root, scan))
            .ToList();
        if (candidates.Count == 0 || await UsesOwnFunctionsAsync(plan, cancellationToken))
        {
            return KeySetResult.Empty;
        }

        List<KeySet> found = [];
        var snapshotMatters = false;
        foreach (var candidate in candidates)
        {
            if (!found.Exists(set => set.Table == candidate.Table.Name && set.Column == candidate.Column.Name)
                && await ReadAsync(candidate, cancellationToken) is { } keys)
            {
                found.Add(new KeySet(candidate.Table.Name, candidate.Column.Name, keys));
                snapshotMatters |= candidate.Local.Schema != "pg_temp";
            }
        }

        return new KeySetResult(found, snapshotMatters);
    }

    private IEnumerable<Candidate> Candidates(PlanNode root, Scan scan)
    {
        var table = tables.Find(scan.Query.Table)!;
        var locals = root.All().Where(node => LocalScans.Contains(node.Type) && node.Schema != CatalogSql.Schema && !IsParent(node)).ToList();
        for (var node = scan.Node; node.Parent is { } parent; node = parent)
        {
            if (parent.JoinType is { } type)
            {
                if (!DropsUnmatched(type, isOuter: node.Relationship == "Outer"))
                {
                    yield break;
                }

                var other = parent.Children.Where(child => child != node).SelectMany(static child => child.All()).ToHashSet();
                foreach (var candidate in parent.JoinConditions.SelectMany(PlanExpression.Equations).SelectMany(e => Both(e))
                    .Select(e => CandidateOf(table, scan, e.Left, e.Right, [.. locals.Where(other.Contains)]))
                    .OfType<Candidate>()
                    .Where(c => GroupsKeep(scan.Node, parent, c.Column)))
                {
                    yield return candidate;
                }
            }
            else if (!PassesOn.Contains(parent.Type))
            {
                yield break;
            }
        }
    }

    private static IEnumerable<(string Left, string Right)> Both((string Left, string Right) equation) => [equation, (equation.Right, equation.Left)];

    private static Candidate? CandidateOf(TableDefinition table, Scan scan, string left, string right, List<PlanNode> locals)
    {
        if (PlanExpression.AsColumn(left) is not var (alias, name)
            || Scan.WithoutNumber(alias) != scan.Name
            || locals.Any(local => local.Alias == alias)
            || table.FindColumn(name) is not { } column
            || !ScanValue.HasCanonicalText(column.Type.Type)
            || (left.EndsWith("::text", StringComparison.Ordinal) && column.Type.Type != PgType.Varchar))
        {
            return null;
        }

        // Two relations of one alias cannot be told apart.
        var named = locals.Where(local => local.Alias is { } called && PlanExpression.IsOver(right, called)).ToList();
        return named is [var local] ? new Candidate(table, column, local, right) : null;
    }

    /// <summary>An empty table of <c>public</c> that clients see in the place of a scan.</summary>
    private bool IsParent(PlanNode node) => node.Schema == "public" && node.Relation is { } relation && tables.Find(relation) is not null;

    /// <summary>Rows of the one side that match none of the other change nothing.</summary>
    private static bool DropsUnmatched(string joinType, bool isOuter) => joinType switch
    {
        "Inner" or "Semi" or "Right Semi" => true,
        "Left" or "Anti" => !isOuter,
        "Right" or "Right Anti" => isOuter,
        _ => false,
    };

    /// <summary>Groups on the way from the scan to the join are of the key, so that a group is either wanted whole or not at all.</summary>
    private static bool GroupsKeep(PlanNode scan, PlanNode join, ColumnDefinition column)
    {
        for (var node = scan.Parent; node is not null && node != join; node = node.Parent)
        {
            if (node.Type == "Aggregate" && !node.GroupKeys.Any(key => PlanExpression.AsColumn(key)?.Column == column.Name))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>
    /// A function of the user's own may read the table as well, by no condition that the plan shows. Its name in the plan is enough to give up.
    /// </summary>
    private async Task<bool> UsesOwnFunctionsAsync(string plan, CancellationToken cancellationToken)
    {
        var own = await engine.QueryAsync(
            "SELECT p.proname FROM pg_catalog.pg_proc p JOIN pg_catalog.pg_roles r ON r.oid = p.proowner WHERE r.rolname = current_user", cancellationToken);
        return own.Any(row => plan.Contains(row[0]!, StringComparison.Ordinal));
    }

    private async Task<IReadOnlySet<string>?> ReadAsync(Candidate candidate, CancellationToken cancellationToken)
    {
        var (_, column, local, expression) = candidate;
        var value = column.Type.Type.Name switch
        {
            "text" or "varchar" => $"({expression})::pg_catalog.text",
            "timestamptz" => $"pg_catalog.to_char(({expression})::pg_catalog.timestamptz AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS.US') || '+00'",
            _ => $"({expression})::pg_catalog.{column.Type.Type.Name}::pg_catalog.text",
        };
        var alias = SqlText.Identifier(local.Alias!);
        var filter = local.Filter is { } text && PlanExpression.IsOver(text, local.Alias!) ? $" WHERE {text}" : "";
        var rows = await engine.QueryAsync(
            string.Create(
                CultureInfo.InvariantCulture,
                $"SELECT DISTINCT {value} FROM {SqlText.Identifier(local.Schema!)}.{SqlText.Identifier(local.Relation!)} AS {alias}{filter} LIMIT {MaxKeys + 1}"),
            cancellationToken);
        if (rows.Count > MaxKeys)
        {
            return null;
        }

        var keys = new HashSet<string>(StringComparer.Ordinal);
        foreach (var row in rows)
        {
            if (row[0] is { } key && ScanValue.Canonical(column.Type.Type, key) is { } canonical)
            {
                keys.Add(canonical);
            }
        }

        return keys;
    }

    /// <summary>A key of a CDF table and the local expression that it is joined with.</summary>
    private sealed record Candidate(TableDefinition Table, ColumnDefinition Column, PlanNode Local, string Expression);

    /// <summary>A foreign scan of a CDF table.</summary>
    private sealed partial record Scan(PlanNode Node, ScanQuery Query)
    {
        public static Scan? Of(PlanNode node)
        {
            if (node.Schema != CatalogSql.Schema)
            {
                return null;
            }

            var query = ScanQueryParser.Parse(node.RemoteSql!);
            return query.Schema == CatalogSql.RemoteSchema ? new Scan(node, query) : null;
        }

        /// <summary>Expressions call the parent of the scan by a name that no node has: that of the scan with another number, or with none.</summary>
        public string Name { get; } = WithoutNumber(Node.Alias ?? "");

        public static string WithoutNumber(string alias) => Number().Replace(alias, "");

        [GeneratedRegex(@"_\d+$", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1_000)]
        private static partial Regex Number();
    }
}

/// <summary>What <see cref="KeySetFinder"/> has found.</summary>
/// <param name="Sets">The key sets; one for a column at most.</param>
/// <param name="SnapshotMatters">
/// Some come from tables that other sessions can change meanwhile: the statement must see the same rows, as in one transaction of isolation level REPEATABLE READ.
/// </param>
internal sealed record KeySetResult(IReadOnlyList<KeySet> Sets, bool SnapshotMatters)
{
    /// <summary>None.</summary>
    public static KeySetResult Empty { get; } = new([], SnapshotMatters: false);
}
