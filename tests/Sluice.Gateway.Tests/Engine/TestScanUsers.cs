using System.Collections.Concurrent;
using Sluice.Cdf.Http;
using Sluice.Cdf.Tokens;
using Sluice.Gateway.Reads;
using Sluice.Gateway.Tables;

namespace Sluice.Gateway.Tests.Engine;

/// <summary>The users of tests, each with the CDF of its test.</summary>
public sealed class TestScanUsers : IScanUsers, IDisposable
{
    private readonly ConcurrentDictionary<string, ScanUser> _users = new(StringComparer.Ordinal);
    private readonly CdfHttp _nowhere = new(new CdfOptions { BaseUrl = new Uri("http://127.0.0.1:9") });

    public void Set(string username, TableCatalog tables, CdfClient? client) => _users[username] = new ScanUser(() => tables, client ?? Nowhere());

    public ValueTask<ScanUser> FindAsync(string username, CancellationToken cancellationToken) =>
        ValueTask.FromResult(_users.GetOrAdd(username, _ => new ScanUser(() => TableCatalog.BuiltInOnly, Nowhere())));

    public void Dispose() => _nowhere.Dispose();

    private CdfClient Nowhere() => _nowhere.CreateClient("nowhere", StaticTokenSource.None);
}
