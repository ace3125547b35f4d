using System.Diagnostics;
using BenchmarkDotNet.Running;
using Sluice.Benchmarks;
using Sluice.PgWire.Copy;

if (args is not ["--quick"])
{
    BenchmarkSwitcher.FromAssembly(typeof(CopyBenchmarks).Assembly).Run(args);
    return;
}

Console.WriteLine("COPY rows of (text of 12 characters, timestamptz, float8), one thread, best of the rounds within 2 s");
foreach (CopyFormat format in Enum.GetValues<CopyFormat>())
{
    CopyBenchmarks copy = new() { Format = format };
    copy.Setup();
    Report($"{format}", CopyData.Rows, () => copy.Decode());
}

foreach (ValueCase value in ValueBenchmarks.Cases)
{
    ValueBenchmarks benchmark = new() { Case = value };
    benchmark.Setup();
    Report($"{value}", 1000, () => benchmark.Append());
}

static void Report(string name, int operations, Action round)
{
    for (Stopwatch warmUp = Stopwatch.StartNew(); warmUp.ElapsedMilliseconds < 1000;)
    {
        round();
    }

    TimeSpan best = TimeSpan.MaxValue;
    long allocated = GC.GetAllocatedBytesForCurrentThread();
    long rounds = 0;
    for (Stopwatch total = Stopwatch.StartNew(); total.ElapsedMilliseconds < 2000; rounds++)
    {
        long start = Stopwatch.GetTimestamp();
        round();
        TimeSpan elapsed = Stopwatch.GetElapsedTime(start);
        best = elapsed < best ? elapsed : best;
    }

    double perOperation = (GC.GetAllocatedBytesForCurrentThread() - allocated) / (double)(rounds * operations);
    double millions = operations / best.TotalSeconds / 1e6;
    Console.WriteLine($"{name,-70} {millions,8:F2} M/s {best.TotalNanoseconds / operations,8:F1} ns {perOperation,8:F2} B");
}
