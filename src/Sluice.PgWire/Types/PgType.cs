using System.Collections.Frozen;

namespace Sluice.PgWire.Types;

/// <summary>
/// A PostgreSQL data type that Sluice reads and writes itself, as <c>pg_type</c> describes it (PostgreSQL manual, 53.64).
/// Instances are singletons: compare by reference.
/// </summary>
public sealed class PgType
{
    private PgType(uint oid, string name, string displayName, short size, char category, uint arrayOid, PgType? element = null)
    {
        Oid = oid;
        Name = name;
        DisplayName = displayName;
        Size = size;
        Category = category;
        ArrayOid = arrayOid;
        Element = element;
    }

    /// <summary><c>boolean</c>.</summary>
    public static PgType Bool { get; } = new(16, "bool", "boolean", 1, 'B', 1000);

    /// <summary><c>bytea</c>.</summary>
    public static PgType Bytea { get; } = new(17, "bytea", "bytea", -1, 'U', 1001);

    /// <summary><c>bigint</c>.</summary>
    public static PgType Int8 { get; } = new(20, "int8", "bigint", 8, 'N', 1016);

    /// <summary><c>smallint</c>.</summary>
    public static PgType Int2 { get; } = new(21, "int2", "smallint", 2, 'N', 1005);

    /// <summary><c>integer</c>.</summary>
    public static PgType Int4 { get; } = new(23, "int4", "integer", 4, 'N', 1007);

    /// <summary><c>text</c>.</summary>
    public static PgType Text { get; } = new(25, "text", "text", -1, 'S', 1009);

    /// <summary><c>json</c>.</summary>
    public static PgType Json { get; } = new(114, "json", "json", -1, 'U', 199);

    /// <summary><c>real</c>.</summary>
    public static PgType Float4 { get; } = new(700, "float4", "real", 4, 'N', 1021);

    /// <summary><c>double precision</c>.</summary>
    public static PgType Float8 { get; } = new(701, "float8", "double precision", 8, 'N', 1022);

    /// <summary>The type of a literal or parameter whose type nobody has said. Only ever sent, never that of a column.</summary>
    public static PgType Unknown { get; } = new(705, "unknown", "unknown", -2, 'X', 0);

    /// <summary><c>character varying</c>.</summary>
    public static PgType Varchar { get; } = new(1043, "varchar", "character varying", -1, 'S', 1015);

    /// <summary><c>date</c>.</summary>
    public static PgType Date { get; } = new(1082, "date", "date", 4, 'D', 1182);

    /// <summary><c>timestamp without time zone</c>.</summary>
    public static PgType Timestamp { get; } = new(1114, "timestamp", "timestamp without time zone", 8, 'D', 1115);

    /// <summary><c>timestamp with time zone</c>.</summary>
    public static PgType Timestamptz { get; } = new(1184, "timestamptz", "timestamp with time zone", 8, 'D', 1185);

    /// <summary><c>numeric</c>.</summary>
    public static PgType Numeric { get; } = new(1700, "numeric", "numeric", -1, 'N', 1231);

    /// <summary><c>jsonb</c>.</summary>
    public static PgType Jsonb { get; } = new(3802, "jsonb", "jsonb", -1, 'U', 3807);

    /// <summary><c>boolean[]</c>.</summary>
    public static PgType BoolArray { get; } = ArrayOf(Bool);

    /// <summary><c>bytea[]</c>.</summary>
    public static PgType ByteaArray { get; } = ArrayOf(Bytea);

    /// <summary><c>bigint[]</c>.</summary>
    public static PgType Int8Array { get; } = ArrayOf(Int8);

    /// <summary><c>smallint[]</c>.</summary>
    public static PgType Int2Array { get; } = ArrayOf(Int2);

    /// <summary><c>integer[]</c>.</summary>
    public static PgType Int4Array { get; } = ArrayOf(Int4);

    /// <summary><c>text[]</c>.</summary>
    public static PgType TextArray { get; } = ArrayOf(Text);

    /// <summary><c>json[]</c>.</summary>
    public static PgType JsonArray { get; } = ArrayOf(Json);

    /// <summary><c>real[]</c>.</summary>
    public static PgType Float4Array { get; } = ArrayOf(Float4);

