using System.Text;
using Sluice.PgWire.Columns;
using Sluice.PgWire.Types;

namespace Sluice.PgWire.Tests.Types;

/// <summary>Dates and times, compared with a real PostgreSQL.</summary>
public sealed class DateTimeTextTests(RealPostgres postgres)
{
    private static readonly string[] Texts =
    [
        "2024-01-02", "2024-01-02 03:04", "2024-01-02 03:04:05", "2024-01-02T03:04:05Z", "2024-01-02t03:04:05z", "2024-01-02 03:04:05.1", "2024-01-02 03:04:05.123456",
        "2024-01-02 03:04:05.1234565", "2024-01-02 03:04:05.9999999", "2024-01-02 03:04:05.0000005", "2024-01-02 03:04:05.", "2024-01-02 03:04:05.x", "2024-01-02 03:04:05+02",
        "2024-01-02 03:04:05-0230", "2024-01-02 03:04:05+02:30", "2024-01-02 03:04:05+02:30:15", "2024-01-02 03:04:05 +02:30", "2024-01-02 03:04:05+2", "2024-01-02 03:04:05+230",
        "2024-01-02 03:04:05+15:59:59", "2024-01-02 03:04:05+16", "2024-01-02 03:04:05+02:60", "2024-01-02 03:04:05 + 02", "2024-01-02 03:04:05 -08:00", "2024-01-02 03:04+00",
        "2024-01-02 24:00:00", "2024-01-02 24:00:01", "2024-01-02 25:00", "2024-01-02 23:60", "2024-01-02 23:59:60", "2024-01-02 23:59:60.5", "2024-01-02 23:59:61", "2024-02-29", "2023-02-29", "2024-02-30",
        "2024-13-01", "2024-00-01", "2024-01-00", "2024-01-32", "0000-01-01", "0001-01-01", "0001-01-01 BC", "0044-03-15 BC", "4714-11-24 BC", "4714-11-23 BC", "4713-01-01 00:00:00 BC", "294276-12-31 23:59:59.999999",
        "294277-01-01", "5874897-12-31", "5874898-01-01", "99999999-01-01", "10000-01-01", "12024-01-02 03:04:05Z", "infinity", "-infinity", "+infinity", "Infinity", " infinity ", "epoch", "EPOCH", "epoch 10:00", "",
        " ", "x", "now now", "today tomorrow", "allballs", "2024-01-02 allballs", "January 2, 2024", "Jan 2 2024", "2 January 2024", "2-Jan-2024", "Jan-2-2024", "2024-Jan-02", "2024 Jan 2", "Jan 2 24",
        "2-Jan-24", "24-Jan-02", "January 2024", "Sept 5 2023 10:11:12 PM", "sep 5 2023", "Tuesday, January 2, 2024 10:00 AM", "Tue Jan 02 03:04:05 2024", "Tue Jan 02 03:04:05 2024 PST", "Tue Jan 02 03:04:05 PST 2024",
        "1/2/2024", "13/2/2024", "2/13/2024", "2024/1/2", "1/2/24", "1/2/69", "1/2/70", "1/2/99", "1/2/00", "1/2/0", "1-2-2024", "1.2.2024", "13.2.2024", "1/2", "1/2/3/4", "2024.001", "2024.366", "2024-001", "2024001", "20240102",
        "240102", "20240102 030405", "20240102T030405", "20240102T0304", "20240102T030405Z", "20240102T030405.678-07", "20240102T03:04:05+01", "20240102030405", "20011225T040506.789-07", "2024-01-02T030405", "2024-01-02T03:04:05-07:00",
        "2024-01-02 3:4:5", "2024-1-2 03:04:05", "2024-01-02 03", "2024-01-02 0304", "2024-01-02 030405", "2024-01-02 030405.5", "2024-01-02 10:00 AM", "2024-01-02 10:00 PM", "2024-01-02 12:00 AM", "2024-01-02 12:00 PM", "2024-01-02 13:00 PM",
        "2024-01-02 0:30 PM", "2024-01-02 10:00AM", "2024-01-02 10:00 am pm", "2024-01-02 10:00 UTC", "2024-01-02 10:00 GMT", "2024-07-02 10:00 EST", "2024-07-02 10:00 EDT", "2024-07-02 10:00 CST", "2024-07-02 10:00 MDT",
        "2024-07-02 10:00 PDT", "2024-07-02 10:00 CET", "2024-07-02 10:00 CEST", "2024-07-02 10:00 EEST", "2024-07-02 10:00 WET", "2024-07-02 10:00 BST", "2024-07-02 10:00 MSK", "2012-07-02 10:00 MSK", "1995-01-02 10:00 MSK", "2024-07-02 10:00 msd",
        "2024-07-02 10:00 IST", "2024-07-02 10:00 JST", "2024-07-02 10:00 SGT", "1981-07-02 10:00 SGT", "2024-07-02 10:00 MET DST", "2024-07-02 10:00 EST DST", "2024-07-02 10:00 DST", "2024-07-02 10:00 XYZ",
        "2024-07-02 10:00 Europe/Oslo", "2024-01-02 10:00 europe/oslo", "2024-07-02 10:00 America/New_York", "2024-07-02 10:00 America/Nowhere", "2024-07-02 10:00 Asia/Kolkata", "2024-07-02 10:00 EST5EDT", "2024-07-02 10:00 Etc/GMT+5",
        "2024-07-02 10:00 UTC+3", "2024-07-02 10:00 ZULU", "2024-07-02 10:00 Z", "2024-07-02 10:00Z+1", "2024-07-02 10:00 UTC UTC", "2024-07-02 10:00+01 UTC", "1890-07-02 10:00 Europe/Oslo", "1890-07-02 10:00 Europe/Paris",
        "2040-07-02 10:00 Europe/Oslo", "2100-01-02 10:00 America/New_York", "2024-03-31 02:30 Europe/Oslo", "2024-10-27 02:30 Europe/Oslo", "2014-10-26 01:30 Europe/Moscow", "J2451187", "J2451187.5", "julian 2451187", "2451187",
        "y2001m02d04", "y2001m02d04 h03mm04s05.5", "10:00", "10:00:00", "10:00 UTC", "2024-01-02 2024-01-03", "2024-01-02 10:00 11:00", "2024-01-02 10:00 x", "2024-01-02x", "2024-01-02 10:00:00.5.5", "2024-01-02 10.5",
        "2024--01-02", "2024-01-02-", "2024-01-", "-2024-01-02", "+2024-01-02", "2024-01-02 BC AD", "2024-01-02 AD", "20000-01-02 BC", "(2024-01-02)", "2024-01-02, 10:00", "2024-01-02_10:00", "2024-01-02\t10:00\n", "at 2024-01-02 on 10:00",
        "2024-01-02 ä", "ä", "2024-01-02 10:00:00 " + "                                                                                                                                                          ", "99999999999999999999-01-01",
        "2024-99999999999-01", "2024-01-02 99999999999:00", "2024-01-02 10:00+99999999999", "2024-01-02 10:00:00.123456789012345678901234567890", "1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26",
        "2024-01-02 aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "2024-01-02 ../../etc/passwd",
        "2024-01-02 10:00 /etc/passwd", "2024-01-02T", "2024-01-02 T 10:00", "T10:00 2024-01-02", "2024-01-02 10:00:00-infinity", "2024-W01-1", "2024-01-02 10:00:00 PM UTC", "Jan 1 0001 BC", "01-Jan-0100", "Jan 99 2024", "99 Jan 2024",
        "2024-01-02 10:00:00,5", "2024-01-02 10:00:00:00", "12:34.5 2024-01-02", "2024-01-02 10:00 <+02>-02", "2024-01-02 10:00 +02-02",
    ];

