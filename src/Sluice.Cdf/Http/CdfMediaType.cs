namespace Sluice.Cdf.Http;

/// <summary>The two encodings that CDF speaks.</summary>
public enum CdfMediaType
{
    /// <summary><c>application/json</c>.</summary>
    Json,

    /// <summary><c>application/protobuf</c>, for data points.</summary>
    Protobuf,
}
