using System.Text.Json;
using Sluice.Cdf.Errors;
using Sluice.Cdf.Http;

namespace Sluice.Cdf.Resources;

/// <summary>Reads 2xx answers; one that is not what CDF documents is an error like any other.</summary>
internal static class Answer
{
    public static CdfResult<T> Read<T>(CdfResponse response, Func<ReadOnlyMemory<byte>, T> read)
    {
        if (!response.IsSuccess)
        {
            return new CdfResult<T>(response.Error);
        }

        try
        {
            return new CdfResult<T>(read(response.Body));
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or KeyNotFoundException or FormatException)
        {
            return new CdfResult<T>(new CdfError
            {
                Kind = CdfErrorKind.OutcomeUnknown,
                Status = response.Status,
                RequestId = response.RequestId,
                Attempts = response.Attempts,
                Message = $"CDF answered HTTP {response.Status} with a body that is not understood: {e.Message.ReplaceLineEndings(" ")}",
            });
        }
    }
}
