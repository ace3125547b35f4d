using System.Text;
using BenchmarkDotNet.Attributes;
using Sluice.PgWire.Columns;
using Sluice.PgWire.Types;

namespace Sluice.Benchmarks;

/// <summary>One value of each main type, from text into its column.</summary>
[MemoryDiagnoser]
public class ValueBenchmarks
{
    private const int Values = 1000;

    private Column _column = Column.Create(new ColumnType(PgType.Int8), TextInputSettings.Default);
    private byte[] _text = [];

    public static IEnumerable<ValueCase> Cases =>
    [
        new("int8", "1234567890"),
        new("float8", "-73.4512"),
        new("float8", "1.2345e-7"),
        new("numeric", "12345.6789"),
        new("bool", "true"),
        new("text", "sensor_00042"),
        new("json", """{"source": "plant", "unit": "bar", "tags": ["a", "b"]}"""),
        new("timestamptz", "2024-01-02 03:04:05.678+00"),
        new("timestamptz", "2024-01-02T03:04:05Z"),
        new("timestamptz", "Jan 2 2024 3:04 PM UTC"),
        new("int8[]", "{1,2,3,4}"),
    ];

    [ParamsSource(nameof(Cases))]
    public ValueCase Case { get; set; } = Cases.First();

    [GlobalSetup]
    public void Setup()
    {
        _column = Column.Create(new ColumnType(PgType.FromName(Case.Type)!), TextInputSettings.Default);
        _text = Encoding.UTF8.GetBytes(Case.Text);
    }

    [Benchmark(OperationsPerInvoke = Values)]
    public int Append()
    {
        _column.Clear();
        for (int i = 0; i < Values; i++)
        {
            _column.AppendText(_text);
        }

        return _column.Count;
    }
}

/// <summary>A text of a type.</summary>
public sealed record ValueCase(string Type, string Text)
{
    public override string ToString() => $"{Type} {Text}";
}
