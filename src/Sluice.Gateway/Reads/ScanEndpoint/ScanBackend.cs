using Sluice.Gateway.Engine;
using Sluice.Gateway.Reads.History;

namespace Sluice.Gateway.Reads.ScanEndpoint;

/// <summary>What all connections of the scan endpoint share.</summary>
/// <param name="Secrets">The passwords of the foreign tables.</param>
/// <param name="Users">The gateway users.</param>
/// <param name="Sessions">Their open sessions.</param>
/// <param name="History">Sluice's own tables.</param>
public sealed record ScanBackend(ScanSecrets Secrets, IScanUsers Users, ScanSessions Sessions, HistoryTables History);
