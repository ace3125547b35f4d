using Microsoft.AspNetCore.Http;

namespace Sluice.Gateway.Admin;

/// <summary>
/// <c>POST /api/v1/projects/{project}/postgresgateway/update</c>: gives one user other credentials, and, which the original does not have, other options, or another name.
/// Username and password stay; open sessions go on with the new credentials and the old options.
/// </summary>
internal sealed class UpdateUsers(GatewayAccess access, UserOperations operations)
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
        var changesOptions = OptionsJson.Change(update.Options);
        var name = update.Name is null ? null : Schema.Name(Schema.Required(Schema.NoExtra(update.Name).Set, "set"));
        if (name is not null)
        {
            // Both can fail, and nothing is to be changed by halves.
            Schema.Absent(update.Credentials, "credentials");
        }

        var given = update.Credentials is null && (changesOptions ?? (object?)name) is not null
            ? null
            : CredentialCheck.CheckShape(Schema.NoExtra(Schema.Required(update.Credentials, "credentials")).Set, "set");
        var user = await access.FindAsync(caller, project, username, cancellation) ?? throw ApiException.NoUsers(project, [username]);

        if (name is not null)
        {
            user = await operations.SetNameAsync(user, name);
        }

        // Credentials can fail, options cannot: so nothing is changed by halves.
        if (given is not null)
        {
            user = await operations.SetCredentialsAsync(user, given, caller.Token, cancellation);
        }

        if (changesOptions is not null)
        {
            user = await operations.ChangeOptionsAsync(user, changesOptions);
        }

        return UserAnswers.Of([user]);
    }
}
