namespace Sluice.Administration;

/// <summary>Finds users by what an administrator calls them: the username, the name, or the name's last part.</summary>
internal static class UserLookup
{
    /// <summary>The one user that <paramref name="text"/> can mean.</summary>
    /// <exception cref="AdministrationException">There is none, or more than one.</exception>
    public static async Task<UserInfo> FindUserAsync(this GatewayClient gateway, string text, CancellationToken cancellationToken)
    {
        IReadOnlyList<UserInfo> all = await gateway.ListUsersAsync(cancellationToken);
        return Only(all, text, user => user.Username == text)
            ?? Only(all, text, user => user.Name == text)
            ?? Only(all, text, user => user.Name?.EndsWith("/" + text, StringComparison.Ordinal) == true)
            ?? throw new AdministrationException($"There is no user {text}; sluice user list has all.");
    }

    private static UserInfo? Only(IEnumerable<UserInfo> all, string text, Func<UserInfo, bool> matches)
    {
        UserInfo[] found = [.. all.Where(matches)];
        return found.Length <= 1
            ? found.FirstOrDefault()
            : throw new AdministrationException(
                $"{text} can mean {string.Join(" or ", found.Select(user => $"{user.Username} ({user.Name} in project {user.Project})"))}; give the username.");
    }
}
