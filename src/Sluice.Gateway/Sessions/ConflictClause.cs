using System.Collections.Immutable;
using Sluice.Gateway.Tables;
using Sluice.Gateway.Writes;
using Sluice.PgWire.Protocol;
using Sluice.PgWire.Sql;

namespace Sluice.Gateway.Sessions;

/// <summary>What ON CONFLICT of an INSERT into a CDF table means.</summary>
internal static class ConflictClause
{
    /// <summary>The plan with what the clause says; the same plan without a clause.</summary>
    /// <exception cref="PgException">
    /// 42P10 a target that is no key of the table; 42704 a constraint that does not exist; 42601 DO UPDATE without a target; 0A000 values
    /// other than EXCLUDED's; 42703, 428C9 columns that cannot be set.
    /// </exception>
    public static WritePlan Apply(WritePlan plan, OnConflictClause? clause, ReadOnlySpan<byte> sql)
    {
        if (clause is null)
        {
            return plan;
        }

        var key = KeyOf(plan.Table, clause, sql);
        if (key is ["id"] && plan.Table.Insert == InsertEffect.Creates)
        {
            CheckId(plan, clause);
        }

        if (clause.Action == OnConflictAction.Nothing)
        {
            if (plan.Table.Kind == TableKind.SequenceRows)
            {
                throw new PgException(
                    SqlState.FeatureNotSupported,
                    "ON CONFLICT DO NOTHING is not supported for CDF table \"sequence_rows\"",
                    hint: "An INSERT overwrites the cells that it names and leaves the row's others.");
            }

            return plan with { Conflict = ConflictAction.Ignore, ConflictKey = key };
        }

        if (key.IsEmpty)
        {
            throw new PgException(new PgError
            {
                SqlState = SqlState.SyntaxError,
                Message = "ON CONFLICT DO UPDATE requires inference specification or constraint name",
                Hint = "For example, ON CONFLICT (column_name).",
                Position = SqlSyntax.PositionOf(sql, clause.Span.Start),
            });
        }

        var set = new HashSet<ColumnDefinition>();
        foreach (var assignment in clause.Assignments)
        {
            var column = OwnKeyedWrite.ColumnOf(sql, plan.Table, assignment.Column);
            if (!set.Add(column))
            {
                throw new PgException(SqlState.SyntaxError, $"multiple assignments to same column \"{column.Name}\"");
            }
        }

        if (!clause.SetsExcludedOnly)
        {
            throw new PgException(
                SqlState.FeatureNotSupported,
                $"ON CONFLICT DO UPDATE with conditions or other values than EXCLUDED's is not supported for CDF table \"{plan.Table.Name}\"",
                hint: "Set each column to EXCLUDED.column, without WHERE: CDF does not give old values to an update.");
        }

        // A column of the key has that value, or there would be no conflict.
        var columns = plan.Table.Columns.Where(column => set.Contains(column) && !key.Contains(column.Name, StringComparer.Ordinal)).ToImmutableArray();
        foreach (var column in columns)
        {
            WritePlan.CheckUpdatable(plan.Table, column);
        }

        return plan with { Conflict = ConflictAction.Update, ConflictColumns = columns, ConflictKey = key };
    }

    /// <summary>CDF makes ids: a row that has one can only be changed, and one without cannot conflict.</summary>
    private static void CheckId(WritePlan plan, OnConflictClause clause)
    {
        if (clause.Action == OnConflictAction.Nothing || plan.IndexOf("id") < 0)
        {
            throw new PgException(
                SqlState.FeatureNotSupported,
                $"ON CONFLICT (id) of CDF table \"{plan.Table.Name}\" is for DO UPDATE of rows whose id the INSERT gives",
                hint: "CDF makes ids, so that a new row never has one. Name external_id instead.");
        }
    }

    private static ImmutableArray<string> KeyOf(TableDefinition table, OnConflictClause clause, ReadOnlySpan<byte> sql)
    {
        if (clause.Constraint is { } constraint)
        {
            foreach (var key in table.Keys)
            {
                var isPrimary = key.SequenceEqual(table.PrimaryKey);
                if (constraint.Name == (isPrimary ? $"{table.Name}_pkey" : $"{table.Name}_{string.Join('_', key)}_key"))
                {
                    return key;
                }
            }

            throw new PgException(SqlState.UndefinedObject, $"constraint \"{constraint.Name}\" for table \"{table.Name}\" does not exist");
        }

        if (clause.Columns is null && !clause.HasExpressions)
        {
            return [];
        }

        foreach (var column in clause.Columns ?? [])
        {
            if (table.FindColumn(column.Name) is null)
            {
                throw new PgException(new PgError
                {
                    SqlState = SqlState.UndefinedColumn,
                    Message = $"column \"{column.Name}\" does not exist",
                    Position = SqlSyntax.PositionOf(sql, sql[..clause.Columns![0].Span.Start].LastIndexOf((byte)'(')),
                });
            }
        }

        var named = clause.Columns?.Select(column => column.Name).ToHashSet(StringComparer.Ordinal);
        foreach (var key in table.ConflictKeys)
        {
            if (named is not null && !clause.HasPredicate && named.SetEquals(key))
            {
                return key;
            }
        }

        throw new PgException(
            SqlState.InvalidColumnReference,
            "there is no unique or exclusion constraint matching the ON CONFLICT specification",
            hint: $"Keys of CDF table \"{table.Name}\": {string.Join(" and ", table.ConflictKeys.Select(key => $"({string.Join(", ", key)})"))}.");
    }
}
