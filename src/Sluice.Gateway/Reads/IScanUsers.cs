using Sluice.Cdf.Http;
using Sluice.Gateway.Tables;

namespace Sluice.Gateway.Reads;

/// <summary>What a scan needs of its user. PostgreSQL keeps the connection of its scans as long as its session, so tables may come and go meanwhile.</summary>
/// <param name="CurrentTables">The CDF tables as they are when it is called.</param>
/// <param name="Client">The way to CDF with the user's credentials.</param>
public sealed record ScanUser(Func<TableCatalog> CurrentTables, CdfClient Client)
{
    /// <summary>The CDF tables as they are now.</summary>
    public TableCatalog Tables => CurrentTables();
}

/// <summary>Knows the gateway users whose databases read.</summary>
public interface IScanUsers
{
    /// <summary>The user as he is now.</summary>
    /// <exception cref="PgWire.Protocol.PgException">28000: there is no such user any more.</exception>
    ValueTask<ScanUser> FindAsync(string username, CancellationToken cancellationToken);
}