    public static TheoryData<string, string, string> Sessions => new()
    {
        { "timestamptz", "ISO, MDY", "UTC" },
        { "timestamptz", "ISO, DMY", "Europe/Oslo" },
        { "timestamptz", "ISO, YMD", "America/New_York" },
        { "timestamptz", "ISO, MDY", "<+02>-02" },
        { "timestamptz", "ISO, MDY", "Asia/Kolkata" },
        { "timestamp", "ISO, MDY", "UTC" },
        { "timestamp", "ISO, DMY", "Europe/Moscow" },
        { "date", "ISO, MDY", "UTC" },
        { "date", "ISO, YMD", "Australia/Lord_Howe" },
        { "date", "ISO, DMY", "Europe/Oslo" },
    };

    [Theory]
    [MemberData(nameof(Sessions))]
    public Task Dates_and_times_are_read_and_printed_as_PostgreSQL_does(string type, string dateStyle, string timeZone) =>
        CompareAsync(type, dateStyle, timeZone, Texts);

    [Theory]
    [MemberData(nameof(Sessions))]
    public Task Any_mixture_of_fields_is_read_as_PostgreSQL_reads_it(string type, string dateStyle, string timeZone)
    {
        string[] parts =
        [
            "2024-01-02", "1/2/2024", "20240102", "2024", "02", "13", "99", "240102", "10:00", "10:00:01.5", "101112", "1011", "UTC", "EST", "EDT", "MSK", "Europe/Oslo", "+02", "-07:30", "Jan", "February", "Tue", "AM", "PM", "BC", "AD",
            "T", "t", "J", "2451187", "y", "h", "m", "d", "s", "5.5", "on", "dst", "Z", "allballs", "epoch", "infinity", "366", "001", "2-Jan", "Jan-2", "2024-060", ",", "-", "x",
        ];
        Random random = new(11);
        IEnumerable<string> texts = Enumerable.Range(0, 1500).Select(_ =>
            string.Join(random.GetItems([" ", " ", " ", ""], 1)[0], random.GetItems(parts, random.Next(1, 6))));
        return CompareAsync(type, dateStyle, timeZone, [.. texts]);
    }

