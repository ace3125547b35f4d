namespace Sluice.PgWire.Sql;

/// <summary>Numbers, and what only looks like one.</summary>
public ref partial struct SqlLexer
{
    private void ReadNumber()
    {
        var kind = SqlTokenKind.Integer;
        var i = SkipDigits(_next);
        // "1..10" is a range of PL/pgSQL's: the number ends before its dots.
        if (At(i) == '.' && At(i + 1) != '.')
        {
            kind = SqlTokenKind.Decimal;
            i = SkipDigits(i + 1);
        }

        if ((At(i) | 0x20) == 'e')
        {
            var digits = At(i + 1) is (byte)'+' or (byte)'-' ? i + 2 : i + 1;
            if (SqlCharacters.IsDigit(At(digits)))
            {
                kind = SqlTokenKind.Decimal;
                i = SkipDigits(digits);
            }
        }

        if (SqlCharacters.IsIdentifierStart(At(i)))
        {
            kind = SqlTokenKind.OtherNumber;
            i = SkipIdentifier(i);
        }

        Take(kind, i);
    }

    private readonly int SkipDigits(int i)
    {
        while (SqlCharacters.IsDigit(At(i)))
        {
            i++;
        }

        return i;
    }
}
