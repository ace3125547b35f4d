using Sluice.Cdf.Http;

namespace Sluice.Cdf.Resources;

/// <summary>
/// <c>/files</c> (CDF API, "Files"): what CDF knows of files. A create takes one file, whose object is the whole body; a file whose content is not
/// uploaded is deleted after a week.
/// </summary>
public sealed class FilesApi : ItemsApi
{
    /// <summary>Most items of an update, delete or byids; at least 1.</summary>
    public const int MaxItems = 1000;

    internal FilesApi(CdfClient client)
        : base(client, "files", CdfApi.Files)
    {
    }
}
