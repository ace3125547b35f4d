using System.Buffers;
using Sluice.Gateway.Writes;
using Sluice.PgWire.Columns;
using Sluice.PgWire.Protocol;
using Sluice.PgWire.Sql;

namespace Sluice.Gateway.Sessions;

/// <summary>INSERT, UPDATE or DELETE of a CDF table, all of whose values Sluice takes itself (rules.md W3).</summary>
internal abstract class OwnRowWrite(ReadOnlyMemory<byte> sql, QualifiedName relation, WritePlan plan, uint[] declaredTypes, uint[] parameterTypes)
    : OwnStatement(sql, relation, declaredTypes, parameterTypes)
{
    public WritePlan Plan => plan;

    public override string Command => CommandOf(plan.Verb);

    /// <summary>As PostgreSQL calls a verb in messages.</summary>
    public static string CommandOf(WriteVerb verb) => verb switch
    {
        WriteVerb.Update => "UPDATE",
        WriteVerb.Delete => "DELETE",
        _ => "INSERT",
    };

    /// <summary>The command tag after <paramref name="rows"/> rows.</summary>
    public string Tag(long rows) => TagOf(plan.Verb, rows);

    /// <summary>The command tag of a verb after <paramref name="rows"/> rows.</summary>
    public static string TagOf(WriteVerb verb, long rows) => verb is WriteVerb.Update or WriteVerb.Delete ? $"{CommandOf(verb)} {rows}" : $"INSERT 0 {rows}";

    /// <summary>Adds the rows of one execution to <paramref name="batch"/>.</summary>
    /// <param name="batch">Has the plan's columns.</param>
    /// <param name="portal">The parameters; <see langword="null"/> if there are none.</param>
    /// <param name="firstRow">What errors call the first of the rows; the others count on.</param>
    /// <param name="scratch">For literals with escapes.</param>
    /// <param name="reject">Takes rows with a value that does not fit; without it they are an error.</param>
    /// <returns>How many rows, those given to <paramref name="reject"/> included.</returns>
    /// <exception cref="PgException">A value does not fit; the rows of this execution are out of the batch again.</exception>
    public abstract int AppendRows(RowBatch batch, OwnPortal? portal, long firstRow, ArrayBufferWriter<byte> scratch, Action<RejectedRow>? reject);
}
