namespace Sluice.Emulator;

/// <summary>The options that can be changed while the emulator runs.</summary>
internal sealed class EmulatorSettings(EmulatorOptions options)
{
    public bool RedeemsNonces { get; set; } = options.RedeemsNonces;

    public bool Counting { get; set; } = options.Counting;

    public int? MaxConcurrentRequests { get; set; } = options.MaxConcurrentRequests;

    public bool DetectConflicts { get; set; } = options.DetectConflicts;

    public TimeSpan TokenLifetime { get; set; } = options.TokenLifetime;
}
