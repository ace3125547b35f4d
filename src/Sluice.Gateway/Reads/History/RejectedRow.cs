namespace Sluice.Gateway.Reads.History;

/// <summary>A row that was set aside: a row of view <c>sluice.rejected_rows</c>.</summary>
public sealed record RejectedRow
{
    /// <summary>The gateway user.</summary>
    public required string Username { get; init; }

    /// <summary>The statement's number, as in <see cref="WriteRecord.Statement"/>.</summary>
    public required long Statement { get; init; }

    /// <summary>When it was set aside.</summary>
    public required DateTimeOffset Time { get; init; }

    /// <summary>The CDF table.</summary>
    public required string Table { get; init; }

    /// <summary>The line of a COPY, or the number of the row of an INSERT, from 1; null if there is none.</summary>
    public long? Line { get; init; }

    /// <summary>The row's key as a person reads it.</summary>
    public string? Key { get; init; }

    /// <summary>The code that the statement would have failed with.</summary>
    public required string SqlState { get; init; }

    /// <summary>Why.</summary>
    public required string Reason { get; init; }

    /// <summary>The row: a JSON object of the columns that the statement gave.</summary>
    public required string Row { get; init; }
}
