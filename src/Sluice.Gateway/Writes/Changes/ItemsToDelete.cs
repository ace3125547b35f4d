using System.Text;
using Sluice.Cdf.Errors;
using Sluice.Cdf.Http;
using Sluice.Cdf.Resources;

namespace Sluice.Gateway.Writes.Changes;

/// <summary>Reads the items that a DELETE with RETURNING is about to delete: CDF's answer does not have them.</summary>
internal sealed class ItemsToDelete : WritePreparation
{
    public override async Task<Prepared> PrepareAsync(CdfClient client, WritePart part, CancellationToken stop)
    {
        var plan = part.Write.Plan;

        // Each item is a key. A part of the items has answered for itself only: another may be sent later, or again.
        CdfIdentity[] keys = [.. part.Write.Keys.Identities()];
        var response = await client.SendAsync(
            ItemResources.Of(client, plan.Table).ByIds(part.Items.Select(item => keys[item]), ignoreUnknownIds: true), CancellationToken.None, stop);
        if (!response.IsSuccess)
        {
            return Prepared.Failed(response.Error);
        }

        var byId = plan.KeyColumns[0].Name == "id";
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

        return new Prepared(part) { Rows = rows };
    }
}
