using System.Buffers.Binary;
using System.Net.Sockets;
using System.Text;
using Sluice.PgWire.Protocol;

namespace Sluice.PgWire.Tests.Types;

/// <summary>
/// The little of PostgreSQL's protocol that the comparisons need: simple queries with text results, and COPY data byte for byte, which drivers
/// do not let through.
/// </summary>
public sealed class PlainConnection : IAsyncDisposable
{
    private const int ProtocolVersion = 196_608;

    private readonly NetworkStream _stream;

    private PlainConnection(NetworkStream stream) => _stream = stream;

    public static async Task<PlainConnection> OpenAsync(string directory, string user)
    {
        Socket socket = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(Path.Combine(directory, ".s.PGSQL.5432")));
        PlainConnection connection = new(new NetworkStream(socket, ownsSocket: true));
        byte[] parameters = Encoding.UTF8.GetBytes($"user\0{user}\0database\0postgres\0client_encoding\0UTF8\0\0");
        byte[] version = new byte[sizeof(int)];
        BinaryPrimitives.WriteInt32BigEndian(version, ProtocolVersion);
        await connection.SendAsync(type: null, [.. version, .. parameters]);
        await connection.ReadRowsAsync();
        return connection;
    }

    /// <summary>Runs a query, which may have several statements, and returns the rows of all.</summary>
    public Task<List<string?[]>> QueryAsync(string sql) => CopyAsync(sql, []);

    /// <summary>Runs a COPY … FROM STDIN with this data.</summary>
    public async Task<List<string?[]>> CopyAsync(string sql, byte[] data)
    {
        await SendAsync('Q', Encoding.UTF8.GetBytes(sql + "\0"));
        return await ReadRowsAsync(data);
    }

    public async ValueTask DisposeAsync() => await _stream.DisposeAsync();

    private static string?[] ReadRow(ReadOnlySpan<byte> body)
    {
        string?[] values = new string?[BinaryPrimitives.ReadInt16BigEndian(body)];
        body = body[sizeof(short)..];
        for (int i = 0; i < values.Length; i++)
        {
            int length = BinaryPrimitives.ReadInt32BigEndian(body);
            body = body[sizeof(int)..];
            values[i] = length < 0 ? null : Encoding.UTF8.GetString(body[..length]);
            body = body[Math.Max(length, 0)..];
        }

        return values;
    }

    private static PgException ReadError(byte[] body)
    {
        Dictionary<char, string> fields = Encoding.UTF8.GetString(body).Split('\0').Where(f => f.Length > 0).ToDictionary(f => f[0], f => f[1..]);
        return new PgException(new PgError
        {
            SqlState = fields['C'],
            Message = fields['M'],
            Detail = fields.GetValueOrDefault('D'),
            Hint = fields.GetValueOrDefault('H'),
            Context = fields.GetValueOrDefault('W'),
            Position = int.Parse(fields.GetValueOrDefault('P', "0")),
        });
    }

    private async Task<List<string?[]>> ReadRowsAsync(byte[]? copyData = null)
    {
        List<string?[]> rows = [];
        PgException? error = null;
        while (true)
        {
            (char type, byte[] body) = await ReceiveAsync();
            switch (type)
            {
                case 'D':
                    rows.Add(ReadRow(body));
                    break;
                case 'E':
                    error = ReadError(body);
                    break;
                case 'G':
                    await SendAsync('d', copyData ?? []);
                    await SendAsync('c', []);
                    break;
                case 'Z':
                    return error is null ? rows : throw error;
            }
        }
    }

    private async Task SendAsync(char? type, byte[] body)
    {
        byte[] message = new byte[(type is null ? 0 : 1) + sizeof(int) + body.Length];
        int at = 0;
        if (type is { } t)
        {
            message[at++] = (byte)t;
        }

        BinaryPrimitives.WriteInt32BigEndian(message.AsSpan(at), sizeof(int) + body.Length);
        body.CopyTo(message, at + sizeof(int));
        await _stream.WriteAsync(message);
    }

    private async Task<(char Type, byte[] Body)> ReceiveAsync()
    {
        byte[] header = new byte[1 + sizeof(int)];
        await _stream.ReadExactlyAsync(header);
        byte[] body = new byte[BinaryPrimitives.ReadInt32BigEndian(header.AsSpan(1)) - sizeof(int)];
        await _stream.ReadExactlyAsync(body);
        return ((char)header[0], body);
    }
}
