using Sluice.Emulator.Http;

namespace Sluice.Emulator.Resources;

/// <summary>One stored item. It is never changed once it is in a store: an update puts another one in its place.</summary>
internal sealed record Record
{
    public required object?[] Values { get; init; }

    public long Id { get; init; }

    public long CreatedTime { get; init; }

    public long LastUpdatedTime { get; init; }

    /// <summary>The data model node that the item belongs to, if any.</summary>
    public InstanceId? Instance { get; init; }

    public T? Get<T>(Field field)
        where T : class => (T?)Values[field.Ordinal];

    public long? Number(Field field) => (long?)Values[field.Ordinal];

    public bool Flag(Field field) => Values[field.Ordinal] is true;
}
