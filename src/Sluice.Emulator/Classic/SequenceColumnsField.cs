using System.Text.Json;
using Sluice.Emulator.Http;
using Sluice.Emulator.Resources;

namespace Sluice.Emulator.Classic;

/// <summary>The columns of a sequence; changed by <c>{"add":[…],"remove":[…],"modify":[{"externalId","update"}]}</c>.</summary>
internal sealed class SequenceColumnsField(string name) : Field(name)
{
    private const string Text = "STRING";

    private static readonly TextField s_externalId = new("externalId", 255, 1) { Required = true };
    private static readonly TextField s_name = new("name", 255);

    private static readonly ChoiceField s_valueType = new("valueType", Text, "DOUBLE", "LONG") { Absent = "DOUBLE", Immutable = true };

    private static readonly IReadOnlyList<Field> s_fields = FieldList.Number(
    [
        s_externalId,
        s_name,
        new TextField("description", 1000),
        s_valueType,
        new MetadataField("metadata", new MetadataLimits(256, 128, 10_000, 10_000)),
    ]);

    public static string NameOf(Record column) => column.Get<string>(s_externalId)!;

    public static bool IsText(Record column) => TypeOf(column) == Text;

    /// <summary>STRING, DOUBLE or LONG.</summary>
    public static string TypeOf(Record column) => column.Get<string>(s_valueType)!;

    /// <summary>Writes what answers with rows say of a column.</summary>
    public static void WriteShort(Utf8JsonWriter writer, Record column)
    {
        writer.WriteStartObject();
        s_externalId.Write(writer, column);
        s_name.Write(writer, column);
        s_valueType.Write(writer, column);
        writer.WriteEndObject();
    }

    public override object Read(JsonElement value) => new SequenceColumns(ReadColumns(value)).Checked();

    public override void WriteValue(Utf8JsonWriter writer, object value)
    {
        writer.WriteStartArray();
        foreach (var column in ((SequenceColumns)value).Columns)
        {
            writer.WriteStartObject();
            foreach (var field in s_fields)
            {
                field.Write(writer, column);
            }

            writer.WriteNumber("createdTime"u8, column.CreatedTime);
            writer.WriteNumber("lastUpdatedTime"u8, column.LastUpdatedTime);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    protected override object ApplyPatch(object? current, JsonElement patch)
    {
        foreach (var property in patch.EnumerateObject())
        {
            if (property.Name is not ("add" or "remove" or "modify"))
            {
                throw CdfException.BadRequest($"Unknown operation '{property.Name}' in the update of {Name}");
            }
        }

        var columns = (SequenceColumns)current!;
        if (patch.Optional("remove") is { } remove)
        {
            columns = Remove(columns, remove);
        }

        if (patch.Optional("modify") is { } modify)
        {
            columns = Modify(columns, modify);
        }

        if (patch.Optional("add") is { } add)
        {
            columns = columns with { Columns = [.. columns.Columns, .. ReadColumns(add)] };
        }

        return columns.Checked();
    }

    private static SequenceColumns Remove(SequenceColumns columns, JsonElement remove)
    {
        var doomed = Find(columns, remove, "remove");
        return new SequenceColumns(
            [.. columns.Columns.Except(doomed)],
            columns.Deleted + doomed.Count,
            columns.DeletedTexts + doomed.Count(IsText));
    }

    private static SequenceColumns Modify(SequenceColumns columns, JsonElement modify)
    {
        var old = Find(columns, modify, "modify");
        var changed = modify.EnumerateArray().Zip(old).ToDictionary(
            p => p.Second,
            p => p.Second with
            {
                Values = FieldList.Patch(s_fields, p.Second.Values, JsonChecks.Object(p.First.Required("update"), "update")),
                LastUpdatedTime = 0,
            });
        return columns with { Columns = [.. columns.Columns.Select(c => changed.GetValueOrDefault(c, c))] };
    }

    private static List<Record> Find(SequenceColumns columns, JsonElement keys, string operation)
    {
        var names = JsonChecks.Array(keys, operation).EnumerateArray()
            .Select(k => (string)s_externalId.Read(JsonChecks.Object(k, operation).Required("externalId"))).ToList();
        var found = names.ConvertAll(n => columns.Columns.FirstOrDefault(c => NameOf(c) == n)
            ?? throw CdfException.BadRequest($"Column {n} not found, cannot {operation} it"));
        return found.Distinct().Count() == found.Count
            ? found
            : throw CdfException.BadRequest($"A column can be named once in {operation}");
    }

    private List<Record> ReadColumns(JsonElement value) =>
        [.. JsonChecks.Array(value, Name).EnumerateArray()
            .Select(c => new Record { Values = FieldList.Read(s_fields, JsonChecks.Object(c, Name)) })];
}
