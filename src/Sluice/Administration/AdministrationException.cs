using Sluice.Commands;

namespace Sluice.Administration;

/// <summary>Ends a command with a message that says what is wrong and what to do.</summary>
internal sealed class AdministrationException(string message, int exitCode = ExitCodes.Failure) : Exception(message)
{
    /// <summary>What the process ends with.</summary>
    public int ExitCode => exitCode;

    /// <summary>The command cannot mean what it says; nothing was done.</summary>
    public static AdministrationException Usage(string message) => new(message, ExitCodes.BadSettings);
}
