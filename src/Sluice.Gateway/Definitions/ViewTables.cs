using Sluice.Cdf.Errors;
using Sluice.Cdf.Http;
using Sluice.Cdf.Resources;
using Sluice.Gateway.Users;
using Sluice.PgWire.Protocol;

namespace Sluice.Gateway.Definitions;

/// <summary>Declares tables over views of data modeling, as CDF shows these to the gateway user for whom they are made.</summary>
/// <param name="client">The user's way to CDF.</param>
/// <param name="username">The user.</param>
internal sealed class ViewTables(CdfClient client, string username)
{
    private const string Edge = "edge";

    /// <summary>A table over a view as it is now.</summary>
    /// <param name="tablename">The table's name.</param>
    /// <param name="space">The view's space.</param>
    /// <param name="externalId">The view's external id.</param>
    /// <param name="version">The view's version; <see langword="null"/> for the latest.</param>
    /// <param name="instanceType"><c>node</c>, <c>edge</c>, or <see langword="null"/> for what the view is for, nodes if it is for both.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="PgException">
    /// 42P01: there is no such view, or none that the user may see; 42501, 28000: he may not ask; 42P17: CDF does not take the names; 53400, 58000,
    /// 08006: CDF cannot be asked now.
    /// </exception>
    public async Task<ViewTableDeclaration> DeclareAsync(
        string tablename,
        string space,
        string externalId,
        string? version,
        string? instanceType,
        CancellationToken cancellationToken)
    {
        var name = $"view \"{externalId}\"{(version is null ? string.Empty : $", version \"{version}\",")} in space \"{space}\"";
        var found = await client.Views.FindAsync(space, externalId, version, cancellationToken);
        if (!found.IsSuccess)
        {
            throw Refusal(found.Error, name);
        }

        var view = found.Value ?? throw new PgException(
            SqlState.UndefinedTable,
            $"there is no {name} that gateway user {username} may read",
            hint: "Make it first, and give the user's credentials datamodels:read in its space.");
        return Declare(tablename, view, version, instanceType);
    }

    /// <summary>Tables over the views of a space, in their latest versions, each of the view's name.</summary>
    /// <exception cref="PgException">As of <see cref="DeclareAsync"/>; HV00Q: the space has no view that the user may see.</exception>
    public async Task<IReadOnlyList<ViewTableDeclaration>> DeclareAllAsync(string space, CancellationToken cancellationToken)
    {
        var name = $"the views in space \"{space}\"";
        var found = await client.Views.ListAsync(space, cancellationToken);
        if (!found.IsSuccess)
        {
            throw Refusal(found.Error, name);
        }

        return found.Value.Count > 0
            ? [.. found.Value.Select(view => Declare(view.ExternalId, view, version: null, instanceType: null))]
            : throw new PgException(
                SqlState.FdwSchemaNotFound,
                $"space \"{space}\" has no view that gateway user {username} may read",
                hint: "Check the space's name, and give the user's credentials datamodels:read in it.");
    }

    private static ViewTableDeclaration Declare(string tablename, CdfView view, string? version, string? instanceType) =>
        new(tablename, (instanceType ?? view.UsedFor) == Edge, version, view);

    private PgException Refusal(CdfError error, string views) => error.Kind switch
    {
        CdfErrorKind.Forbidden => new PgException(
            SqlState.InsufficientPrivilege,
            $"gateway user {username} may not read {views}: CDF says \"{error.Message}\"",
            hint: "Give the user's credentials datamodels:read."),
        CdfErrorKind.Unauthorized or CdfErrorKind.TokenRefused => new PgException(
            SqlState.InvalidAuthorizationSpecification,
            $"the credentials of gateway user {username} no longer work: {error.Message}",
            hint: "An administrator gives new ones."),
        CdfErrorKind.BadRequest or CdfErrorKind.NotFound => new PgException(
            SqlState.InvalidObjectDefinition, $"CDF does not take {views}: {error.Message}"),
        CdfErrorKind.Throttled => new PgException(
            SqlState.ConfigurationLimitExceeded, $"CDF says \"{error.Message}\"", hint: "Try again later."),
        _ => new PgException(SqlState.ConnectionFailure, $"CDF cannot tell now what {views} have: {error.Message}", hint: "Try again."),
    };
}
