using Sluice.Administration;
using Sluice.Apply;

namespace Sluice.Tests.Apply;

/// <summary>What <c>users.yaml</c> says, and where it is wrong.</summary>
public sealed class UsersFileTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("sluice-yaml-").FullName;

    private string Path => System.IO.Path.Combine(_directory, "users.yaml");

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public async Task Everything_is_read()
    {
        await File.WriteAllTextAsync(System.IO.Path.Combine(_directory, "secret"), "s3cret\n");
        Declaration declaration = Read(
            """
            list: plant
            project: prod
            users:
              - name: historian
                credentials: {clientId: c, clientSecret: {file: secret}, tokenUrl: https://login.example/token, scopes: s}
                passwordFile: historian.password
                options:
                  on_conflict: update
                  create_missing: yes
                  statement_timeout: 30s
                tables:
                  - name: flights
                    raw: {database: samples, table: flights, primaryKey: flight}
                    columns:
                      flight: TEXT
                      delay: BIGINT
                  - name: pumps
                    view: {space: plant, externalId: Pump, version: v1, instanceType: edge}
              - {name: other, project: test, username: abc}
            """);

        Assert.Equal("plant", declaration.List);
        Assert.Equal(["plant/historian", "plant/other"], declaration.Users.Select(user => user.Name));
        DeclaredUser user = declaration.Users[0];
        Assert.Equal("prod", user.Project);
        Assert.Equal(System.IO.Path.Combine(_directory, "historian.password"), user.PasswordFile);
        Assert.Equal(
            new Credentials { ClientId = "c", ClientSecret = "s3cret", TokenUrl = "https://login.example/token", Scopes = "s" },
            await user.Credentials!.ReadAsync(TestContext.Current.CancellationToken));
        Assert.Equal(
            [new("on_conflict", "update"), new("create_missing", "on"), new("statement_timeout", "30000ms")],
            user.Options!.ToArray());
        Assert.Equal(["flight", "delay"], user.Tables![0].Columns!.Keys);
        Assert.Equal(new TableLocation { Database = "samples", Table = "flights", PrimaryKey = "flight" }, user.Tables[0].Options);
        Assert.Equal(new TableLocation { Space = "plant", ExternalId = "Pump", Version = "v1", InstanceType = "edge" }, user.Tables[1].Options);
        DeclaredUser other = declaration.Users[1];
        Assert.Equal(("test", "abc"), (other.Project, other.Username));
        Assert.Null(other.Credentials);
        Assert.Null(other.Options);
        Assert.Null(other.Tables);
    }

    [Fact]
    public void Without_a_name_the_list_is_the_default_one() =>
        Assert.Equal("default/a", Assert.Single(Read("{project: p, users: [{name: a}]}").Users).Name);

    [Theory]
    [InlineData("user: []", "1:1: there is no key user in the file; it takes list, project, users")]
    [InlineData("project: p", "1:1: the key users is missing here")]
    [InlineData("users: 7", "1:8: users takes a list, each entry of which begins with a dash")]
    [InlineData("users:\n  - a", "2:5: a user takes keys with values")]
    [InlineData("users:\n  - name: a", "2:5: a user needs a project; give the key project here, or once at the top of the file")]
    [InlineData("project: p\nusers:\n  - name: a\n    nmae: b", "4:5: there is no key nmae in a user; it takes name, project, username, credentials, passwordFile, options, tables")]
    [InlineData("project: p\nusers:\n  - name: a/b", "3:11: a/b cannot be a name: it takes letters, digits and -._, and begins with a letter or digit")]
    [InlineData("project: p\nusers:\n  - name: a\n  - name: a", "4:5: user default/a of project p is declared twice")]
    [InlineData("project: p\nusers:\n  - name:", "3:10: name takes a text")]
    [InlineData("project: p\nproject: q", "2:1: no YAML: Duplicate key project")]
    [InlineData("project: [", "2:1: no YAML: ")]
    [InlineData("users: [{name: a,\nproject: p}]", "1:8: no YAML: what comes here is not indented as it should be")]
    [InlineData("a: 1\n---\nb: 2", null)]
    public void What_is_wrong_is_said_with_line_and_column(string yaml, string? message)
    {
        var e = Assert.Throws<AdministrationException>(() => Read(yaml));
        Assert.Equal(2, e.ExitCode);
        Assert.StartsWith(message is null ? $"{Path} has 2 YAML documents" : $"{Path}:{message}", e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("credentials: {clientId: c, clientSecret: s3cret, tokenUrl: u}", "4:46: clientSecret does not belong into this file: name where it is, with {env: VARIABLE} or {file: PATH}")]
    [InlineData("credentials: {clientId: c, clientSecret: {}, tokenUrl: u}", "4:46: clientSecret takes one of env and file")]
    [InlineData("credentials: {clientSecret: {env: A}, tokenUrl: u}", "4:18: the key clientId is missing here")]
    [InlineData("options: {on_conflict: never}", "4:28: on_conflict cannot be never: it takes error, update or ignore")]
    [InlineData("options: {onConflict: update}", "4:15: there is no key onConflict in options; it takes on_conflict, ")]
    [InlineData("tables: [{name: t}]", "4:14: a table takes one of raw and view")]
    [InlineData("tables: [{name: t, raw: {database: d, table: t}}]", "4:14: the key columns is missing here")]
    [InlineData("tables: [{name: t, raw: {database: d, table: t}, columns: {a: text}}]", "4:67: column a cannot be text: it takes TEXT, VARCHAR, ")]
    [InlineData("tables: [{name: t, view: {space: s, externalId: e}, columns: {a: TEXT}}]", "4:66: a table over a view takes no columns; it has the view's")]
    [InlineData("tables: [{name: t, view: {space: s, externalId: e, instanceType: x}}]", "4:70: instanceType cannot be x: it takes node or edge")]
    [InlineData("tables: [{name: t, view: {space: s, externalId: e}}, {name: t, view: {space: s, externalId: f}}]", "4:58: table t is declared twice")]
    public void What_is_wrong_with_a_user_too(string part, string message)
    {
        var e = Assert.Throws<AdministrationException>(() => Read($"project: p\nusers:\n  - name: a\n    {part}"));
        Assert.StartsWith($"{Path}:{message}", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_that_is_not_there_is_named()
    {
        var e = Assert.Throws<AdministrationException>(() => UsersFile.Read(Path));
        Assert.StartsWith($"The file {Path} cannot be read: ", e.Message, StringComparison.Ordinal);
    }

    private Declaration Read(string yaml)
    {
        File.WriteAllText(Path, yaml);
        return UsersFile.Read(Path);
    }
}
