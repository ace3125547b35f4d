using System.CommandLine;

namespace Sluice.Commands.Users;

/// <summary>The argument by which commands name a user.</summary>
internal static class UserArgument
{
    public static Argument<string> Create() => new("USER") { Description = "The username, or the name that an administrator gave." };
}
