using Sluice.PgWire.Sql;

namespace Sluice.Gateway.Sessions;

/// <summary>SQL's PREPARE, EXECUTE or DEALLOCATE of a statement of Sluice's own, as a statement of the extended protocol.</summary>
internal sealed class OwnPreparedCommand(ReadOnlyMemory<byte> sql, SqlStatement statement)
    : OwnStatement(sql, new QualifiedName(Schema: null, string.Empty), [], [])
{
    public SqlStatement Statement => statement;

    public override string Command => statement switch
    {
        PrepareStatement => "PREPARE",
        ExecuteStatement => "EXECUTE",
        _ => "DEALLOCATE",
    };
}
