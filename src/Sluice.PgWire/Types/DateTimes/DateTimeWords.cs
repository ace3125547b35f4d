using System.Collections.Frozen;
using System.Runtime.InteropServices;

namespace Sluice.PgWire.Types;

/// <summary>What a word in a date or time is about.</summary>
internal enum DateTimeWordKind
{
    /// <summary>Nothing.</summary>
    Ignored,

    /// <summary>A month, by its number.</summary>
    Month,

    /// <summary>A day of the week, which is not checked.</summary>
    Weekday,

    /// <summary>0 for AM, 1 for PM.</summary>
    Meridian,

    /// <summary>0 for AD, 1 for BC.</summary>
    Era,

    /// <summary>A <see cref="DateTimeSpecial"/>.</summary>
    Special,

    /// <summary>A <see cref="DateTimeUnit"/> that the next number is in.</summary>
    Unit,

    /// <summary>The T between an ISO date and time.</summary>
    TimeMark,

    /// <summary>DST after a zone: an hour more.</summary>
    SummerTime,
}

/// <summary>A time that has a word of its own.</summary>
internal enum DateTimeSpecial
{
    Infinity,
    MinusInfinity,
    Epoch,
    Now,
    Today,
    Tomorrow,
    Yesterday,
    Zulu,
}

/// <summary>The unit of the number after it, as in <c>y2001m02d04</c>.</summary>
internal enum DateTimeUnit
{
    None,
    Year,
    Month,
    Day,
    Hour,
    Minute,
    Second,
    Julian,

    /// <summary>After a T: hours, minutes and seconds run together.</summary>
    Time,

    /// <summary>A unit of the calendar that no date is given in.</summary>
    Other,
}

/// <summary>The words in dates and times, but for zones (PostgreSQL manual, 8.5.1 and B.3).</summary>
internal static class DateTimeWords
{
    private static readonly FrozenDictionary<string, DateTimeWord> Words = Build().ToFrozenDictionary(StringComparer.Ordinal);

    private static readonly FrozenDictionary<string, DateTimeWord>.AlternateLookup<ReadOnlySpan<char>> BySpan =
        Words.GetAlternateLookup<ReadOnlySpan<char>>();

    /// <summary>Finds a word in lower case.</summary>
    public static bool TryFind(ReadOnlySpan<char> word, out DateTimeWord found) => BySpan.TryGetValue(word, out found);

    private static Dictionary<string, DateTimeWord> Build()
    {
        Dictionary<string, DateTimeWord> words = new(StringComparer.Ordinal);
        string[] months =
        [
            "jan january", "feb february", "mar march", "apr april", "may", "jun june", "jul july", "aug august", "sep sept september",
            "oct october", "nov november", "dec december",
        ];
        string[] weekdays =
        [
            "sun sunday", "mon monday", "tue tues tuesday", "wed wednesday weds", "thu thur thurs thursday", "fri friday", "sat saturday",
        ];
        Add(DateTimeWordKind.Month, 1, months);
        Add(DateTimeWordKind.Weekday, 0, weekdays);
        Add(DateTimeWordKind.Meridian, 0, "am", "pm");
        Add(DateTimeWordKind.Era, 0, "ad", "bc");
        Add(DateTimeWordKind.Ignored, 0, "at on");
        Add(DateTimeWordKind.TimeMark, 0, "t");
        Add(DateTimeWordKind.SummerTime, 0, "dst");
        Add(DateTimeWordKind.Special, 0, "infinity", "-infinity", "epoch", "now", "today", "tomorrow", "yesterday", "allballs");
        Add(DateTimeWordKind.Unit, (int)DateTimeUnit.Year, "y", "m", "d", "h", "mm", "s", "j jd julian");
        Add(DateTimeWordKind.Unit, (int)DateTimeUnit.Other, "dow doy isodow isoyear");
        return words;

        void Add(DateTimeWordKind kind, int first, params string[] spellings)
        {
            for (int i = 0; i < spellings.Length; i++)
            {
                foreach (string word in spellings[i].Split(' '))
                {
                    words[word] = new DateTimeWord(kind, first + i);
                }
            }
        }
    }
}

/// <summary>What a word means.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct DateTimeWord(DateTimeWordKind Kind, int Value);
