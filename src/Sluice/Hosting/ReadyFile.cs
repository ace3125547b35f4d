using System.Text.Json;
using System.Text.Json.Serialization;

namespace Sluice.Hosting;

/// <summary>How to reach what a command runs, for scripts: the content of <c>--ready-file</c>. What the command does not run is left out.</summary>
internal sealed record ReadyFile
{
    private static readonly JsonSerializerOptions Format = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    };

    public string? PgHost { get; init; }

    public int? PgPort { get; init; }

    public string? PgUser { get; init; }

    public string? PgPassword { get; init; }

    public string? PgCaFile { get; init; }

    public string? ApiBaseUrl { get; init; }

    public string? CdfBaseUrl { get; init; }

    public string? FaultsUrl { get; init; }

    public string? Project { get; init; }

    public string? TokenUrl { get; init; }

    public string? ClientId { get; init; }

    public string? ClientSecret { get; init; }

    public string? Scope { get; init; }

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
