using System.Text.Json;

namespace Sluice.Gateway.Reads.KeySets;

/// <summary>A node of <c>EXPLAIN (VERBOSE, FORMAT JSON)</c>, as far as key sets need it.</summary>
internal sealed class PlanNode
{
    private PlanNode(JsonElement element, PlanNode? parent)
    {
        Parent = parent;
        Type = Text(element, "Node Type") ?? "";
        Relation = Text(element, "Relation Name");
        Schema = Text(element, "Schema");
        Alias = Text(element, "Alias");
        JoinType = Text(element, "Join Type");
        Relationship = Text(element, "Parent Relationship");
        Filter = Text(element, "Filter");
        RemoteSql = Text(element, "Remote SQL");
        JoinConditions = [.. ((string[])["Hash Cond", "Merge Cond", "Join Filter"]).Select(name => Text(element, name)).OfType<string>()];
        GroupKeys = element.TryGetProperty("Group Key", out var keys) ? [.. keys.EnumerateArray().Select(static key => key.GetString()!)] : [];
        Children = element.TryGetProperty("Plans", out var plans) ? [.. plans.EnumerateArray().Select(plan => new PlanNode(plan, this))] : [];
    }

    public PlanNode? Parent { get; }

    public IReadOnlyList<PlanNode> Children { get; }

    public string Type { get; }

    public string? Relation { get; }

    public string? Schema { get; }

    public string? Alias { get; }

    public string? JoinType { get; }

    /// <summary><c>Outer</c>, <c>Inner</c>, <c>Member</c>, <c>InitPlan</c>, …: what the node is to its parent.</summary>
    public string? Relationship { get; }

    public string? Filter { get; }

    public string? RemoteSql { get; }

    public IReadOnlyList<string> JoinConditions { get; }

    public IReadOnlyList<string> GroupKeys { get; }

    /// <summary>The plan's root.</summary>
    /// <exception cref="JsonException">It is no plan.</exception>
    public static PlanNode Parse(string json)
    {
        using var document = JsonDocument.Parse(json);
        return new PlanNode(document.RootElement[0].GetProperty("Plan"), parent: null);
    }

    /// <summary>The node and all below it.</summary>
    public IEnumerable<PlanNode> All() => Children.SelectMany(static child => child.All()).Prepend(this);

    private static string? Text(JsonElement element, string name) => element.TryGetProperty(name, out var value) ? value.GetString() : null;
}
