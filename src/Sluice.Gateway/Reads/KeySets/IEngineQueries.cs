namespace Sluice.Gateway.Reads.KeySets;

/// <summary>Asks the engine in the session whose statement is to run: only there are its temporary tables.</summary>
public interface IEngineQueries
{
    /// <summary>Runs <paramref name="sql"/>, one SELECT, and returns its rows as text.</summary>
    /// <exception cref="PgWire.Protocol.PgException">The engine's error.</exception>
    Task<IReadOnlyList<string?[]>> QueryAsync(string sql, CancellationToken cancellationToken);
}
