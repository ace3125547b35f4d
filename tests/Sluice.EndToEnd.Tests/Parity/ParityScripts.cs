namespace Sluice.EndToEnd.Tests.Parity;

/// <summary>All scripts: the table that each is about, and what it says.</summary>
internal static class ParityScripts
{
    public static IReadOnlyDictionary<string, (string Table, ParityStep[] Steps)> All { get; } =
        new[] { InsertScripts.All, ConflictScripts.All, ChangeScripts.All, ProtocolScripts.All, NaturalKeyScripts.All }
            .SelectMany(scripts => scripts).ToDictionary(script => script.Key, script => script.Value);
}
