using System.Net;
using System.Net.Sockets;

namespace Sluice.PgWire.Startup;

/// <summary>
/// Whom connections are counted for: an IPv4 address, the /64 network of an IPv6 address (a host has all of it to itself), or all local ones together,
/// which come over a Unix socket.
/// </summary>
/// <param name="Network">The address or network; empty for local connections.</param>
public readonly record struct ClientAddress(UInt128 Network)
{
    private const int NetworkBytes = 8;

    /// <summary>That of a connection.</summary>
    public static ClientAddress Of(EndPoint? remote)
    {
        if (remote is not IPEndPoint { Address: var address })
        {
            return default;
        }

        Span<byte> bytes = stackalloc byte[16];
        bytes.Clear();
        (address.AddressFamily == AddressFamily.InterNetwork ? address.MapToIPv6() : address).TryWriteBytes(bytes, out _);
        if (address is { AddressFamily: AddressFamily.InterNetworkV6, IsIPv4MappedToIPv6: false })
        {
            bytes[NetworkBytes..].Clear();
        }

        return new ClientAddress(System.Buffers.Binary.BinaryPrimitives.ReadUInt128BigEndian(bytes));
    }
}
