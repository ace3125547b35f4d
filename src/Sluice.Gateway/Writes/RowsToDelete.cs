using System.Text;
using Sluice.Cdf.Errors;
using Sluice.Cdf.Http;
using Sluice.Cdf.Resources;

namespace Sluice.Gateway.Writes;

/// <summary>The rows that a DELETE with RETURNING is about to delete, which CDF's answer does not have.</summary>
internal static class RowsToDelete
{
    /// <summary>Reads them by their keys.</summary>
    /// <returns>The rows that are there; or the error.</returns>
    public static async Task<(IReadOnlyList<ReturnedRow> Rows, CdfError? Error)> ReadAsync(CdfClient client, WritePart part)
    {
        var api = ItemResources.Of(client, part.Write.Plan.Table);
        var response = await client.SendAsync(api.ByIds(part.Write.Keys.Identities(), ignoreUnknownIds: true), CancellationToken.None);
        if (!response.IsSuccess)
        {
            return ([], response.Error);
        }

        var byId = part.Write.Plan.KeyColumns[0].Name == "id";
        var rows = new List<ReturnedRow>();
        using var page = CdfPage.Parse(response.Body);
        foreach (var item in page.Items)
        {
            var key = byId
                ? new CdfIdentity(Id: item.GetProperty("id"u8).GetInt64())
                : new CdfIdentity(ExternalId: item.GetProperty("externalId"u8).GetString());
            if (part.Write.Keys.OriginOf(key) is { } origin)
            {
                rows.Add(new ReturnedRow(origin, Encoding.UTF8.GetBytes(item.GetRawText())));
            }
        }

        return (rows, null);
    }
}
