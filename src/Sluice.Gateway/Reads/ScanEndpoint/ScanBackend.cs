using Sluice.Gateway.Engine;

namespace Sluice.Gateway.Reads.ScanEndpoint;

/// <summary>What all connections of the scan endpoint share.</summary>
/// <param name="Secrets">The passwords of the foreign tables.</param>
/// <param name="Users">The gateway users.</param>
/// <param name="Sessions">Their open sessions.</param>
public sealed record ScanBackend(ScanSecrets Secrets, IScanUsers Users, ScanSessions Sessions);
