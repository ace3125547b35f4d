using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Sluice.Gateway.Users;
using Sluice.Gateway.Users.Access;

namespace Sluice.Gateway.Admin;

/// <summary>How users look in answers.</summary>
internal static class UserAnswers
{
    /// <summary><c>{"items":[...]}</c>, never with host or password.</summary>
    public static IResult Of(IEnumerable<GatewayUser> users, string? nextCursor = null) => Of(users, nextCursor, credentials: static _ => null);

    /// <summary>The same; with the query parameter <c>includeCredentials</c> also what may be told of the credentials.</summary>
    public static IResult Of(HttpRequest request, TimeProvider time, IEnumerable<GatewayUser> users, string? nextCursor = null)
    {
        var now = time.GetUtcNow();
        return PageQuery.Boolean(request.Query, "includeCredentials") ? Of(users, nextCursor, user => Credentials(user, now)) : Of(users, nextCursor);
    }

    private static JsonHttpResult<ItemsAnswer<UserAnswer>> Of(
        IEnumerable<GatewayUser> users,
        string? nextCursor,
        Func<GatewayUser, CredentialsAnswer?> credentials) => TypedResults.Json(
        new ItemsAnswer<UserAnswer>([.. users.Select(user => Of(user, credentials(user)))], nextCursor),
        AdminJson.Default.ItemsAnswerUserAnswer);

    private static UserAnswer Of(GatewayUser user, CredentialsAnswer? credentials) => new(
        user.Username,
        user.Name,
        user.CreatedTime.ToUnixTimeMilliseconds(),
        user.LastUpdatedTime.ToUnixTimeMilliseconds(),
        user.SessionId,
        OptionsJson.Write(user.Options),
        credentials);

    private static CredentialsAnswer Credentials(GatewayUser user, DateTimeOffset now) => new(
        user.SessionId is null ? "application" : "session",
        user.CredentialsEnd?.ToUnixTimeMilliseconds(),
        CredentialsEnd.Announcement(user, user.CredentialsEnd, now));
}
