using System.Collections.Immutable;
using System.Globalization;
using Sluice.Gateway.Writes;

namespace Sluice.Gateway.Users;

/// <summary>One of the <see cref="UserOptions"/> as text: its name, and how its values are read and printed.</summary>
public sealed class UserOption
{
    private const long MaxId = 9_007_199_254_740_991;
    private const int DocumentedStringLength = 255;
    private const int MaxStringLength = 1_023;
    private const int MaxConnections = 10_000;

    private readonly Func<UserOptions, string?> _get;
    private readonly Func<UserOptions, string?, UserOptions?> _set;

    private UserOption(string name, UserOptionKind kind, string values, string description, Func<UserOptions, string?> get, Func<UserOptions, string?, UserOptions?> set)
    {
        Name = name;
        Kind = kind;
        Values = values;
        Description = description;
        _get = get;
        _set = set;
    }

    /// <summary>All of them.</summary>
    public static ImmutableArray<UserOption> All { get; } =
    [
        new(
            "on_conflict",
            UserOptionKind.Word,
            "error, update or ignore",
            "What INSERT and COPY do with rows that exist: where sluice.on_conflict begins.",
            static options => options.OnConflict is { } action ? Format(action) : null,
            static (options, text) => text is null
                ? options with { OnConflict = null }
                : Enum.TryParse<ConflictAction>(text, ignoreCase: true, out var action) && string.Equals(Format(action), text, StringComparison.OrdinalIgnoreCase)
                    ? options with { OnConflict = action }
                    : null),
        new(
            "create_missing",
            UserOptionKind.Flag,
            "on or off",
            "Whether data points create the time series that they refer to: where sluice.create_missing begins.",
            static options => options.CreateMissing is { } flag ? Format(flag) : null,
            static (options, text) => text is null ? options with { CreateMissing = null } : Flag(text) is { } flag ? options with { CreateMissing = flag } : null),
        new(
            "data_set_id",
            UserOptionKind.Number,
            "the internal id of a data set",
            "The data set of rows that are created without one.",
            static options => options.DataSetId?.ToString(CultureInfo.InvariantCulture),
            static (options, text) => text is null
                ? options with { DataSetId = null }
                : Number(text, 1, MaxId) is { } id ? options with { DataSetId = id } : null),
        new(
            "staging_tables",
            UserOptionKind.Flag,
            "on or off",
            "Whether the user may create tables in schema public; they are local, their rows are not in CDF.",
            static options => options.StagingTables ? Format(flag: true) : null,
            static (options, text) => text is null ? options with { StagingTables = false } : Flag(text) is { } flag ? options with { StagingTables = flag } : null),
        new(
            "extended_columns",
            UserOptionKind.Flag,
            "on or off",
            "Whether the tables have columns for external ids where CDF takes internal ids only.",
            static options => options.ExtendedColumns ? Format(flag: true) : null,
            static (options, text) => text is null ? options with { ExtendedColumns = false } : Flag(text) is { } flag ? options with { ExtendedColumns = flag } : null),
        new(
            "string_length",
            UserOptionKind.Number,
            "255 to 1023",
            "The length of string_datapoints.value, in characters.",
            static options => options.StringLength?.ToString(CultureInfo.InvariantCulture),
            static (options, text) => text is null
                ? options with { StringLength = null }
                : Number(text, DocumentedStringLength, MaxStringLength) is { } length ? options with { StringLength = (int)length } : null),
        new(
            "connection_limit",
            UserOptionKind.Number,
            "1 to 10000",
            "How many sessions the user may have at a time.",
            static options => options.ConnectionLimit?.ToString(CultureInfo.InvariantCulture),
            static (options, text) => text is null
                ? options with { ConnectionLimit = null }
                : Number(text, 1, MaxConnections) is { } limit ? options with { ConnectionLimit = (int)limit } : null),
        new(
            "statement_timeout",
            UserOptionKind.Time,
            "a number with ms, s, min or h, or 0 for none",
            "Where statement_timeout begins; a session may set another.",
            static options => options.StatementTimeout is { } timeout ? Format(timeout) : null,
            static (options, text) => text is null
                ? options with { StatementTimeout = null }
                : Time(text) is { } timeout ? options with { StatementTimeout = timeout } : null),
    ];

    /// <summary>E.g. <c>on_conflict</c>.</summary>
    public string Name { get; }

    /// <summary>What its values are.</summary>
    public UserOptionKind Kind { get; }

    /// <summary>Which values it takes, in words.</summary>
    public string Values { get; }

    /// <summary>What it does, in a sentence.</summary>
    public string Description { get; }

    /// <summary>The option called <paramref name="name"/>, or <see langword="null"/>.</summary>
    public static UserOption? Find(string name) => All.FirstOrDefault(option => option.Name == name);

    /// <summary>The value as text; <see langword="null"/> if the option is not set.</summary>
    public string? Get(UserOptions options) => _get(options);

    /// <summary>The options with another value; <see langword="null"/> for <paramref name="text"/> takes the option away.</summary>
    /// <returns><see langword="null"/>: the text is none of the option's <see cref="Values"/>.</returns>
    public UserOptions? Set(UserOptions options, string? text) => _set(options, text);

    internal static string Format(ConflictAction action) => action.ToString().ToLowerInvariant();

    internal static string Format(bool flag) => flag ? "on" : "off";

    internal static string Format(TimeSpan time) => string.Create(CultureInfo.InvariantCulture, $"{(long)time.TotalMilliseconds}ms");

    private static bool? Flag(string text) => text.ToLowerInvariant() switch
    {
        "on" or "true" or "yes" or "1" => true,
        "off" or "false" or "no" or "0" => false,
        _ => null,
    };

    private static long? Number(ReadOnlySpan<char> text, long min, long max) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= min && number <= max ? number : null;

    /// <summary>A length of time, as statement_timeout takes it: at most 2^31-1 ms. A number alone is of milliseconds.</summary>
    private static TimeSpan? Time(string text)
    {
        var digits = text.AsSpan().TrimEnd("msinh ");
        var milliseconds = text.AsSpan(digits.Length).Trim() switch
        {
            "" or "ms" => 1,
            "s" => 1_000,
            "min" => 60_000,
            "h" => 3_600_000,
            _ => 0,
        };
        return milliseconds > 0 && Number(digits, 0, int.MaxValue / milliseconds) is { } number
            ? TimeSpan.FromMilliseconds((double)number * milliseconds)
            : null;
    }
}
