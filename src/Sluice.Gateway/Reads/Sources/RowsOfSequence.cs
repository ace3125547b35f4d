using System.Globalization;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using Sluice.Cdf.Errors;
using Sluice.Cdf.Http;
using Sluice.Cdf.Resources;
using Sluice.Gateway.Reads.Rows;
using Sluice.Gateway.Tables;

namespace Sluice.Gateway.Reads.Sources;

/// <summary>A stretch of the rows of one sequence; the end is not included.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct SequenceRange(CdfIdentity Sequence, long Start, long End);

/// <summary>Rows of sequences by their numbers, a request for each stretch and 10,000 rows. A sequence that does not exist gives no rows.</summary>
internal static class RowsOfSequence
{
    private const int RequestsAhead = 4;

    /// <summary>Reads the rows of <paramref name="ranges"/>.</summary>
    public static async IAsyncEnumerable<CdfRow> ReadAsync(
        TableDefinition table,
        CdfClient client,
        IEnumerable<SequenceRange> ranges,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var answers = OrderedWindow.RunAsync(
            ranges, async (range, abort) => (Range: range, Answer: await client.SendAsync(Request(range), abort)), RequestsAhead, cancellationToken);
        await foreach (var (range, first) in answers.WithCancellation(cancellationToken))
        {
            var answer = first;
            long? next = range.Start;
            while (next is not null)
            {
                next = null;
                if (IsUnknown(answer.Error))
                {
                    break;
                }

                if (!answer.IsSuccess)
                {
                    throw ScanErrors.Of(answer.Error, table);
                }

                using var page = JsonDocument.Parse(answer.Body);
                var rows = page.RootElement.GetProperty("rows"u8);
                var given = GivenOf(table, page.RootElement);
                foreach (var row in rows.EnumerateArray())
                {
                    yield return new CdfRow(row, given);
                }

                if (rows.GetArrayLength() == SequenceRowsApi.MaxRowsPerList
                    && rows[SequenceRowsApi.MaxRowsPerList - 1].GetProperty("rowNumber"u8).GetInt64() + 1 is var following
                    && following < range.End)
                {
                    next = following;
                    answer = await client.SendAsync(Request(range with { Start = following }), cancellationToken);
                }
            }
        }
    }

    private static bool IsUnknown(CdfError? error) => error is { Kind: CdfErrorKind.NotFound } or { Kind: CdfErrorKind.BadRequest, Missing.Count: > 0 };

    private static CdfRequest Request(SequenceRange range) =>
        SequenceRowsApi.List(range.Sequence, range.Start, range.End, SequenceRowsApi.MaxRowsPerList);

    private static string?[] GivenOf(TableDefinition table, JsonElement page)
    {
        var given = new string?[table.Columns.Length];
        given[table.OrdinalOf("id")] = page.GetProperty("id"u8).GetInt64().ToString(CultureInfo.InvariantCulture);
        given[table.OrdinalOf("external_id")] = page.TryGetProperty("externalId"u8, out var externalId) ? externalId.GetString() : null;
        var columns = new StringBuilder("{");
        foreach (var column in page.GetProperty("columns"u8).EnumerateArray())
        {
            var name = column.GetProperty("externalId"u8).GetString()!;
            var escaped = name.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal);
            columns.Append(columns.Length > 1 ? "," : "").Append('"').Append(escaped).Append('"');
        }

        given[table.OrdinalOf("columns")] = columns.Append('}').ToString();
        return given;
    }
}
