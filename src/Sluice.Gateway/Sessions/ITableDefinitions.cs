using Sluice.Gateway.Tables;
using Sluice.PgWire.Protocol;
using Sluice.PgWire.Sql;

namespace Sluice.Gateway.Sessions;

/// <summary>
/// Makes and drops a user's own CDF tables by SQL. What it does takes effect at once, for all sessions of the user, and cannot be rolled back; CDF's rows
/// are not touched. The user's credentials need the capability <c>postgresGateway:WRITE</c> (42501 otherwise).
/// </summary>
public interface ITableDefinitions
{
    /// <summary>Makes a table.</summary>
    /// <param name="statement">CREATE FOREIGN TABLE.</param>
    /// <param name="exists">The name is taken by a relation of any kind.</param>
    /// <param name="cancellationToken">Gives up before anything is made.</param>
    /// <returns><see langword="false"/>: it is there, and IF NOT EXISTS makes that no error.</returns>
    /// <exception cref="PgException">What is wrong with the statement, or with what the user may do.</exception>
    Task<bool> CreateAsync(CreateForeignTableStatement statement, bool exists, CancellationToken cancellationToken);

    /// <summary>Makes a table for each view of a space, all or none.</summary>
    /// <param name="statement">IMPORT FOREIGN SCHEMA.</param>
    /// <param name="existing">The tables that there are.</param>
    /// <param name="cancellationToken">Gives up before anything is made.</param>
    /// <exception cref="PgException">What is wrong with the statement, or with what the user may do.</exception>
    Task ImportAsync(ImportForeignSchemaStatement statement, TableCatalog existing, CancellationToken cancellationToken);

    /// <summary>Drops custom tables, all or none.</summary>
    /// <param name="tablenames">Their names.</param>
    /// <param name="cascade">With what depends on them.</param>
    /// <param name="cancellationToken">Gives up before anything is dropped.</param>
    /// <returns>Those that another session has dropped first; none is dropped then.</returns>
    /// <exception cref="PgException">2BP01; 55P03: another session uses one; or what the user may not do.</exception>
    Task<IReadOnlyList<string>> DropAsync(IReadOnlyList<string> tablenames, bool cascade, CancellationToken cancellationToken);
}
