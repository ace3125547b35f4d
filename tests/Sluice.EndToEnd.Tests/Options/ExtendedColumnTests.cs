using System.Globalization;
using System.Text.Json.Nodes;
using Npgsql;
using Sluice.EndToEnd.Tests.Servers;
using Sluice.Gateway.Users;

namespace Sluice.EndToEnd.Tests.Options;

/// <summary>External ids where CDF takes internal ids only, for users with the option <c>extended_columns</c>.</summary>
public sealed class ExtendedColumnTests(GatewayServer server)
{
    private readonly string _name = $"extended-{Guid.NewGuid():N}";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Without_the_option_the_catalog_is_the_documented_one()
    {
        await using var session = await server.OpenAsync(await server.RegisterAsync(UserOptions.Default));
        Assert.Equal("42703", await FailsAsync(session, "INSERT INTO events (asset_external_ids) VALUES ('{a}')"));
    }

    [Fact]
    public async Task The_option_adds_the_columns_at_the_end_and_takes_them_away_again()
    {
        const string Columns =
            """
            SELECT string_agg(table_name || '.' || column_name || ' ' || data_type, ', ' ORDER BY table_name, column_name) FROM information_schema.columns
            WHERE table_schema = 'public' AND (column_name LIKE 'asset_external%' OR column_name = 'data_set_external_id')
            """;
        var login = await server.RegisterAsync(new() { ExtendedColumns = true });
        await using (var session = await server.OpenAsync(login))
        {
            Assert.Equal(
                "assets.data_set_external_id character varying, events.asset_external_ids ARRAY, events.data_set_external_id character varying, "
                + "extraction_pipelines.data_set_external_id character varying, files.asset_external_ids ARRAY, files.data_set_external_id character varying, "
                + "labels.data_set_external_id character varying, relationships.data_set_external_id character varying, "
                + "sequences.asset_external_id character varying, sequences.data_set_external_id character varying, "
                + "time_series.asset_external_id character varying, time_series.data_set_external_id character varying",
                await ScalarAsync(session, Columns));
        }

        await server.SetOptionsAsync(login, UserOptions.Default);
        await using var next = await server.OpenAsync(login);
        Assert.Equal(DBNull.Value, await ScalarAsync(next, Columns));
    }

    [Fact]
    public async Task Each_table_gets_the_internal_ids()
    {
        var (assets, dataSet) = await CreateReferredAsync();
        await using var session = await OpenAsync();
        await ExecuteAsync(session, $"INSERT INTO events (external_id, asset_external_ids, data_set_external_id) VALUES ('{_name}', '{{{_name}-1,{_name}-2}}', '{_name}')");
        await ExecuteAsync(session, $"INSERT INTO files (external_id, name, asset_external_ids, data_set_external_id) VALUES ('{_name}', 'f', ARRAY['{_name}-2'], '{_name}')");
        await ExecuteAsync(session, $"INSERT INTO time_series (external_id, asset_external_id, data_set_external_id) VALUES ('{_name}', '{_name}-1', '{_name}')");
        await ExecuteAsync(
            session,
            $$"""INSERT INTO sequences (external_id, asset_external_id, data_set_external_id, columns) VALUES ('{{_name}}', '{{_name}}-1', '{{_name}}', '[{"externalId":"a"}]')""");
        await ExecuteAsync(session, $"INSERT INTO assets (external_id, name, parent_external_id, data_set_external_id) VALUES ('{_name}', 'a', '{_name}-1', '{_name}')");
        await ExecuteAsync(session, $"INSERT INTO labels (external_id, name, data_set_external_id) VALUES ('{_name}', 'l', '{_name}')");
        await ExecuteAsync(session, $"INSERT INTO extraction_pipelines (external_id, name, data_set_external_id) VALUES ('{_name}', 'p', '{_name}')");

        foreach (var resource in (string[])["events", "files", "timeseries", "sequences", "assets", "labels", "extpipes"])
        {
            var item = (await server.Cdf.ByExternalIdsAsync(resource, _name)).Single()!;
            Assert.Equal(dataSet, (long?)item["dataSetId"]);
            Assert.Equal(
                resource switch
                {
                    "events" => $"[{assets[0]},{assets[1]}]",
                    "files" => $"[{assets[1]}]",
                    "timeseries" or "sequences" => assets[0].ToString(CultureInfo.InvariantCulture),
                    _ => null,
                },
                (item["assetIds"] ?? item["assetId"])?.ToJsonString());
        }
    }

