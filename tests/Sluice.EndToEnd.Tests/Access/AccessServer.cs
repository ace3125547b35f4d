using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Sluice.EndToEnd.Tests.Servers;

namespace Sluice.EndToEnd.Tests.Access;

/// <summary>A Sluice and a CDF of their own, whose time can leap and from which access can be taken away.</summary>
public sealed class AccessServer : IAsyncLifetime
{
    private readonly HttpClient _http = new();

    public AccessServer() => Gateway = new GatewayServer { Time = Time };

    internal LeapingTime Time { get; } = new();

    internal GatewayServer Gateway { get; }

    public ValueTask InitializeAsync() => Gateway.InitializeAsync();

    public ValueTask DisposeAsync()
    {
        _http.Dispose();
        return Gateway.DisposeAsync();
    }

    /// <summary>Lets the time pass within which Sluice looks at the access of open sessions, and forgets what it found at logins.</summary>
    internal void PassCheckInterval() => Time.Leap(TimeSpan.FromSeconds(21));

    internal async Task SetSessionStatusAsync(long session, string status)
    {
        using var response = await _http.PutAsJsonAsync(
            new Uri(Gateway.Emulator.AdminUrl, $"projects/{Gateway.Emulator.Project}/sessions/{session}"), new JsonObject { ["status"] = status });
        Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync());
    }

    /// <summary>Lets the identity provider give tokens for so long.</summary>
    internal async Task SetTokenLifetimeAsync(TimeSpan lifetime)
    {
        using var response = await _http.PutAsJsonAsync(
            new Uri(Gateway.Emulator.AdminUrl, "settings"), new JsonObject { ["tokenLifetimeSeconds"] = (int)lifetime.TotalSeconds });
        Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync());
    }

    internal async Task DeleteProjectAsync()
    {
        using var response = await _http.DeleteAsync(new Uri(Gateway.Emulator.AdminUrl, $"projects/{Gateway.Emulator.Project}"));
        Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync());
    }
}
