using Microsoft.AspNetCore.Http;
using Sluice.Gateway.Users;

namespace Sluice.Gateway.Admin;

/// <summary>
/// <c>POST /api/v1/projects/{project}/postgresgateway/update</c>: gives one user other credentials. Name and password stay; open sessions go on with the
/// new ones.
/// </summary>
internal sealed class UpdateUsers(
    GatewayAccess access,
    CredentialCheck credentials,
    CredentialProtector protector,
    UserStore users,
    UserCdfClients clients,
    CdfSessionEnd sessionEnd,
    TimeProvider time)
{
    private const int MaxItems = 1;

    public async Task<IResult> HandleAsync(string project, HttpContext context)
    {
        var cancellation = context.RequestAborted;
        var caller = await access.AuthorizeAsync(context, project, GatewayAccess.Write);
        var request = await RequestBody.ReadAsync(context.Request, AdminJson.Default.UpdateUsersRequest, cancellation);
        var item = Schema.Items(request, MaxItems)[0];
        var username = Schema.Required(item.Username, "username");
        var update = Schema.NoExtra(Schema.Required(item.Update, "update"));
        var model = CredentialCheck.CheckShape(Schema.NoExtra(Schema.Required(update.Credentials, "credentials")).Set, "set");
        var former = await access.FindAsync(caller, project, username, cancellation) ?? throw ApiException.NoUsers(project, [username]);

        // From here on somebody's going away changes nothing, since the nonce is spent.
        var given = await credentials.TryAsync(project, model, cancellation);
        var user = await StoreAsync(caller, former, given);
        if (given.Session is { } session)
        {
            clients.For(user, session);
        }

        if (former.SessionId != user.SessionId)
        {
            await sessionEnd.RevokeAsync(former, caller.Token);
        }

        return UserAnswers.Of([user]);
    }

    private async Task<GatewayUser> StoreAsync(Caller caller, GatewayUser former, CheckedCredentials given)
    {
        GatewayUser? user = null;
        try
        {
            user = await users.SetCredentialsAsync(
                former.Username,
                protector.Protect(former.Username, given.Credentials),
                given.Session?.Id,
                given.End,
                given.HasGatewayCapability,
                time.NowInMilliseconds(),
                CancellationToken.None);
        }
        finally
        {
            if (user is null && given.Session is { } session)
            {
                await sessionEnd.RevokeAsync(former.Project, session.Id, caller.Token, session.AccessToken);
            }
        }

        return user ?? throw ApiException.NoUsers(former.Project, [former.Username]);
    }
}
