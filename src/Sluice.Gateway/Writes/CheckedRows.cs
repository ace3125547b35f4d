using System.Buffers;
using System.Text;
using System.Text.Json;
using Sluice.PgWire.Columns;
using Sluice.PgWire.Protocol;

namespace Sluice.Gateway.Writes;

/// <summary>
/// The rows of a batch that can be encoded, under <c>sluice.on_error = skip</c>. A batch that is encoded without an error is taken as it is;
/// else each row is tried alone, and those that are refused are set aside.
/// </summary>
internal sealed class CheckedRows : IDisposable
{
    private readonly RowBatch? _own;

    private CheckedRows(RowBatch good, RowBatch? own)
    {
        Good = good;
        _own = own;
    }

    /// <summary>The rows that can be encoded.</summary>
    public RowBatch Good { get; }

    public static CheckedRows Of(RowBatch batch, WritePlan plan, WriteContext context, Action<RejectedRow> reject)
    {
        if (IsGood(batch, plan, context, out _))
        {
            return new CheckedRows(batch, own: null);
        }

        var good = new RowBatch(plan.DecodeTypes, context.TextInput);
        using var one = new RowBatch(plan.DecodeTypes, context.TextInput);
        var copy = new RowCopy();
        for (var row = 0; row < batch.Count; row++)
        {
            one.Clear();
            copy.Append(batch, row, one);
            if (!IsGood(one, plan, context, out var error))
            {
                reject(new RejectedRow(batch.OriginOf(row), KeyOf(plan, batch, row), error!, RowText(plan, batch, row)));
            }
            else
            {
                copy.Append(batch, row, good);
            }
        }

        // Each row is good by itself; two of one key are not.
        while (!IsGood(good, plan, context, out var error, out var origin))
        {
            var bad = origin is null ? 0 : good.Origins.IndexOf(origin.Value);
            reject(new RejectedRow(good.OriginOf(bad), KeyOf(plan, good, bad), error!, RowText(plan, good, bad)));
            var rest = new RowBatch(plan.DecodeTypes, context.TextInput);
            for (var row = 0; row < good.Count; row++)
            {
                if (row != bad)
                {
                    copy.Append(good, row, rest);
                }
            }

            good.Dispose();
            good = rest;
        }

        return new CheckedRows(good, good);
    }

    public void Dispose() => _own?.Dispose();

    private static bool IsGood(RowBatch batch, WritePlan plan, WriteContext context, out PgError? error) =>
        IsGood(batch, plan, context, out error, out _);

    private static bool IsGood(RowBatch batch, WritePlan plan, WriteContext context, out PgError? error, out long? origin)
    {
        using var encoder = BatchEncoder.Create(plan, context);
        var requests = new List<EncodedWrite>();
        try
        {
            encoder.Encode(batch, requests);
            (error, origin) = (null, null);
            return true;
        }
        catch (PgException e)
        {
            (error, origin) = (e.Error, encoder.FailedOrigin);
            return false;
        }
        finally
        {
            requests.ForEach(request => request.Dispose());
        }
    }

    private static string? KeyOf(WritePlan plan, RowBatch batch, int row)
    {
        var index = plan.KeyIndex;
        return index < 0 || batch.Columns[index].IsNull(row) ? null : Text(batch.Columns[index], row);
    }

    private static string RowText(WritePlan plan, RowBatch batch, int row)
    {
        var text = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(text, JsonBatch.WriterOptions))
        {
            json.WriteStartObject();
            for (var i = 0; i < plan.Columns.Length; i++)
            {
                if (!batch.Columns[i].IsNull(row))
                {
                    json.WriteString(plan.Columns[i].Name, Text(batch.Columns[i], row));
                }
            }

            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(text.WrittenSpan);
    }

    private static string Text(Column column, int row)
    {
        var text = new ArrayBufferWriter<byte>();
        column.WriteValueText(row, text);
        return Encoding.UTF8.GetString(text.WrittenSpan);
    }
}
