using Sluice.Administration;

namespace Sluice.Apply;

/// <summary>
/// A file for a password, readable by its owner alone. It is opened before the user is made, since the password is told once, and takes its name when all of it is written.
/// </summary>
internal sealed class PasswordFile : IAsyncDisposable
{
    private readonly string _path;
    private readonly FileStream _stream;

    private PasswordFile(string path, FileStream stream)
    {
        _path = path;
        _stream = stream;
    }

    private string Temporary => _stream.Name;

    /// <summary>Makes sure that <paramref name="path"/> can be written.</summary>
    /// <exception cref="AdministrationException">It cannot.</exception>
    public static PasswordFile Open(string path)
    {
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, Share = FileShare.None };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        try
        {
            return new PasswordFile(path, new FileStream($"{path}.{Guid.NewGuid():N}.tmp", options));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new AdministrationException($"The passwordFile {path} cannot be written, so the user was not made: {e.Message}");
        }
    }

    /// <summary>Writes the password, and a line end.</summary>
    public async Task WriteAsync(string password)
    {
        await _stream.WriteAsync(System.Text.Encoding.UTF8.GetBytes(password + "\n"));
        await _stream.DisposeAsync();
        File.Move(Temporary, _path, overwrite: true);
    }

    public async ValueTask DisposeAsync()
    {
        await _stream.DisposeAsync();
        File.Delete(Temporary);
    }
}
