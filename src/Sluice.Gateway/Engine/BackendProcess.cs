using System.Globalization;
using System.Runtime.InteropServices;

namespace Sluice.Gateway.Engine;

/// <summary>What the operating system knows of one of the engine's processes.</summary>
/// <param name="PrivateBytes">Memory of its own, swapped out or not; what all backends share is not in it.</param>
/// <param name="Cpu">Processor time since its start.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct BackendProcess(long PrivateBytes, TimeSpan Cpu)
{
    // Of /proc/PID/stat (proc(5)), counted after the name in parentheses: fields 14 and 15.
    private const int UserTicks = 11;
    private const int SystemTicks = 12;

    /// <summary>USER_HZ, which is 100 on every architecture that .NET runs on.</summary>
    private const double TicksPerSecond = 100;

    /// <summary>Looks at process <paramref name="processId"/>; <see langword="null"/> if it has ended.</summary>
    public static BackendProcess? Read(int processId)
    {
        var directory = string.Create(CultureInfo.InvariantCulture, $"/proc/{processId}");
        try
        {
            var stat = File.ReadAllText($"{directory}/stat");
            var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
            var ticks = long.Parse(fields[UserTicks], CultureInfo.InvariantCulture) + long.Parse(fields[SystemTicks], CultureInfo.InvariantCulture);
            var kilobytes = File.ReadLines($"{directory}/status").Sum(line => Kilobytes(line, "RssAnon:") + Kilobytes(line, "VmSwap:"));
            return new BackendProcess(kilobytes * 1_024, TimeSpan.FromSeconds(ticks / TicksPerSecond));
        }
        catch (IOException)
        {
            // It has ended, before or while it was read.
            return null;
        }
    }

    /// <summary>The value of a line such as <c>RssAnon:     1234 kB</c>; 0 for other lines.</summary>
    private static long Kilobytes(string line, string name) => line.StartsWith(name, StringComparison.Ordinal)
        ? long.Parse(line.AsSpan(name.Length).TrimEnd("kB "), NumberStyles.AllowLeadingWhite, CultureInfo.InvariantCulture)
        : 0;
}
