using BenchmarkDotNet.Attributes;
using Sluice.PgWire.Columns;
using Sluice.PgWire.Copy;
using Sluice.PgWire.Types;

namespace Sluice.Benchmarks;

/// <summary>COPY data in pieces of 64 KB, decoded into one batch after the other.</summary>
[MemoryDiagnoser]
public class CopyBenchmarks
{
    private const int Chunk = 64 * 1024;
    private const int BatchRows = 10_000;

    private readonly RowBatch _batch = new(CopyData.Types, TextInputSettings.Default);
    private byte[] _data = [];

    [Params(CopyFormat.Text, CopyFormat.Csv, CopyFormat.Binary)]
    public CopyFormat Format { get; set; }

    [GlobalSetup]
    public void Setup() => _data = CopyData.Create(Format);

    [Benchmark(OperationsPerInvoke = CopyData.Rows)]
    public int Decode()
    {
        using CopyDecoder decoder = CopyDecoder.Create(new CopyOptions { Format = Format }, "double_datapoints", CopyData.ColumnNames);
        int rows = 0;
        for (int at = 0; at < _data.Length;)
        {
            at += decoder.Consume(_data.AsSpan(at, Math.Min(Chunk, _data.Length - at)), _batch, BatchRows);
            if (_batch.Count == BatchRows)
            {
                rows += _batch.Count;
                _batch.Clear();
            }
        }

        decoder.Complete(_batch);
        rows += _batch.Count;
        _batch.Clear();
        return rows;
    }
}
