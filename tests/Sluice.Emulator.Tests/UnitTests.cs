namespace Sluice.Emulator.Tests;

public sealed class UnitTests
{
    [Fact]
    public async Task The_catalog_can_be_read_by_everybody_of_the_project()
    {
        await using var cdf = await TestEmulator.StartAsync();
        var token = await cdf.TokenWithAsync(TestEmulator.Capability("assetsAcl", "READ"));
        var units = (await cdf.GetAsync("/units", token)).Expect(200);
        Assert.True(units.Items.Count > 100);
        Assert.Equal(units.Items.Count, units.ExternalIds.Distinct(StringComparer.Ordinal).Count());
        var celsius = (await cdf.GetAsync("/units/temperature:deg_c", token)).Expect(200).Items.Single();
        Assert.Equal("degree Celsius", celsius.GetProperty("longName").GetString());
        Assert.Equal("°C", celsius.GetProperty("symbol").GetString());
        Assert.Equal("Temperature", celsius.GetProperty("quantity").GetString());
        Assert.Equal("""{"multiplier":1,"offset":273.15}""", celsius.GetProperty("conversion").GetRawText());
        Assert.Equal("https://qudt.org/vocab/unit/DEG_C", celsius.GetProperty("sourceReference").GetString());
        Assert.Contains("celsius", celsius.GetProperty("aliasNames").EnumerateArray().Select(a => a.GetString()));
    }

    [Theory]
    [InlineData("temperature:deg_f", 212, 373.15)]
    [InlineData("pressure:psi", 14.695948775513, 101325)]
    [InlineData("volume:bbl_us", 1, 0.158987294928)]
    [InlineData("angular_velocity:rev-per-min", 60, 6.283185307179586)]
    public async Task Conversions_lead_to_the_base_unit(string unit, double value, double expected)
    {
        await using var cdf = await TestEmulator.StartAsync();
        var conversion = (await cdf.GetAsync($"/units/{unit}")).Expect(200).Items[0].GetProperty("conversion");
        var converted = (value + conversion.GetProperty("offset").GetDouble()) * conversion.GetProperty("multiplier").GetDouble();
        Assert.Equal(expected, converted, Math.Abs(expected) * 1e-9);
    }

    [Fact]
    public async Task Units_are_read_by_external_id_and_unknown_ones_are_named()
    {
        await using var cdf = await TestEmulator.StartAsync();
        Assert.Equal(
            ["pressure:bar", "length:m"],
            (await cdf.PostItemsAsync("/units/byids", """{"externalId":"pressure:bar"}""", """{"externalId":"length:m"}""")).Expect(200)
                .ExternalIds);
        var unknown = (await cdf.PostItemsAsync("/units/byids", """{"externalId":"x"}""", """{"externalId":"length:m"}""")).Expect(400);
        Assert.Equal(["""{"externalId":"x"}"""], unknown.Keys("missing"));
        Assert.Single((await cdf.PostAsync(
            "/units/byids", """{"items":[{"externalId":"x"},{"externalId":"length:m"}],"ignoreUnknownIds":true}""")).Expect(200).Items);
        (await cdf.PostItemsAsync("/units/byids", """{"externalId":"length:m","name":"m"}""")).Expect(400);
        (await cdf.PostItemsAsync("/units/byids", """{"externalId":"length:m"}""", """{"externalId":"length:m"}""")).Expect(400);
        (await cdf.GetAsync("/units/x")).Expect(400);
    }

    [Fact]
    public async Task Systems_choose_units_of_the_catalog()
    {
        await using var cdf = await TestEmulator.StartAsync();
        var known = (await cdf.GetAsync("/units")).Items.ToDictionary(
            u => u.GetProperty("externalId").GetString()!, u => u.GetProperty("quantity").GetString(), StringComparer.Ordinal);
        var systems = (await cdf.GetAsync("/units/systems")).Expect(200).Items;
        Assert.Equal(["Default", "SI", "Imperial"], systems.Select(s => s.GetProperty("name").GetString()));
        Assert.All(
            systems.SelectMany(s => s.GetProperty("quantities").EnumerateArray()),
            q => Assert.Equal(q.GetProperty("name").GetString(), known[q.GetProperty("unitExternalId").GetString()!]));
    }

    [Fact]
    public async Task A_time_series_can_only_have_a_unit_of_the_catalog_and_is_found_by_its_quantity()
    {
        await using var cdf = await TestEmulator.StartAsync();
        (await cdf.PostItemsAsync("/timeseries", """{"externalId":"a","unitExternalId":"none:such"}""")).Expect(400);
        (await cdf.PostItemsAsync("/timeseries", """{"externalId":"a","unitExternalId":"pressure:bar"}""", """{"externalId":"b"}"""))
            .Expect(201);
        Assert.Equal(["a"], (await cdf.PostAsync("/timeseries/list", """{"filter":{"unitQuantity":"Pressure"}}""")).ExternalIds);
    }
}
