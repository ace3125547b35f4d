using System.Buffers;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Sluice.Cdf.Errors;
using Sluice.Cdf.Http;
using Sluice.Cdf.Resources;
using Sluice.Gateway.Reads.Rows;
using Sluice.Gateway.Tables;
using Sluice.PgWire.Protocol;

namespace Sluice.Gateway.Reads.Sources;

/// <summary>Resources by their internal or external ids, 1,000 a request; ids that do not exist give no row.</summary>
internal static class ItemsByIds
{
    private const int MaxKeys = 1_000;

    // Pages are large, and other statements read, too.
    private const int RequestsAhead = 4;

    private const long MaxId = (1L << 53) - 1;
    private const int MaxExternalIdLength = 255;

    /// <summary>The ids among <paramref name="texts"/> that CDF can have given; it refuses a request with any other.</summary>
    public static IEnumerable<CdfIdentity> Ids(IEnumerable<string> texts) =>
        from text in texts
        let id = long.Parse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture)
        where id is >= 1 and <= MaxId
        select new CdfIdentity(Id: id);

    /// <summary>The external ids among <paramref name="texts"/> that a resource can have; CDF refuses a request with any other.</summary>
    public static IEnumerable<CdfIdentity> ExternalIds(IEnumerable<string> texts) =>
        from text in texts
        where text.Length <= 2 * MaxExternalIdLength && text.EnumerateRunes().Count() <= MaxExternalIdLength
        select new CdfIdentity(ExternalId: text);

    /// <summary>Reads the rows of <paramref name="keys"/>, which differ.</summary>
    public static async IAsyncEnumerable<CdfRow> ReadAsync(
        TableDefinition table,
        CdfClient client,
        IEnumerable<CdfIdentity> keys,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var (path, api) = PathOf(table.Kind);
        var answers = OrderedWindow.RunAsync(
            keys.Chunk(MaxKeys),
            (chunk, abort) => client.SendAsync(CdfRequest.Post(path, api, Repeatable.Read, Body(chunk)), abort),
            RequestsAhead,
            cancellationToken);
        await foreach (var answer in answers.WithCancellation(cancellationToken))
        {
            using var page = ParsePage(answer, table);
            foreach (var item in page.Items)
            {
                yield return new CdfRow(item);
            }
        }
    }

    private static (string Path, CdfApi Api) PathOf(TableKind kind) => kind switch
    {
        TableKind.Assets => ("assets/byids", CdfApi.Assets),
        TableKind.Events => ("events/byids", CdfApi.Events),
        TableKind.TimeSeries => ("timeseries/byids", CdfApi.TimeSeries),
        TableKind.Files => ("files/byids", CdfApi.Other),
        TableKind.Labels => ("labels/byids", CdfApi.Other),
        TableKind.Relationships => ("relationships/byids", CdfApi.Other),
        TableKind.Sequences => ("sequences/byids", CdfApi.Other),
        TableKind.ExtractionPipelines => ("extpipes/byids", CdfApi.Other),
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "The kind has no look-up by ids."),
    };

    private static ReadOnlyMemory<byte> Body(IEnumerable<CdfIdentity> keys)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteStartArray("items"u8);
            foreach (var key in keys)
            {
                json.WriteStartObject();
                WriteKey(json, key);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteBoolean("ignoreUnknownIds"u8, true);
            json.WriteEndObject();
        }

        return buffer.WrittenMemory;
    }

    /// <summary>Writes <c>id</c> or <c>externalId</c> as a member of an open object.</summary>
    public static void WriteKey(Utf8JsonWriter json, CdfIdentity key)
    {
        if (key.Id is { } id)
        {
            json.WriteNumber("id"u8, id);
        }
        else
        {
            json.WriteString("externalId"u8, key.ExternalId);
        }
    }

    /// <summary>The items of an answer.</summary>
    /// <exception cref="PgException">CDF's error; 08006 for an answer that is no JSON.</exception>
    public static CdfPage ParsePage(CdfResponse answer, TableDefinition table)
    {
        if (!answer.IsSuccess)
        {
            throw ScanErrors.Of(answer.Error, table);
        }

        try
        {
            return CdfPage.Parse(answer.Body);
        }
        catch (JsonException e)
        {
            throw new PgException(
                new PgError
                {
                    SqlState = SqlState.ConnectionFailure,
                    Message = $"CDF answered with a body that is not understood (CDF request {answer.RequestId})",
                },
                e);
        }
    }
}
