using System.CommandLine;
using Sluice.Administration;

namespace Sluice.Commands;

/// <summary><c>--yes</c>, or a question on the terminal, before something is taken away.</summary>
internal sealed class Confirmation
{
    public Option<bool> Option { get; } = new("--yes", "-y") { Description = "Do not ask." };

    /// <summary>Returns if it may be done.</summary>
    /// <exception cref="AdministrationException">It may not, or there is nobody to ask.</exception>
    public async Task AskAsync(ParseResult arguments, string question)
    {
        if (arguments.GetValue(Option))
        {
            return;
        }

        if (Console.IsInputRedirected)
        {
            throw AdministrationException.Usage($"{question} There is no terminal to answer at; give --yes. Nothing was done.");
        }

        await Console.Error.WriteAsync($"{question} [y/N] ");
        if (await Console.In.ReadLineAsync() is not { } answer || answer.Trim().ToUpperInvariant() is not ("Y" or "YES"))
        {
            throw new AdministrationException("Nothing was done.");
        }
    }
}
