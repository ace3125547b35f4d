using Microsoft.AspNetCore.Http;

namespace Sluice.Gateway.Admin.Version1;

/// <summary><c>POST /create</c>: one user with an application's credentials; its password is told here and never again.</summary>
internal sealed class CreateUser(GatewayAccess access, UserOperations operations, AdminOptions options)
{
    public async Task<IResult> HandleAsync(HttpContext context)
    {
        var request = Schema.NoExtra(await RequestBody.ReadAsync(context.Request, Version1Json.Default.CreateUserRequest, context.RequestAborted));
        var auth = Schema.NoExtra(Schema.Required(request.Auth, "auth"));
        var project = Schema.Required(request.Project, "project");
        var (id, secret) = (Schema.Required(auth.ClientId, "client_id"), Schema.Required(auth.ClientSecret, "client_secret"));
        var credentials = new GivenApplication(Schema.Required(auth.TokenUrl, "token_url"), id, secret, auth.Scope);
        var caller = await access.IdentifyAsync(context, project);
        var wanted = new NewUser { Project = project, Credentials = credentials, Version = Version1Access.Version, CreatedBy = caller.Subject };
        var (user, password) = await operations.CreateAsync(wanted, caller.Token, context.RequestAborted);
        return TypedResults.Json(
            new UserAnswer(user.Username, password, options.Host, options.Port, user.Username),
            Version1Json.Default.UserAnswer);
    }
}
