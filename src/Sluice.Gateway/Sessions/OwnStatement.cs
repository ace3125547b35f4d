using Sluice.Gateway.Writes;
using Sluice.PgWire.Copy;
using Sluice.PgWire.Protocol;
using Sluice.PgWire.Sql;

namespace Sluice.Gateway.Sessions;

/// <summary>A statement that Sluice runs itself, with its target resolved and its columns checked.</summary>
internal abstract class OwnStatement(ReadOnlyMemory<byte> sql, QualifiedName relation, uint[] declaredTypes, uint[] parameterTypes)
{
    /// <summary>The query string that it stands in.</summary>
    public ReadOnlyMemory<byte> Sql { get; } = sql;

    /// <summary>The target as the statement names it.</summary>
    public QualifiedName Relation { get; } = relation;

    /// <summary>Type OIDs as Parse declared them.</summary>
    public uint[] DeclaredTypes { get; } = declaredTypes;

    /// <summary>Type OIDs of the parameters, inferred where none was declared.</summary>
    public uint[] ParameterTypes { get; } = parameterTypes;

    /// <summary>RETURNING, if the statement has it.</summary>
    public OwnReturning? Returning { get; set; }

    /// <summary>As PostgreSQL calls the command in messages.</summary>
    public abstract string Command { get; }
}

/// <summary>COPY … FROM STDIN of a CDF table.</summary>
internal sealed class OwnCopy(ReadOnlyMemory<byte> sql, CopyStatement statement, WritePlan plan)
    : OwnStatement(sql, statement.Target!.Name, [], [])
{
    public CopyStatement Statement { get; } = statement;

    public WritePlan Plan { get; } = plan;

    /// <summary>PostgreSQL has to read the data: Sluice does not evaluate WHERE, nor know other encodings than UTF8.</summary>
    /// <exception cref="PgException">An option is wrong.</exception>
    public bool NeedsEngine() => Statement.HasWhere || !CopyStatementOptions.Read(Statement).IsUtf8;

    public override string Command => "COPY FROM";
}
