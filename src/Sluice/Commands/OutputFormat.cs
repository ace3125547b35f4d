using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Sluice.Commands;

/// <summary><c>--output table|json</c>.</summary>
internal sealed class OutputFormat
{
    private const string Table = "table";
    private const string Json = "json";

    public OutputFormat() => Option.AcceptOnlyFromAmong(Table, Json);

    public Option<string> Option { get; } = new("--output", "-o")
    {
        Description = "For people (table) or for programs (json).",
        DefaultValueFactory = _ => Table,
    };

    public bool IsJson(ParseResult arguments) => arguments.GetValue(Option) == Json;

    /// <summary>Prints <paramref name="value"/> for programs.</summary>
    public static async Task WriteAsync<T>(T value, JsonTypeInfo<T> type) => await Console.Out.WriteLineAsync(JsonSerializer.Serialize(value, type));
}
