using System.Collections.Concurrent;

namespace Sluice.PgWire.Types;

/// <summary>
/// A time zone as PostgreSQL's TimeZone setting names it: a name of the IANA database (<c>Europe/Oslo</c>) or a POSIX specification
/// (<c>&lt;+02&gt;-02</c>), with its whole history, local mean times included. Immutable, safe for any number of threads.
/// </summary>
public sealed class SessionTimeZone
{
    private static readonly ConcurrentDictionary<string, SessionTimeZone> Known = new(StringComparer.OrdinalIgnoreCase);

    private static readonly ConcurrentDictionary<string, SessionTimeZone>.AlternateLookup<ReadOnlySpan<char>> KnownBySpan =
        Known.GetAlternateLookup<ReadOnlySpan<char>>();

    private static readonly string[] Directories =
    [
        Environment.GetEnvironmentVariable("TZDIR") ?? "/usr/share/zoneinfo", "/usr/share/zoneinfo", "/usr/lib/zoneinfo",
    ];

    private readonly long[] _transitions;
    private readonly int _firstOffset;
    private readonly int[] _offsets;
    private readonly string[] _abbreviations;
    private readonly PosixZone? _rule;

    private SessionTimeZone(string name, ZoneFile.Content content)
    {
        Name = name;
        _transitions = content.Transitions;
        _firstOffset = content.FirstOffset;
        _offsets = content.Offsets;
        _abbreviations = content.Abbreviations;
        _rule = content.Rule;
        IsUtc = _transitions.Length == 0 && _firstOffset == 0 && (_rule is null || _rule.NextTransition(0) is null);
    }

    /// <summary>Coordinated Universal Time.</summary>
    public static SessionTimeZone Utc { get; } = new("UTC", new ZoneFile.Content([], 0, [], [], Rule: null));

    /// <summary>The name by which the zone was found.</summary>
    public string Name { get; }

    /// <summary>Whether the offset is always zero.</summary>
    internal bool IsUtc { get; }

    /// <summary>The zone that a TimeZone setting names, in any case; <see langword="null"/> if there is none.</summary>
    public static SessionTimeZone? Find(ReadOnlySpan<char> name)
    {
        if (name.Equals("UTC", StringComparison.OrdinalIgnoreCase) || name.Equals("GMT", StringComparison.OrdinalIgnoreCase))
        {
            return Utc;
        }

        // Only names that exist are kept: users could fill the memory with others.
        if (KnownBySpan.TryGetValue(name, out SessionTimeZone? known))
        {
            return known;
        }

        string loaded = name.ToString();
        return Load(loaded) is { } zone ? Known.GetOrAdd(loaded, zone) : null;
    }

    /// <summary>The offset east of UTC, in seconds, at a time in seconds since 1970-01-01 UTC.</summary>
    public int OffsetAt(long utcSeconds)
    {
        if (IsUtc)
        {
            return 0;
        }

        int index = LastTransition(utcSeconds);
        if (index < 0)
        {
            return _transitions.Length == 0 && _rule is not null ? _rule.OffsetAt(utcSeconds) : _firstOffset;
        }

        return index == _transitions.Length - 1 && _rule is not null ? _rule.OffsetAt(utcSeconds) : _offsets[index];
    }

    /// <summary>
    /// The offset east of UTC, in seconds, of a local time in seconds since 1970-01-01 of the local clock. A time that the clocks skip
    /// counts by the offset before the change, one that they show twice by the offset after it, as in PostgreSQL.
    /// </summary>
    public int OffsetOfLocal(long localSeconds)
    {
        if (IsUtc)
        {
            return 0;
        }

        long dayBefore = localSeconds - PgCalendar.SecondsPerDay;
        int before = OffsetAt(dayBefore);
        if (NextTransition(dayBefore) is not { } next)
        {
            return before;
        }

        bool isBefore = localSeconds - before < next.At && localSeconds - next.Offset < next.At;
        bool isAfter = localSeconds - before > next.At && localSeconds - next.Offset >= next.At;
        return isBefore || (!isAfter && before < next.Offset) ? before : next.Offset;
    }

    /// <summary>
    /// The offset that an abbreviation of this zone stood for at a local time: its latest meaning before, else its first one after
    /// that; if it has none, the zone's offset.
    /// </summary>
    internal int OffsetOfAbbreviation(string abbreviation, long localSeconds)
    {
        int offset = OffsetOfLocal(localSeconds);
        int last = LastTransition(localSeconds - offset);
        for (int i = last; i >= 0; i--)
        {
            if (_abbreviations[i].Equals(abbreviation, StringComparison.Ordinal))
            {
                return _offsets[i];
            }
        }

        int next = Array.IndexOf(_abbreviations, abbreviation, last + 1);
        return next < 0 ? offset : _offsets[next];
    }

    private static SessionTimeZone? Load(string name)
    {
        if (FindFile(name) is { } file && ZoneFile.Read(File.ReadAllBytes(file)) is { } content)
        {
            return new SessionTimeZone(name, content);
        }

        return PosixZone.Parse(name) is { } rule ? new SessionTimeZone(name, new ZoneFile.Content([], rule.Offset, [], [], rule)) : null;
    }

    /// <summary>The file of a zone, found without regard to case, one folder after the other.</summary>
    private static string? FindFile(string name)
    {
        string[] parts = name.Split('/');
        if (!Array.TrueForAll(parts, p => p.Length > 0 && p[0] != '.'))
        {
            return null;
        }

        return Directories.Where(Directory.Exists).Select(d => FindFile(d, parts)).FirstOrDefault(f => f is not null);
    }

    private static string? FindFile(string directory, string[] parts)
    {
        string? path = directory;
        foreach (string part in parts)
        {
            string exact = Path.Combine(path, part);
            path = Path.Exists(exact)
                ? exact
                : Directory.Exists(path)
                    ? Directory.EnumerateFileSystemEntries(path)
                        .FirstOrDefault(e => Path.GetFileName(e).Equals(part, StringComparison.OrdinalIgnoreCase))
                    : null;
            if (path is null)
            {
                return null;
            }
        }

        return File.Exists(path) ? path : null;
    }

    /// <summary>The last transition at or before a time, or -1.</summary>
    private int LastTransition(long utcSeconds)
    {
        int index = Array.BinarySearch(_transitions, utcSeconds);
        return index >= 0 ? index : ~index - 1;
    }

    private (long At, int Offset)? NextTransition(long utcSeconds)
    {
        int next = LastTransition(utcSeconds) + 1;
        return next < _transitions.Length ? (_transitions[next], _offsets[next]) : _rule?.NextTransition(utcSeconds);
    }
}
