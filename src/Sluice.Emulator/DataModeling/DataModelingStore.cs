namespace Sluice.Emulator.DataModeling;

/// <summary>A project's data models and instances.</summary>
internal sealed class DataModelingStore
{
    /// <summary>Held while anything here is read or changed, so that each request is atomic.</summary>
    public Lock Gate { get; } = new();

    public Schema Schema { get; } = new();

    public InstanceStore Instances { get; } = new();

    public UniqueValues UniqueValues { get; } = new();
}
