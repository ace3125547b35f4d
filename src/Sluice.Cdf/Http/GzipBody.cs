using System.IO.Compression;

namespace Sluice.Cdf.Http;

/// <summary>
/// Compresses request bodies. JSON shrinks to about a tenth, so it is always worth it from about 1 KB on; protobuf data points to two thirds, at ten
/// times the cost of encoding them.
/// </summary>
public static class GzipBody
{
    /// <summary>Bodies shorter than this are sent as they are.</summary>
    public const int WorthwhileFrom = 1000;

    /// <summary><paramref name="body"/> compressed with gzip, in a buffer that the caller disposes of.</summary>
    public static PooledBuffer Compress(ReadOnlySpan<byte> body, CompressionLevel level = CompressionLevel.Fastest)
    {
        var target = new PooledBuffer(Math.Max(256, body.Length / 4));
        try
        {
            using var stream = new GZipStream(new BufferStream(target), level);
            stream.Write(body);
        }
        catch
        {
            target.Dispose();
            throw;
        }

        return target;
    }

    private sealed class BufferStream(PooledBuffer target) : Stream
    {
        public override bool CanRead => false;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override void Write(ReadOnlySpan<byte> buffer)
        {
            buffer.CopyTo(target.GetSpan(buffer.Length));
            target.Advance(buffer.Length);
        }

        public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

        public override void Flush()
        {
        }

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();
    }
}
