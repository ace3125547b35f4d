using System.Diagnostics;

namespace Sluice.Demo;

/// <summary>The ordinary psql, as a user would run it.</summary>
internal sealed class Psql(string connection, string password)
{
    /// <summary>Connects for the first time, which makes the user's database, and asks what the server is.</summary>
    /// <exception cref="DemoFailure">psql failed; its own words.</exception>
    public async Task<string> VersionAsync(CancellationToken cancellationToken)
    {
        (int exit, string output, string error) = await RunAsync(
            "select split_part(version(), ' on ', 1)",
            input =>
            {
                input.Dispose();
                return Task.CompletedTask;
            },
            cancellationToken);
        return exit == 0 ? output : throw new DemoFailure($"psql could not connect:{Environment.NewLine}{error}");
    }

    /// <summary>
    /// Loads a CSV file with a header by <c>\copy</c>, through psql's standard input so that progress can be seen.
    /// </summary>
    /// <param name="table">The target.</param>
    /// <param name="file">The file; its header names the columns.</param>
    /// <param name="progress">Gets the share of the file that psql has taken, 0 to 1.</param>
    /// <param name="cancellationToken">Ends psql.</param>
    /// <returns>How many rows the server acknowledged.</returns>
    /// <exception cref="DemoFailure">psql failed; its own words.</exception>
    public async Task<long> CopyAsync(string table, string file, Action<double> progress, CancellationToken cancellationToken)
    {
        string columns = await HeaderAsync(file, cancellationToken);
        (int exit, string output, string error) = await RunAsync(
            $"\\copy {table} ({columns}) from pstdin with (format csv, header)",
            input => FeedAsync(input, file, progress, cancellationToken),
            cancellationToken);
        return exit == 0 && output.StartsWith("COPY ", StringComparison.Ordinal)
            ? long.Parse(output.AsSpan(5), System.Globalization.CultureInfo.InvariantCulture)
            : throw new DemoFailure($"psql could not load {file} into {table}:{Environment.NewLine}{error}");
    }

    private static async Task<string> HeaderAsync(string file, CancellationToken cancellationToken)
    {
        using var reader = new StreamReader(file);
        return await reader.ReadLineAsync(cancellationToken) ?? throw new DemoFailure($"{file} is empty");
    }

    private static async Task FeedAsync(Stream input, string file, Action<double> progress, CancellationToken cancellationToken)
    {
        await using var source = File.OpenRead(file);
        byte[] buffer = new byte[64 * 1024];
        try
        {
            while (await source.ReadAsync(buffer, cancellationToken) is > 0 and var read)
            {
                await input.WriteAsync(buffer.AsMemory(0, read), cancellationToken);
                await input.FlushAsync(cancellationToken);
                progress((double)source.Position / source.Length);
            }

            await input.DisposeAsync();
        }
        catch (IOException e) when (!cancellationToken.IsCancellationRequested)
        {
            // psql has closed its input: it failed, and its exit code and words, which the caller reads, say why.
            Debug.WriteLine(e.Message);
        }
    }

    private async Task<(int Exit, string Output, string Error)> RunAsync(
        string command,
        Func<Stream, Task> feed,
        CancellationToken cancellationToken)
    {
        using Process process = Start(command);
        await using CancellationTokenRegistration kill = cancellationToken.Register(process.Kill);
        Task<string> output = process.StandardOutput.ReadToEndAsync(CancellationToken.None);
        Task<string> error = process.StandardError.ReadToEndAsync(CancellationToken.None);
        await feed(process.StandardInput.BaseStream);
        await process.WaitForExitAsync(cancellationToken);
        return (process.ExitCode, (await output).Trim(), await error);
    }

    private Process Start(string command)
    {
        var start = new ProcessStartInfo("psql", [connection, "-X", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-c", command])
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment = { ["PGPASSWORD"] = password },
        };
        try
        {
            return Process.Start(start)!;
        }
        catch (System.ComponentModel.Win32Exception e)
        {
            throw new DemoFailure("psql cannot be run; install PostgreSQL's client, e.g. apt-get install postgresql-client.", e);
        }
    }
}
