using System.Text;

namespace Sluice.PgWire.Sql;

/// <summary>Names of PostgreSQL's own types as casts write them, read to OIDs (manual, table 8.1; pg_type.dat).</summary>
internal static class SqlTypeName
{
    private static readonly (byte[] Name, uint Oid, uint Array)[] CatalogNames =
    [
        ("timestamptz"u8.ToArray(), 1184, 1185),
        ("timestamp"u8.ToArray(), 1114, 1115),
        ("float8"u8.ToArray(), 701, 1022),
        ("text"u8.ToArray(), 25, 1009),
        ("varchar"u8.ToArray(), 1043, 1015),
        ("json"u8.ToArray(), 114, 199),
        ("jsonb"u8.ToArray(), 3802, 3807),
        ("int8"u8.ToArray(), 20, 1016),
        ("int4"u8.ToArray(), 23, 1007),
        ("int2"u8.ToArray(), 21, 1005),
        ("float4"u8.ToArray(), 700, 1021),
        ("numeric"u8.ToArray(), 1700, 1231),
        ("bool"u8.ToArray(), 16, 1000),
        ("bytea"u8.ToArray(), 17, 1001),
        ("date"u8.ToArray(), 1082, 1182),
        ("uuid"u8.ToArray(), 2950, 2951),
    ];

    /// <summary>
    /// Reads the type name at the current token, array brackets included, and steps behind it.
    /// </summary>
    /// <returns>The type's OID; 0 if it is no built-in type that Sluice knows or has a type modifier. The lexer is then anywhere in it.</returns>
    public static uint Read(ref SqlLexer lexer)
    {
        var (oid, array) = ReadElement(ref lexer);
        if (oid == 0 || lexer.Kind == SqlTokenKind.OpenParenthesis)
        {
            return 0;
        }

        var isArray = lexer.Accept("array"u8);
        while (lexer.Kind == SqlTokenKind.OpenBracket)
        {
            lexer.Read();
            lexer.Accept(SqlTokenKind.Integer);
            if (!lexer.Accept(SqlTokenKind.CloseBracket))
            {
                return 0;
            }

            isArray = true;
        }

        return isArray ? array : oid;
    }

    private static (uint Oid, uint Array) ReadElement(ref SqlLexer lexer)
    {
        if (lexer.Is("pg_catalog"u8))
        {
            lexer.Read();
            if (!lexer.Accept(SqlTokenKind.Dot))
            {
                return default;
            }

            return lexer.Token.IsName ? ByCatalogName(ref lexer) : default;
        }

        if (lexer.Kind != SqlTokenKind.Identifier)
        {
            return lexer.Token.IsName ? ByCatalogName(ref lexer) : default;
        }

        if (lexer.Accept("double"u8))
        {
            return lexer.Accept("precision"u8) ? (701u, 1022u) : default;
        }

        if (lexer.Accept("character"u8))
        {
            return lexer.Accept("varying"u8) ? (1043u, 1015u) : default;
        }

        if (lexer.Accept("timestamp"u8))
        {
            return ReadZone(ref lexer, (1114, 1115), (1184, 1185));
        }

        if (lexer.Accept("time"u8))
        {
            return ReadZone(ref lexer, (1083, 1183), (1266, 1270));
        }

        var keyword = ByKeyword(lexer.Text);
        if (keyword.Oid != 0)
        {
            lexer.Read();
            return keyword;
        }

        return ByCatalogName(ref lexer);
    }

    private static (uint Oid, uint Array) ReadZone(ref SqlLexer lexer, (uint Oid, uint Array) without, (uint Oid, uint Array) with)
    {
        var zoned = lexer.Is("with"u8);
        if (!zoned && !lexer.Is("without"u8))
        {
            return without;
        }

        lexer.Read();
        if (!lexer.Accept("time"u8) || !lexer.Accept("zone"u8))
        {
            return default;
        }

        return zoned ? with : without;
    }

    private static (uint Oid, uint Array) ByKeyword(ReadOnlySpan<byte> name) => name.Length switch
    {
        3 when Same(name, "int"u8) => (23, 1007),
        3 when Same(name, "dec"u8) => (1700, 1231),
        4 when Same(name, "real"u8) => (700, 1021),
        5 when Same(name, "float"u8) => (701, 1022),
        6 when Same(name, "bigint"u8) => (20, 1016),
        7 when Same(name, "integer"u8) => (23, 1007),
        7 when Same(name, "boolean"u8) => (16, 1000),
        7 when Same(name, "decimal"u8) => (1700, 1231),
        8 when Same(name, "smallint"u8) => (21, 1005),
        _ => default,
    };

    private static (uint Oid, uint Array) ByCatalogName(ref SqlLexer lexer)
    {
        var name = lexer.Token.IsPlain && lexer.Kind == SqlTokenKind.QuotedIdentifier ? lexer.Text[1..^1] : lexer.Text;
        var folded = lexer.Kind == SqlTokenKind.Identifier;
        lexer.Read();
        foreach (var type in CatalogNames)
        {
            if (folded ? Same(name, type.Name) : name.SequenceEqual(type.Name))
            {
                return (type.Oid, type.Array);
            }
        }

        return default;
    }

    private static bool Same(ReadOnlySpan<byte> name, ReadOnlySpan<byte> lower) => Ascii.EqualsIgnoreCase(name, lower);
}
