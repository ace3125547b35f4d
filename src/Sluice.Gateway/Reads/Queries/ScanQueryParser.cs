using System.Buffers;
using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Sluice.PgWire.Protocol;
using Sluice.PgWire.Sql;

namespace Sluice.Gateway.Reads.Queries;

/// <summary>
/// Reads the SELECTs that postgres_fdw writes for a scan of one foreign table (contrib/postgres_fdw/deparse.c):
/// <c>SELECT a, b FROM cdf.t WHERE ((a = 'x')) AND ((b &gt; $1::bigint)) ORDER BY a ASC NULLS LAST FOR UPDATE</c>.
/// </summary>
internal ref struct ScanQueryParser
{
    private readonly string _text;
    private readonly ArrayBufferWriter<byte> _scratch = new();
    private SqlLexer _lexer;

    private ScanQueryParser(string text, ReadOnlySpan<byte> sql)
    {
        _text = text;
        _lexer = new SqlLexer(sql);
        _lexer.Read();
    }

    /// <summary>Takes <paramref name="text"/> apart; conditions that are not understood are left over in <see cref="ScanQuery.Unsupported"/>.</summary>
    /// <exception cref="PgException">0A000: it is no SELECT of one table.</exception>
    public static ScanQuery Parse(string text) => new ScanQueryParser(text, Encoding.UTF8.GetBytes(text)).Parse();

    private ScanQuery Parse()
    {
        Expect(_lexer.Accept("select"u8));
        var columns = ImmutableArray.CreateBuilder<string?>();
        do
        {
            columns.Add(_lexer.Accept("null"u8) ? null : Name());
        }
        while (_lexer.Accept(SqlTokenKind.Comma));

        Expect(_lexer.Accept("from"u8));
        var schema = Name();
        Expect(_lexer.Accept(SqlTokenKind.Dot));
        var table = Name();
        var whereStart = _lexer.Is("where"u8) ? _lexer.Token.Start : -1;
        var (conditions, unsupported) = _lexer.Accept("where"u8) ? Conditions() : ([], null);
        return new ScanQuery
        {
            Text = _text,
            Schema = schema,
            Table = table,
            Columns = columns.ToImmutable(),
            Conditions = conditions,
            Unsupported = unsupported,
            IsSorted = unsupported is null ? SkipTail() : HasOrderBy(),
            WhereStart = whereStart < 0 ? -1 : Encoding.UTF8.GetCharCount(_lexer.Sql[..whereStart]),
        };
    }

    private (ImmutableArray<ScanCondition> Conditions, string? Unsupported) Conditions()
    {
        var conditions = ImmutableArray.CreateBuilder<ScanCondition>();
        do
        {
            var start = _lexer.Token.Start;
            var parser = new ScanExpressionParser(_lexer, _scratch);
            if (!parser.TryParse(conditions))
            {
                return (conditions.ToImmutable(), Encoding.UTF8.GetString(_lexer.Sql[start..]));
            }

            _lexer = parser.Lexer;
        }
        while (_lexer.Accept("and"u8));

        return (conditions.ToImmutable(), null);
    }

    /// <summary>ORDER BY and FOR UPDATE or FOR SHARE: rows of CDF cannot be locked, and a read never waits for one.</summary>
    private bool SkipTail()
    {
        var sorted = _lexer.Is("order"u8);
        if (!sorted && _lexer.Kind != SqlTokenKind.End && !_lexer.Is("for"u8))
        {
            throw Unexpected();
        }

        return sorted;
    }

    private readonly bool HasOrderBy()
    {
        var ahead = _lexer;
        while (ahead.Read())
        {
            if (ahead.Is("order"u8) && ahead.NextIs("by"u8))
            {
                return true;
            }
        }

        return false;
    }

    private string Name()
    {
        if (!_lexer.Token.IsName)
        {
            throw Unexpected();
        }

        var name = SqlLiteral.Name(_lexer.Sql, _lexer.Token);
        _lexer.Read();
        return name;
    }

    private readonly void Expect(bool found)
    {
        if (!found)
        {
            throw Unexpected();
        }
    }

    private readonly PgException Unexpected() => new(
        SqlState.FeatureNotSupported,
        string.Create(CultureInfo.InvariantCulture, $"the scan of a CDF table is not understood at character {_lexer.Token.Start + 1}"),
        hint: "This statement reads a CDF table in a way that Sluice does not know; please report it.");
}
