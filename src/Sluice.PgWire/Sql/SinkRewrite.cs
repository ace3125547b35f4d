using System.Buffers;
using System.Text;
using Sluice.PgWire.Protocol;

namespace Sluice.PgWire.Sql;

/// <summary>
/// A statement's text changed so that PostgreSQL computes its rows without storing them: another relation in the place of the target, no
/// ON CONFLICT, another RETURNING. Only tokens are replaced; the rest is PostgreSQL's to parse, type and complain about, and
/// <see cref="OriginalPosition"/> turns the positions of its errors into those of the text that the client sent.
/// </summary>
public sealed class SinkRewrite
{
    private readonly byte[] _original;
    private readonly ArrayBufferWriter<byte> _text = new();
    private readonly List<Piece> _pieces = [];
    private readonly int _end;
    private int _copied;
    private List<string?>? _namesakes;

    private SinkRewrite(ReadOnlySpan<byte> sql, SqlSpan statement)
    {
        _end = statement.End;
        _original = sql.ToArray();
        _copied = statement.Start;
    }

    /// <summary>The changed statement, in UTF-8.</summary>
    public ReadOnlyMemory<byte> Text => _text.WrittenMemory;

    /// <summary>The query with its WITH stands as a subquery, since another WITH is before it.</summary>
    public bool IsNested { get; private set; }

    /// <summary>The statement writes to <paramref name="sink"/>, which it goes on to call by the alias or the name that it gives its target.</summary>
    /// <param name="sql">The whole query string that the statement was found in.</param>
    /// <param name="statement">INSERT, UPDATE or DELETE.</param>
    /// <param name="sink">The relation to write to, as SQL writes it (<c>_sluice.sink_assets</c>).</param>
    /// <param name="returning">The RETURNING list, as SQL writes it; <see langword="null"/> for none.</param>
    /// <param name="keepReturning">The statement's own RETURNING list stays, <paramref name="returning"/> comes behind it.</param>
    public static SinkRewrite Statement(
        ReadOnlySpan<byte> sql,
        RowWriteStatement statement,
        string sink,
        string? returning,
        bool keepReturning = false)
    {
        var rewrite = new SinkRewrite(sql, statement.Span);
        var target = statement.Target;
        var end = statement.Span.End;
        var keep = keepReturning && statement.Returning is not null;
        var cut = new SqlSpan(end, end);
        if (statement.Returning is { } own && !keep)
        {
            cut = own.Span;
        }

        // A qualifier with a schema would not find the target any more, which now has an alias.
        if (target.Alias is null && statement is not InsertStatement)
        {
            rewrite.CopyUnqualified(statement, target.Span.Start);
        }

        rewrite.CopyTo(target.Span.Start);
        rewrite.Insert(sink, target.Span.Start);
        rewrite._copied = target.Span.End;
        if (target.Alias is null)
        {
            rewrite.CopyTo(target.AliasPosition);
            rewrite.Insert($" AS {SqlIdentifier.AlwaysQuote(target.Name.Name)}", target.Span.Start);
        }

        if (statement is InsertStatement { OnConflict.Span: var conflict })
        {
            rewrite.CopyTo(conflict.Start);
            rewrite._copied = conflict.End;
        }

        if (target.Alias is null)
        {
            // The rows of an INSERT cannot refer to its target, only RETURNING can.
            if (statement is InsertStatement)
            {
                rewrite.CopyTo(keep ? statement.Returning!.Span.Start : cut.Start);
            }

            rewrite.CopyUnqualified(statement, cut.Start);
        }

        rewrite.CopyTo(cut.Start);
        if (returning is not null)
        {
            rewrite.Insert(keep ? $", {returning}" : $" RETURNING {returning}", cut.Start);
        }

        return rewrite;
    }

