using System.Collections.Immutable;
using System.Runtime.InteropServices;
using Sluice.Gateway.Tables;

namespace Sluice.Gateway.Writes;

/// <summary>Plans whose rows name other resources by their external ids, where CDF takes internal ids.</summary>
public sealed partial record WritePlan
{
    /// <summary>
    /// The plan of the rows after their external ids have been looked up, and where each of its columns comes from; <see langword="null"/> if the rows
    /// name no external ids that must be.
    /// </summary>
    internal (WritePlan Plan, ImmutableArray<ResolvedColumn> Sources)? Resolved()
    {
        var assigned = Verb is WriteVerb.Update or WriteVerb.Delete ? SetColumns : Columns.Length;
        if (Columns.Take(assigned).All(column => column.Reference is null))
        {
            return null;
        }

        var sources = new List<ResolvedColumn>();
        for (var i = 0; i < Columns.Length; i++)
        {
            var reference = i < assigned ? Columns[i].Reference : null;
            var plain = reference is null ? i : Find(reference.Column);
            if (reference is null)
            {
                sources.Add(new ResolvedColumn(Columns[i], i, i < assigned ? FindReference(Columns[i].Name) : -1));
            }
            else if (plain < 0)
            {
                sources.Add(new ResolvedColumn(Table.FindColumn(reference.Column)!, -1, i));
            }
        }

        var keyColumns = Columns.Length - assigned;
        var indexes = new int[Table.Columns.Length];
        Array.Fill(indexes, -1);
        for (var i = 0; i < sources.Count - keyColumns; i++)
        {
            indexes[Table.OrdinalOf(sources[i].Column.Name)] = i;
        }

        var columns = sources.Select(source => source.Column).ToImmutableArray();
        return (this with
        {
            Columns = columns,
            DecodeTypes = DecodeTypesOf(columns, keyColumns),
            Indexes = indexes,
            SetColumns = SetColumns == 0 ? 0 : columns.Length - keyColumns,
            ConflictColumns = [.. ConflictColumns.Select(column => column.Reference is { } named ? Table.FindColumn(named.Column)! : column).Distinct()],
        }, [.. sources]);

        int Find(string name) => Columns.Take(assigned).ToList().FindIndex(column => column.Name == name);

        int FindReference(string name) => Columns.Take(assigned).ToList().FindIndex(column => column.Reference?.Column == name);
    }
}

/// <summary>Where the values of a column with internal ids come from.</summary>
/// <param name="Column">The column.</param>
/// <param name="Plain">The position in a row of the value itself, or -1.</param>
/// <param name="Named">The position in a row of external ids, or -1.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct ResolvedColumn(ColumnDefinition Column, int Plain, int Named);
