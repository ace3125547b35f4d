using System.Text;
using Sluice.Cdf.Errors;
using Sluice.Cdf.Http;
using Sluice.Cdf.Resources;

namespace Sluice.Gateway.Writes;

/// <summary>Reads items that a write has stored, or found stored, back by their external ids: for RETURNING, where CDF's answer does not have them.</summary>
internal static class StoredItems
{
    /// <summary>The items, each with the origin of its row; or the error.</summary>
    public static async Task<(IReadOnlyList<ReturnedRow> Rows, CdfError? Error)> ReadAsync(
        CdfClient client, EncodedWrite write, IReadOnlyList<int> items, ItemsApi api)
    {
        var origins = new Dictionary<string, long>(StringComparer.Ordinal);
        foreach (var item in items)
        {
            var origin = write.Items!.OriginOf(item);
            if (write.Keys.NameAt(origin) is { } name)
            {
                origins[name] = origin;
            }
        }

        var keys = origins.Keys.Select(name => new CdfIdentity(ExternalId: name));
        var response = await client.SendAsync(api.ByIds(keys, ignoreUnknownIds: true), CancellationToken.None);
        if (!response.IsSuccess)
        {
            return ([], response.Error);
        }

        using var page = CdfPage.Parse(response.Body);
        return ([.. page.Items.Select(item => new ReturnedRow(origins[item.GetProperty("externalId"u8).GetString()!], Encoding.UTF8.GetBytes(item.GetRawText())))], null);
    }
}
