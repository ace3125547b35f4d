using System.Runtime.InteropServices;
using System.Text.Json;

namespace Sluice.Gateway.Reads.Rows;

/// <summary>One row of a CDF table as CDF has given it.</summary>
/// <param name="Item">The item of CDF's answer: an object with the fields of the resource, a RAW row, or a data point.</param>
/// <param name="Given">
/// Values that are not in the item, as PostgreSQL's text by the ordinal of the column: the database and table of a RAW row, the series of a data point.
/// A column without one is looked up in the item. <see langword="null"/> if there are none.
/// </param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct CdfRow(JsonElement Item, IReadOnlyList<string?>? Given = null);
