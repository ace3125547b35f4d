using System.Collections.Immutable;
using Sluice.PgWire.Protocol;
using Sluice.PgWire.Sql;

namespace Sluice.Gateway.Tables;

/// <summary>
/// What CREATE FOREIGN TABLE may name as its server: RAW, or data modeling. The catalog shows both (<c>\des</c>), but no user may use them around Sluice.
/// </summary>
internal sealed class ForeignServer
{
    public const string Database = "database";
    public const string Table = "table";
    public const string PrimaryKey = "primary_key";
    public const string Space = "space";
    public const string ExternalId = "external_id";
    public const string Version = "version";
    public const string InstanceType = "instance_type";

    private readonly ImmutableArray<string> _required;
    private readonly ImmutableArray<string> _valid;

    private ForeignServer(string name, ImmutableArray<string> required, ImmutableArray<string> optional)
    {
        Name = name;
        _required = required;
        _valid = [.. required, .. optional];
    }

    /// <summary>Tables over RAW tables.</summary>
    public static ForeignServer Raw { get; } = new("raw", [Database, Table], [PrimaryKey]);

    /// <summary>Tables over views.</summary>
    public static ForeignServer DataModels { get; } = new("data_models", [Space, ExternalId], [Version, InstanceType]);

    /// <summary>All servers.</summary>
    public static ImmutableArray<ForeignServer> All { get; } = [Raw, DataModels];

    /// <summary>The name in SQL.</summary>
    public string Name { get; }

    /// <summary>The server of the name.</summary>
    /// <exception cref="PgException">42704.</exception>
    public static ForeignServer Find(string name) => All.FirstOrDefault(server => server.Name == name) ?? throw new PgException(
        SqlState.UndefinedObject,
        $"server \"{name}\" does not exist",
        hint: $"The servers are {string.Join(" and ", All.Select(server => server.Name))}.");

    /// <summary>The options of a table by their names.</summary>
    /// <exception cref="PgException">HV00D: there is no such option; 42710: one comes twice; HV002: one is missing.</exception>
    public IReadOnlyDictionary<string, string> Read(IReadOnlyList<SqlOption> options)
    {
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var option in options)
        {
            if (!_valid.Contains(option.Name, StringComparer.Ordinal))
            {
                throw UnknownOption(option.Name, $"Valid options in this context are: {string.Join(", ", _valid)}");
            }

            if (!values.TryAdd(option.Name, option.Value))
            {
                throw new PgException(SqlState.DuplicateObject, $"option \"{option.Name}\" provided more than once");
            }
        }

        return _required.FirstOrDefault(name => !values.ContainsKey(name)) is not { } missing ? values : throw new PgException(
            SqlState.FdwDynamicParameterValueNeeded,
            $"option \"{missing}\" is required for tables of server \"{Name}\"",
            hint: $"Write SERVER {Name} OPTIONS ({string.Join(", ", _required.Select(name => $"{name} '…'"))}).");
    }

    /// <summary>HV00D in PostgreSQL's words.</summary>
    public static PgException UnknownOption(string name, string hint) => new(SqlState.FdwInvalidOptionName, $"invalid option \"{name}\"", hint: hint);
}
