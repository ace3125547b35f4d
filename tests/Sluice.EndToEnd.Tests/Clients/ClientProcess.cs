using System.Diagnostics;

namespace Sluice.EndToEnd.Tests.Clients;

/// <summary>A client that is a program of its own.</summary>
internal static class ClientProcess
{
    /// <summary>Runs the program to its end.</summary>
    /// <param name="program">Looked up in PATH.</param>
    /// <param name="arguments">As the program is to see them.</param>
    /// <param name="environment">Added to that of the tests.</param>
    /// <param name="input">Its standard input.</param>
    public static async Task<Result> RunAsync(
        string program,
        IEnumerable<string> arguments,
        IReadOnlyDictionary<string, string>? environment = null,
        string input = "")
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in environment ?? new Dictionary<string, string>())
        {
            start.Environment[name] = value;
        }

        using var process = Process.Start(start) ?? throw new InvalidOperationException($"{program} did not start.");
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        await process.StandardInput.WriteAsync(input);
        process.StandardInput.Close();
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        await process.WaitForExitAsync(patience.Token);
        return new Result(process.ExitCode, await output, await errors);
    }

    /// <summary>How a program has ended.</summary>
    internal sealed record Result(int ExitCode, string Output, string Errors)
    {
        /// <summary>Fails the test unless the program has succeeded.</summary>
        public Result Succeeded()
        {
            Assert.True(ExitCode == 0, $"exit code {ExitCode}\n{Output}\n{Errors}");
            return this;
        }
    }
}