    /// <summary><c>double precision[]</c>.</summary>
    public static PgType Float8Array { get; } = ArrayOf(Float8);

    /// <summary><c>character varying[]</c>.</summary>
    public static PgType VarcharArray { get; } = ArrayOf(Varchar);

    /// <summary><c>date[]</c>.</summary>
    public static PgType DateArray { get; } = ArrayOf(Date);

    /// <summary><c>timestamp without time zone[]</c>.</summary>
    public static PgType TimestampArray { get; } = ArrayOf(Timestamp);

    /// <summary><c>timestamp with time zone[]</c>.</summary>
    public static PgType TimestamptzArray { get; } = ArrayOf(Timestamptz);

    /// <summary><c>numeric[]</c>.</summary>
    public static PgType NumericArray { get; } = ArrayOf(Numeric);

    /// <summary><c>jsonb[]</c>.</summary>
    public static PgType JsonbArray { get; } = ArrayOf(Jsonb);

    /// <summary>All types, arrays included.</summary>
    public static IReadOnlyList<PgType> All { get; } =
    [
        Bool, Bytea, Int8, Int2, Int4, Text, Json, Float4, Float8, Unknown, Varchar, Date, Timestamp, Timestamptz, Numeric, Jsonb,
        BoolArray, ByteaArray, Int8Array, Int2Array, Int4Array, TextArray, JsonArray, Float4Array, Float8Array, VarcharArray, DateArray,
        TimestampArray, TimestamptzArray, NumericArray, JsonbArray,
    ];

    private static FrozenDictionary<uint, PgType> ByOid { get; } = All.ToFrozenDictionary(t => t.Oid);

    private static FrozenDictionary<string, PgType> ByName { get; } = All.SelectMany(NamesOf).ToFrozenDictionary(
        p => p.Name, p => p.Type, StringComparer.Ordinal);

    /// <summary>The object id in <c>pg_type</c>, the same in every PostgreSQL.</summary>
    public uint Oid { get; }

    /// <summary>The name in <c>pg_type</c>, e.g. <c>int8</c>, <c>_int8</c>.</summary>
    public string Name { get; }

    /// <summary>The name as <c>format_type</c> and error messages give it, e.g. <c>bigint</c>, <c>bigint[]</c>.</summary>
    public string DisplayName { get; }

    /// <summary><c>typlen</c>: bytes, or -1 for a varying length.</summary>
    public short Size { get; }

    /// <summary><c>typcategory</c>, e.g. <c>N</c> for numbers, <c>A</c> for arrays.</summary>
    public char Category { get; }

    /// <summary>The type of an array's elements; <see langword="null"/> for other types.</summary>
    public PgType? Element { get; }

    /// <summary>The object id of the array of this type, 0 if there is none.</summary>
    public uint ArrayOid { get; }

    /// <summary>The array of this type, <see langword="null"/> if there is none.</summary>
    public PgType? Array => ArrayOid == 0 ? null : FromOid(ArrayOid);

    /// <summary>The type with this object id, or <see langword="null"/> if it is none of <see cref="All"/>.</summary>
    public static PgType? FromOid(uint oid) => ByOid.GetValueOrDefault(oid);

    /// <summary>
    /// The type with this name as in <c>pg_type</c> (<c>int8</c>) or in SQL (<c>bigint</c>, <c>bigint[]</c>, <c>int8[]</c>), in lower
    /// case and without modifier; <see langword="null"/> if it is none of <see cref="All"/>.
    /// </summary>
    public static PgType? FromName(string name) => ByName.GetValueOrDefault(name);

    /// <inheritdoc/>
    public override string ToString() => DisplayName;

    private static PgType ArrayOf(PgType element) =>
        new(element.ArrayOid, "_" + element.Name, element.DisplayName + "[]", -1, 'A', 0, element);

    private static IEnumerable<(string Name, PgType Type)> NamesOf(PgType type)
    {
        HashSet<string> names = new([type.Name, type.DisplayName], StringComparer.Ordinal);
        if (type.Element is { } element)
        {
            names.Add(element.Name + "[]");
        }

        string[] aliases = type.Name switch
        {
            "int4" => ["int"],
            "numeric" => ["decimal"],
            "float8" => ["float"],
            _ => [],
        };
        names.UnionWith(aliases);
        return names.Select(n => (n, type));
    }
}
