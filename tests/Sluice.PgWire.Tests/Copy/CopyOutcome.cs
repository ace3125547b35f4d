using System.Buffers;
using System.Text;
using Sluice.PgWire.Columns;
using Sluice.PgWire.Copy;
using Sluice.PgWire.Protocol;
using Sluice.PgWire.Tests.Types;
using Sluice.PgWire.Types;

namespace Sluice.PgWire.Tests.Copy;

/// <summary>What came of a COPY: its rows as text, or its error. Rows of a COPY that failed do not count.</summary>
internal sealed record CopyOutcome(string Rows, string Error)
{
    /// <summary>Copies into a table of a real PostgreSQL and reads it back.</summary>
    public static async Task<CopyOutcome> OfPostgresAsync(PlainConnection connection, CopyTable table, string options, byte[] data)
    {
        string columns = string.Join(", ", table.Columns.Select(c => $"\"{c.Name}\" {c.Type.DisplayName}"));
        await connection.QueryAsync($"DROP TABLE IF EXISTS pg_temp.{table.Name}; CREATE TEMP TABLE {table.Name} ({columns})");
        try
        {
            await connection.CopyAsync($"COPY {table.Name} FROM STDIN {options}", data);
        }
        catch (PgException e)
        {
            return new CopyOutcome("", Describe(e.Error));
        }

        string texts = string.Join(", ", table.Columns.Select(c => $"\"{c.Name}\"::text"));
        StringBuilder rows = new();
        foreach (string?[] row in await connection.QueryAsync($"SELECT {texts} FROM {table.Name}"))
        {
            rows.AppendJoin('|', row.Select(v => v ?? "NULL")).AppendLine();
        }

        return new CopyOutcome(rows.ToString(), "");
    }

    /// <summary>Decodes with Sluice, the data cut into pieces of a size.</summary>
    public static CopyOutcome OfSluice(
        CopyTable table, CopyOptions options, byte[] data, int chunk = int.MaxValue, int maxRows = int.MaxValue, TextInputSettings? settings = null)
    {
        StringBuilder rows = new();
        try
        {
            options.Validate();
            using RowBatch batch = new(table.Columns.Select(c => c.Type), settings ?? TextInputSettings.Default);
            using CopyDecoder decoder = CopyDecoder.Create(options, table.Name, [.. table.Columns.Select(c => c.Name)]);
            for (int at = 0; at < data.Length;)
            {
                ReadOnlySpan<byte> piece = data.AsSpan(at, Math.Min(chunk, data.Length - at));
                at += decoder.Consume(piece, batch, maxRows);
                if (batch.Count >= maxRows)
                {
                    Print(batch, rows);
                    batch.Clear();
                }
            }

            decoder.Complete(batch);
            Print(batch, rows);
            return new CopyOutcome(rows.ToString(), "");
        }
        catch (PgException e)
        {
            return new CopyOutcome("", Describe(e.Error));
        }
    }

    public static void Print(RowBatch batch, StringBuilder rows)
    {
        for (int row = 0; row < batch.Count; row++)
        {
            rows.AppendJoin('|', batch.Columns.Select(c => c.IsNull(row) ? "NULL" : TextOf(c, row)));
            rows.AppendLine();
        }
    }

    public static string TextOf(Column column, int row)
    {
        ArrayBufferWriter<byte> output = new();
        column.WriteValueText(row, output);
        return Encoding.UTF8.GetString(output.WrittenSpan);
    }

    private static string Describe(PgError e) => $"{e.SqlState}: {e.Message}\nDETAIL: {e.Detail}\nHINT: {e.Hint}\nCONTEXT: {e.Context}";
}
