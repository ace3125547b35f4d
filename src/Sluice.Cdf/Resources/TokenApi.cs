using System.Text.Json;
using Sluice.Cdf.Http;

namespace Sluice.Cdf.Resources;

/// <summary>What a token may do.</summary>
/// <param name="Subject">The principal, as the identity provider names it.</param>
/// <param name="Projects">Url names of the projects that the token has access to.</param>
/// <param name="Capabilities">All capabilities, of all its groups in those projects.</param>
public sealed record TokenInspection(string Subject, IReadOnlyList<string> Projects, IReadOnlyList<CdfCapability> Capabilities);

/// <summary><c>GET /api/v1/token/inspect</c> (CDF API, "Token"). CDF answers only if the token has project:list and groups:list.</summary>
public sealed class TokenApi
{
    private readonly CdfClient _client;

    internal TokenApi(CdfClient client) => _client = client;

    /// <summary>What the client's own token may do.</summary>
    public async Task<CdfResult<TokenInspection>> InspectAsync(CancellationToken cancellationToken)
    {
        var response = await _client.SendAsync(CdfRequest.Get("/api/v1/token/inspect", CdfApi.Token), cancellationToken);
        return Answer.Read(response, static answer =>
        {
            using var document = JsonDocument.Parse(answer);
            return Read(document.RootElement);
        });
    }

    private static TokenInspection Read(JsonElement root) => new(
        root.TryGetProperty("subject", out var subject) ? subject.GetString() ?? string.Empty : string.Empty,
        [.. root.GetProperty("projects").EnumerateArray().Select(project => project.GetProperty("projectUrlName").GetString()!)],
        [.. root.GetProperty("capabilities").EnumerateArray().Select(CdfCapability.Read).OfType<CdfCapability>()]);
}
