using System.Text;
using Sluice.PgWire.Protocol;
using static Sluice.PgWire.Sql.SqlExpectations;

namespace Sluice.PgWire.Sql;

/// <summary>Reads CREATE FOREIGN TABLE from its first word (PostgreSQL manual, SQL commands).</summary>
internal sealed class ForeignTableReader
{
    private readonly List<SqlColumnDefinition> _columns = [];
    private readonly List<ForeignTableClause> _clauses = [];
    private readonly QualifiedName _table;

    private ForeignTableReader(QualifiedName table) => _table = table;

    public static CreateForeignTableStatement Read(ref SqlLexer lexer, SqlSpan span)
    {
        Expect(ref lexer, "create"u8);
        Expect(ref lexer, "foreign"u8);
        Expect(ref lexer, "table"u8);
        var ifNotExists = lexer.Is("if"u8) && lexer.NextIs("not"u8);
        if (ifNotExists)
        {
            lexer.Read();
            lexer.Read();
            Expect(ref lexer, "exists"u8);
        }

        var reader = new ForeignTableReader(ExpectRelation(ref lexer));
        return reader.ReadBody(ref lexer, span, ifNotExists);
    }

    private CreateForeignTableStatement ReadBody(ref SqlLexer lexer, SqlSpan span, bool ifNotExists)
    {
        if (lexer.Is("partition"u8) && lexer.NextIs("of"u8))
        {
            Add(ForeignTableClauseKind.PartitionOf, Position(ref lexer));
            return new CreateForeignTableStatement(span, _table, ifNotExists, [], _clauses, string.Empty, []);
        }

        Expect(ref lexer, SqlTokenKind.OpenParenthesis);
        if (lexer.Kind != SqlTokenKind.CloseParenthesis)
        {
            do
            {
                ReadElement(ref lexer);
            }
            while (lexer.Accept(SqlTokenKind.Comma));
        }

        Expect(ref lexer, SqlTokenKind.CloseParenthesis);
        if (lexer.Is("inherits"u8))
        {
            Add(ForeignTableClauseKind.Inherits, Position(ref lexer));
            lexer.Read();
            ExpectGroup(ref lexer);
        }

        Expect(ref lexer, "server"u8);
        var server = ExpectName(ref lexer);
        var options = SqlOptionsReader.Read(ref lexer);
        ExpectEnd(ref lexer);
        return new CreateForeignTableStatement(span, _table, ifNotExists, _columns, _clauses, server, options);
    }

    private void Add(ForeignTableClauseKind kind, int position) => _clauses.Add(new ForeignTableClause(kind, position));

    private void ReadElement(ref SqlLexer lexer)
    {
        var position = Position(ref lexer);
        if (lexer.Is("like"u8))
        {
            Add(ForeignTableClauseKind.Like, position);
            SkipElement(ref lexer);
            return;
        }

        var isNamed = lexer.Accept("constraint"u8);
        if (isNamed)
        {
            ExpectName(ref lexer);
        }

        if (TableConstraint(ref lexer) is { } constraint)
        {
            Add(constraint, position);
            lexer.Read();
            SkipElement(ref lexer);
            return;
        }

        if (isNamed)
        {
            throw Unexpected(ref lexer);
        }

        ReadColumn(ref lexer);
    }

    private static ForeignTableClauseKind? TableConstraint(ref SqlLexer lexer) => true switch
    {
        _ when lexer.Is("check"u8) => ForeignTableClauseKind.Check,
        _ when lexer.Is("primary"u8) => ForeignTableClauseKind.PrimaryKey,
        _ when lexer.Is("unique"u8) => ForeignTableClauseKind.Unique,
        _ when lexer.Is("exclude"u8) && (lexer.NextIs("using"u8) || NextOpens(lexer)) => ForeignTableClauseKind.Exclude,
        _ when lexer.Is("foreign"u8) => ForeignTableClauseKind.ForeignKey,
        _ => null,
    };

    private static bool NextOpens(SqlLexer lexer) => lexer.Read() && lexer.Kind == SqlTokenKind.OpenParenthesis;

    private void ReadColumn(ref SqlLexer lexer)
    {
        var name = ExpectName(ref lexer);
        var typePosition = Position(ref lexer);
        var start = lexer.Token.Start;
        var type = ReadType(ref lexer);
        var text = Encoding.UTF8.GetString(lexer.Sql[start..SqlGrammar.TrimEnd(lexer.Sql, start, lexer.Token.Start)]);
        if (lexer.Is("options"u8))
        {
            Add(ForeignTableClauseKind.ColumnOptions, Position(ref lexer));
            SqlOptionsReader.Read(ref lexer);
        }

        _columns.Add(new SqlColumnDefinition(name, type, text, typePosition, ReadConstraints(ref lexer, name)));
    }

