using Sluice.Cdf.Http;

namespace Sluice.Cdf.Resources;

/// <summary><c>/assets</c> (CDF API, "Assets").</summary>
public sealed class AssetsApi : ItemsApi
{
    /// <summary>Most items of a create, update, delete or byids; at least 1.</summary>
    public const int MaxItems = 1000;

    /// <summary>Longest <c>name</c>, in characters; at least 1.</summary>
    public const int MaxNameLength = 140;

    /// <summary>Longest <c>externalId</c>, in characters.</summary>
    public const int MaxExternalIdLength = 255;

    /// <summary>Longest <c>description</c>, in characters.</summary>
    public const int MaxDescriptionLength = 500;

    /// <summary>Longest <c>source</c>, in characters.</summary>
    public const int MaxSourceLength = 128;

    /// <summary>Most pairs of <c>metadata</c>.</summary>
    public const int MaxMetadataPairs = 256;

    /// <summary>Longest key of <c>metadata</c>, in UTF-8 bytes.</summary>
    public const int MaxMetadataKeyBytes = 128;

    /// <summary>Longest value of <c>metadata</c>, and all keys and values together, in UTF-8 bytes.</summary>
    public const int MaxMetadataBytes = 10_240;

    /// <summary>Most labels, which must differ.</summary>
    public const int MaxLabels = 10;

    internal AssetsApi(CdfClient client)
        : base(client, "assets", CdfApi.Assets)
    {
    }
}
