using System.Buffers;
using System.Net.Http.Headers;
using Sluice.Cdf.Errors;

namespace Sluice.Cdf.Http;

/// <summary>One HTTP exchange: builds the message, reads the answer, and tells what is known after it.</summary>
internal sealed class CdfTransport(CdfHttp http, string project)
{
    private static readonly MediaTypeHeaderValue _json = new("application/json");
    private static readonly MediaTypeHeaderValue _protobuf = new("application/protobuf");
    private static readonly MediaTypeWithQualityHeaderValue _acceptJson = new("application/json");
    private static readonly MediaTypeWithQualityHeaderValue _acceptProtobuf = new("application/protobuf");
    private static readonly byte[] _emptyObject = "{}"u8.ToArray();

    // Names in paths are escaped already; Uri would undo a part of that.
    private static readonly UriCreationOptions _verbatim = new() { DangerousDisablePathAndQueryCanonicalization = true };

    private readonly string _root = http.Options.BaseUrl.AbsoluteUri.TrimEnd('/');
    private readonly string _projectRoot = $"{http.Options.BaseUrl.AbsoluteUri.TrimEnd('/')}/api/v1/projects/{PathSegment.Escape(project)}/";

    // Throws OperationCanceledException, by abort only.
    public async Task<CdfAttempt> SendAsync(CdfRequest request, string token, CancellationToken abort)
    {
        var content = request.Body.IsEmpty ? null : new EncodedContent(request.Body);
        using var message = Message(request, content, token);
        using var limit = new CancellationTokenSource(http.Options.Retry.AttemptTimeout, http.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(abort, limit.Token);
        HttpResponseMessage response;
        try
        {
            response = await http.Cdf.SendAsync(message, either.Token);
        }
        catch (OperationCanceledException) when (!abort.IsCancellationRequested)
        {
            return content is { Started: false }
                ? Failed(CdfErrorKind.Unreachable, $"no connection to {http.Options.BaseUrl.Host} in time")
                : Failed(CdfErrorKind.Timeout, $"CDF did not answer within {http.Options.Retry.AttemptTimeout.TotalSeconds:0.#} s");
        }
        catch (HttpRequestException e)
        {
            return Failed(NeverSent(e, content) ? CdfErrorKind.Unreachable : CdfErrorKind.OutcomeUnknown, Words(e));
        }

        using (response)
        {
            return await ReadAsync(request, response, either.Token, abort);
        }
    }

    private async Task<CdfAttempt> ReadAsync(CdfRequest request, HttpResponseMessage response, CancellationToken either, CancellationToken abort)
    {
        var status = (int)response.StatusCode;
        var head = new CdfAttempt { Status = status, RequestId = Header(response, "x-request-id"), RetryAfter = RetryAfter(response) };
        var success = status is >= 200 and < 300;
        ReadOnlyMemory<byte> body = default;
        try
        {
            body = await ReadBodyAsync(response, keep: !(success && request.DiscardBody), either);
        }
        catch (Exception e) when ((e is HttpRequestException or IOException or InvalidDataException or OperationCanceledException)
            && !abort.IsCancellationRequested)
        {
            // The status line has come: of an error, or of a success whose body nobody wants, nothing is lost.
            if (success && !request.DiscardBody)
            {
                return head with
                {
                    Error = new CdfError
                    {
                        Kind = CdfErrorKind.OutcomeUnknown,
                        Status = status,
                        RequestId = head.RequestId,
                        Message = $"CDF's answer could not be read to its end: {Words(e)}",
                    },
                };
            }
        }

        return success ? head with { Body = body } : head with { Error = ErrorOf(head, response, body) };
    }

    private async Task<ReadOnlyMemory<byte>> ReadBodyAsync(HttpResponseMessage response, bool keep, CancellationToken cancellationToken)
    {
        await using var stream = await response.Content.ReadAsStreamAsync(cancellationToken);
        var buffer = ArrayPool<byte>.Shared.Rent((int)Math.Clamp(response.Content.Headers.ContentLength ?? 4096, 256, 1 << 20));
        try
        {
            var length = 0;
            while (true)
            {
                var read = await stream.ReadAsync(buffer.AsMemory(length), cancellationToken);
                if (read == 0)
                {
                    return Kept(buffer.AsSpan(0, keep ? length : 0));
                }

                length = keep ? length + read : 0;
                if (length == buffer.Length)
                {
                    Grow(ref buffer);
                }
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private void Grow(ref byte[] buffer)
    {
        if (buffer.Length >= http.Options.MaxResponseBytes)
        {
            throw new InvalidDataException($"it is longer than {http.Options.MaxResponseBytes} bytes");
        }

        var larger = ArrayPool<byte>.Shared.Rent((int)Math.Min(2L * buffer.Length, Array.MaxLength));
        buffer.CopyTo(larger, 0);
        ArrayPool<byte>.Shared.Return(buffer);
        buffer = larger;
    }

    private static ReadOnlyMemory<byte> Kept(ReadOnlySpan<byte> body) =>
        body.IsEmpty ? default : body.SequenceEqual(_emptyObject) ? _emptyObject : body.ToArray();

    private HttpRequestMessage Message(CdfRequest request, EncodedContent? content, string token)
    {
        var root = request.Path.StartsWith('/') ? _root : _projectRoot;
        var message = new HttpRequestMessage(request.Method, new Uri(root + request.Path, in _verbatim)) { Content = content };
        if (content is not null)
        {
            content.Headers.ContentType = request.ContentType == CdfMediaType.Json ? _json : _protobuf;
            if (request.Gzipped)
            {
                content.Headers.ContentEncoding.Add("gzip");
            }
        }

        if (token.Length > 0)
        {
            message.Headers.TryAddWithoutValidation("Authorization", "Bearer " + token);
        }

        message.Headers.Accept.Add(request.Accept == CdfMediaType.Json ? _acceptJson : _acceptProtobuf);
        message.Headers.TryAddWithoutValidation("cdf-version", "20230101");
        message.Headers.TryAddWithoutValidation("x-cdp-app", http.Options.AppName);
        return message;
    }

    private static CdfError ErrorOf(CdfAttempt head, HttpResponseMessage response, ReadOnlyMemory<byte> body)
    {
        var said = CdfErrorBody.Parse(body);
        return new CdfError
        {
            Kind = KindOf(head.Status),
            Status = head.Status,
            Message = string.IsNullOrEmpty(said.Message) ? $"CDF answered HTTP {head.Status} {response.ReasonPhrase}".TrimEnd() : said.Message,
            Missing = said.Missing,
            Duplicated = said.Duplicated,
            MissingFields = said.MissingFields,
            RequestId = head.RequestId,
            AutoRetryable = said.AutoRetryable
                || string.Equals(Header(response, "cdf-is-auto-retryable"), "true", StringComparison.OrdinalIgnoreCase),
        };
    }

    private static CdfErrorKind KindOf(int status) => status switch
    {
        401 => CdfErrorKind.Unauthorized,
        403 => CdfErrorKind.Forbidden,
        404 => CdfErrorKind.NotFound,
        408 => CdfErrorKind.Timeout,
        409 => CdfErrorKind.Conflict,
        422 => CdfErrorKind.Unprocessable,
        429 => CdfErrorKind.Throttled,
        >= 500 => CdfErrorKind.ServerError,
        _ => CdfErrorKind.BadRequest,
    };

    private static bool NeverSent(HttpRequestException e, EncodedContent? content) =>
        content is { Started: false }
        || e.HttpRequestError is HttpRequestError.NameResolutionError or HttpRequestError.ConnectionError or HttpRequestError.SecureConnectionError
            or HttpRequestError.ProxyTunnelError;

    private TimeSpan? RetryAfter(HttpResponseMessage response)
    {
        var value = response.Headers.RetryAfter;
        var wait = value?.Delta ?? (value?.Date is { } date ? date - http.Time.GetUtcNow() : null);
        return wait is { } positive && positive < TimeSpan.Zero ? TimeSpan.Zero : wait;
    }

    private static string? Header(HttpResponseMessage response, string name) =>
        response.Headers.TryGetValues(name, out var values) ? string.Join(',', values) : null;

    private static string Words(Exception e) => (e.InnerException is { } inner ? $"{e.Message}: {inner.Message}" : e.Message).ReplaceLineEndings(" ");

    private static CdfAttempt Failed(CdfErrorKind kind, string message) =>
        new() { Error = new CdfError { Kind = kind, Message = message } };
}
