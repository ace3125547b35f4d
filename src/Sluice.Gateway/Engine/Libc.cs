using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Sluice.Gateway.Engine;

/// <summary>The few calls to the operating system that .NET has no name for.</summary>
internal static partial class Libc
{
    public const int SigInt = 2;
    public const int SigQuit = 3;
    public const int SigKill = 9;

    private const int NoSuchProcess = 3;
    private const int OpenReadOnlyCloseOnExec = 0x80000;

    public static bool IsRoot => GetEffectiveUserId() == 0;

    /// <summary>Sends a signal; <see langword="false"/> if there is no such process any more.</summary>
    public static bool Signal(int processId, int signal)
    {
        if (Kill(processId, signal) == 0)
        {
            return true;
        }

        var error = Marshal.GetLastPInvokeError();
        return error == NoSuchProcess
            ? false
            : throw new EngineException($"cannot signal process {processId}: {Marshal.GetPInvokeErrorMessage(error)}");
    }

    /// <summary>Gives a file or directory to <paramref name="owner"/>; nothing happens for <see langword="null"/>, the user that Sluice runs as.</summary>
    public static void ChangeOwner(string path, OsUser? owner)
    {
        if (owner is not null && ChangeOwner(path, owner.Uid, owner.Gid) != 0)
        {
            var error = Marshal.GetLastPInvokeErrorMessage();
            throw new EngineException($"cannot give {path} to user {owner.Name}: {error}");
        }
    }

    /// <summary>A handle on a directory, which .NET's own files cannot be.</summary>
    /// <exception cref="IOException">It cannot be opened: with the operating system's word.</exception>
    public static SafeFileHandle OpenDirectory(string path)
    {
        var handle = Open(path, OpenReadOnlyCloseOnExec);
        if (handle.IsInvalid)
        {
            var error = Marshal.GetLastPInvokeErrorMessage();
            handle.Dispose();
            throw new IOException($"{path}: {error}");
        }

        return handle;
    }

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial SafeFileHandle Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "geteuid")]
    private static partial uint GetEffectiveUserId();

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int Kill(int processId, int signal);

    [LibraryImport("libc", EntryPoint = "chown", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int ChangeOwner(string path, uint uid, uint gid);
}
