using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Sluice.Gateway.Users;

namespace Sluice.Gateway.Admin.Version1;

/// <summary>How tables of version 1 look: all over RAW, with columns of text.</summary>
internal static class TableAnswers
{
    /// <summary>The only destination.</summary>
    public const string Raw = "raw";

    /// <summary>The only type of columns.</summary>
    private const string ColumnType = "TEXT";

    /// <summary><c>{"items":[...]}</c>, without tables that version 1 does not know: those over views, which SQL can make.</summary>
    public static IResult Of(IEnumerable<CustomTable> tables) => TypedResults.Json(
        new ItemsAnswer<TableAnswer>([.. tables.Where(table => table.Declaration is RawTableDeclaration).Select(Of)]),
        Version1Json.Default.ItemsAnswerTableAnswer);

    /// <summary>The table that <paramref name="id"/> means: a number, or its digits as text.</summary>
    /// <exception cref="ApiException">404 there is none; 422 it is no id.</exception>
    public static CustomTable Find(IEnumerable<CustomTable> tables, JsonElement? id)
    {
        var text = id?.ValueKind switch
        {
            JsonValueKind.Number => id.Value.GetRawText(),
            JsonValueKind.String => id.Value.GetString(),
            _ => null,
        };
        return !long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? throw ApiException.Schema("Input should be the id of a table", "id")
            : tables.FirstOrDefault(table => table.Id == number && table.Declaration is RawTableDeclaration) ?? throw new ApiException(404, $"the user has no table with id {number}");
    }

    /// <summary>A column, whose type is always text.</summary>
    /// <exception cref="ApiException">422.</exception>
    public static DeclaredColumn Column(string? name) => new(Schema.Required(name, "columns"), ColumnType);

    private static TableAnswer Of(CustomTable table)
    {
        var declaration = (RawTableDeclaration)table.Declaration;
        return new TableAnswer(
            table.Id,
            Raw,
            declaration.Tablename,
            [.. declaration.Columns.Select(column => column.Name)],
            new OptionsAnswer(declaration.PrimaryKey, declaration.Database, declaration.Table));
    }
}
