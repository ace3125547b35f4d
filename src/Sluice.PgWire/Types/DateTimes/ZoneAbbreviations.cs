using System.Collections.Frozen;

namespace Sluice.PgWire.Types;

/// <summary>
/// A zone by its abbreviation: an offset, or for one whose offset has changed over the years the zone to look it up in.
/// </summary>
/// <param name="Offset">Seconds east of UTC.</param>
/// <param name="IsSummer">Whether the abbreviation is one of summer time.</param>
/// <param name="Zone">The name of the zone to look the offset up in, or <see langword="null"/>.</param>
internal readonly record struct ZoneAbbreviation(int Offset, bool IsSummer, string? Zone);

/// <summary>The abbreviations of time zones in PostgreSQL's set <c>Default</c> (PostgreSQL manual, B.4).</summary>
internal static class ZoneAbbreviations
{
    private static readonly (int Offset, bool IsSummer, string Names)[] Fixed =
    [
        (-36000, false, "hst taht"),
        (-34200, false, "mart"),
        (-32400, false, "akst gamt"),
        (-28800, false, "pst"),
        (-28800, true, "akdt"),
        (-25200, false, "mst"),
        (-25200, true, "pdt"),
        (-21600, false, "cst galt"),
        (-21600, true, "mdt"),
        (-18000, false, "act cot est pet"),
        (-18000, true, "cdt"),
        (-14400, false, "amt ast bot"),
        (-14400, true, "edt"),
        (-12600, false, "nft nst"),
        (-10800, false, "bra brt gft pmst uyt wgt"),
        (-10800, true, "adt clst pyst"),
        (-9000, true, "ndt"),
        (-7200, false, "fnt"),
        (-7200, true, "brst pmdt uyst wgst"),
        (-3600, false, "azot egt"),
        (-3600, true, "fnst"),
        (0, false, "gmt uct ut utc wet z zulu"),
        (0, true, "azost egst"),
        (3600, false, "cet met mez wat"),
        (3600, true, "bst wetdst"),
        (7200, false, "eet ist sast"),
        (7200, true, "bdst cest cetdst mest mesz metdst"),
        (10800, false, "eat fet"),
        (10800, true, "eest eetdst idt"),
        (12600, false, "irt"),
        (14400, false, "mut ret sct"),
        (14400, true, "msd"),
        (16200, false, "aft"),
        (18000, false, "mvt pkt tft tjt uzt"),
        (18000, true, "must"),
        (20700, false, "npt"),
        (21600, false, "almt bdt btt xjt"),
        (21600, true, "kgst pkst uzst yekst"),
        (23400, false, "mmt"),
        (25200, false, "cxt ict wast"),
        (25200, true, "almst"),
        (28800, false, "awst bnt bort cct hkt myt pht"),
        (28800, true, "wadt"),
        (31500, false, "acwst"),
        (32400, false, "jayt jst kst pwt"),
        (32400, true, "awsst ulast wdt"),
        (34200, false, "acst cast"),
        (36000, false, "aest chut ddut ligt mpt pgt trut yapt"),
        (36000, true, "kdt"),
        (37800, false, "lhst"),
        (37800, true, "acdt acsst cadt sadt"),
        (39600, false, "pont vut"),
        (39600, true, "aedt aesst"),
        (43200, false, "fjt gilt mht nzst nzt tvt wakt wft"),
        (45900, false, "chast"),
        (46800, false, "tot"),
        (46800, true, "fjst nzdt"),
        (49500, true, "chadt"),
    ];

    private static readonly (string Zone, string Names)[] ByZone =
    [
        ("America/Argentina/Buenos_Aires", "arst art"),
        ("America/Asuncion", "pyt"),
        ("America/Caracas", "vet"),
        ("America/Guyana", "gyt"),
        ("America/Santiago", "clt"),
        ("Antarctica/Davis", "davt"),
        ("Antarctica/Mawson", "mawt"),
        ("Asia/Anadyr", "anast anat"),
        ("Asia/Ashgabat", "tmt"),
        ("Asia/Baku", "azst azt"),
        ("Asia/Bishkek", "kgt"),
        ("Asia/Colombo", "lkt"),
        ("Asia/Irkutsk", "irkst irkt"),
        ("Asia/Kamchatka", "petst pett"),
        ("Asia/Krasnoyarsk", "krast krat"),
        ("Asia/Magadan", "magst magt"),
        ("Asia/Novosibirsk", "novst novt"),
        ("Asia/Omsk", "omsst omst"),
        ("Asia/Singapore", "sgt"),
        ("Asia/Tbilisi", "gest get"),
        ("Asia/Ulaanbaatar", "ulat"),
        ("Asia/Vladivostok", "vlast vlat"),
        ("Asia/Yakutsk", "yakst yakt"),
        ("Asia/Yekaterinburg", "yekt"),
        ("Asia/Yerevan", "amst"),
        ("Atlantic/Stanley", "fkst fkt"),
        ("Australia/Lord_Howe", "lhdt"),
        ("Europe/Moscow", "msk"),
        ("Europe/Volgograd", "volt"),
        ("Indian/Chagos", "iot"),
        ("Pacific/Easter", "easst east"),
        ("Pacific/Fakaofo", "tkt"),
        ("Pacific/Kiritimati", "lint"),
        ("Pacific/Kosrae", "kost"),
        ("Pacific/Niue", "nut"),
        ("Pacific/Rarotonga", "ckt"),
    ];

    private static readonly FrozenDictionary<string, ZoneAbbreviation> All = Fixed
        .SelectMany(f => f.Names.Split(' ').Select(n => (Name: n, Value: new ZoneAbbreviation(f.Offset, f.IsSummer, Zone: null))))
        .Concat(ByZone.SelectMany(z => z.Names.Split(' ').Select(n => (Name: n, Value: new ZoneAbbreviation(0, IsSummer: false, z.Zone)))))
        .ToFrozenDictionary(a => a.Name, a => a.Value, StringComparer.Ordinal);

    private static readonly FrozenDictionary<string, ZoneAbbreviation>.AlternateLookup<ReadOnlySpan<char>> BySpan =
        All.GetAlternateLookup<ReadOnlySpan<char>>();

    /// <summary>Finds an abbreviation in lower case.</summary>
    public static bool TryFind(ReadOnlySpan<char> name, out ZoneAbbreviation abbreviation) => BySpan.TryGetValue(name, out abbreviation);
}
