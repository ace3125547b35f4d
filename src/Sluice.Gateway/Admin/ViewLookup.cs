using Sluice.Cdf.Errors;
using Sluice.Cdf.Resources;
using Sluice.Gateway.Users;

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
    /// <exception cref="ApiException">400: there is no such view, or none that the user may see; 503: CDF cannot be asked now.</exception>
    public async Task<ViewTableDeclaration> DeclareAsync(GatewayUser user, CreateTableItem item, CancellationToken cancellationToken)
    {
        var options = item.Options!;
        var found = await clients.For(user).Views.FindAsync(options.Space!, options.ExternalId!, options.Version, cancellationToken);
        var name = $"\"{options.ExternalId}\"{(options.Version is null ? string.Empty : $", version \"{options.Version}\",")} in space \"{options.Space}\"";
        if (!found.IsSuccess)
        {
            throw Refusal(found.Error, user, name);
        }

        var view = found.Value ?? throw new ApiException(
            400,
            $"there is no view {name} that gateway user {user.Username} may read; make it first, and give the user's credentials datamodels:read in its space");
        return new ViewTableDeclaration(item.Tablename!, HasEdges(view, options.InstanceType), options.Version, view);
    }

    private static bool HasEdges(CdfView view, string? wanted) => wanted is null ? view.UsedFor == Edge : wanted == Edge;

    private static ApiException Refusal(CdfError error, GatewayUser user, string view) => error.Kind switch
    {
        CdfErrorKind.Forbidden => new ApiException(
            400, $"gateway user {user.Username} may not read view {view}: CDF says \"{error.Message}\"; give its credentials datamodels:read"),
        CdfErrorKind.Unauthorized or CdfErrorKind.TokenRefused => new ApiException(
            400, $"the credentials of gateway user {user.Username} no longer work: {error.Message}; give new ones"),
        CdfErrorKind.BadRequest or CdfErrorKind.NotFound => new ApiException(400, $"CDF does not take view {view}: {error.Message}"),
        CdfErrorKind.Throttled => new ApiException(429, $"CDF says \"{error.Message}\"; try again later"),
        _ => new ApiException(503, $"CDF cannot tell now what view {view} has: {error.Message}"),
    };
}
