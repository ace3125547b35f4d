using Sluice.Cdf.Http;
using Sluice.Cdf.Resources;
using Sluice.Gateway.Tables;

namespace Sluice.Gateway.Writes;

/// <summary>The calls of the CDF API for the rows of a table that are items of a list.</summary>
internal static class ItemResources
{
    /// <summary>Whether the table's rows are such items.</summary>
    public static bool Has(TableDefinition table) => table.Kind is TableKind.Assets or TableKind.Events or TableKind.TimeSeries or TableKind.Files
        or TableKind.Labels or TableKind.Relationships or TableKind.Sequences or TableKind.ExtractionPipelines;

    /// <summary>Those for <paramref name="table"/>.</summary>
    /// <exception cref="NotSupportedException">Its rows are no such items.</exception>
    public static ItemsApi Of(CdfClient client, TableDefinition table) => table.Kind switch
    {
        TableKind.Assets => client.Assets,
        TableKind.Events => client.Events,
        TableKind.TimeSeries => client.TimeSeries,
        TableKind.Files => client.Files,
        TableKind.Labels => client.Labels,
        TableKind.Relationships => client.Relationships,
        TableKind.Sequences => client.Sequences,
        TableKind.ExtractionPipelines => client.ExtractionPipelines,
        _ => throw new NotSupportedException($"Rows of table {table.Name} are no items."),
    };
}
