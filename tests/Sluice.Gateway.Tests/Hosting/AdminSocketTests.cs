using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Sluice.Gateway.Hosting;
using Sluice.Gateway.Tests.Engine;

namespace Sluice.Gateway.Tests.Hosting;

/// <summary>The socket in the data directory.</summary>
public sealed class AdminSocketTests : IDisposable
{
    private const UnixFileMode ReadWrite = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private readonly TestDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData("data")]
    [InlineData("a-data-directory-that-is-so-deep-that-no-socket-could-be-bound-in-it/because-its-path-has-more-than-a-hundred-characters/data")]
    public async Task It_is_found_by_the_data_directory_and_closed_to_other_users(string name)
    {
        var data = Path.Combine(_directory.Path, name);
        await using (await ServeAsync(data))
        {
            Assert.Equal("served", await GetAsync(data));
            var directory = DataDirectories.AdminIn(data);
            Assert.Equal(ReadWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(directory));
            Assert.Equal(ReadWrite, File.GetUnixFileMode(Path.Combine(directory, AdminSocket.Name)));
        }

        var gone = await Assert.ThrowsAsync<LocalGatewayException>(() => LocalGateway.ConnectAsync(data, TestContext.Current.CancellationToken));
        Assert.StartsWith($"No gateway runs with its data in {data}: ", gone.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_a_killed_gateway_has_left_is_not_in_the_way()
    {
        var data = Path.Combine(_directory.Path, "data");
        var socket = Path.Combine(new DataDirectories(data).Admin, AdminSocket.Name);
        await File.WriteAllTextAsync(socket, "left", TestContext.Current.CancellationToken);
        await Assert.ThrowsAsync<LocalGatewayException>(() => LocalGateway.ConnectAsync(data, TestContext.Current.CancellationToken));

        await using (await ServeAsync(data))
        {
            Assert.Equal("served", await GetAsync(data));
        }
    }

    private static async Task<WebApplication> ServeAsync(string data)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.Services.AddSingleton(new AdminSocket(new DataDirectories(data).Admin));
        builder.Services.AddSingleton<IHostedService>(provider => provider.GetRequiredService<AdminSocket>());
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.ListenForCommands());
        var application = builder.Build();
        application.Run(context => context.Response.WriteAsync("served"));
        await application.StartAsync(TestContext.Current.CancellationToken);
        return application;
    }

    private static async Task<string> GetAsync(string data)
    {
        using var client = new HttpClient(new SocketsHttpHandler
        {
            ConnectCallback = async (_, cancellation) => await LocalGateway.ConnectAsync(data, cancellation),
        });
        return await client.GetStringAsync("http://gateway/", TestContext.Current.CancellationToken);
    }
}
