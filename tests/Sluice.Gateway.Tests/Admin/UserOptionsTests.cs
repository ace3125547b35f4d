using System.Net;
using Sluice.Gateway.Tests.Engine;
using Sluice.Gateway.Users;
using Sluice.Gateway.Writes;

namespace Sluice.Gateway.Tests.Admin;

public sealed class UserOptionsTests(EngineFixture fixture) : IAsyncLifetime
{
    private AdminHost _host = null!;

    public async ValueTask InitializeAsync() => _host = await AdminHost.StartAsync(fixture.Engine);

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Fact]
    public async Task A_user_is_made_with_options_which_answers_show_from_then_on()
    {
        const string Options =
            """{"onConflict":"update","createMissing":true,"dataSetId":123,"stagingTables":true,"extendedColumns":true,"stringLength":1023,"connectionLimit":5,"statementTimeout":"30s"}""";
        _host.Cdf.Nonces["options"] = 7;
        var created = await _host.PostAsync(AdminHost.Project, $$$"""{"items":[{"credentials":{"nonce":"options"},"options":{{{Options}}}}]}""");
        var item = created.Json.GetProperty("items")[0];
        var username = item.GetProperty("username").GetString()!;
        var user = (await _host.Users.FindAsync(username, TestContext.Current.CancellationToken))!;
        var shown = Options.Replace("30s", "30000ms", StringComparison.Ordinal);

        Assert.Equal(HttpStatusCode.OK, created.Status);
        Assert.Equal(shown, item.GetProperty("options").GetRawText());
        Assert.Equal(shown, (await FindAsync(username)).Json.GetProperty("items")[0].GetProperty("options").GetRawText());
        Assert.Equal(
            new UserOptions
            {
                OnConflict = ConflictAction.Update,
                CreateMissing = true,
                DataSetId = 123,
                StagingTables = true,
                ExtendedColumns = true,
                StringLength = 1_023,
                ConnectionLimit = 5,
                StatementTimeout = TimeSpan.FromSeconds(30),
            },
            user.Options);
    }

    [Fact]
    public async Task Options_are_added_removed_and_set_anew_and_nobody_sees_any_who_has_none()
    {
        var username = (await _host.CreateUserAsync()).GetProperty("username").GetString()!;
        var none = await FindAsync(username);
        await UpdateAsync(username, """{"add":{"onConflict":"ignore","dataSetId":5}}""");
        var two = await UpdateAsync(username, """{"add":{"createMissing":false},"remove":["dataSetId"]}""");
        var one = await UpdateAsync(username, """{"set":{"statementTimeout":1500}}""");
        var cleared = await UpdateAsync(username, """{"set":{}}""");

        Assert.DoesNotContain("options", none.Body, StringComparison.Ordinal);
        Assert.Equal("""{"onConflict":"ignore","createMissing":false}""", Options(two));
        Assert.Equal("""{"statementTimeout":"1500ms"}""", Options(one));
        Assert.DoesNotContain("options", cleared.Body, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, cleared.Status);
    }

    [Theory]
    [InlineData("""{"set":{"onConflict":"replace"}}""", "Input should be error, update or ignore: onConflict")]
    [InlineData("""{"set":{"createMissing":"on"}}""", "Input should be true or false: createMissing")]
    [InlineData("""{"set":{"stringLength":254}}""", "Input should be 255 to 1023: stringLength")]
    [InlineData("""{"set":{"stringLength":"300"}}""", "Input should be 255 to 1023: stringLength")]
    [InlineData("""{"set":{"dataSetId":1.5}}""", "Input should be the internal id of a data set: dataSetId")]
    [InlineData("""{"set":{"statementTimeout":"soon"}}""", "statementTimeout")]
    [InlineData("""{"set":{"colour":"blue"}}""", "Extra inputs are not permitted: colour")]
    [InlineData("""{"remove":["colour"]}""", "Extra inputs are not permitted: colour")]
    [InlineData("""{"add":{"dataSetId":1},"remove":["dataSetId"]}""", "in one of add and remove: dataSetId")]
    [InlineData("""{"set":{},"add":{}}""", "Extra inputs are not permitted: add")]
    [InlineData("""{}""", "Field required")]
    public async Task What_is_no_option_is_422_and_nothing_changes(string options, string words)
    {
        var username = (await _host.CreateUserAsync()).GetProperty("username").GetString()!;
        var before = await FindAsync(username);
        var reply = await UpdateAsync(username, options);

        Assert.Equal(HttpStatusCode.UnprocessableEntity, reply.Status);
        Assert.Contains(words, reply.Error, StringComparison.Ordinal);
        Assert.Equal(before.Body, (await FindAsync(username)).Body);
    }

    [Fact]
    public async Task Options_do_not_change_when_the_credentials_beside_them_do_not_work()
    {
        var username = (await _host.CreateUserAsync()).GetProperty("username").GetString()!;
        var reply = await _host.PostAsync(
            $"{AdminHost.Project}/update",
            $$$$$"""{"items":[{"username":"{{{{{username}}}}}","update":{"credentials":{"set":{"nonce":"spent"}},"options":{"set":{"stringLength":300}}}}]}""");

        Assert.Equal(HttpStatusCode.BadRequest, reply.Status);
        Assert.DoesNotContain("options", (await FindAsync(username)).Body, StringComparison.Ordinal);
    }

    private static string Options(Reply reply) => reply.Json.GetProperty("items")[0].GetProperty("options").GetRawText();

    private Task<Reply> FindAsync(string username) => _host.PostAsync($"{AdminHost.Project}/byids", $$"""{"items":[{"username":"{{username}}"}]}""");

    private Task<Reply> UpdateAsync(string username, string options) =>
        _host.PostAsync($"{AdminHost.Project}/update", $$$"""{"items":[{"username":"{{{username}}}","update":{"options":{{{options}}}}}]}""");
}
