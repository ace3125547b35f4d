using System.Collections.Immutable;
using Sluice.Gateway.Users;

namespace Sluice.Gateway.Admin;

/// <summary>What is to change of a table: its name, and of a table over RAW its columns. What is dropped or has another name then, RAW keeps as it is.</summary>
public sealed record TableAlteration
{
    /// <summary>The table's name from then on; null for the same.</summary>
    public string? Tablename { get; init; }

    /// <summary>Columns that the table is not to have any more, by name.</summary>
    public ImmutableArray<string> Drop { get; init; } = [];

    /// <summary>Columns that are to have another name, by that of before; they keep their RAW columns.</summary>
    public ImmutableDictionary<string, string> Rename { get; init; } = ImmutableDictionary<string, string>.Empty;

    /// <summary>Columns that come after the others.</summary>
    public ImmutableArray<DeclaredColumn> Add { get; init; } = [];

    /// <summary>The table as it is to be.</summary>
    /// <exception cref="ApiException">400: a column that is not there, is dropped and named again, or is the key; other columns for a table over a view.</exception>
    public TableDeclaration Apply(TableDeclaration declaration)
    {
        var name = Tablename ?? declaration.Tablename;
        return declaration switch
        {
            RawTableDeclaration raw => raw with { Tablename = name, PrimaryKey = NewName(raw.PrimaryKey), Columns = Columns(raw) },
            _ when Drop.IsEmpty && Rename.IsEmpty && Add.IsEmpty => declaration with { Tablename = name },
            _ => throw new ApiException(400, $"the columns of table \"{declaration.Tablename}\" are those of its view; delete the table and create it again to have them anew"),
        };
    }

    private ImmutableArray<DeclaredColumn> Columns(RawTableDeclaration raw)
    {
        foreach (var name in Drop.Concat(Rename.Keys))
        {
            if (!raw.Columns.Any(column => column.Name == name))
            {
                throw new ApiException(400, $"table \"{raw.Tablename}\" has no column \"{name}\"");
            }
        }

        if (Drop.FirstOrDefault(name => name == raw.KeyColumn) is { } key)
        {
            throw new ApiException(400, $"column \"{key}\" is the primary key of table \"{raw.Tablename}\" and cannot be dropped");
        }

        if (raw.PrimaryKey is null && Rename.ContainsKey(raw.KeyColumn))
        {
            throw new ApiException(400, $"column \"{raw.KeyColumn}\" has the RAW key by its name and cannot have another");
        }

        if (Drop.FirstOrDefault(Rename.ContainsKey) is { } both)
        {
            throw new ApiException(400, $"column \"{both}\" cannot be both dropped and renamed");
        }

        return
        [
            .. raw.Columns.Where(column => !Drop.Contains(column.Name, StringComparer.Ordinal)).Select(Renamed),
            .. Add,
        ];
    }

    private DeclaredColumn Renamed(DeclaredColumn column) =>
        NewName(column.Name) is var name && name == column.Name ? column : column.Over(name!, column.Field);

    private string? NewName(string? column) => column is not null && Rename.TryGetValue(column, out var name) ? name : column;
}
