using Microsoft.AspNetCore.Http;
using Sluice.Gateway.Users;

namespace Sluice.Gateway.Admin;

/// <summary>How users look in answers.</summary>
internal static class UserAnswers
{
    /// <summary><c>{"items":[...]}</c>, never with host or password.</summary>
    public static IResult Of(IEnumerable<GatewayUser> users, string? nextCursor = null) => TypedResults.Json(
        new ItemsAnswer<UserAnswer>([.. users.Select(Of)], nextCursor),
        AdminJson.Default.ItemsAnswerUserAnswer);

    private static UserAnswer Of(GatewayUser user) => new(
        user.Username,
        user.CreatedTime.ToUnixTimeMilliseconds(),
        user.LastUpdatedTime.ToUnixTimeMilliseconds(),
        user.SessionId);
}
