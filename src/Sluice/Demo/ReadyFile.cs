using System.Text.Json;

namespace Sluice.Demo;

/// <summary>How to reach everything that the demo runs, for scripts: the content of <c>--ready-file</c>.</summary>
internal sealed record ReadyFile
{
    private static readonly JsonSerializerOptions Format = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    public required string PgHost { get; init; }

    public required int PgPort { get; init; }

    public required string PgUser { get; init; }

    public required string PgPassword { get; init; }

    public required string PgCaFile { get; init; }

    public required string ApiBaseUrl { get; init; }

    public required string CdfBaseUrl { get; init; }

    public required string FaultsUrl { get; init; }

    public required string Project { get; init; }

    public required string TokenUrl { get; init; }

    public required string ClientId { get; init; }

    public required string ClientSecret { get; init; }

    public required string Scope { get; init; }

    /// <summary>Writes the file so that whoever waits for it finds it whole; readable by its owner only, for it holds secrets.</summary>
    public async Task WriteAsync(string path, CancellationToken cancellationToken)
    {
        string full = Path.GetFullPath(path);
        string temporary = full + ".tmp";
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write, Share = FileShare.None };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        await using (var stream = new FileStream(temporary, options))
        {
            await JsonSerializer.SerializeAsync(stream, this, Format, cancellationToken);
        }

        File.Move(temporary, full, overwrite: true);
    }
}