    [Fact]
    public async Task UPDATE_upsert_and_computed_rows_resolve_too()
    {
        var (assets, dataSet) = await CreateReferredAsync();
        await using var session = await OpenAsync();
        await ExecuteAsync(session, $"INSERT INTO events (external_id) VALUES ('{_name}')");
        await ExecuteAsync(session, $"UPDATE events SET asset_external_ids = '{{{_name}-2}}', data_set_external_id = '{_name}' WHERE external_id = '{_name}'");
        Assert.Equal($"[{assets[1]}] {dataSet}", await EventAsync());
        await ExecuteAsync(session, $"UPDATE events SET data_set_external_id = NULL WHERE external_id = '{_name}'");
        Assert.Equal($"[{assets[1]}] ", await EventAsync());
        await ExecuteAsync(
            session,
            $"INSERT INTO events (external_id, asset_external_ids) VALUES ('{_name}', '{{{_name}-1}}') "
            + "ON CONFLICT (external_id) DO UPDATE SET asset_external_ids = EXCLUDED.asset_external_ids");
        Assert.Equal($"[{assets[0]}] ", await EventAsync());
        await ExecuteAsync(
            session,
            $"INSERT INTO events (external_id, asset_external_ids) SELECT '{_name}', array_agg('{_name}-' || n) FROM generate_series(1, 2) n "
            + "ON CONFLICT (external_id) DO UPDATE SET asset_external_ids = EXCLUDED.asset_external_ids");
        Assert.Equal($"[{assets[0]},{assets[1]}] ", await EventAsync());
        await using (var block = await session.BeginTransactionAsync(Token))
        {
            await ExecuteAsync(session, $"UPDATE events SET asset_external_ids = ARRAY['{_name}-2'] WHERE external_id = '{_name}'");
            await block.CommitAsync(Token);
        }

        Assert.Equal($"[{assets[1]}] ", await EventAsync());

        async Task<string> EventAsync()
        {
            var item = (await server.Cdf.ByExternalIdsAsync("events", _name)).Single()!;
            return $"{item["assetIds"]?.ToJsonString()} {item["dataSetId"]}";
        }
    }

    [Theory]
    [InlineData("INSERT INTO events (asset_external_ids) VALUES ('{NAME-1,NAME-9}')", "23503", "there is no asset with the external id \"NAME-9\"")]
    [InlineData("INSERT INTO events (data_set_external_id) VALUES ('NAME-9')", "23503", "there is no data set with the external id \"NAME-9\"")]
    [InlineData("INSERT INTO time_series (asset_external_id) VALUES ('')", "23503", "there is no asset with the external id \"\"")]
    [InlineData("INSERT INTO events (asset_external_ids, asset_ids) VALUES ('{NAME-1}', '{ID2}')", "22023", "columns \"asset_ids\" and \"asset_external_ids\" refer to different resources")]
    [InlineData("INSERT INTO time_series (asset_external_id, asset_id) VALUES ('NAME-1', ID2)", "22023", "columns \"asset_id\" and \"asset_external_id\" refer to different resources")]
    [InlineData("INSERT INTO events (asset_external_ids) VALUES ('{NAME-1,NULL}')", "22023", "column \"asset_external_ids\" takes no NULL among external ids")]
    [InlineData("INSERT INTO events (asset_external_ids) VALUES (ARRAY[repeat('x', 256)])", "22001", "value too long for column \"asset_external_ids\": an external id has at most 255 characters")]
    [InlineData("UPDATE events SET asset_external_ids = '{NAME-9}' WHERE external_id = 'x'", "23503", "there is no asset with the external id \"NAME-9\"")]
    public async Task What_cannot_be_resolved_is_refused_in_words(string sql, string sqlState, string message)
    {
        var (assets, _) = await CreateReferredAsync();
        await using var session = await OpenAsync();
        sql = sql.Replace("NAME", _name, StringComparison.Ordinal).Replace("ID2", assets[1].ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal);
        var error = await Assert.ThrowsAsync<PostgresException>(() => ExecuteAsync(session, sql));
        Assert.Equal(sqlState, error.SqlState);
        Assert.Equal(message.Replace("NAME", _name, StringComparison.Ordinal), error.MessageText);
    }

    [Fact]
    public async Task Both_columns_may_say_the_same()
    {
        var (assets, dataSet) = await CreateReferredAsync();
        await using var session = await OpenAsync();
        await ExecuteAsync(
            session,
            $"INSERT INTO events (external_id, asset_ids, asset_external_ids, data_set_id, data_set_external_id) "
            + $"VALUES ('{_name}', '{{{assets[1]},{assets[0]}}}', '{{{_name}-1,{_name}-2}}', {dataSet}, '{_name}'), ('{_name}-b', '{{{assets[1]}}}', NULL, {dataSet}, NULL)");
        Assert.Equal(2, (await server.Cdf.ByExternalIdsAsync("events", _name, $"{_name}-b")).Count(item => (long?)item!["dataSetId"] == dataSet));
    }

