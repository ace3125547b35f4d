using System.Globalization;
using Microsoft.AspNetCore.Http;
using Sluice.Gateway.Users;

namespace Sluice.Gateway.Admin;

/// <summary>
/// <c>GET /api/v1/projects/{project}/postgresgateway</c> and <c>POST …/list</c>: the users that the caller's capability covers, the oldest first.
/// </summary>
internal sealed class ListUsers(GatewayAccess access, UserStore users, TimeProvider time)
{
    /// <summary>The POST has a limit of its own in the documented schema.</summary>
    private const int MaxPostLimit = 10;

    public async Task<IResult> GetAsync(string project, HttpContext context)
    {
        var caller = await access.AuthorizeAsync(context, project, GatewayAccess.Read);
        return await ListAsync(context, caller, project, PageQuery.Limit(context.Request.Query), PageQuery.Cursor(context.Request.Query));
    }

    public async Task<IResult> PostAsync(string project, HttpContext context)
    {
        var caller = await access.AuthorizeAsync(context, project, GatewayAccess.Read);
        var request = Schema.NoExtra(await RequestBody.ReadAsync(context.Request, AdminJson.Default.ListUsersRequest, context.RequestAborted));
        var limit = request.Limit switch
        {
            < 1 => throw ApiException.Schema("Input should be greater than or equal to 1", "limit"),
            > MaxPostLimit => throw ApiException.Schema($"Input should be less than or equal to {MaxPostLimit}", "limit"),
            var given => given ?? MaxPostLimit,
        };
        return await ListAsync(context, caller, project, limit, PageQuery.Cursor(request.Cursor ?? string.Empty));
    }

    private async Task<IResult> ListAsync(HttpContext context, Caller caller, string project, int limit, string? cursor)
    {
        var after = cursor is null ? null : Position(cursor);
        var page = await users.ListAsync(project, caller.Usernames?.ToArray(), after, limit + 1, context.RequestAborted);
        return page.Count > limit
            ? UserAnswers.Of(context.Request, time, page.Take(limit), Cursor(page[limit - 1]))
            : UserAnswers.Of(context.Request, time, page);
    }

    private static string Cursor(GatewayUser last) =>
        PageQuery.NextCursor(string.Create(CultureInfo.InvariantCulture, $"{last.CreatedTime.ToUnixTimeMilliseconds()} {last.Username}"));

    private static UserPosition Position(string cursor)
    {
        var blank = cursor.IndexOf(' ', StringComparison.Ordinal);
        return blank > 0
            && long.TryParse(cursor.AsSpan(0, blank), NumberStyles.None, CultureInfo.InvariantCulture, out var milliseconds)
            && milliseconds <= DateTimeOffset.MaxValue.ToUnixTimeMilliseconds()
            && !cursor.Contains('\0', StringComparison.Ordinal)
                ? new UserPosition(DateTimeOffset.FromUnixTimeMilliseconds(milliseconds), cursor[(blank + 1)..])
                : throw PageQuery.UnknownCursor();
    }
}
