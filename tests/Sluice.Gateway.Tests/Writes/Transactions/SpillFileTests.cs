using System.Security.Cryptography;
using System.Text;
using Sluice.Cdf.Http;
using Sluice.Gateway.Writes.Transactions;

namespace Sluice.Gateway.Tests.Writes.Transactions;

public sealed class SpillFileTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("sluice-spill-").FullName;

    [Fact]
    public void Records_come_back_by_position_in_any_order()
    {
        using var file = SpillFile.Create(Path.Combine(_directory, "a"));
        byte[][] records = [[], [1], .. Enumerable.Range(0, 20).Select(i => RandomNumberGenerator.GetBytes(i * 997)), new byte[1_000_000]];
        var positions = records.Select(record => file.Append(record)).ToList();
        foreach (var i in Enumerable.Range(0, records.Length).Reverse())
        {
            Assert.Equal(records[i], Read(file, positions[i]));
        }
    }

    [Fact]
    public void The_file_has_no_name_once_it_is_open()
    {
        using var file = SpillFile.Create(Path.Combine(_directory, "a"));
        file.Append("a record"u8);
        Assert.Empty(Directory.EnumerateFileSystemEntries(_directory));
    }

    [Fact]
    public void What_is_cut_off_is_gone_and_room_for_more()
    {
        using var file = SpillFile.Create(Path.Combine(_directory, "a"));
        var first = file.Append("first"u8);
        var second = file.Append("second"u8);
        file.Append("third"u8);
        file.Truncate(second);
        Assert.Equal(second, file.Length);
        var other = file.Append("another"u8);
        Assert.Equal(second, other);
        Assert.Equal("first"u8, Read(file, first));
        Assert.Equal("another"u8, Read(file, other));
    }

    [Fact]
    public void Text_shrinks_and_is_not_readable_on_disk()
    {
        var path = Path.Combine(_directory, "a");
        using var file = SpillFile.Create(path);
        var record = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Range(0, 1_000).Select(i => $"a secret of asset {i}\n")));
        file.Append(record);
        Assert.InRange(file.Length, 1, record.Length / 3);
        var onDisk = File.ReadAllBytes($"/proc/self/fd/{DescriptorOf(path)}");
        Assert.Equal(file.Length, onDisk.Length);
        Assert.Equal(-1, onDisk.AsSpan().IndexOf("secret"u8));
    }

    [Fact]
    public void A_record_that_was_tampered_with_is_refused()
    {
        var path = Path.Combine(_directory, "a");
        using var file = SpillFile.Create(path);
        var position = file.Append("a record that matters"u8);
        using (var other = new FileStream($"/proc/self/fd/{DescriptorOf(path)}", FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite))
        {
            other.Position = file.Length - 1;
            var last = other.ReadByte();
            other.Position = file.Length - 1;
            other.WriteByte((byte)(last ^ 1));
        }

        Assert.Throws<InvalidDataException>(() => Read(file, position));
    }

    [Fact]
    public void A_store_removes_what_an_earlier_process_has_left_and_is_closed_to_others()
    {
        var directory = Path.Combine(_directory, "store");
        Directory.CreateDirectory(directory);
        File.WriteAllText(Path.Combine(directory, "7-1.rows"), "left over");
        File.WriteAllText(Path.Combine(directory, "not ours"), "stays");
        var store = new SpillStore(Path.Combine(_directory, "store"));
        Assert.Equal(["not ours"], Directory.EnumerateFiles(directory).Select(Path.GetFileName));
        Assert.InRange(store.Capacity, 1, SpillStore.MaxDefaultCapacity);
        _ = new SpillStore(Path.Combine(_directory, "new"));
        Assert.Equal(
            UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute,
            File.GetUnixFileMode(Path.Combine(_directory, "new")));
    }

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    private static byte[] Read(SpillFile file, long position)
    {
        using var buffer = new PooledBuffer();
        file.Read(position, buffer);
        return buffer.WrittenSpan.ToArray();
    }

    private static string DescriptorOf(string path) => Directory.EnumerateFileSystemEntries("/proc/self/fd")
        .Where(entry => new FileInfo(entry).LinkTarget?.StartsWith(path, StringComparison.Ordinal) == true)
        .Select(Path.GetFileName)
        .Single()!;
}