    /// <summary>Steps over a type's name; 0 if it is none that Sluice knows, or has a modifier.</summary>
    private static uint ReadType(ref SqlLexer lexer)
    {
        var known = lexer;
        var oid = SqlTypeName.Read(ref known);
        if (oid != 0 && EndsType(ref known))
        {
            lexer = known;
            return oid;
        }

        lexer.Accept("setof"u8);
        if (!lexer.Token.IsName || !SqlGrammar.TryReadName(ref lexer, out _, out _))
        {
            throw Unexpected(ref lexer);
        }

        SkipTypeWords(ref lexer);
        if (lexer.Kind == SqlTokenKind.OpenParenthesis)
        {
            ExpectGroup(ref lexer);
            SkipTypeWords(ref lexer);
        }

        lexer.Accept("array"u8);
        while (lexer.Accept(SqlTokenKind.OpenBracket))
        {
            lexer.Accept(SqlTokenKind.Integer);
            Expect(ref lexer, SqlTokenKind.CloseBracket);
        }

        return EndsType(ref lexer) ? 0u : throw Unexpected(ref lexer);
    }

    /// <summary>The words that go on a type's name: <c>bit varying</c>, <c>timestamp with time zone</c>, <c>interval day to second</c>.</summary>
    private static void SkipTypeWords(ref SqlLexer lexer)
    {
        while (lexer.Is("varying"u8) || lexer.Is("precision"u8) || lexer.Is("character"u8) || lexer.Is("char"u8) || lexer.Is("with"u8) || lexer.Is("without"u8)
            || lexer.Is("time"u8) || lexer.Is("zone"u8) || lexer.Is("to"u8) || lexer.Is("year"u8) || lexer.Is("month"u8) || lexer.Is("day"u8)
            || lexer.Is("hour"u8) || lexer.Is("minute"u8) || lexer.Is("second"u8))
        {
            lexer.Read();
        }
    }

    private static bool EndsType(ref SqlLexer lexer) =>
        lexer.Kind is SqlTokenKind.Comma or SqlTokenKind.CloseParenthesis || lexer.Is("options"u8) || lexer.Is("constraint"u8)
        || lexer.Is("not"u8) || lexer.Is("null"u8) || ColumnClause(ref lexer) is not null;

    private static ForeignTableClauseKind? ColumnClause(ref SqlLexer lexer) => true switch
    {
        _ when lexer.Is("default"u8) => ForeignTableClauseKind.Default,
        _ when lexer.Is("generated"u8) => ForeignTableClauseKind.Generated,
        _ when lexer.Is("collate"u8) => ForeignTableClauseKind.Collate,
        _ when lexer.Is("check"u8) => ForeignTableClauseKind.Check,
        _ when lexer.Is("primary"u8) => ForeignTableClauseKind.PrimaryKey,
        _ when lexer.Is("unique"u8) => ForeignTableClauseKind.Unique,
        _ when lexer.Is("references"u8) => ForeignTableClauseKind.ForeignKey,
        _ => null,
    };

    /// <summary>Reads a column's constraints; whether it is NOT NULL.</summary>
    private bool ReadConstraints(ref SqlLexer lexer, string column)
    {
        bool? notNull = null;
        while (lexer.Kind is not (SqlTokenKind.Comma or SqlTokenKind.CloseParenthesis))
        {
            var (position, start) = (Position(ref lexer), lexer.Token.Start);
            if (lexer.Accept("constraint"u8))
            {
                ExpectName(ref lexer);
            }

            var isNot = lexer.Accept("not"u8);
            if (isNot || lexer.Is("null"u8))
            {
                Expect(ref lexer, "null"u8);
                if (notNull == !isNot)
                {
                    throw SqlSyntax.Error(
                        lexer.Sql,
                        start,
                        SqlState.SyntaxError,
                        $"conflicting NULL/NOT NULL declarations for column \"{column}\" of table \"{_table.Name}\"");
                }

                notNull = isNot;
            }
            else if (ColumnClause(ref lexer) is { } clause)
            {
                Add(clause, position);
                lexer.Read();
                SkipClause(ref lexer);
            }
            else
            {
                throw Unexpected(ref lexer);
            }
        }

        return notNull == true;
    }

    /// <summary>Steps over a clause that no CDF table has, to what comes after it.</summary>
    private static void SkipClause(ref SqlLexer lexer)
    {
        while (lexer.Kind is not (SqlTokenKind.Comma or SqlTokenKind.CloseParenthesis or SqlTokenKind.End)
            && !lexer.Is("constraint"u8) && ColumnClause(ref lexer) is null && !(lexer.Is("not"u8) && lexer.NextIs("null"u8)))
        {
            Skip(ref lexer);
        }
    }

    /// <summary>Steps over what is left of an element of the list.</summary>
    private static void SkipElement(ref SqlLexer lexer)
    {
        while (lexer.Kind is not (SqlTokenKind.Comma or SqlTokenKind.CloseParenthesis or SqlTokenKind.End))
        {
            Skip(ref lexer);
        }
    }

    private static void Skip(ref SqlLexer lexer)
    {
        if (lexer.Kind == SqlTokenKind.OpenParenthesis)
        {
            ExpectGroup(ref lexer);
        }
        else
        {
            lexer.Read();
        }
    }
}
