namespace Sluice.Commands;

/// <summary>What the process ends with.</summary>
internal static class ExitCodes
{
    public const int Success = 0;

    /// <summary>The command ran and did not do what it was asked for.</summary>
    public const int Failure = 1;

    /// <summary>Nothing was started: the settings are wrong.</summary>
    public const int BadSettings = 2;
}
