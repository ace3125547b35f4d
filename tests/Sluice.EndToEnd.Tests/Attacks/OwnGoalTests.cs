using System.Net;
using System.Text.Json.Nodes;
using Sluice.EndToEnd.Tests.Servers;
using Sluice.EndToEnd.Tests.Wire;
using Sluice.Gateway.Users;

namespace Sluice.EndToEnd.Tests.Attacks;

/// <summary>What a user may do to his own role and database: it harms nobody else, and he is not locked out for good.</summary>
public sealed class OwnGoalTests(GatewayServer server)
{
    private readonly string _name = $"goal-{Guid.NewGuid():N}";

    [Fact]
    public async Task Who_gives_up_his_rights_has_them_again_at_the_next_login()
    {
        var login = await server.RegisterAsync(new UserOptions { StagingTables = true });
        await using (var client = await server.ConnectAsync(login))
        {
            await SucceedAsync(client, $"drop owned by {login.Username}");
        }

        await using var next = await server.ConnectAsync(login);
        await SucceedAsync(next, $"create table t (a int); insert into events (external_id) values ('{_name}')");
        var rows = await next.Query($"select external_id from events where external_id = '{_name}'").TalkAsync();
        Assert.Equal(_name, rows.Single(message => message.Type == 'D').Values[0]);
    }

    [Fact]
    public async Task An_open_transaction_about_his_rights_does_not_hold_up_his_end()
    {
        var login = await server.RegisterAsync(UserOptions.Default);
        await using var client = await server.ConnectAsync(login);
        await SucceedAsync(client, $"begin; drop owned by {login.Username}; alter role {login.Username} password 'x'");
        var (status, _) = await server.Cdf.GatewayAsync("delete", $$"""{"items":[{"username":"{{login.Username}}"}]}""");
        Assert.Equal(HttpStatusCode.OK, status);
    }

    [Fact]
    public async Task A_password_by_SQL_is_not_that_of_the_gateway()
    {
        var login = await server.RegisterAsync(UserOptions.Default);
        await using (var client = await server.ConnectAsync(login))
        {
            await client.Query($"alter role {login.Username} password 'other'").TalkAsync();
        }

        await using var next = await server.ConnectAsync(login);
        await Assert.ThrowsAnyAsync<InvalidOperationException>(() => server.ConnectAsync(login with { Password = "other" }));
    }

    [Fact]
    public async Task Functions_and_operators_of_his_own_run_as_nobody_else()
    {
        var login = await server.RegisterAsync(new UserOptions { StagingTables = true });
        await using var client = await server.ConnectAsync(login);
        await SucceedAsync(
            client,
            """
            create table caught (who text);
            grant all on caught to public;
            create function trap(text, text) returns boolean language plpgsql as $$ begin insert into public.caught values (current_user || '/' || session_user); return true; end $$;
            create function current_setting(text) returns text language plpgsql as $$ begin insert into public.caught values (current_user); return 'x'; end $$;
            create function current_setting(text, boolean) returns text language plpgsql as $$ begin insert into public.caught values (current_user); return 'x'; end $$;
            create function obj_description(oid, name) returns text language plpgsql as $$ begin insert into public.caught values (current_user); return 'x'; end $$;
            create function format(text, name) returns text language plpgsql as $$ begin insert into public.caught values (current_user); return 'x'; end $$;
            create function coalesce_trap(text) returns text language plpgsql as $$ begin insert into public.caught values (current_user); return $1; end $$;
            create operator = (leftarg = text, rightarg = text, function = trap);
            create operator <> (leftarg = text, rightarg = text, function = trap);
            create operator || (leftarg = text, rightarg = text, function = trap);
            create type "int8" as (a int);
            create type "text" as (a int);
            create function pg_temp.current_setting(text) returns text language sql as 'select 1::pg_catalog.text';
            set search_path = public, pg_temp, pg_catalog;
            """);

        // Sluice's own work in his database: in his session, and in its own.
        await SucceedAsync(client, $"insert into public.events (external_id) values ('{_name}')");
        await SucceedAsync(client, $"insert into public.events (external_id, type) select '{_name}' operator(pg_catalog.||) g::pg_catalog.text, 't' from pg_catalog.generate_series(1, 3) g");
        await server.Cdf.CreateRawTableAsync(login, "added", "db", "t", primaryKey: null, new JsonObject { ["a"] = new JsonObject { ["type"] = "TEXT" } });
        await server.SetOptionsAsync(login, new UserOptions { StagingTables = true, StringLength = 300 });
        await using var next = await server.ConnectAsync(login);
        Assert.Equal(4, (await server.Cdf.ByExternalIdsAsync("events", _name, $"{_name}1", $"{_name}2", $"{_name}3")).Count);
        var caught = await next.Query("select distinct who from caught where who not like '%' operator(pg_catalog.||) current_user").TalkAsync();
        Assert.DoesNotContain(caught, message => message.Type is 'D' or 'E');
    }

    private static async Task SucceedAsync(WireClient client, string sql) =>
        Assert.DoesNotContain(await client.Query(sql).TalkAsync(), message => message.Type == 'E');
}