    [Fact]
    public async Task A_row_that_names_nothing_that_exists_is_set_aside_under_skip()
    {
        await CreateReferredAsync();
        await using var session = await OpenAsync();
        await ExecuteAsync(session, "SET sluice.on_error = 'skip'");
        var rows = await ExecuteAsync(
            session,
            $"INSERT INTO events (external_id, asset_external_ids) VALUES ('{_name}-1', '{{{_name}-1}}'), ('{_name}-2', '{{nobody}}'), ('{_name}-3', NULL)");
        Assert.Equal(2, rows);
        Assert.Equal(2, (await server.Cdf.ByExternalIdsAsync("events", $"{_name}-1", $"{_name}-2", $"{_name}-3")).Count);
    }

    [Fact]
    public async Task What_was_not_found_is_asked_for_again_and_what_was_found_is_not()
    {
        await using var session = await OpenAsync();
        var sql = $"INSERT INTO events (asset_external_ids) VALUES ('{{{_name}-1}}')";
        Assert.Equal("23503", await FailsAsync(session, sql));
        await CreateReferredAsync();
        Assert.Equal(1, await ExecuteAsync(session, sql));
        Assert.Equal(1, await ExecuteAsync(session, sql));
    }

    [Fact]
    public async Task A_hundred_thousand_events_of_five_thousand_assets_cost_five_look_ups_and_a_hundred_creates()
    {
        const int Assets = 5_000;
        const int Events = 100_000;
        await using var own = new GatewayServer();
        await own.InitializeAsync();
        foreach (var chunk in Enumerable.Range(0, Assets).Chunk(1_000))
        {
            await own.Cdf.PostAsync("assets", new { items = chunk.Select(n => new { externalId = $"{_name}-{n}", name = "a" }) });
        }

        await using var session = await own.OpenAsync(await own.RegisterAsync(new() { ExtendedColumns = true }));
        var (lookUps, creates) = (await own.Cdf.RequestsAsync("POST", "/assets/byids"), await own.Cdf.RequestsAsync("POST", "/events"));

        // In no order, so that most of the assets are named early and the last of them late.
        var random = new Random(1);
        var copy = await session.BeginTextImportAsync("COPY events (external_id, asset_external_ids) FROM STDIN", Token);
        await using (copy.ConfigureAwait(false))
        {
            for (var i = 0; i < Events; i++)
            {
                await copy.WriteAsync(string.Create(CultureInfo.InvariantCulture, $"{_name}-{i}\t{{{_name}-{random.Next(Assets)}}}\n"));
            }
        }

        Assert.InRange(await own.Cdf.RequestsAsync("POST", "/assets/byids") - lookUps, 1, 5);
        Assert.Equal(100, await own.Cdf.RequestsAsync("POST", "/events") - creates);
        var asset = (long)(await own.Cdf.ByExternalIdsAsync("assets", $"{_name}-{new Random(1).Next(Assets)}")).Single()!["id"]!;
        var first = (await own.Cdf.ByExternalIdsAsync("events", $"{_name}-0")).Single()!;
        Assert.Equal($"[{asset}]", first["assetIds"]!.ToJsonString());
    }

    private async Task<NpgsqlConnection> OpenAsync() => await server.OpenAsync(await server.RegisterAsync(new() { ExtendedColumns = true }));

    /// <summary>Two assets and a data set: their ids.</summary>
    private async Task<(long[] Assets, long DataSet)> CreateReferredAsync()
    {
        var assets = await server.Cdf.PostAsync(
            "assets", new { items = new[] { new { externalId = $"{_name}-1", name = "1" }, new { externalId = $"{_name}-2", name = "2" } } });
        var dataSet = await server.Cdf.PostAsync("datasets", new { items = new[] { new { externalId = _name, name = "d" } } });
        return ([.. Ids(assets)], Ids(dataSet).Single());
    }

    private static IEnumerable<long> Ids(JsonNode answer) => answer["items"]!.AsArray().Select(item => (long)item!["id"]!);

    private static async Task<string> FailsAsync(NpgsqlConnection session, string sql) =>
        (await Assert.ThrowsAsync<PostgresException>(() => ExecuteAsync(session, sql))).SqlState;

    private static async Task<int> ExecuteAsync(NpgsqlConnection session, string sql)
    {
        await using var command = new NpgsqlCommand(sql, session);
        return await command.ExecuteNonQueryAsync(Token);
    }

    private static async Task<object?> ScalarAsync(NpgsqlConnection session, string sql)
    {
        await using var command = new NpgsqlCommand(sql, session);
        return await command.ExecuteScalarAsync(Token);
    }
}
