using System.Text;
using Microsoft.Win32.SafeHandles;
using Sluice.Gateway.Engine;

namespace Sluice.Gateway.Hosting;

/// <summary>A name for a Unix socket in a directory, however deep that is. It is good while this object is.</summary>
internal sealed class SocketPath : IDisposable
{
    /// <summary>Sizeof sun_path is 108 on Linux and 104 on macOS, one of them a NUL.</summary>
    private const int Longest = 103;

    private readonly SafeFileHandle? _directory;

    /// <summary>Names the socket <paramref name="name"/> in <paramref name="directory"/>.</summary>
    /// <exception cref="IOException">The directory cannot be opened.</exception>
    public SocketPath(string directory, string name)
    {
        Value = Path.Combine(directory, name);
        if (Encoding.UTF8.GetByteCount(Value) > Longest)
        {
            // The kernel's own name of an open directory is always short.
            _directory = Libc.OpenDirectory(directory);
            Value = $"/proc/self/fd/{_directory.DangerousGetHandle()}/{name}";
        }
    }

    public string Value { get; }

    public void Dispose() => _directory?.Dispose();
}