    [Theory]
    [InlineData("Europe/Oslo")]
    [InlineData("America/New_York")]
    [InlineData("Australia/Lord_Howe")]
    [InlineData("America/Caracas")]
    [InlineData("Africa/Casablanca")]
    [InlineData("Europe/Dublin")]
    [InlineData("Asia/Tehran")]
    [InlineData("Antarctica/Troll")]
    [InlineData("CET-1CEST,M3.5.0,M10.5.0/3")]
    public Task Local_times_have_PostgreSQLs_offset_in_every_year(string timeZone)
    {
        Random random = new(1);
        IEnumerable<string> texts = Enumerable.Range(0, 3000)
            .Select(_ => new DateTime(1850, 1, 1).AddMinutes(random.Next(250 * 365 * 1440)).ToString("yyyy-MM-dd HH:mm"));
        return CompareAsync("timestamptz", "ISO, MDY", timeZone, [.. texts]);
    }

    [Theory]
    [InlineData("timestamptz", 0)]
    [InlineData("timestamptz", 3)]
    [InlineData("timestamp", 1)]
    [InlineData("timestamp", 6)]
    public Task Fractions_are_rounded_to_the_modifier_as_in_PostgreSQL(string type, int precision) => ValueComparison.CompareAsync(
        postgres,
        new ColumnType(PgType.FromName(type)!, precision),
        ["2024-01-02 03:04:05.5", "2024-01-02 03:04:05.4999", "1999-01-02 03:04:05.5", "1999-12-31 23:59:59.99995", "2024-01-02 03:04:05.123456", "infinity", "1990-01-01 00:00:00.05"]);

    [Fact]
    public async Task Dates_and_times_have_PostgreSQLs_binary_format()
    {
        await ValueComparison.CompareBinaryAsync(postgres, new(PgType.Date), "2024-01-02", "1970-01-01", "infinity", "-infinity", "4714-11-24 BC");
        await ValueComparison.CompareBinaryAsync(postgres, new(PgType.Timestamp), "2024-01-02 03:04:05.678", "1970-01-01", "infinity", "4714-11-24 BC");
        await ValueComparison.CompareBinaryAsync(postgres, new(PgType.Timestamptz), "2024-01-02 03:04:05.678+02", "-infinity");
    }

    [Theory]
    [InlineData("timestamptz", "now", "2024-07-02 12:34:56.789+02")]
    [InlineData("timestamptz", "today", "2024-07-02 00:00:00+02")]
    [InlineData("timestamptz", "tomorrow", "2024-07-03 00:00:00+02")]
    [InlineData("timestamptz", "yesterday 08:15", "2024-07-01 08:15:00+02")]
    [InlineData("timestamptz", "today allballs", "2024-07-02 02:00:00+02")]
    [InlineData("timestamp", "now", "2024-07-02 12:34:56.789")]
    [InlineData("timestamp", " TODAY ", "2024-07-02 00:00:00")]
    [InlineData("date", "now", "2024-07-02")]
    [InlineData("date", "tomorrow", "2024-07-03")]
    public void Words_go_by_the_clock_of_the_settings(string type, string text, string expected)
    {
        TextInputSettings settings = TextInputSettings.FromParameters("ISO, MDY", "Europe/Oslo")
            .At(new DateTimeOffset(2024, 7, 2, 10, 34, 56, 789, TimeSpan.Zero));
        using Column column = Column.Create(new ColumnType(PgType.FromName(type)!), settings);
        column.AppendText(Encoding.UTF8.GetBytes(text));

        Assert.Equal(expected, ValueComparison.TextOf(column, 0));
    }

    [Fact]
    public void An_unknown_time_zone_setting_is_22023()
    {
        Sluice.PgWire.Protocol.PgException e = Assert.Throws<Sluice.PgWire.Protocol.PgException>(
            () => TextInputSettings.FromParameters("ISO, MDY", "Mars/Olympus"));

        Assert.Equal("22023", e.Error.SqlState);
    }

    private Task CompareAsync(string type, string dateStyle, string timeZone, string[] texts) => ValueComparison.CompareAsync(
        postgres,
        new ColumnType(PgType.FromName(type)!),
        texts,
        TextInputSettings.FromParameters(dateStyle, timeZone),
        $"SET DateStyle = '{dateStyle}'; SET TimeZone = '{timeZone}'");
}
