using Sluice.Gateway.Tables;
using Sluice.Gateway.Writes;
using Sluice.PgWire.Protocol;
using Sluice.PgWire.Sql;

namespace Sluice.Gateway.Sessions;

/// <summary>TRUNCATE, or DELETE without WHERE: all rows of tables.</summary>
internal sealed class OwnFullDelete(ReadOnlyMemory<byte> sql, QualifiedName relation, IReadOnlyList<TableDefinition> tables, bool isTruncate)
    : OwnStatement(sql, relation, [], [])
{
    public IReadOnlyList<TableDefinition> Tables => tables;

    public override string Command => isTruncate ? "TRUNCATE" : "DELETE";

    /// <summary>The command tag after <paramref name="rows"/> rows.</summary>
    public string Tag(long rows) => isTruncate ? "TRUNCATE TABLE" : $"DELETE {rows}";

    /// <summary>Refuses to empty what nobody can fill again, unless the session has said that it may.</summary>
    /// <exception cref="PgException">0A000, 55000.</exception>
    public void Check(EngineState state)
    {
        foreach (var table in tables)
        {
            WritePlan.ForDelete(table, []);
            var isRaw = table.Kind is TableKind.RawRows or TableKind.CustomRawRows;
            if (!isRaw && !state.AllowsFullDelete)
            {
                throw new PgException(
                    SqlState.FeatureNotSupported,
                    $"{Command} of all rows of CDF table \"{table.Name}\" is not allowed",
                    hint: "SET sluice.allow_full_delete = on if you mean it, or name the rows by WHERE.");
            }
        }
    }
}