    /// <summary>The query of an INSERT alone, with the WITH that stands before the INSERT.</summary>
    /// <param name="sql">The whole query string that the statement was found in.</param>
    /// <param name="insert">One that has a <see cref="InsertStatement.Query"/>.</param>
    public static SinkRewrite BareQuery(ReadOnlySpan<byte> sql, InsertStatement insert)
    {
        var query = insert.Query ?? throw new ArgumentException("The rows of the INSERT do not come from a query.", nameof(insert));
        var rewrite = new SinkRewrite(sql, insert.Span);
        if (insert.HasWith)
        {
            rewrite.CopyTo(insert.VerbStart);
            rewrite.IsNested = StartsWithWith(sql, query, insert.StandardConformingStrings);
        }

        // A query that has a WITH of its own cannot follow another WITH.
        if (rewrite.IsNested)
        {
            rewrite.Insert("SELECT * FROM (", query.Start);
        }

        rewrite._copied = query.Start;
        rewrite.CopyTo(query.End);
        if (rewrite.IsNested)
        {
            rewrite.Insert(") AS query", query.End);
        }

        return rewrite;
    }

    /// <summary>A COPY FROM into another relation.</summary>
    /// <param name="sql">The whole query string that the statement was found in.</param>
    /// <param name="copy">It has a target.</param>
    /// <param name="relation">What takes the rows, as SQL writes it.</param>
    /// <param name="columns">The column list, as SQL writes it, for a statement that has none.</param>
    public static SinkRewrite Copy(ReadOnlySpan<byte> sql, CopyStatement copy, string relation, string columns)
    {
        var target = copy.Target ?? throw new ArgumentException("The COPY is not one of a table.", nameof(copy));
        var rewrite = new SinkRewrite(sql, copy.Span);
        rewrite.CopyTo(target.Span.Start);
        rewrite.Insert(copy.Columns is null ? $"{relation} ({columns})" : relation, target.Span.Start);
        rewrite._copied = target.Span.End;
        rewrite.CopyTo(copy.Span.End);
        return rewrite;
    }

    private static bool StartsWithWith(ReadOnlySpan<byte> sql, SqlSpan query, bool standardStrings)
    {
        var lexer = new SqlLexer(sql, query, standardStrings);
        while (lexer.Read() && lexer.Kind == SqlTokenKind.OpenParenthesis)
        {
            // Steps to the first word of the query.
        }

        return lexer.Is("with"u8);
    }

    /// <summary>Where in the client's query string something is.</summary>
    /// <param name="position">1-based position in characters of <see cref="Text"/>, as field <c>P</c> of an error has it.</param>
    /// <returns>1-based position in characters of the whole query string; of text that was put in, the position of what it stands for.</returns>
    public int OriginalPosition(int position)
    {
        var offset = OffsetOf(_text.WrittenSpan, position);
        foreach (var piece in _pieces)
        {
            if (offset < piece.End)
            {
                return SqlSyntax.PositionOf(_original, piece.IsCopy ? piece.Original + offset - piece.Start : piece.Original);
            }
        }

        var end = _pieces.Count == 0 ? 0 : _pieces[^1] is { IsCopy: true } last ? last.Original + last.End - last.Start : _pieces[^1].Original;
        return SqlSyntax.PositionOf(_original, end);
    }

    /// <summary>
    /// A syntax error at text that was put in behind the end of the statement, in the words and at the position that it has without that text;
    /// other errors with their position in the whole query string.
    /// </summary>
    /// <param name="error">The engine's error about <see cref="Text"/>.</param>
    public PgError Translate(PgError error)
    {
        if (error.Position == 0)
        {
            return error;
        }

        if (error.SqlState != SqlState.SyntaxError
            || _pieces is not [.., { IsCopy: false } last]
            || last.Original != _end
            || OffsetOf(_text.WrittenSpan, error.Position) < last.Start)
        {
            return error with { Position = OriginalPosition(error.Position) };
        }

        var rest = _original.AsSpan(_end).TrimStart(" \t\r\n"u8);
        return error with
        {
            Message = rest.IsEmpty ? "syntax error at end of input" : $"syntax error at or near \"{(char)rest[0]}\"",
            Position = SqlSyntax.PositionOf(_original, _original.Length - rest.Length),
        };
    }

