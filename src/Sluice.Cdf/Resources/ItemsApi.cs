using System.Text.Json;
using Sluice.Cdf.Errors;
using Sluice.Cdf.Http;

namespace Sluice.Cdf.Resources;

/// <summary>
/// What the classic resources have in common: <c>POST /x</c>, <c>/x/list</c>, <c>/x/byids</c>, <c>/x/update</c>, <c>/x/delete</c>, each all or nothing. The
/// methods make requests; <see cref="CdfClient.SendAsync"/> sends them.
/// </summary>
public abstract class ItemsApi
{
    private readonly string _path;
    private readonly CdfApi _api;

    private protected ItemsApi(CdfClient client, string path, CdfApi api)
    {
        Client = client;
        _path = path;
        _api = api;
    }

    private protected CdfClient Client { get; }

    /// <summary>Creates the items of <paramref name="body"/>, <c>{"items":[...]}</c>. Not to be repeated when its outcome is unknown.</summary>
    /// <param name="body">Encoded JSON.</param>
    /// <param name="gzipped">It is compressed.</param>
    /// <param name="discardBody">Nobody wants the created items.</param>
    public CdfRequest Create(ReadOnlyMemory<byte> body, bool gzipped = false, bool discardBody = true) =>
        CdfRequest.Post(_path, _api, Repeatable.WhenThrottledOnly, body) with { Gzipped = gzipped, DiscardBody = discardBody };

    /// <summary>Changes items: <c>{"items":[{"externalId":"a","update":{...}}]}</c>. Unknown keys fail the whole.</summary>
    public CdfRequest Update(ReadOnlyMemory<byte> body, bool gzipped = false, bool discardBody = true) =>
        CdfRequest.Post($"{_path}/update", _api, Repeatable.Always, body) with { Gzipped = gzipped, DiscardBody = discardBody };

    /// <summary>Deletes items: <c>{"items":[{"externalId":"a"}],"ignoreUnknownIds":false}</c>.</summary>
    public CdfRequest Delete(ReadOnlyMemory<byte> body) =>
        CdfRequest.Post($"{_path}/delete", _api, Repeatable.WhenThrottledOnly, body) with { DiscardBody = true };

    /// <summary>One page of a list; <paramref name="body"/> has filter, limit and cursor.</summary>
    public CdfRequest List(ReadOnlyMemory<byte> body) => CdfRequest.Post($"{_path}/list", _api, Repeatable.Read, body);

    /// <summary>Items by their keys; unknown ones are an error with <see cref="CdfError.Missing"/>, or left out.</summary>
    public CdfRequest ByIds(IEnumerable<CdfIdentity> keys, bool ignoreUnknownIds) =>
        CdfRequest.Post($"{_path}/byids", _api, Repeatable.Read, JsonBody.Items(keys, json => json.WriteBoolean("ignoreUnknownIds"u8, ignoreUnknownIds)));

    /// <summary>The keys of those of <paramref name="keys"/> that exist: internal id and external id. At most 1,000 a call.</summary>
    public async Task<CdfResult<IReadOnlyList<CdfIdentity>>> ExistingAsync(IEnumerable<CdfIdentity> keys, CancellationToken cancellationToken)
    {
        var response = await Client.SendAsync(ByIds(keys, ignoreUnknownIds: true), cancellationToken);
        return Answer.Read<IReadOnlyList<CdfIdentity>>(response, static body =>
        {
            using var page = CdfPage.Parse(body);
            return [.. page.Items.Select(Identity)];
        });
    }

    private static CdfIdentity Identity(JsonElement item) => new(
        item.TryGetProperty("id", out var id) && id.TryGetInt64(out var number) ? number : null,
        item.TryGetProperty("externalId", out var externalId) ? externalId.GetString() : null);
}
