using System.IO.Compression;
using System.Net.Http.Headers;
using System.Text;

namespace Sluice.Emulator.Tests;

public sealed class HttpTests
{
    private const string Events = "/api/v1/projects/demo/events";

    [Fact]
    public async Task Bodies_may_be_gzipped_and_chunked()
    {
        await using var cdf = await TestEmulator.StartAsync();
        (await cdf.SendAsync(Request(Gzip("""{"items":[{"externalId":"a"}]}"""), "gzip"))).Expect(201);
        var chunked = Request(Gzip("""{"items":[{"externalId":"b"}]}"""), "gzip");
        chunked.Headers.TransferEncodingChunked = true;
        (await cdf.SendAsync(chunked)).Expect(201);
        Assert.Equal(2, await cdf.CountAsync("/events"));
    }

    [Fact]
    public async Task Bad_encodings_types_and_bodies_are_refused()
    {
        await using var cdf = await TestEmulator.StartAsync();
        (await cdf.SendAsync(Request("not gzip"u8.ToArray(), "gzip"))).Expect(400);
        (await cdf.SendAsync(Request("{}"u8.ToArray(), "br"))).Expect(415);
        (await cdf.SendAsync(Request("{}"u8.ToArray(), null, "text/plain"))).Expect(415);
        (await cdf.SendAsync(Request("{\"items\":"u8.ToArray(), null))).Expect(400);
        (await cdf.SendAsync(Request("""{"items":[{"externalId":"\ud800"}]}"""u8.ToArray(), null))).Expect(400);
        (await cdf.SendAsync(Request("""{"items":[{"metadata":{"\ud800":"x"}}]}"""u8.ToArray(), null))).Expect(400);
    }

    [Fact]
    public async Task A_body_beyond_the_limit_is_413_also_when_it_is_small_before_decompression()
    {
        await using var cdf = await TestEmulator.StartAsync(new EmulatorOptions { MaxRequestBytes = 10_000 });
        var body = $$"""{"items":[{"description":"{{new string('x', 20_000)}}"}]}""";
        (await cdf.SendAsync(Request(Encoding.UTF8.GetBytes(body), null))).Expect(413);
        (await cdf.SendAsync(Request(Gzip(body), "gzip"))).Expect(413);
    }

    [Fact]
    public async Task Answers_are_gzipped_for_those_who_accept_it()
    {
        await using var cdf = await TestEmulator.StartAsync();
        (await cdf.PostItemsAsync("/events", [.. Enumerable.Repeat("""{"type":"pump"}""", 100)])).Expect(201);
        var request = new HttpRequestMessage(HttpMethod.Get, Events)
        {
            Headers = { AcceptEncoding = { new StringWithQualityHeaderValue("gzip") } },
        };
        using var response = await cdf.Client.SendAsync(request, TestEmulator.Ct);
        Assert.Equal(["gzip"], response.Content.Headers.ContentEncoding);
        Assert.Contains("Accept-Encoding", response.Headers.Vary);
        await using var gzip = new GZipStream(await response.Content.ReadAsStreamAsync(TestEmulator.Ct), CompressionMode.Decompress);
        using var json = await System.Text.Json.JsonDocument.ParseAsync(gzip, cancellationToken: TestEmulator.Ct);
        Assert.Equal(100, json.RootElement.GetProperty("items").GetArrayLength());
    }

    [Fact]
    public async Task A_port_can_be_chosen_and_is_free_again_after_the_stop()
    {
        int port;
        await using (var first = await CdfEmulator.StartAsync(new EmulatorOptions(), TestEmulator.Ct))
        {
            port = first.BaseUrl.Port;
            Assert.Equal("127.0.0.1", first.BaseUrl.Host);
            await first.StopAsync();
        }

        await using var second = await CdfEmulator.StartAsync(new EmulatorOptions { Port = port }, TestEmulator.Ct);
        Assert.Equal(port, second.BaseUrl.Port);
    }

    [Fact]
    public async Task Stopping_ends_requests_that_a_fault_holds()
    {
        var cdf = await TestEmulator.StartAsync();
        await cdf.FaultsAsync("""{"id":"gate","path":"/events/list","action":"hold"}""");
        var held = cdf.PostAsync("/events/list", "{}");
        (await cdf.SendAsync(HttpMethod.Get, "/faults/gate/hits?atLeast=1", null)).Expect(200);
        await cdf.Emulator.DisposeAsync();
        (await held).Expect(200);
        cdf.Client.Dispose();
    }

    private static byte[] Gzip(string text)
    {
        using var buffer = new MemoryStream();
        using (var gzip = new GZipStream(buffer, CompressionLevel.Fastest))
        {
            gzip.Write(Encoding.UTF8.GetBytes(text));
        }

        return buffer.ToArray();
    }

    private static HttpRequestMessage Request(byte[] body, string? encoding, string type = "application/json")
    {
        var request = new HttpRequestMessage(HttpMethod.Post, Events)
        {
            Content = new ByteArrayContent(body) { Headers = { ContentType = new MediaTypeHeaderValue(type) } },
        };
        if (encoding is not null)
        {
            request.Content.Headers.ContentEncoding.Add(encoding);
        }

        return request;
    }
}
