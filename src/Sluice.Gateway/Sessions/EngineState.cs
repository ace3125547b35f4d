using System.Globalization;
using Sluice.Gateway.Writes;
using Sluice.PgWire.Protocol;
using Sluice.PgWire.Sql;

namespace Sluice.Gateway.Sessions;

/// <summary>
/// What only the engine can tell before a statement of Sluice's own: which relation its target's name means now, and the settings that bind it.
/// Any statement of the engine's may change them without a visible word (rules.md P4), so they are asked for again after each.
/// </summary>
/// <param name="Schema">Schema of the relation that the name means; <see langword="null"/> if there is none.</param>
/// <param name="Relation">Name of that relation.</param>
/// <param name="ReadOnly"><c>transaction_read_only</c>.</param>
/// <param name="StatementTimeout"><c>statement_timeout</c>; zero means none.</param>
/// <param name="Settings">The <c>sluice.*</c> settings by name.</param>
internal sealed record EngineState(
    string? Schema,
    string? Relation,
    bool ReadOnly,
    TimeSpan StatementTimeout,
    IReadOnlyDictionary<string, string> Settings)
{
    private const string Name = "_sluice_state";

    /// <summary>Settings that PostgreSQL reports by itself, but not before its next ReadyForQuery, which in a pipeline is too late.</summary>
    private static readonly string[] Reported = ["DateStyle", "TimeZone", "client_encoding", "standard_conforming_strings"];

    private static readonly string Question =
        "SELECT n.nspname, c.relname, pg_catalog.current_setting('transaction_read_only'), "
        + "pg_catalog.date_part('epoch', pg_catalog.current_setting('statement_timeout')::pg_catalog.interval), "
        + "pg_catalog.current_setting('idle_in_transaction_session_timeout'), pg_catalog.current_setting('idle_session_timeout')"
        + string.Concat(Reported.Select(name => $", pg_catalog.current_setting('{name}')"))
        + string.Concat(SluiceSettings.Defaults.Select(s => $", pg_catalog.current_setting('{s.Key}', true)"))
        + " FROM (SELECT pg_catalog.to_regclass($1) AS oid) AS r"
        + " LEFT JOIN pg_catalog.pg_class AS c ON c.oid OPERATOR(pg_catalog.=) r.oid"
        + " LEFT JOIN pg_catalog.pg_namespace AS n ON n.oid OPERATOR(pg_catalog.=) c.relnamespace";

    /// <summary>Asks the engine what <paramref name="relation"/> is.</summary>
    public static async ValueTask<EngineState> AskAsync(EngineLink engine, QualifiedName relation)
    {
        Write(engine.Output, relation.ToString());
        var row = await engine.AskAsync(replies: 5);
        var settings = new Dictionary<string, string>(StringComparer.Ordinal);
        var next = 6;
        foreach (var name in Reported)
        {
            engine.Settings.Report(name, row[next++]!);
        }

        foreach (var (name, fallback) in SluiceSettings.Defaults)
        {
            // RESET of a setting that a placeholder made leaves an empty string.
            var value = row[next++];
            settings[name] = string.IsNullOrEmpty(value) ? fallback : value;
        }

        return new EngineState(
            row[0],
            row[1],
            row[2] == "on",
            TimeSpan.FromSeconds(double.Parse(row[3] ?? "0", CultureInfo.InvariantCulture)),
            settings)
        {
            HasIdleTimeout = row[4] != "0" || row[5] != "0",
        };
    }

    /// <summary>The engine ends sessions that are idle for too long: <c>idle_in_transaction_session_timeout</c>, <c>idle_session_timeout</c>.</summary>
    public bool HasIdleTimeout { get; private init; }

    /// <summary>The user's <paramref name="defaults"/> with what the session has set.</summary>
    /// <exception cref="PgException">22023: a setting has a value that it cannot have.</exception>
    public WriteSettings WriteSettings(WriteSettings defaults) => defaults with
    {
        BadValues = Choice<BadValues>(SluiceSettings.BadValues),
        SubMillisecond = Choice<SubMillisecond>(SluiceSettings.SubMillisecond),
        OnConflict = Choice<ConflictAction>(SluiceSettings.OnConflict),
        OnError = Choice<OnError>(SluiceSettings.OnError),
        RejectLimit = RejectLimit,
        CreateMissing = Flag(SluiceSettings.CreateMissing),
        Metadata = Choice<MetadataUpdate>(SluiceSettings.Metadata),
        AssumeRowsExist = Flag(SluiceSettings.AssumeRowsExist),
    };

    /// <summary>COPY's REJECT_LIMIT.</summary>
    public long? RejectLimit { get; init; }

    /// <summary>Rows that cannot be stored are set aside: <c>sluice.on_error</c>, or COPY's ON_ERROR.</summary>
    /// <exception cref="PgException">22023.</exception>
    public bool SkipsErrors => Choice<OnError>(SluiceSettings.OnError) == OnError.Skip;

    /// <summary>Checks a setting of Sluice's before the engine takes it: to the engine all values are the same.</summary>
    /// <exception cref="PgException">22023: it cannot have the value; 42602: there is no such setting.</exception>
    public static void Check(SettingStatement setting)
    {
        // The engine does not mind case either.
        var name = setting.Name.ToLowerInvariant();
        if (!SluiceSettings.Defaults.ContainsKey(name))
        {
            throw new PgException(
                SqlState.InvalidName,
                $"invalid configuration parameter name \"{setting.Name}\"",
                detail: "\"sluice\" is a reserved prefix.",
                hint: $"The settings are: {string.Join(", ", SluiceSettings.Defaults.Keys.Order(StringComparer.Ordinal))}.");
        }

        if (setting.Value is not { Length: > 0 } value)
        {
            return;
        }

        var state = new EngineState(Schema: null, Relation: null, ReadOnly: false, TimeSpan.Zero, SluiceSettings.Defaults).With(name, value);
        _ = (state.WriteSettings(Writes.WriteSettings.Default), state.Keepalive, state.TransactionMode, state.TransactionMaxBytes, state.AllowsFullDelete);
        _ = state.Choice<PendingReads>(SluiceSettings.ReadPending);
    }

    /// <summary>The same with one of the settings as a statement wants it.</summary>
    public EngineState With(string setting, string value) =>
        this with { Settings = new Dictionary<string, string>(Settings, StringComparer.Ordinal) { [setting] = value } };

    /// <summary><c>sluice.keepalive</c>.</summary>
    /// <exception cref="PgException">22023: it is no length of time.</exception>
    public TimeSpan Keepalive
    {
        get
        {
            var value = Settings[SluiceSettings.Keepalive];
            var digits = value.AsSpan().TrimEnd("mins ");
            var unit = value.AsSpan(digits.Length).Trim();
            var milliseconds = unit switch
            {
                "ms" => 1,
                "s" => 1_000,
                "min" => 60_000,
                _ => 0,
            };
            return milliseconds > 0 && int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number > 0
                ? TimeSpan.FromMilliseconds((double)number * milliseconds)
                : throw new PgException(
                    SqlState.InvalidParameterValue,
                    $"invalid value for parameter \"{SluiceSettings.Keepalive}\": \"{value}\"",
                    hint: "Give a number with ms, s or min, e.g. 10s.");
        }
    }

    private enum PendingReads
    {
        Error,
        Stale,
    }

    /// <summary><c>sluice.read_pending</c>; any other value than <c>stale</c> is as <c>error</c>, for reads of all kinds depend on it.</summary>
    public bool ReadsStale => string.Equals(Settings[SluiceSettings.ReadPending], "stale", StringComparison.OrdinalIgnoreCase);

    /// <summary><c>sluice.transaction_mode</c>.</summary>
    /// <exception cref="PgException">22023.</exception>
    public TransactionMode TransactionMode => Choice<TransactionMode>(SluiceSettings.TransactionMode);

    /// <summary><c>sluice.transaction_max_bytes</c>; <see langword="null"/>: the gateway's own bound.</summary>
    /// <exception cref="PgException">22023.</exception>
    public long? TransactionMaxBytes => Settings[SluiceSettings.TransactionMaxBytes] is not SluiceSettings.Auto and var value
        ? ByteSize.TryParse(value) is > 0 and var bytes
            ? bytes
            : throw new PgException(
                SqlState.InvalidParameterValue,
                $"invalid value for parameter \"{SluiceSettings.TransactionMaxBytes}\": \"{value}\"",
                hint: "Give a number of bytes, or one with kB, MB, GB or TB; or auto for the gateway's own bound.")
        : null;

    /// <summary><c>sluice.allow_full_delete</c>.</summary>
    /// <exception cref="PgException">22023.</exception>
    public bool AllowsFullDelete => Flag(SluiceSettings.AllowFullDelete);

    private bool Flag(string name) => Settings[name].ToLowerInvariant() switch
    {
        "on" or "true" or "yes" or "1" => true,
        "off" or "false" or "no" or "0" => false,
        var value => throw new PgException(
            SqlState.InvalidParameterValue, $"parameter \"{name}\" requires a Boolean value", hint: $"\"{value}\" is neither on nor off."),
    };

    private T Choice<T>(string name)
        where T : struct, Enum => Array.Exists(Enum.GetNames<T>(), choice => choice.Equals(Settings[name], StringComparison.OrdinalIgnoreCase))
            ? Enum.Parse<T>(Settings[name], ignoreCase: true)
            : throw new PgException(
                SqlState.InvalidParameterValue,
                $"invalid value for parameter \"{name}\": \"{Settings[name]}\"",
                hint: $"Available values: {string.Join(", ", Enum.GetNames<T>()).ToLowerInvariant()}.");

    /// <summary>
    /// Under a name of its own, parsed anew each time: the unnamed statement may be the client's, and DISCARD or DEALLOCATE may come at any time.
    /// </summary>
    private static void Write(MessageWriter output, string relation)
    {
        Close(output, 'S');

        output.BeginMessage(FrontendMessage.Parse);
        output.CString(Name);
        output.CString(Question);
        output.Int16(1);
        output.UInt32(PgWire.Types.PgType.Text.Oid);
        output.EndMessage();

        output.BeginMessage(FrontendMessage.Bind);
        output.CString(Name);
        output.CString(Name);
        output.Int16(0);
        output.Int16(1);
        output.BeginValue();
        output.Text(relation);
        output.EndValue();
        output.Int16(0);
        output.EndMessage();

        output.BeginMessage(FrontendMessage.Execute);
        output.CString(Name);
        output.Int32(0);
        output.EndMessage();

        Close(output, 'P');
    }

    private static void Close(MessageWriter output, char kind)
    {
        output.BeginMessage(FrontendMessage.Close);
        output.Byte((byte)kind);
        output.CString(Name);
        output.EndMessage();
    }
}
