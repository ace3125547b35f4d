using System.Globalization;

namespace Sluice.PgWire.Tests.Fuzz;

/// <summary>
/// Feeds a target with inputs that are made from a corpus by mutation, each from a seed and the number of its round alone, so that a finding can be
/// repeated. The target throws for what it finds; beside, a round must not take longer than <see cref="Patience"/> nor allocate more than its input allows.
/// The environment variable <c>SLUICE_FUZZ_ROUNDS</c> sets the rounds of each target, <c>SLUICE_FUZZ_SEED</c> where they begin.
/// </summary>
internal sealed class Fuzzer
{
    /// <summary>For one input, of at most some thousand bytes.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly string[] _corpus;
    private readonly string[] _tokens;
    private readonly int _rounds;
    private readonly int _seed;

    /// <summary>A fuzzer of one target.</summary>
    /// <param name="rounds">Unless the environment says otherwise.</param>
    /// <param name="corpus">Good inputs, a byte a character (Latin 1).</param>
    /// <param name="tokens">What means something to the target, to be put in anywhere.</param>
    public Fuzzer(int rounds, IEnumerable<string> corpus, IEnumerable<string> tokens)
    {
        _corpus = [.. corpus];
        _tokens = [.. tokens];
        _rounds = FromEnvironment("SLUICE_FUZZ_ROUNDS") ?? rounds;
        _seed = FromEnvironment("SLUICE_FUZZ_SEED") ?? 20261122;
    }

    /// <summary>What a round may allocate, whatever its input: buffers of pools that were trimmed, and what is made at the first use.</summary>
    public long AllocationBase { get; init; } = 4 * 1024 * 1024;

    /// <summary>And for each byte of it.</summary>
    public long AllocationPerByte { get; init; } = 64;

    /// <summary>Runs all rounds. The target gets the input, and the rest of the round's random numbers.</summary>
    public void Run(Action<byte[], Random> target)
    {
        int round = 0;
        byte[] input = [];
        Exception? finding = null;
        var worker = new Thread(() =>
        {
            try
            {
                for (; Volatile.Read(ref round) < _rounds; Interlocked.Increment(ref round))
                {
                    var random = new Random(unchecked((_seed * 397) + round));
                    byte[] next = Next(random);
                    Volatile.Write(ref input, next);
                    long before = GC.GetAllocatedBytesForCurrentThread();
                    target(next, random);
                    long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
                    long allowed = AllocationBase + (AllocationPerByte * next.Length);

                    if (allocated > allowed)
                    {
                        throw new InvalidOperationException($"{allocated:N0} bytes allocated for {next.Length:N0}, {allowed:N0} are allowed");
                    }
                }
            }
            catch (Exception e)
            {
                finding = e;
            }
        })
        {
            IsBackground = true,
        };
        worker.Start();
        int last = -1;
        while (!worker.Join(Patience))
        {
            int now = Volatile.Read(ref round);
            Assert.False(now == last, Describe("hangs", now, Volatile.Read(ref input)));
            last = now;
        }

        Assert.True(finding is null, $"{Describe("fails", round, input)}\n{finding}");
    }

    private static int? FromEnvironment(string name) =>
        int.TryParse(Environment.GetEnvironmentVariable(name), NumberStyles.Integer, CultureInfo.InvariantCulture, out int value) ? value : null;

    private string Describe(string what, int round, byte[] input) =>
        $"Round {round} of seed {_seed} {what} with {Convert.ToHexString(input)} ({Printable(input)})";

    private static string Printable(byte[] input) => string.Concat(input.Select(b => b is >= 0x20 and < 0x7f ? (char)b : '.'));

    private byte[] Next(Random random)
    {
        List<byte> bytes = [.. Latin1(_corpus[random.Next(_corpus.Length)])];
        int mutations = random.Next(8) == 0 ? 0 : random.Next(1, 7);
        for (int i = 0; i < mutations; i++)
        {
            Mutate(bytes, random);
        }

        return [.. bytes];
    }

    private void Mutate(List<byte> bytes, Random random)
    {
        int at = random.Next(bytes.Count + 1);
        switch (random.Next(9))
        {
            case 0 when at < bytes.Count:
                bytes[at] ^= (byte)(1 << random.Next(8));
                break;
            case 1 when at < bytes.Count:
                bytes[at] = (byte)random.Next(256);
                break;
            case 2:
                bytes.InsertRange(at, Latin1(_tokens[random.Next(_tokens.Length)]));
                break;
            case 3:
                bytes.RemoveRange(at, random.Next(Math.Min(bytes.Count - at, 16) + 1));
                break;
            case 4:
                byte[] copied = [.. bytes.Skip(random.Next(bytes.Count + 1)).Take(random.Next(1, 64))];
                bytes.InsertRange(at, copied);
                break;
            case 5:
                byte[] other = Latin1(_corpus[random.Next(_corpus.Length)]);
                bytes.RemoveRange(at, bytes.Count - at);
                bytes.AddRange(other.Skip(random.Next(other.Length + 1)));
                break;
            case 6 when bytes.Count - at >= sizeof(int):
                Span<byte> number = stackalloc byte[sizeof(int)];
                System.Buffers.Binary.BinaryPrimitives.WriteInt32BigEndian(number, Interesting(bytes.Count - at, random));
                for (int i = 0; i < number.Length; i++)
                {
                    bytes[at + i] = number[i];
                }

                break;
            case 7:
                bytes.RemoveRange(at, bytes.Count - at);
                break;
            case 8 when bytes.Count < 4_096:
                bytes.InsertRange(at, Enumerable.Repeat(bytes.Count == 0 ? (byte)'(' : bytes[random.Next(bytes.Count)], random.Next(1, 200)));
                break;
        }
    }

    private static int Interesting(int rest, Random random) => random.Next(10) switch
    {
        0 => 0,
        1 => -1,
        2 => int.MaxValue,
        3 => int.MinValue,
        4 => rest,
        5 => rest + 1,
        6 => rest - sizeof(int),
        7 => 1 << random.Next(31),
        8 => random.Next(16),
        _ => random.Next(),
    };

    private static byte[] Latin1(string text) => System.Text.Encoding.Latin1.GetBytes(text);
}
