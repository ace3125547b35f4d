using Sluice.Cdf.Http;
using Sluice.Gateway.Tables;

namespace Sluice.Gateway.Reads;

/// <summary>What a scan needs of its user.</summary>
/// <param name="Tables">The CDF tables.</param>
/// <param name="Client">The way to CDF with the user's credentials.</param>
public sealed record ScanUser(TableCatalog Tables, CdfClient Client);

/// <summary>Knows the gateway users whose databases read.</summary>
public interface IScanUsers
{
    /// <summary>The user as he is now.</summary>
    /// <exception cref="PgWire.Protocol.PgException">28000: there is no such user any more.</exception>
    ValueTask<ScanUser> FindAsync(string username, CancellationToken cancellationToken);
}
