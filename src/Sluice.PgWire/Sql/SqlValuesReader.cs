namespace Sluice.PgWire.Sql;

/// <summary>
/// Walks the rows of a VALUES list that <see cref="InsertStatement"/> has found to be native, or the arguments of EXECUTE, without allocating:
/// <c>while (reader.ReadRow()) while (reader.ReadValue(out var value)) …</c>.
/// </summary>
public ref struct SqlValuesReader
{
    private SqlLexer _lexer;
    private bool _inRow;

    /// <summary>A reader before the first row of <paramref name="rows"/>, which starts at a row's parenthesis.</summary>
    public SqlValuesReader(ReadOnlySpan<byte> sql, SqlSpan rows, bool standardConformingStrings)
    {
        _lexer = new SqlLexer(sql, rows, standardConformingStrings);
        _lexer.Read();
    }

    /// <summary>Goes to the next row, over what is left of this one.</summary>
    /// <returns><see langword="false"/> after the last row.</returns>
    public bool ReadRow()
    {
        while (_inRow && ReadValue(out _))
        {
            // Steps over the values that the caller did not want.
        }

        _lexer.Accept(SqlTokenKind.Comma);
        _inRow = _lexer.Kind == SqlTokenKind.OpenParenthesis;
        return _inRow;
    }

    /// <summary>Reads the next value of the row.</summary>
    /// <returns><see langword="false"/> after the last value of the row.</returns>
    public bool ReadValue(out SqlValue value)
    {
        value = default;
        if (!_inRow || _lexer.Kind == SqlTokenKind.CloseParenthesis)
        {
            if (_inRow)
            {
                _lexer.Read();
                _inRow = false;
            }

            return false;
        }

        // The current token is the row's parenthesis or the comma after the last value.
        _lexer.Read();
        if (_lexer.Kind == SqlTokenKind.CloseParenthesis || !SqlValue.TryRead(ref _lexer, out value))
        {
            _inRow = false;
            return false;
        }

        return true;
    }
}
