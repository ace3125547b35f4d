using Microsoft.AspNetCore.Http;
using Sluice.Gateway.Users;
using Sluice.PgWire.Startup;

namespace Sluice.Gateway.Admin;

/// <summary><c>POST /api/v1/projects/{project}/postgresgateway</c>: one user; its password is told here and never again.</summary>
internal sealed class CreateUsers(
    GatewayAccess access,
    CredentialCheck credentials,
    CredentialProtector protector,
    UserStore users,
    UserCdfClients clients,
    CdfSessionEnd sessionEnd,
    AdminOptions options,
    TimeProvider time)
{
    private const int MaxItems = 1;

    public async Task<IResult> HandleAsync(string project, HttpContext context)
    {
        var cancellation = context.RequestAborted;
        var caller = await access.AuthorizeForAllAsync(context, project, GatewayAccess.Write);
        var request = await RequestBody.ReadAsync(context.Request, AdminJson.Default.CreateUsersRequest, cancellation);
        var model = CredentialCheck.CheckShape(Schema.Items(request, MaxItems)[0].Credentials);

        // The nonce first: it lives a minute. From here on somebody's going away changes nothing.
        var given = await credentials.TryAsync(project, model, cancellation);
        var password = UserSecrets.NewPassword();
        var user = NewUser(project, caller, password, given);
        await StoreAsync(user, caller, given);
        if (given.Session is { } session)
        {
            clients.For(user, session);
        }

        var created = new UserCreated(
            options.Host,
            user.Username,
            password,
            user.CreatedTime.ToUnixTimeMilliseconds(),
            user.LastUpdatedTime.ToUnixTimeMilliseconds(),
            user.SessionId);
        return TypedResults.Json(new ItemsAnswer<UserCreated>([created]), AdminJson.Default.ItemsAnswerUserCreated);
    }

    /// <summary>All of the user, or nothing: not even the bound session.</summary>
    private async Task StoreAsync(GatewayUser user, Caller caller, CheckedCredentials given)
    {
        var stored = false;
        try
        {
            await users.AddAsync(user, CancellationToken.None);
            stored = true;
        }
        finally
        {
            if (!stored && given.Session is { } session)
            {
                await sessionEnd.RevokeAsync(user.Project, session.Id, caller.Token, session.AccessToken);
            }
        }
    }

    private GatewayUser NewUser(string project, Caller caller, string password, CheckedCredentials given)
    {
        var username = UserSecrets.NewUsername();
        var now = time.NowInMilliseconds();
        return new GatewayUser
        {
            Username = username,
            Project = project,
            CreatedBy = caller.Subject,
            Verifier = ScramVerifier.Create(password),
            Credentials = protector.Protect(username, given.Credentials),
            SessionId = given.Session?.Id,
            CreatedTime = now,
            LastUpdatedTime = now,
        };
    }
}
