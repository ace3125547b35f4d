using Sluice.Gateway.Engine;
using Sluice.Gateway.Sessions;
using Sluice.Gateway.Tables;
using Sluice.Gateway.Writes;

namespace Sluice.Gateway.Users;

/// <summary>
/// What an administrator has decided for one gateway user. Some options are what <c>sluice.*</c> settings of the user's sessions begin with; others
/// say what the user's database has. They bind sessions that begin afterwards. <see cref="UserOption"/> reads and prints each by its name.
/// </summary>
public sealed record UserOptions
{
    /// <summary>All as a new user has it.</summary>
    public static UserOptions Default { get; } = new();

    /// <summary><c>sluice.on_conflict</c>; <see langword="null"/>: as without an option.</summary>
    public ConflictAction? OnConflict { get; init; }

    /// <summary><c>sluice.create_missing</c>; <see langword="null"/>: as without an option.</summary>
    public bool? CreateMissing { get; init; }

    /// <summary>The data set of rows that are created without one: an internal id, 1 to 2^53-1.</summary>
    public long? DataSetId { get; init; }

    /// <summary>The user may create tables in <c>public</c>, which are local: their rows are not in CDF.</summary>
    public bool StagingTables { get; init; }

    /// <summary>The tables have columns with external ids beside those with internal ids (<see cref="ExtendedTables"/>).</summary>
    public bool ExtendedColumns { get; init; }

    /// <summary>Length of <c>string_datapoints.value</c> in characters, 255 to 1,023; <see langword="null"/>: 255, as documented for the gateway.</summary>
    public int? StringLength { get; init; }

    /// <summary>Sessions that the user may have at a time; <see langword="null"/>: as many as the gateway lets anybody have.</summary>
    public int? ConnectionLimit { get; init; }

    /// <summary><c>statement_timeout</c> at the beginning of a session; zero: none; <see langword="null"/>: as the engine has it.</summary>
    public TimeSpan? StatementTimeout { get; init; }

    /// <summary>What the user may do in his database.</summary>
    internal DatabaseRights ToRights() => new() { CreatesTables = StagingTables, ConnectionLimit = ConnectionLimit };

    /// <summary>What the user's sessions begin with instead of the gateway's defaults: RESET and DISCARD ALL return to it.</summary>
    internal IEnumerable<KeyValuePair<string, string>> SessionDefaults()
    {
        if (OnConflict is { } onConflict)
        {
            yield return new(SluiceSettings.OnConflict, UserOption.Format(onConflict));
        }

        if (CreateMissing is { } createMissing)
        {
            yield return new(SluiceSettings.CreateMissing, UserOption.Format(createMissing));
        }

        if (StatementTimeout is { } timeout)
        {
            yield return new("statement_timeout", UserOption.Format(timeout));
        }
    }
}
