using Sluice.Cdf.Http;
using Sluice.PgWire.Protocol;

namespace Sluice.Gateway.Writes.Transactions;

/// <summary>A record of a <see cref="RecordStore"/>.</summary>
/// <param name="Memory">The record itself, if it is in memory.</param>
/// <param name="Position">Its position in the file otherwise.</param>
/// <param name="Size">The bytes that it takes where it is.</param>
internal readonly record struct StoredRecord(byte[]? Memory, long Position, long Size);

/// <summary>
/// The records of one transaction: the first ones in memory, and on disk what is more. Takes its bytes from the process's
/// <see cref="SpillStore"/>, and gives them back. Not safe for use by several threads at once.
/// </summary>
internal sealed class RecordStore(SpillStore spill) : IDisposable
{
    private SpillFile? _file;
    private long _inMemory;

    /// <summary>Bytes taken.</summary>
    public long Size { get; private set; }

    /// <summary>Whether something is on disk.</summary>
    public bool HasSpilled => _file is not null;

    /// <summary>Keeps <paramref name="record"/>.</summary>
    /// <param name="record">The bytes.</param>
    /// <param name="beyondBound">It takes the place of a larger one, which goes next, so it may pass the bound for a moment.</param>
    /// <exception cref="PgException">54000: all transactions of the process together have no room for it.</exception>
    /// <exception cref="IOException">The disk is full, or fails.</exception>
    public StoredRecord Add(ReadOnlySpan<byte> record, bool beyondBound = false)
    {
        if (_file is null && _inMemory + record.Length <= spill.MemoryPerTransaction)
        {
            Take(record.Length, beyondBound);
            _inMemory += record.Length;
            return new StoredRecord(record.ToArray(), 0, record.Length);
        }

        _file ??= spill.Create();
        var before = _file.Length;
        var position = _file.Append(record);
        var size = _file.Length - before;
        try
        {
            Take(size, beyondBound);
        }
        catch (PgException)
        {
            _file.Truncate(before);
            throw;
        }

        return new StoredRecord(null, position, size);
    }

    /// <summary>Writes a record to <paramref name="output"/>.</summary>
    /// <exception cref="IOException">The disk fails.</exception>
    public void Read(StoredRecord record, PooledBuffer output)
    {
        if (record.Memory is { } memory)
        {
            memory.CopyTo(output.GetSpan(Math.Max(memory.Length, 1)));
            output.Advance(memory.Length);
            return;
        }

        _file!.Read(record.Position, output);
    }

    /// <summary>Forgets a record. Its place on disk is free again once all records after it are forgotten, too: forget the last one first.</summary>
    public void Remove(StoredRecord record)
    {
        if (record.Memory is not null)
        {
            _inMemory -= record.Size;
            Give(record.Size);
        }
        else if (record.Position + record.Size == _file!.Length)
        {
            _file.Truncate(record.Position);
            Give(record.Size);
        }
    }

    public void Dispose()
    {
        _file?.Dispose();
        _file = null;
        Give(Size);
    }

    private void Take(long bytes, bool beyondBound)
    {
        if (!spill.TryReserve(bytes, beyondBound))
        {
            throw TransactionLimit.OfProcess(spill.Capacity);
        }

        Size += bytes;
    }

    private void Give(long bytes)
    {
        spill.Release(bytes);
        Size -= bytes;
    }
}
