using System.Buffers;

namespace Sluice.Gateway.Users;

/// <summary>The names that administrators give users, whose usernames are made by Sluice.</summary>
public static class UserNames
{
    /// <summary>Which names there may be, in words.</summary>
    public const string Rule = "1 to 128 letters, digits and -._/, the first a letter or digit";

    private const int MaxLength = 128;

    private static readonly SearchValues<char> Allowed = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._/");

    /// <summary>Whether <paramref name="name"/> follows <see cref="Rule"/>.</summary>
    public static bool IsName(string name) =>
        name.Length is > 0 and <= MaxLength && char.IsAsciiLetterOrDigit(name[0]) && !name.AsSpan().ContainsAnyExcept(Allowed);
}
