using System.Globalization;

namespace Sluice.Gateway.Users.Access;

/// <summary>Announces the end of a user's client secret or CDF session, before nothing works any more.</summary>
public static class CredentialsEnd
{
    /// <summary>From when on before the end it is announced.</summary>
    public static TimeSpan AnnouncedBefore { get; } = TimeSpan.FromDays(14);

    /// <summary>The sentence that announces <paramref name="end"/>; <see langword="null"/> while it is far, or is not known.</summary>
    /// <param name="user">Whose credentials they are.</param>
    /// <param name="end">When they end.</param>
    /// <param name="now">The time.</param>
    public static string? Announcement(GatewayUser user, DateTimeOffset? end, DateTimeOffset now)
    {
        if (end is not { } time || time - now >= AnnouncedBefore)
        {
            return null;
        }

        var what = user.SessionId is { } id ? string.Create(CultureInfo.InvariantCulture, $"CDF session {id}") : "the client secret";
        var when = time.UtcDateTime.ToString("yyyy-MM-dd HH:mm 'UTC'", CultureInfo.InvariantCulture);
        return time <= now
            ? $"{what} of user \"{user.Username}\" was to end on {when}"
            : $"{what} of user \"{user.Username}\" ends on {when}, in {Left(time - now)}";
    }

    private static string Left(TimeSpan left)
    {
        var (number, unit) = left >= TimeSpan.FromDays(1) ? ((int)left.TotalDays, "day")
            : left >= TimeSpan.FromHours(1) ? ((int)left.TotalHours, "hour")
            : ((int)Math.Ceiling(left.TotalMinutes), "minute");
        return string.Create(CultureInfo.InvariantCulture, $"{number} {unit}{(number == 1 ? string.Empty : "s")}");
    }
}
