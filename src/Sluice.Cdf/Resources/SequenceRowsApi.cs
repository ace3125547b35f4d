using Sluice.Cdf.Errors;
using Sluice.Cdf.Http;

namespace Sluice.Cdf.Resources;

/// <summary>
/// <c>/sequences/data</c> (CDF API, "Sequences", "Insert rows"). An insert overwrites the cells that it names, so it may be repeated.
/// </summary>
public static class SequenceRowsApi
{
    /// <summary>Most sequences of an insert; each once.</summary>
    public const int MaxSequencesPerInsert = 1_000;

    /// <summary>Most rows of an insert, over all its sequences.</summary>
    public const int MaxRowsPerInsert = 10_000;

    /// <summary>Most values of an insert, null included, over all its rows.</summary>
    public const int MaxValuesPerInsert = 100_000;

    /// <summary>Most columns of a sequence in an insert.</summary>
    public const int MaxColumns = 200;

    /// <summary>Longest string value, in characters.</summary>
    public const int MaxStringLength = 256;

    /// <summary>Greatest number, and its negative the smallest.</summary>
    public const double MaxValue = 1e100;

    /// <summary>
    /// Inserts rows: <c>{"items":[{"externalId":"s","columns":["a"],"rows":[{"rowNumber":0,"values":[1.5]}]}]}</c>.
    /// </summary>
    public static CdfRequest Insert(ReadOnlyMemory<byte> body) =>
        CdfRequest.Post("sequences/data", CdfApi.SequenceRows, Repeatable.Always, body) with { DiscardBody = true };

    /// <summary>Most rows that one list gives.</summary>
    public const int MaxRowsPerList = 10_000;

    /// <summary>A page of the rows of a sequence, of all its columns.</summary>
    /// <param name="sequence">Its key; 404, or 400 with a list, if there is none.</param>
    /// <param name="start">The first row number.</param>
    /// <param name="end">The row number after the last.</param>
    /// <param name="limit">Most rows; at most <see cref="MaxRowsPerList"/>.</param>
    public static CdfRequest List(CdfIdentity sequence, long start, long end, int limit) => CdfRequest.Post(
        "sequences/data/list",
        CdfApi.SequenceRows,
        Repeatable.Read,
        JsonBody.Object(json =>
        {
            JsonBody.WriteIdentity(json, sequence);
            json.WriteNumber("start"u8, start);
            json.WriteNumber("end"u8, end);
            json.WriteNumber("limit"u8, limit);
        }));

    /// <summary>Deletes rows by number: <c>{"items":[{"externalId":"s","rows":[0]}]}</c>.</summary>
    public static CdfRequest Delete(ReadOnlyMemory<byte> body) =>
        CdfRequest.Post("sequences/data/delete", CdfApi.SequenceRows, Repeatable.Always, body) with { DiscardBody = true };
}
