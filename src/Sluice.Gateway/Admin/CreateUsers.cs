using Microsoft.AspNetCore.Http;

namespace Sluice.Gateway.Admin;

/// <summary><c>POST /api/v1/projects/{project}/postgresgateway</c>: one user; its password is told here and never again.</summary>
internal sealed class CreateUsers(GatewayAccess access, UserOperations operations, AdminOptions options)
{
    private const int MaxItems = 1;

    public async Task<IResult> HandleAsync(string project, HttpContext context)
    {
        var cancellation = context.RequestAborted;
        var caller = await access.AuthorizeForAllAsync(context, project, GatewayAccess.Write);
        var request = await RequestBody.ReadAsync(context.Request, AdminJson.Default.CreateUsersRequest, cancellation);
        var item = Schema.Items(request, MaxItems)[0];
        var wanted = new NewUser
        {
            Project = project,
            Name = Schema.Name(item.Name),
            Credentials = CredentialCheck.CheckShape(item.Credentials),
            Options = OptionsJson.Read(item.Options),
            CreatedBy = caller.Subject,
        };
        var (user, password) = await operations.CreateAsync(wanted, caller.Token, cancellation);
        var created = new UserCreated(
            options.Host,
            user.Username,
            password,
            user.CreatedTime.ToUnixTimeMilliseconds(),
            user.LastUpdatedTime.ToUnixTimeMilliseconds(),
            user.SessionId,
            OptionsJson.Write(user.Options));
        return TypedResults.Json(new ItemsAnswer<UserCreated>([created]), AdminJson.Default.ItemsAnswerUserCreated);
    }
}
