using System.Collections.Immutable;
using Sluice.Gateway.Engine;
using Sluice.Gateway.Tables;
using Sluice.Gateway.Writes;
using Sluice.PgWire.Protocol;
using Sluice.PgWire.Sql;

namespace Sluice.Gateway.Sessions;

/// <summary>
/// INSERT, UPDATE or DELETE whose rows PostgreSQL computes: the statement runs with the table's sink in its target's place and hands its rows back
/// by RETURNING (rules.md W1, W2).
/// </summary>
internal sealed class OwnSink : OwnStatement
{
    private OwnSink(
        ReadOnlyMemory<byte> sql, RowWriteStatement statement, WritePlan plan, SinkRewrite rewrite, OwnReturning? returning, uint[] declared, uint[] types)
        : base(sql, statement.Target.Name, declared, types)
    {
        Plan = plan;
        Rewrite = rewrite;
        Returning = returning;
    }

    /// <summary>What is done with the rows that come back.</summary>
    public WritePlan Plan { get; }

    /// <summary>The statement as the engine runs it.</summary>
    public SinkRewrite Rewrite { get; }

    /// <summary>
    /// The query of an INSERT alone, if its rows need no more than to be taken: they then come while the query runs, whereas PostgreSQL keeps those of
    /// RETURNING until the last is there. <see langword="null"/>: the sink has to be run.
    /// </summary>
    public SinkRewrite? Query { get; private init; }

    /// <summary>It may join CDF tables with local ones, so that the local rows tell which keys of CDF are wanted (rules.md R3).</summary>
    public bool MayJoin { get; init; }

    public override string Command => OwnRowWrite.CommandOf(Plan.Verb);

    /// <summary>Has the engine parse the statement.</summary>
    /// <exception cref="PgException">The engine's error, with its position in the client's text; or the plan's.</exception>
    public static async ValueTask<OwnSink> PrepareAsync(
        SessionCore core, ReadOnlyMemory<byte> sql, RowWriteStatement statement, TableDefinition table, uint[] declaredTypes)
    {
        var engine = core.Engine;
        var plan = await PlanOfAsync(engine, sql, statement, table, declaredTypes);
        var alias = SqlIdentifier.AlwaysQuote(statement.Target.VisibleName);
        var list = string.Join(", ", plan.Columns.Select(column => $"{alias}.{SqlIdentifier.AlwaysQuote(column.Name)}"));
        var rewrite = SinkRewrite.Statement(sql.Span, statement, SinkView.QualifiedNameOf(table.Name), list);
        var types = await ParametersOfAsync(engine, rewrite, declaredTypes);
        var returning = statement.Returning is null ? null : await OwnReturning.PrepareAsync(engine, sql, statement, table);
        return new OwnSink(sql, statement, plan with { ReturnsRows = returning is not null }, rewrite, returning, declaredTypes, types)
        {
            MayJoin = Joins(core, sql.Span, statement),
            Query = statement is InsertStatement insert ? await StreamedQueryAsync(engine, sql, insert, plan, types) : null,
        };
    }

    /// <summary>An error of the engine's about the rewritten text, as one about the client's.</summary>
    public static PgException Translate(PgException error, SinkRewrite rewrite) => new(rewrite.Translate(error.Error), error);

    private static bool Joins(SessionCore core, ReadOnlySpan<byte> sql, RowWriteStatement statement)
    {
        var others = SqlRelations.Find(sql, statement.Span, statement.StandardConformingStrings).Where(relation => relation.Span != statement.Target.Span).ToList();
        return others.Count > 0 && (statement is not InsertStatement || others.Exists(relation => core.MayBeCdfTable(relation.Name)));
    }

    private static async ValueTask<uint[]> ParametersOfAsync(EngineLink engine, SinkRewrite rewrite, uint[] declaredTypes)
    {
        try
        {
            return (await EngineRows.DescribeAsync(engine, rewrite.Text, declaredTypes)).Parameters;
        }
        catch (PgException e)
        {
            throw Translate(e, rewrite);
        }
    }

    private static async ValueTask<WritePlan> PlanOfAsync(
        EngineLink engine, ReadOnlyMemory<byte> sql, RowWriteStatement statement, TableDefinition table, uint[] declaredTypes)
    {
        switch (statement)
        {
            case InsertStatement insert:
                var width = insert.Columns is null && insert.Query is not null ? await WidthOfAsync(engine, sql, insert, declaredTypes) : null;
                var plan = WritePlan.Create(
                    table,
                    insert.Columns?.Select(column => column.Name).ToList(),
                    WriteVerb.Insert,
                    width,
                    index => SqlSyntax.PositionOf(sql.Span, insert.Columns![index].Span.Start));
                return ConflictClause.Apply(plan, insert.OnConflict, sql.Span);

            case UpdateStatement update:
                var set = update.Assignments.Select(assignment => OwnKeyedWrite.ColumnOf(sql.Span, table, assignment.Column)).Distinct();
                return WritePlan.ForUpdate(table, [.. set], KeyOf(table));

            default:
                return WritePlan.ForDelete(table, KeyOf(table));
        }
    }

    /// <summary>
    /// The query of <paramref name="insert"/>, if each of its columns has the type of the column that it goes to. The sink was parsed before it, so what
    /// is wrong has been said.
    /// </summary>
    private static async ValueTask<SinkRewrite?> StreamedQueryAsync(
        EngineLink engine, ReadOnlyMemory<byte> sql, InsertStatement insert, WritePlan plan, uint[] parameterTypes)
    {
        if (insert is not { Source: InsertSource.Query, Query: not null, HasColumnParts: false, Overriding: false })
        {
            return null;
        }

        var query = SinkRewrite.BareQuery(sql.Span, insert);
        if (query.IsNested)
        {
            // A WITH that changes data has to stand in front.
            return null;
        }

        var description = await EngineRows.DescribeAsync(engine, query.Text, parameterTypes);
        return description.Columns is { } columns && StreamedColumns.Fit(columns, plan) ? query : null;
    }

    /// <summary>How many columns the query of an INSERT without a column list has.</summary>
    private static async ValueTask<int?> WidthOfAsync(EngineLink engine, ReadOnlyMemory<byte> sql, InsertStatement insert, uint[] declaredTypes)
    {
        var query = SinkRewrite.BareQuery(sql.Span, insert);
        try
        {
            return (await EngineRows.DescribeAsync(engine, query.Text, declaredTypes)).ColumnCount;
        }
        catch (PgException e)
        {
            throw Translate(e, query);
        }
    }

    /// <summary>What names a row that CDF has given.</summary>
    private static ImmutableArray<ColumnDefinition> KeyOf(TableDefinition table)
    {
        var keys = table.PrimaryKey.IsEmpty ? table.ConflictKeys.ToList() : [table.PrimaryKey];
        var key = keys.Find(names => names.All(name => table.FindColumn(name)!.AlwaysReturned));
        return key.IsDefault
            ? throw new PgException(
                SqlState.FeatureNotSupported, $"rows of CDF table \"{table.Name}\" cannot be changed or deleted", hint: "They have no key.")
            : [.. key.Select(name => table.FindColumn(name)!)];
    }
}
