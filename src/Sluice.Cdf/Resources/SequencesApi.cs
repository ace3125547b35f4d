using Sluice.Cdf.Http;

namespace Sluice.Cdf.Resources;

/// <summary><c>/sequences</c> (CDF API, "Sequences").</summary>
public sealed class SequencesApi : ItemsApi
{
    /// <summary>Most items of a create, update, delete or byids; at least 1.</summary>
    public const int MaxItems = 1000;

    internal SequencesApi(CdfClient client)
        : base(client, "sequences", CdfApi.Sequences)
    {
    }
}
