using System.Text;
using Sluice.PgWire.Protocol;

namespace Sluice.PgWire.Startup;

/// <summary>
/// The <c>options</c> startup parameter: a command line for the server process of which only settings make sense,
/// <c>-c name=value</c> and <c>--name=value</c> (PostgreSQL manual, "postgres", and 34.1.2). White space separates, a backslash takes the next
/// character as it is.
/// </summary>
internal static class CommandLineOptions
{
    /// <summary>Parses <paramref name="options"/> into settings, in order.</summary>
    /// <exception cref="PgException">42601 FATAL: something else than a setting, or a setting without name or value.</exception>
    public static List<KeyValuePair<string, string>> Parse(string options)
    {
        var settings = new List<KeyValuePair<string, string>>();
        List<string> words = Split(options);
        for (int i = 0; i < words.Count; i++)
        {
            string word = words[i];
            if (word.StartsWith("--", StringComparison.Ordinal))
            {
                settings.Add(Assignment(word[2..], word));
            }
            else if (word.Equals("-c", StringComparison.Ordinal))
            {
                string assignment = ++i < words.Count
                    ? words[i]
                    : throw StartupPacket.Fatal(SqlState.SyntaxError, "-c requires a value");
                settings.Add(Assignment(assignment, "-c " + assignment));
            }
            else if (word.StartsWith("-c", StringComparison.Ordinal))
            {
                settings.Add(Assignment(word[2..], word));
            }
            else
            {
                throw StartupPacket.Fatal(
                    SqlState.SyntaxError,
                    $"invalid command-line argument for server process: {word}",
                    hint: "The \"options\" connection parameter takes settings only: -c name=value or --name=value.");
            }
        }

        return settings;
    }

    private static KeyValuePair<string, string> Assignment(string text, string asWritten)
    {
        int equals = text.IndexOf('=', StringComparison.Ordinal);
        if (equals < 0)
        {
            throw StartupPacket.Fatal(SqlState.SyntaxError, $"{asWritten} requires a value");
        }

        // As PostgreSQL does: on the command line a hyphen stands for an underscore.
        string name = text[..equals].Replace('-', '_');
        return name.Length > 0
            ? new KeyValuePair<string, string>(name, text[(equals + 1)..])
            : throw StartupPacket.Fatal(SqlState.SyntaxError, $"{asWritten} requires a parameter name");
    }

    private static List<string> Split(string options)
    {
        var words = new List<string>();
        var word = new StringBuilder();
        bool inWord = false;
        for (int i = 0; i < options.Length; i++)
        {
            char c = options[i];
            if (c is ' ' or '\t' or '\n' or '\r' or '\v' or '\f')
            {
                if (inWord)
                {
                    words.Add(word.ToString());
                    word.Clear();
                    inWord = false;
                }

                continue;
            }

            inWord = true;
            if (c == '\\' && i + 1 < options.Length)
            {
                c = options[++i];
            }

            word.Append(c);
        }

        if (inWord)
        {
            words.Add(word.ToString());
        }

        return words;
    }
}
