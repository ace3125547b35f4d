using System.Net.Sockets;

namespace Sluice.Gateway.Hosting;

/// <summary>The gateway that runs on this machine, as another process of its administrator reaches it.</summary>
public static class LocalGateway
{
    /// <summary>Connects to the REST API of the gateway that keeps its data in <paramref name="dataDirectory"/>; it takes this connection for an administrator's.</summary>
    /// <exception cref="LocalGatewayException">None runs there, or it may not be reached by this process's operating system user.</exception>
    public static async Task<Stream> ConnectAsync(string dataDirectory, CancellationToken cancellationToken)
    {
        var directory = DataDirectories.AdminIn(dataDirectory);
        try
        {
            return await OpenAsync(directory, cancellationToken);
        }
        catch (Exception e) when (e is SocketException { SocketErrorCode: SocketError.AccessDenied } || (e is IOException && Directory.Exists(directory)))
        {
            throw new LocalGatewayException(
                $"The gateway's socket in {directory} cannot be opened: run the command as the user that runs the gateway, or as root.", e);
        }
        catch (Exception e) when (e is SocketException or IOException)
        {
            throw new LocalGatewayException(
                $"No gateway runs with its data in {Path.GetFullPath(dataDirectory)}: start it (sluice serve), or name its data directory with --data-dir.", e);
        }
    }

    private static async Task<Stream> OpenAsync(string directory, CancellationToken cancellationToken)
    {
        using var path = new SocketPath(directory, AdminSocket.Name);
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(path.Value), cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}

/// <summary>There is no gateway to talk to; the message says what to do.</summary>
public sealed class LocalGatewayException(string message, Exception inner) : Exception(message, inner);
