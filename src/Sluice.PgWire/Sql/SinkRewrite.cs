using System.Buffers;
using System.Text;

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
    private int _copied;
    private bool? _hasNamesake;

    private SinkRewrite(ReadOnlySpan<byte> sql, int start)
    {
        _original = sql.ToArray();
        _copied = start;
    }

    /// <summary>The changed statement, in UTF-8.</summary>
    public ReadOnlyMemory<byte> Text => _text.WrittenMemory;

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
        var rewrite = new SinkRewrite(sql, statement.Span.Start);
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

        if (target.Alias is null && statement is not InsertStatement)
        {
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
        var rewrite = new SinkRewrite(sql, insert.Span.Start);
        if (insert.HasWith)
        {
            // In parentheses, since the query may have a WITH of its own.
            rewrite.CopyTo(insert.VerbStart);
            rewrite.Insert("(", query.Start);
            rewrite._copied = query.Start;
            rewrite.CopyTo(query.End);
            rewrite.Insert(")", query.End);
            return rewrite;
        }

        rewrite._copied = query.Start;
        rewrite.CopyTo(query.End);
        return rewrite;
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

                if (parts >= 2 && Is(previous, name.Name) && (name.Schema is null || Is(before, name.Schema)) && !HasNamesake(statement))
                {
                    CopyTo(first.Start);
                    _copied = previous.Start;
                    break;
                }
            }
        }
    }

    /// <summary>
    /// Another relation of the target's name takes part, in another schema for all the text tells: a name without schema could then mean that one.
    /// </summary>
    private bool HasNamesake(RowWriteStatement statement)
    {
        var name = statement.Target.Name;
        return _hasNamesake ??= SqlRelations.Find(_original, statement.Span, statement.StandardConformingStrings).Any(relation =>
            string.Equals(relation.Name.Name, name.Name, StringComparison.Ordinal)
            && !string.Equals(relation.Name.Schema, name.Schema, StringComparison.Ordinal));
    }

    private bool Is(in SqlToken token, string name) => string.Equals(SqlLiteral.Name(_original, token), name, StringComparison.Ordinal);

    /// <summary>A stretch of the new text: copied from <paramref name="Original"/> on, or put in for what stands there.</summary>
    private readonly record struct Piece(int Start, int End, int Original, bool IsCopy);
}