    private static int OffsetOf(ReadOnlySpan<byte> text, int position)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if ((text[i] & 0xC0) != 0x80 && --position <= 0)
            {
                return i;
            }
        }

        return text.Length;
    }

    private void CopyTo(int end)
    {
        if (end <= _copied)
        {
            return;
        }

        var start = _text.WrittenCount;
        _text.Write(_original.AsSpan(_copied, end - _copied));
        _pieces.Add(new Piece(start, _text.WrittenCount, _copied, IsCopy: true));
        _copied = end;
    }

    private void Insert(string text, int standsFor)
    {
        var start = _text.WrittenCount;
        _text.Write(Encoding.UTF8.GetBytes(text));
        _pieces.Add(new Piece(start, _text.WrittenCount, standsFor, IsCopy: false));
    }

    /// <summary>Copies to <paramref name="end"/>, with <c>schema.target.column</c> made <c>target.column</c>.</summary>
    private void CopyUnqualified(RowWriteStatement statement, int end)
    {
        var name = statement.Target.Name;
        var lexer = new SqlLexer(_original, new SqlSpan(_copied, end), statement.StandardConformingStrings);
        lexer.Read();
        while (lexer.Kind != SqlTokenKind.End)
        {
            if (!lexer.Token.IsName)
            {
                lexer.Read();
                continue;
            }

            var first = lexer.Token;
            var previous = first;
            var before = first;
            var parts = 0;
            while (lexer.Token.IsName)
            {
                (before, previous) = (previous, lexer.Token);
                parts++;
                lexer.Read();
                if (!lexer.Accept(SqlTokenKind.Dot))
                {
                    break;
                }

                if (parts >= 2 && Is(previous, name.Name) && (name.Schema is null || Is(before, name.Schema)) && MeansTarget(statement, before))
                {
                    CopyTo(first.Start);
                    Insert(Encoding.UTF8.GetString(previous.Span.Of(_original)), first.Start);
                    _copied = previous.End;
                    break;
                }
            }
        }
    }

    /// <summary>
    /// The target's name without a schema means what it means behind this one: all that bears it in the statement is in the schema that the
    /// target is written with, or all of it is in this one, and nothing has it for an alias.
    /// </summary>
    private bool MeansTarget(RowWriteStatement statement, in SqlToken schema)
    {
        _namesakes ??= FindNamesakes(statement);
        var name = SqlLiteral.Name(_original, schema);
        return _namesakes.TrueForAll(other => string.Equals(other, statement.Target.Name.Schema, StringComparison.Ordinal))
            || _namesakes.TrueForAll(other => string.Equals(other, name, StringComparison.Ordinal));
    }

    /// <summary>The schemas of relations that the statement mentions by the target's name, without an alias; of aliases of that name a word that is no schema.</summary>
    private List<string?> FindNamesakes(RowWriteStatement statement)
    {
        var found = new List<string?>();
        var target = statement.Target;
        var scope = statement is InsertStatement { Returning.Span: var own } ? own : statement.Span;
        var lexer = new SqlLexer(_original, scope, statement.StandardConformingStrings);
        var afterOperand = false;
        lexer.Read();
        while (lexer.Kind != SqlTokenKind.End)
        {
            if (!lexer.Token.IsName)
            {
                afterOperand = lexer.Kind is SqlTokenKind.CloseParenthesis or SqlTokenKind.CloseBracket;
                lexer.Read();
                continue;
            }

            var isAlias = afterOperand;
            afterOperand = SqlKeywords.IsPlainName(ref lexer) || lexer.Is("as"u8);
            if (SqlGrammar.TryReadName(ref lexer, out var name, out var span)
                && span != target.Span
                && lexer.Kind != SqlTokenKind.Dot
                && string.Equals(name.Name, target.Name.Name, StringComparison.Ordinal)
                && (isAlias || !(SqlKeywords.IsPlainName(ref lexer) || lexer.Is("as"u8))))
            {
                found.Add(isAlias ? string.Empty : name.Schema);
            }
        }

        return found;
    }

    private bool Is(in SqlToken token, string name) => string.Equals(SqlLiteral.Name(_original, token), name, StringComparison.Ordinal);

    /// <summary>A stretch of the new text: copied from <paramref name="Original"/> on, or put in for what stands there.</summary>
    private readonly record struct Piece(int Start, int End, int Original, bool IsCopy);
}
