namespace Sluice.Emulator.Faults;

/// <summary>Matches a path against a pattern in which <c>*</c> stands for any characters, slashes too.</summary>
internal static class PathPattern
{
    public static bool Matches(ReadOnlySpan<char> pattern, ReadOnlySpan<char> path)
    {
        var star = pattern.IndexOf('*');
        if (star < 0)
        {
            return pattern.Equals(path, StringComparison.OrdinalIgnoreCase);
        }

        if (!path.StartsWith(pattern[..star], StringComparison.OrdinalIgnoreCase))
        {
            return false;
        }

        var rest = pattern[(star + 1)..];
        for (var at = star; at <= path.Length; at++)
        {
            if (Matches(rest, path[at..]))
            {
                return true;
            }
        }

        return false;
    }
}
