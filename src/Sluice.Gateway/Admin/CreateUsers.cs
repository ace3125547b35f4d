using Microsoft.AspNetCore.Http;

namespace Sluice.Gateway.Admin;

/// <summary><c>POST /api/v1/projects/{project}/postgresgateway</c>: one user; its password is told here and never again.</summary>
internal sealed class CreateUsers(GatewayAccess access, UserCreation creation, AdminOptions options)
{
    private const int MaxItems = 1;
    private const int Version = 2;

    public async Task<IResult> HandleAsync(string project, HttpContext context)
    {
        var cancellation = context.RequestAborted;
        var caller = await access.AuthorizeForAllAsync(context, project, GatewayAccess.Write);
        var request = await RequestBody.ReadAsync(context.Request, AdminJson.Default.CreateUsersRequest, cancellation);
        var model = CredentialCheck.CheckShape(Schema.Items(request, MaxItems)[0].Credentials);
        var (user, password) = await creation.CreateAsync(caller, project, model, Version, cancellation);
        var created = new UserCreated(
            options.Host,
            user.Username,
            password,
            user.CreatedTime.ToUnixTimeMilliseconds(),
            user.LastUpdatedTime.ToUnixTimeMilliseconds(),
            user.SessionId);
        return TypedResults.Json(new ItemsAnswer<UserCreated>([created]), AdminJson.Default.ItemsAnswerUserCreated);
    }
}
