using System.Buffers;
using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Sluice.PgWire.Sql;

namespace Sluice.Gateway.Reads.Queries;

/// <summary>
/// Reads one condition as postgres_fdw writes it, every operation in parentheses. What can be put to a column of CDF exactly becomes a
/// <see cref="ScanCondition"/>: comparisons with constants and parameters, memberships, NULL tests, and all of these joined by AND.
/// </summary>
internal ref struct ScanExpressionParser
{
    private readonly ArrayBufferWriter<byte> _scratch;
    private SqlLexer _lexer;

    public ScanExpressionParser(SqlLexer lexer, ArrayBufferWriter<byte> scratch)
    {
        _lexer = lexer;
        _scratch = scratch;
    }

    /// <summary>Where reading has stopped.</summary>
    public readonly SqlLexer Lexer => _lexer;

    /// <summary>Reads an expression in parentheses and adds its conditions.</summary>
    /// <returns><see langword="false"/> if it is not understood; then it has to be taken as a whole for something else.</returns>
    public bool TryParse(ImmutableArray<ScanCondition>.Builder conditions)
    {
        var found = ImmutableArray.CreateBuilder<ScanCondition>();
        if (!Primary(found, out var column, out _) || (column is not null && !AddTruth(found, column, isTrue: true)))
        {
            return false;
        }

        conditions.AddRange(found);
        return true;
    }

    /// <summary>A column, a value, or something in parentheses; conditions are added, and then neither column nor value is returned.</summary>
    private bool Primary(ImmutableArray<ScanCondition>.Builder conditions, out string? column, out ScanOperand? value)
    {
        (column, value) = (null, null);
        if (_lexer.Accept(SqlTokenKind.OpenParenthesis))
        {
            return InParentheses(conditions, out column, out value) && Casts(ref column, ref value);
        }

        if (_lexer.Is("array"u8) || !Atom(out column, out value))
        {
            return false;
        }

        return Casts(ref column, ref value);
    }

    private bool InParentheses(ImmutableArray<ScanCondition>.Builder conditions, out string? column, out ScanOperand? value)
    {
        (column, value) = (null, null);
        if (_lexer.Accept("select"u8))
        {
            value = new ScanOperand(ScanOperandKind.Placeholder);
            string? none = null;
            return _lexer.Accept("null"u8) && Casts(ref none, ref value) && _lexer.Accept(SqlTokenKind.CloseParenthesis);
        }

        if (_lexer.Accept("not"u8))
        {
            return Primary(conditions, out var negated, out _)
                && negated is not null
                && AddTruth(conditions, negated, isTrue: false)
                && _lexer.Accept(SqlTokenKind.CloseParenthesis);
        }

        var before = conditions.Count;
        if (!Primary(conditions, out column, out value))
        {
            return false;
        }

        if (column is null && value is null && conditions.Count > before)
        {
            // (a) AND (b) AND (c)
            while (_lexer.Accept("and"u8))
            {
                if (!Primary(conditions, out column, out value) || value is not null || (column is not null && !AddTruth(conditions, column, isTrue: true)))
                {
                    return false;
                }

                column = null;
            }

            return _lexer.Accept(SqlTokenKind.CloseParenthesis);
        }

        if (_lexer.Accept(SqlTokenKind.CloseParenthesis))
        {
            return true;
        }

        return Comparison(conditions, ref column, ref value) && _lexer.Accept(SqlTokenKind.CloseParenthesis);
    }

    private bool Comparison(ImmutableArray<ScanCondition>.Builder conditions, ref string? column, ref ScanOperand? value)
    {
        var left = (column, value);
        (column, value) = (null, null);
        if (_lexer.Accept("is"u8))
        {
            var negated = _lexer.Accept("not"u8);
            if (left.column is null || !_lexer.Accept("null"u8))
            {
                return false;
            }

            conditions.Add(new NullCondition(left.column, !negated));
            return true;
        }

        if (_lexer.Kind != SqlTokenKind.Operator)
        {
            return false;
        }

        var op = Encoding.UTF8.GetString(_lexer.Text);
        _lexer.Read();
        if (_lexer.Is("any"u8) || _lexer.Is("all"u8))
        {
            return Membership(conditions, left.column, op);
        }

        if (!Primary(conditions, out var rightColumn, out var rightValue))
        {
            return false;
        }

        return (left, rightColumn, rightValue) switch
        {
            (({ } name, null), null, { } operand) => AddComparison(conditions, name, op, operand),
            ((null, { } operand), { } name, null) => AddComparison(conditions, name, Mirror(op), operand),
            _ => false,
        };
    }

    /// <summary><c>column = ANY ('{a,b}'::text[])</c> and <c>column &lt;&gt; ALL (…)</c>.</summary>
    private bool Membership(ImmutableArray<ScanCondition>.Builder conditions, string? column, string op)
    {
        var isAny = _lexer.Is("any"u8);
        _lexer.Read();
        if (column is null || op != (isAny ? "=" : "<>") || !_lexer.Accept(SqlTokenKind.OpenParenthesis))
        {
            return false;
        }

        ImmutableArray<ScanOperand> values;
        if (_lexer.Is("array"u8))
        {
            if (!ArrayElements(conditions, out values))
            {
                return false;
            }
        }
        else if (Primary(conditions, out _, out var array) && array is not null)
        {
            values = [array with { IsArray = true }];
        }
        else
        {
            return false;
        }

        conditions.Add(new MemberCondition(column, values, Negated: !isAny));
        return _lexer.Accept(SqlTokenKind.CloseParenthesis);
    }

    /// <summary><c>ARRAY[$1::bigint, 5]::bigint[]</c></summary>
    private bool ArrayElements(ImmutableArray<ScanCondition>.Builder conditions, out ImmutableArray<ScanOperand> values)
    {
        values = [];
        _lexer.Read();
        if (!_lexer.Accept(SqlTokenKind.OpenBracket))
        {
            return false;
        }

        var elements = ImmutableArray.CreateBuilder<ScanOperand>();
        while (!_lexer.Accept(SqlTokenKind.CloseBracket))
        {
            if (!Primary(conditions, out _, out var element) || element is null)
            {
                return false;
            }

            elements.Add(element);
            _lexer.Accept(SqlTokenKind.Comma);
        }

        values = elements.ToImmutable();
        string? none = null;
        ScanOperand? whole = new(ScanOperandKind.Constant);
        return Casts(ref none, ref whole);
    }

    private static bool AddComparison(ImmutableArray<ScanCondition>.Builder conditions, string column, string op, ScanOperand value)
    {
        ScanCondition? condition = op switch
        {
            "=" => new MemberCondition(column, [value]),
            "<>" => new MemberCondition(column, [value], Negated: true),
            "<" or "<=" or ">" or ">=" => new RangeCondition(column, op, value),
            _ => null,
        };
        if (condition is null)
        {
            return false;
        }

        conditions.Add(condition);
        return true;
    }

    private static bool AddTruth(ImmutableArray<ScanCondition>.Builder conditions, string column, bool isTrue) =>
        AddComparison(conditions, column, "=", new ScanOperand(ScanOperandKind.Constant, "boolean", isTrue ? "t" : "f"));

    private static string Mirror(string op) => op switch
    {
        "<" => ">",
        "<=" => ">=",
        ">" => "<",
        ">=" => "<=",
        _ => op,
    };

    private bool Atom(out string? column, out ScanOperand? value)
    {
        (column, value) = (null, null);
        var token = _lexer.Token;
        switch (token.Kind)
        {
            case SqlTokenKind.Identifier when _lexer.Is("null"u8):
                value = new ScanOperand(ScanOperandKind.Constant);
                break;
            case SqlTokenKind.Identifier when _lexer.Is("true"u8) || _lexer.Is("false"u8):
                value = new ScanOperand(ScanOperandKind.Constant, "boolean", _lexer.Is("true"u8) ? "t" : "f");
                break;
            case SqlTokenKind.Identifier or SqlTokenKind.QuotedIdentifier:
                column = SqlLiteral.Name(_lexer.Sql, token);
                break;
            case SqlTokenKind.Integer or SqlTokenKind.Decimal:
                value = new ScanOperand(ScanOperandKind.Constant, Text: Encoding.UTF8.GetString(_lexer.Text));
                break;
            case SqlTokenKind.Operator when _lexer.IsOperator("-"u8):
                _lexer.Read();
                if (_lexer.Kind is not (SqlTokenKind.Integer or SqlTokenKind.Decimal))
                {
                    return false;
                }

                value = new ScanOperand(ScanOperandKind.Constant, Text: "-" + Encoding.UTF8.GetString(_lexer.Text));
                break;
            case SqlTokenKind.Parameter:
                value = new ScanOperand(ScanOperandKind.Parameter, Number: int.Parse(_lexer.Text[1..], NumberStyles.None, CultureInfo.InvariantCulture));
                break;
            default:
                if (!token.IsString)
                {
                    return false;
                }

                value = new ScanOperand(ScanOperandKind.Constant, Text: Encoding.UTF8.GetString(SqlLiteral.Value(_lexer.Sql, token, _scratch)));
                break;
        }

        _lexer.Read();

        // A function's name, or a qualified one.
        return column is null || _lexer.Kind is not (SqlTokenKind.OpenParenthesis or SqlTokenKind.Dot);
    }

    /// <summary><c>::character varying(255)</c>; the last cast of a value counts. A column that is cast is not the column any more.</summary>
    private bool Casts(ref string? column, ref ScanOperand? value)
    {
        while (_lexer.Accept(SqlTokenKind.Cast))
        {
            var type = TypeName();
            if (value is null)
            {
                return false;
            }

            // PostgreSQL writes the cast of a constant's own type; another one around it would convert.
            if (value.Type is not null && value.Kind == ScanOperandKind.Constant && value.Type != type)
            {
                return false;
            }

            value = value with { Type = type };
        }

        return true;
    }

    /// <summary>The name without its modifiers: <c>character varying[]</c>.</summary>
    private string TypeName()
    {
        var name = new StringBuilder();
        while (_lexer.Token.IsName && (name.Length == 0 || IsTypeWord()))
        {
            name.Append(name.Length == 0 ? "" : " ").Append(Encoding.UTF8.GetString(_lexer.Text));
            _lexer.Read();
            while (_lexer.Accept(SqlTokenKind.Dot))
            {
                name.Append('.').Append(Encoding.UTF8.GetString(_lexer.Text));
                _lexer.Read();
            }

            if (_lexer.Accept(SqlTokenKind.OpenParenthesis))
            {
                while (!_lexer.Accept(SqlTokenKind.CloseParenthesis) && _lexer.Read())
                {
                }
            }
        }

        while (_lexer.Accept(SqlTokenKind.OpenBracket) && _lexer.Accept(SqlTokenKind.CloseBracket))
        {
            name.Append("[]");
        }

        return name.ToString();
    }

    private readonly bool IsTypeWord() =>
        _lexer.Is("varying"u8) || _lexer.Is("precision"u8) || _lexer.Is("with"u8) || _lexer.Is("without"u8) || _lexer.Is("time"u8) || _lexer.Is("zone"u8);
}
