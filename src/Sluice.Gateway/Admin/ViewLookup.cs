using Sluice.Gateway.Definitions;
using Sluice.Gateway.Users;
using Sluice.PgWire.Protocol;

namespace Sluice.Gateway.Admin;

/// <summary>Asks CDF, as the gateway user for whom a table of type <c>view</c> is made, what its view has.</summary>
internal sealed class ViewLookup(UserCdfClients clients)
{
    private const string Node = "node";
    private const string Edge = "edge";

    /// <summary>Refuses an item that does not fit the schema.</summary>
    /// <exception cref="ApiException">422.</exception>
    public static void Check(CreateTableItem item)
    {
        Schema.Required(item.Tablename, "tablename");
        Schema.Absent(item.Columns, "columns");
        var options = Schema.NoExtra(Schema.Required(item.Options, "options"));
        Schema.Absent(options.Database, "database");
        Schema.Absent(options.Table, "table");
        Schema.Absent(options.PrimaryKey, "primaryKey");
        Schema.Required(options.Space, "space");
        Schema.Required(options.ExternalId, "externalId");
        if (options.InstanceType is not (null or Node or Edge))
        {
            throw ApiException.Schema("Input should be 'node' or 'edge'", "instanceType");
        }
    }

    /// <summary>The declaration of <paramref name="item"/>, with the view as it is now.</summary>
    /// <exception cref="ApiException">400: the user's credentials no longer work; 429: CDF has no time.</exception>
    /// <exception cref="PgException">As of <see cref="ViewTables.DeclareAsync"/>.</exception>
    public async Task<ViewTableDeclaration> DeclareAsync(GatewayUser user, CreateTableItem item, CancellationToken cancellationToken)
    {
        var options = item.Options!;
        try
        {
            return await new ViewTables(clients.For(user), user.Username).DeclareAsync(
                item.Tablename!, options.Space!, options.ExternalId!, options.Version, options.InstanceType, cancellationToken);
        }
        catch (PgException e) when (e.Error.SqlState is SqlState.InvalidAuthorizationSpecification or SqlState.ConfigurationLimitExceeded)
        {
            throw new ApiException(e.Error.SqlState == SqlState.ConfigurationLimitExceeded ? 429 : 400, $"{e.Error.Message}. {e.Error.Hint}");
        }
    }
}
