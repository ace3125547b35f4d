using Sluice.Cdf.Resources;
using Sluice.Gateway.Tables;
using Sluice.PgWire.Protocol;

namespace Sluice.Gateway.Tests.Tables;

public sealed class ViewTableTests
{
    [Fact]
    public void Columns_follow_the_rules_of_their_properties()
    {
        var table = ViewTable.Define(
            "t",
            View(
                "all",
                new() { Identifier = "must", Type = "text", IsNullable = false },
                new() { Identifier = "has", Type = "text", IsNullable = false, HasDefault = true },
                new() { Identifier = "once", Type = "enum", Values = ["a"], IsImmutable = true },
                new() { Identifier = "next", Type = "direct", IsList = true, Description = "What follows" }),
            TableKind.Edges);

        Assert.Equal(["space", "external_id"], table.PrimaryKey);
        Assert.Equal(new ViewReference("s", "V", "v1"), table.View);
        Assert.True(table.IsCustom);
        Assert.Equal(
            ["space", "external_id", "type", "start_node", "end_node", "must"],
            table.Columns.Where(column => column.RequiredOnInsert).Select(column => column.Name));
        Assert.Equal((false, false), (table.FindColumn("has")!.RequiredOnInsert, table.FindColumn("has")!.Clearable));
        Assert.Equal((false, "Property \"once\", enum. Takes a."), (table.FindColumn("once")!.Updatable, table.FindColumn("once")!.Comment));
        Assert.StartsWith("What follows. Each node: ", table.FindColumn("next")!.Comment, StringComparison.Ordinal);
        Assert.EndsWith("Takes 1 to 100 elements.", table.FindColumn("next")!.Comment, StringComparison.Ordinal);
    }

    [Fact]
    public void Names_of_instances_columns_and_system_columns_get_underscores_until_they_are_free()
    {
        string[] names = ["type", "type_", "space_", "space", "ctid", "start_node", "Type", "id"];
        var table = ViewTable.Define(
            "t", View("node", [.. names.Select(name => new CdfViewProperty { Identifier = name, Type = "text" })]), TableKind.Nodes);

        Assert.Equal(
            ["type__", "type_", "space_", "space__", "ctid_", "start_node", "Type", "id"],
            table.Columns.Where(column => column.IsViewProperty).Select(column => column.Name));
        Assert.Equal(names, table.Columns.Where(column => column.IsViewProperty).Select(column => column.CdfField));
    }

    [Theory]
    [InlineData("assets", "a", "text", TableKind.Nodes, SqlState.ReservedName)]
    [InlineData("", "a", "text", TableKind.Nodes, SqlState.InvalidName)]
    [InlineData("t", "a", "colour", TableKind.Nodes, SqlState.InvalidTableDefinition)]
    [InlineData("t", "a", "text", TableKind.Edges, SqlState.InvalidTableDefinition)]
    [InlineData("t", "a234567890123456789012345678901234567890123456789012345678901234", "text", TableKind.Nodes, SqlState.NameTooLong)]
    public void What_cannot_be_a_table_is_refused(string name, string property, string type, TableKind kind, string sqlState)
    {
        var refusal = Assert.Throws<PgException>(
            () => ViewTable.Define(name, View("node", new CdfViewProperty { Identifier = property, Type = type }), kind));
        Assert.Equal(sqlState, refusal.Error.SqlState);
    }

    [Fact]
    public void A_view_that_cannot_be_written_makes_a_table_that_can_only_be_read() =>
        Assert.True(ViewTable.Define("t", View("node") with { Writable = false }, TableKind.Nodes).IsReadOnly);

    internal static CdfView View(string usedFor, params CdfViewProperty[] properties) => new()
    {
        Space = "s",
        ExternalId = "V",
        Version = "v1",
        UsedFor = usedFor,
        Writable = true,
        Properties = [.. properties],
    };
}
