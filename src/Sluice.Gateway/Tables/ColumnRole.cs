namespace Sluice.Gateway.Tables;

/// <summary>Who makes a column's value.</summary>
public enum ColumnRole
{
    /// <summary>The writer of the row.</summary>
    Writable,

    /// <summary>CDF, as the row's id: in PostgreSQL <c>GENERATED ALWAYS AS IDENTITY</c>, so that tools leave it out of an INSERT.</summary>
    Identity,

    /// <summary>CDF: in PostgreSQL <c>GENERATED ALWAYS AS (NULL) STORED</c>, so that tools leave it out of an INSERT.</summary>
    Generated,

    /// <summary>CDF, in a table that takes no writes at all: in PostgreSQL an ordinary column.</summary>
    Fixed,
}
