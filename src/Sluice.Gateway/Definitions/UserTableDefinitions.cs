using Npgsql;
using Sluice.Cdf.Errors;
using Sluice.Cdf.Http;
using Sluice.Gateway.Engine;
using Sluice.Gateway.Sessions;
using Sluice.Gateway.Tables;
using Sluice.Gateway.Users;
using Sluice.PgWire.Protocol;
using Sluice.PgWire.Sql;

namespace Sluice.Gateway.Definitions;

/// <summary>One user's tables, made and dropped by SQL with what the REST API makes and drops them with.</summary>
internal sealed class UserTableDefinitions(
    GatewayUser user,
    CdfClient client,
    UserTableStore tables,
    IUserDatabaseTables databases,
    TimeProvider time) : ITableDefinitions
{
    private readonly ViewTables _views = new(client, user.Username);

    /// <inheritdoc/>
    public async Task<bool> CreateAsync(CreateForeignTableStatement statement, bool exists, CancellationToken cancellationToken)
    {
        ForeignTableRules.Check(statement);
        if (exists)
        {
            return statement.IfNotExists ? false : throw AlreadyExists(statement.Table.Name);
        }

        var server = ForeignServer.Find(statement.Server);
        var options = server.Read(statement.Options);
        if (server == ForeignServer.Raw)
        {
            var declaration = ForeignTableRules.DeclareRaw(statement, options);
            declaration.ToDefinition();
            await CheckRightAsync(cancellationToken);
            await AddAsync([declaration]);
            return true;
        }

        ForeignTableRules.CheckView(statement, options);
        await CheckRightAsync(cancellationToken);
        var view = await _views.DeclareAsync(
            statement.Table.Name,
            options[ForeignServer.Space],
            options[ForeignServer.ExternalId],
            options.GetValueOrDefault(ForeignServer.Version),
            options.GetValueOrDefault(ForeignServer.InstanceType),
            cancellationToken);
        view.ToDefinition();
        await AddAsync([view]);
        return true;
    }

    /// <inheritdoc/>
    public async Task ImportAsync(ImportForeignSchemaStatement statement, TableCatalog existing, CancellationToken cancellationToken)
    {
        ForeignTableRules.CheckSchema(statement.LocalSchema);
        var server = ForeignServer.Find(statement.Server);
        if (server != ForeignServer.DataModels)
        {
            throw new PgException(
                SqlState.FdwNoSchemas,
                $"server \"{server.Name}\" does not support IMPORT FOREIGN SCHEMA",
                hint: "RAW tables do not declare columns: CREATE FOREIGN TABLE says which there are.");
        }

        if (statement.Options is [var option, ..])
        {
            throw ForeignServer.UnknownOption(option.Name, hint: "There are no valid options in this context.");
        }

        await CheckRightAsync(cancellationToken);
        var all = await _views.DeclareAllAsync(statement.RemoteSchema, cancellationToken);
        var wanted = all.Where(table => IsWanted(statement, table.Tablename)).ToList();
        if (wanted.Find(table => existing.Find(table.Tablename) is not null) is { } taken)
        {
            throw AlreadyExists(taken.Tablename);
        }

        wanted.ForEach(static table => table.ToDefinition());
        await AddAsync(wanted);
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<string>> DropAsync(IReadOnlyList<string> tablenames, bool cascade, CancellationToken cancellationToken)
    {
        await CheckRightAsync(cancellationToken);
        try
        {
            return await OwnDatabase.ReachAsync(() => tables.RemoveAsync(
                user.Username,
                tablenames,
                ignoreUnknown: false,
                (removed, cancellation) => databases.RemoveAsync(user.Username, removed, cascade, cancellation),
                CancellationToken.None));
        }
        catch (PgException e) when (e.Error.SqlState == SqlState.LockNotAvailable)
        {
            throw new PgException(
                e.Error with
                {
                    Message = $"cannot drop {string.Join(", ", tablenames)}: another session uses a table, maybe in a transaction that is left open",
                    Hint = "End that transaction, then try again.",
                },
                e);
        }
    }

    private static bool IsWanted(ImportForeignSchemaStatement statement, string table) => statement.Selection switch
    {
        ImportSelection.LimitTo => statement.Tables.Contains(table, StringComparer.Ordinal),
        ImportSelection.Except => !statement.Tables.Contains(table, StringComparer.Ordinal),
        _ => true,
    };

    private static PgException AlreadyExists(string table) => new(SqlState.DuplicateTable, $"relation \"{table}\" already exists");

    /// <summary>From here on it is done or it fails, whoever goes away meanwhile; what it waits for has bounds of its own.</summary>
    private async Task AddAsync(IReadOnlyList<TableDeclaration> declarations)
    {
        try
        {
            await OwnDatabase.ReachAsync(() => tables.AddAsync(
                user.Username,
                declarations,
                time.NowInMilliseconds(),
                (added, cancellation) => databases.AddAsync(user.Username, added, cancellation),
                CancellationToken.None));
        }
        catch (TableExistsException e)
        {
            throw new PgException(AlreadyExists(e.Tablename).Error, e);
        }
    }

    private async Task CheckRightAsync(CancellationToken cancellationToken)
    {
        const string Denied = "permission denied to make or drop CDF tables";
        var inspected = await client.Token.InspectAsync(cancellationToken);
        if (!inspected.IsSuccess)
        {
            throw inspected.Error.Kind switch
            {
                CdfErrorKind.Forbidden => new PgException(
                    SqlState.InsufficientPrivilege,
                    $"{Denied}: CDF does not say what the credentials of gateway user {user.Username} may do ({inspected.Error.Message})",
                    hint: "They need the capabilities project:list, groups:list and postgresGateway:WRITE in a CDF group."),
                CdfErrorKind.Unauthorized or CdfErrorKind.TokenRefused => new PgException(
                    SqlState.InvalidAuthorizationSpecification,
                    $"the credentials of gateway user {user.Username} no longer work: {inspected.Error.Message}",
                    hint: "An administrator gives new ones."),
                CdfErrorKind.Throttled => new PgException(
                    SqlState.ConfigurationLimitExceeded, $"CDF says \"{inspected.Error.Message}\"", hint: "Try again later."),
                _ => new PgException(
                    SqlState.ConnectionFailure, $"CDF cannot tell now what the user may do: {inspected.Error.Message}", hint: "Try again."),
            };
        }

        if (GatewayCapability.Of(inspected.Value, GatewayCapability.Write, user.Project)?.Covers(user.Username) != true)
        {
            throw new PgException(
                SqlState.InsufficientPrivilege,
                Denied,
                hint: $"The credentials of gateway user {user.Username} need the capability postgresGateway:WRITE. An administrator adds it to their CDF group, "
                + "under Access management, Groups, or makes and deletes tables with the REST API.");
        }
    }

    /// <summary>Says of failures of Sluice's own database what a session can say.</summary>
    private static class OwnDatabase
    {
        public static async Task<T> ReachAsync<T>(Func<Task<T>> work)
        {
            try
            {
                return await work();
            }
            catch (Exception e) when (e is NpgsqlException or EngineException)
            {
                throw new PgException(
                    new PgError { SqlState = SqlState.CannotConnectNow, Message = "the engine is not ready", Hint = "Try again in a moment." }, e);
            }
        }
    }
}
