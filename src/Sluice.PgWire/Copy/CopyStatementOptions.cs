using System.Globalization;
using Sluice.PgWire.Protocol;
using Sluice.PgWire.Sql;

namespace Sluice.PgWire.Copy;

/// <summary>Reads the options of a COPY statement, of either syntax, in PostgreSQL's order and with its words.</summary>
public static class CopyStatementOptions
{
    /// <summary>The options of <paramref name="statement"/>, checked one by one and together.</summary>
    /// <exception cref="PgException">42601, 22023 or 0A000.</exception>
    public static CopyOptions Read(CopyStatement statement)
    {
        var options = new CopyOptions();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var option in statement.Options)
        {
            if (!seen.Add(option.Name))
            {
                throw At(option, SqlState.SyntaxError, "conflicting or redundant options");
            }

            options = Apply(options, option);
        }

        options.Validate();
        if (options is { Format: CopyFormat.Binary, OnError: not CopyOnError.Stop })
        {
            throw new PgException(SqlState.SyntaxError, "only ON_ERROR STOP is allowed in BINARY mode");
        }

        if (options.RejectLimit is not null && options.OnError != CopyOnError.Ignore)
        {
            throw new PgException(SqlState.InvalidParameterValue, "COPY REJECT_LIMIT requires ON_ERROR to be set to IGNORE");
        }

        return options;
    }

    private static CopyOptions Apply(CopyOptions options, CopyOption option) => option.Name switch
    {
        "format" => options with { Format = Format(option) },
        "freeze" => options with { Freeze = Flag(option) },
        "delimiter" => options with { Delimiter = Text(option) },
        "null" => options with { Null = Text(option) },
        "header" => options with { Header = Header(option) },
        "quote" => options with { Quote = Text(option) },
        "escape" => options with { Escape = Text(option) },
        "force_quote" => throw At(option, SqlState.FeatureNotSupported, "COPY force quote only available using COPY TO"),
        "force_not_null" => options with { ForceNotNull = Columns(option) },
        "force_null" => options with { ForceNull = Columns(option) },
        "encoding" => options with { Encoding = Text(option) },
        "on_error" => options with { OnError = Choice<CopyOnError>(option) },
        "log_verbosity" => options with { LogVerbosity = Choice<CopyLogVerbosity>(option) },
        "reject_limit" => options with { RejectLimit = Limit(option) },
        _ => throw At(option, SqlState.SyntaxError, $"option \"{option.Name}\" not recognized"),
    };

    private static CopyFormat Format(CopyOption option) => Text(option) switch
    {
        "text" => CopyFormat.Text,
        "csv" => CopyFormat.Csv,
        "binary" => CopyFormat.Binary,
        var other => throw At(option, SqlState.InvalidParameterValue, $"COPY format \"{other}\" not recognized"),
    };

    private static CopyHeader Header(CopyOption option)
    {
        if (option.Value?.ToLowerInvariant() == "match")
        {
            return CopyHeader.Match;
        }

        return Boolean(option) switch
        {
            true => CopyHeader.Skip,
            false => CopyHeader.None,
            null => throw new PgException(SqlState.SyntaxError, $"{option.Name} requires a Boolean value or \"match\""),
        };
    }

    private static bool Flag(CopyOption option) =>
        Boolean(option) ?? throw new PgException(SqlState.SyntaxError, $"{option.Name} requires a Boolean value");

    private static bool? Boolean(CopyOption option) => option.Value?.ToLowerInvariant() switch
    {
        null => option.Columns is null && !option.AllColumns ? true : null,
        "true" or "on" or "1" => true,
        "false" or "off" or "0" => false,
        _ => null,
    };

    private static IReadOnlyList<string> Columns(CopyOption option) => option.Columns
        ?? throw At(option, SqlState.InvalidParameterValue, $"argument to option \"{option.Name}\" must be a list of column names");

    private static string Text(CopyOption option) =>
        option.Value ?? throw new PgException(SqlState.SyntaxError, $"{option.Name} requires a parameter");

    private static T Choice<T>(CopyOption option)
        where T : struct, Enum =>
        Enum.TryParse<T>(Text(option), ignoreCase: true, out var value) && Enum.IsDefined(value) && !char.IsAsciiDigit(option.Value![0])
            ? value
            : throw At(option, SqlState.InvalidParameterValue, $"COPY {option.Name.ToUpperInvariant()} \"{option.Value}\" not recognized");

    private static long Limit(CopyOption option) =>
        long.TryParse(Text(option), NumberStyles.None, CultureInfo.InvariantCulture, out var limit) && limit > 0
            ? limit
            : throw At(option, SqlState.InvalidParameterValue, $"REJECT_LIMIT ({option.Value}) must be greater than zero");

    private static PgException At(CopyOption option, string sqlState, string message) =>
        new(new PgError { SqlState = sqlState, Message = message, Position = option.Position });
}
