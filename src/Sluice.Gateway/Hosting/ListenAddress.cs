using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Sluice.Gateway.Hosting;

/// <summary>One address to listen on: <c>host:port</c> (an IP address, <c>localhost</c>, or <c>*</c> for all) or <c>unix:/path</c>.</summary>
public sealed record ListenAddress
{
    private ListenAddress(IPEndPoint? endPoint, bool localhost, string? unixSocket)
    {
        EndPoint = endPoint;
        IsLocalhost = localhost;
        UnixSocket = unixSocket;
    }

    /// <summary>The TCP address; <see langword="null"/> for a Unix socket.</summary>
    public IPEndPoint? EndPoint { get; }

    /// <summary>The path of a Unix socket.</summary>
    public string? UnixSocket { get; }

    /// <summary>Whether only this machine reaches it.</summary>
    public bool IsLocal => UnixSocket is not null || IPAddress.IsLoopback(EndPoint!.Address);

    private bool IsLocalhost { get; }

    /// <summary>Parses a list separated by commas; the addresses that are none go to <paramref name="wrong"/>.</summary>
    public static IReadOnlyList<ListenAddress> ParseList(string list, out IReadOnlyList<string> wrong)
    {
        var addresses = new List<ListenAddress>();
        var bad = new List<string>();
        foreach (var text in list.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            if (TryParse(text, out var address))
            {
                addresses.Add(address);
            }
            else
            {
                bad.Add(text);
            }
        }

        wrong = bad;
        return addresses;
    }

    /// <summary>Makes Kestrel listen here.</summary>
    public void Bind(KestrelServerOptions kestrel, Action<ListenOptions> configure)
    {
        if (UnixSocket is not null)
        {
            kestrel.ListenUnixSocket(UnixSocket, configure);
        }
        else if (IsLocalhost && EndPoint!.Port != 0)
        {
            // Both loopback addresses, as far as the machine has them.
            kestrel.ListenLocalhost(EndPoint.Port, configure);
        }
        else
        {
            kestrel.Listen(EndPoint!, configure);
        }
    }

    private static bool TryParse(string text, [NotNullWhen(true)] out ListenAddress? address)
    {
        address = null;
        const string Unix = "unix:";
        if (text.StartsWith(Unix, StringComparison.Ordinal))
        {
            var path = text[Unix.Length..];
            address = Path.IsPathRooted(path) ? new ListenAddress(null, localhost: false, path) : null;
            return address is not null;
        }

        var colon = text.LastIndexOf(':');
        if (colon <= 0 || !ushort.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var port))
        {
            return false;
        }

        var host = text[..colon];
        var ip = host switch
        {
            "localhost" => IPAddress.Loopback,
            "*" => IPAddress.IPv6Any,
            _ when IPAddress.TryParse(host.Trim('[', ']'), out var parsed) => parsed,
            _ => null,
        };
        address = ip is null ? null : new ListenAddress(new IPEndPoint(ip, port), host == "localhost", unixSocket: null);
        return address is not null;
    }
}
