using System.Text;
using System.Text.Json;
using Sluice.Cdf.Http;
using Sluice.Cdf.Tokens;
using Sluice.Gateway.Tables;
using Sluice.Gateway.Writes;
using Sluice.PgWire.Columns;
using Sluice.PgWire.Protocol;

namespace Sluice.Gateway.Tests.Writes;

/// <summary>What the encoders need, without a CDF.</summary>
internal sealed class WriteTestContext : IDisposable
{
    private readonly CdfHttp _http = new(new CdfOptions { BaseUrl = new Uri("http://127.0.0.1:9") });

    public WriteContext Write => field ??= new WriteContext
    {
        Client = _http.CreateClient("p", new StaticTokenSource("t")),
        Fence = new KeyFence(),
        Memory = new WriteMemory(1 << 26),
        Cluster = new Uri("http://cdf.example"),
    };

    public static TableDefinition Table(string name) => BuiltInTables.Find(name)!;

    /// <summary>Encodes rows given as text, NULL as <see langword="null"/>.</summary>
    public List<EncodedWrite> Encode(
        TableDefinition table, string[] columns, string?[][] rows, WriteSettings? settings = null, WriteLimits? limits = null, bool copy = true) =>
        Encode(table, columns, rows, out _, settings, limits, copy);

    public List<EncodedWrite> Encode(
        TableDefinition table,
        string[] columns,
        string?[][] rows,
        out List<PgError> notices,
        WriteSettings? settings = null,
        WriteLimits? limits = null,
        bool copy = true)
    {
        var plan = WritePlan.Create(table, columns, copy ? WriteVerb.Copy : WriteVerb.Insert);
        var context = Write with { Settings = settings ?? WriteSettings.Default, Limits = limits ?? WriteLimits.Default };
        using var encoder = BatchEncoder.Create(plan, context);
        using var batch = new RowBatch(plan.DecodeTypes, context.TextInput);
        Fill(batch, rows);
        var requests = new List<EncodedWrite>();
        encoder.Encode(batch, requests);
        notices = [.. encoder.Notices()];
        return requests;
    }

    public PgError Refused(TableDefinition table, string[] columns, string?[][] rows, WriteSettings? settings = null, bool copy = true) =>
        Assert.Throws<PgException>(() => Encode(table, columns, rows, settings, copy: copy)).Error;

    public static void Fill(RowBatch batch, params string?[][] rows)
    {
        foreach (var row in rows)
        {
            for (var i = 0; i < row.Length; i++)
            {
                if (row[i] is { } text)
                {
                    batch.Columns[i].AppendText(Encoding.UTF8.GetBytes(text));
                }
                else
                {
                    batch.Columns[i].AppendNull();
                }
            }

            batch.EndRow(batch.Count + 1);
        }
    }

    /// <summary>The items of a JSON body, each as compact text.</summary>
    public static string[] Items(EncodedWrite write)
    {
        using var document = JsonDocument.Parse(write.Request.Body);
        return [.. document.RootElement.GetProperty("items").EnumerateArray().Select(item => item.GetRawText())];
    }

    public void Dispose() => _http.Dispose();
}
