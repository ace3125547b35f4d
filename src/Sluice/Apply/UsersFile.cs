using Sluice.Administration;
using Sluice.Gateway.Tables;
using Sluice.Gateway.Users;

namespace Sluice.Apply;

/// <summary>Reads <c>users.yaml</c>. What is unknown, missing or impossible is refused with line and column, before anybody is asked.</summary>
internal sealed class UsersFile
{
    private const string DefaultList = "default";
    private const string Edge = "edge";

    private readonly string _directory;

    private UsersFile(string directory) => _directory = directory;

    /// <summary>Reads <paramref name="path"/>; relative paths in it are from its directory.</summary>
    /// <exception cref="AdministrationException">What is wrong, and where.</exception>
    public static Declaration Read(string path) =>
        new UsersFile(Path.GetDirectoryName(Path.GetFullPath(path))!).ReadList(YamlPart.Load(path));

    private Declaration ReadList(YamlPart file)
    {
        IReadOnlyDictionary<string, YamlPart> keys = file.Members("list", "project", "users");
        string list = keys.TryGetValue("list", out YamlPart? name) ? Named(name) : DefaultList;
        string? project = Optional(keys, "project");
        var users = new List<DeclaredUser>();
        foreach (YamlPart entry in Required(file, keys, "users").Entries("a user"))
        {
            DeclaredUser user = ReadUser(entry, list, project);
            if (users.Exists(other => other.Name == user.Name && other.Project == user.Project))
            {
                throw entry.Wrong($"user {user.Name} of project {user.Project} is declared twice");
            }

            if (user.Username is not null && users.Exists(other => other.Username == user.Username))
            {
                throw entry.Wrong($"username {user.Username} is declared twice");
            }

            users.Add(user);
        }

        return new Declaration(list, users);
    }

    private DeclaredUser ReadUser(YamlPart entry, string list, string? project)
    {
        IReadOnlyDictionary<string, YamlPart> keys =
            entry.Members("name", "project", "username", "credentials", "passwordFile", "options", "tables");
        return new DeclaredUser(
            $"{list}/{Named(Required(entry, keys, "name"))}",
            Optional(keys, "project") ?? project ?? throw entry.Wrong("a user needs a project; give the key project here, or once at the top of the file"),
            Optional(keys, "username"),
            keys.TryGetValue("credentials", out YamlPart? credentials) ? ReadCredentials(credentials) : null,
            Optional(keys, "passwordFile") is { } file ? Path.Combine(_directory, file) : null,
            keys.TryGetValue("options", out YamlPart? options) ? ReadOptions(options) : null,
            keys.TryGetValue("tables", out YamlPart? tables) ? ReadTables(tables) : null,
            entry);
    }

    private DeclaredCredentials ReadCredentials(YamlPart part)
    {
        IReadOnlyDictionary<string, YamlPart> keys = part.Members("clientId", "clientSecret", "tokenUrl", "scopes");
        YamlPart secret = Required(part, keys, "clientSecret");
        return new DeclaredCredentials(
            Required(part, keys, "clientId").Text(),
            ReadSecret(secret),
            Required(part, keys, "tokenUrl").Text(),
            Optional(keys, "scopes"));
    }

    private SecretSource ReadSecret(YamlPart part)
    {
        if (part.IsText)
        {
            throw part.Wrong("clientSecret does not belong into this file: name where it is, with {env: VARIABLE} or {file: PATH}");
        }

        IReadOnlyDictionary<string, YamlPart> keys = part.Members("env", "file");
        return (Optional(keys, "env"), Optional(keys, "file")) switch
        {
            ({ } variable, null) => SecretSource.OfVariable(variable),
            (null, { } file) => SecretSource.OfFile(Path.Combine(_directory, file)),
            _ => throw part.Wrong("clientSecret takes one of env and file"),
        };
    }

    private static Dictionary<string, string> ReadOptions(YamlPart part)
    {
        var options = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach ((string name, YamlPart value) in part.Members([.. UserOption.All.Select(option => option.Name)]))
        {
            UserOption option = UserOption.Find(name)!;
            string text = value.Text();
            UserOptions set = option.Set(UserOptions.Default, text) ?? throw value.Wrong($"{name} cannot be {text}: it takes {option.Values}");
            if (option.Get(set) is { } kept)
            {
                options.Add(name, kept);
            }
        }

        return options;
    }

    private static List<TableInfo> ReadTables(YamlPart part)
    {
        var tables = new List<TableInfo>();
        foreach (YamlPart entry in part.Entries("a table"))
        {
            IReadOnlyDictionary<string, YamlPart> keys = entry.Members("name", "raw", "view", "columns");
            string name = Required(entry, keys, "name").Text();
            TableInfo table = (keys.GetValueOrDefault("raw"), keys.GetValueOrDefault("view")) switch
            {
                ({ } raw, null) => ReadRaw(name, raw, Required(entry, keys, "columns")),
                (null, { } view) when !keys.ContainsKey("columns") => ReadView(name, view),
                (null, { }) => throw keys["columns"].Wrong("a table over a view takes no columns; it has the view's"),
                _ => throw entry.Wrong("a table takes one of raw and view"),
            };
            if (tables.Exists(other => other.Tablename == name))
            {
                throw entry.Wrong($"table {name} is declared twice");
            }

            tables.Add(table);
        }

        return tables;
    }

    private static TableInfo ReadRaw(string name, YamlPart raw, YamlPart columns)
    {
        IReadOnlyDictionary<string, YamlPart> keys = raw.Members("database", "table", "primaryKey");
        var types = new OrderedDictionary<string, ColumnInfo>(StringComparer.Ordinal);
        foreach ((string column, YamlPart value) in columns.Members())
        {
            string type = value.Text();
            types.Add(column, CustomColumnTypes.TryParse(type, out _)
                ? new ColumnInfo(type)
                : throw value.Wrong($"column {column} cannot be {type}: it takes {string.Join(", ", CustomColumnTypes.Names)}"));
        }

        return new TableInfo(TableInfo.RawRows, name, types, new TableLocation
        {
            Database = Required(raw, keys, "database").Text(),
            Table = Required(raw, keys, "table").Text(),
            PrimaryKey = Optional(keys, "primaryKey"),
        });
    }

    private static TableInfo ReadView(string name, YamlPart view)
    {
        IReadOnlyDictionary<string, YamlPart> keys = view.Members("space", "externalId", "version", "instanceType");
        string? instances = Optional(keys, "instanceType");
        if (instances is not (null or "node" or Edge))
        {
            throw keys["instanceType"].Wrong($"instanceType cannot be {instances}: it takes node or edge");
        }

        return new TableInfo(TableInfo.View, name, Columns: null, new TableLocation
        {
            Space = Required(view, keys, "space").Text(),
            ExternalId = Required(view, keys, "externalId").Text(),
            Version = Optional(keys, "version"),
            InstanceType = instances,
        });
    }

    /// <summary>A name without the slash that separates a list's name from a user's.</summary>
    private static string Named(YamlPart part)
    {
        string name = part.Text();
        return UserNames.IsName(name) && !name.Contains('/', StringComparison.Ordinal)
            ? name
            : throw part.Wrong($"{name} cannot be a name: it takes letters, digits and -._, and begins with a letter or digit");
    }

    private static YamlPart Required(YamlPart of, IReadOnlyDictionary<string, YamlPart> keys, string key) =>
        keys.GetValueOrDefault(key) ?? throw of.Wrong($"the key {key} is missing here");

    private static string? Optional(IReadOnlyDictionary<string, YamlPart> keys, string key) => keys.GetValueOrDefault(key)?.Text();
}
