namespace Sluice.Cdf.Http;

/// <summary>
/// One CDF request with its body already encoded, so that a retry sends the same bytes with the same Content-Length.
/// The memory of <see cref="Body"/> must stay unchanged until the answer is there.
/// </summary>
public sealed record CdfRequest
{
    /// <summary>HTTP method.</summary>
    public required HttpMethod Method { get; init; }

    /// <summary>
    /// Path relative to <c>/api/v1/projects/{project}/</c>, escaped, with its query; with a leading slash, relative to the base URL itself.
    /// </summary>
    public required string Path { get; init; }

    /// <summary>Key of the concurrency limit.</summary>
    public required CdfApi Api { get; init; }

    /// <summary>When it may be sent again.</summary>
    public required Repeatable Repeatable { get; init; }

    /// <summary>The encoded body; empty for none.</summary>
    public ReadOnlyMemory<byte> Body { get; init; }

    /// <summary>Encoding of <see cref="Body"/>.</summary>
    public CdfMediaType ContentType { get; init; }

    /// <summary><see cref="Body"/> is compressed with gzip (see <see cref="GzipBody"/>).</summary>
    public bool Gzipped { get; init; }

    /// <summary>Encoding asked for in the answer; errors are always JSON.</summary>
    public CdfMediaType Accept { get; init; }

    /// <summary>The body of a 2xx answer is read and dropped: <see cref="CdfResponse.Body"/> is empty, and a 2xx line alone means success.</summary>
    public bool DiscardBody { get; init; }

    /// <summary>
    /// False where CDF may have done a part of what it then refuses, as with RAW rows ("partial write possible, no rollback"); an error answer then has
    /// <see cref="Errors.CdfError.EffectPossible"/>.
    /// </summary>
    public bool Atomic { get; init; } = true;

    /// <summary>A GET of <paramref name="path"/>.</summary>
    public static CdfRequest Get(string path, CdfApi api) =>
        new() { Method = HttpMethod.Get, Path = path, Api = api, Repeatable = Repeatable.Read };

    /// <summary>A POST of JSON.</summary>
    public static CdfRequest Post(string path, CdfApi api, Repeatable repeatable, ReadOnlyMemory<byte> json) =>
        new() { Method = HttpMethod.Post, Path = path, Api = api, Repeatable = repeatable, Body = json };
}
