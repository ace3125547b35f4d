using Sluice.Cdf.Http;

namespace Sluice.Cdf.Resources;

/// <summary><c>/events</c> (CDF API, "Events").</summary>
public sealed class EventsApi : ItemsApi
{
    /// <summary>Most items of a create, update, delete or byids; at least 1.</summary>
    public const int MaxItems = 1000;

    /// <summary>Longest <c>externalId</c>, in characters.</summary>
    public const int MaxExternalIdLength = 255;

    /// <summary>Longest <c>type</c> and <c>subtype</c>, in characters.</summary>
    public const int MaxTypeLength = 64;

    /// <summary>Longest <c>description</c>, in characters.</summary>
    public const int MaxDescriptionLength = 500;

    /// <summary>Longest <c>source</c>, in characters.</summary>
    public const int MaxSourceLength = 128;

    /// <summary>Most pairs of <c>metadata</c>.</summary>
    public const int MaxMetadataPairs = 256;

    /// <summary>Longest key of <c>metadata</c>, in UTF-8 bytes.</summary>
    public const int MaxMetadataKeyBytes = 128;

    /// <summary>Longest value of <c>metadata</c>, in UTF-8 bytes.</summary>
    public const int MaxMetadataValueBytes = 128_000;

    /// <summary>All keys and values of <c>metadata</c> together, in UTF-8 bytes.</summary>
    public const int MaxMetadataBytes = 200_000;

    /// <summary>Most <c>assetIds</c>, which must differ and exist.</summary>
    public const int MaxAssetIds = 10_000;

    internal EventsApi(CdfClient client)
        : base(client, "events", CdfApi.Events)
    {
    }
}
