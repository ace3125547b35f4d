using System.Text;
using System.Text.RegularExpressions;

namespace Sluice.EndToEnd.Tests.Guides;

/// <summary>
/// A page of the manual, which comes with the tests. A block below <c>&lt;!-- answer a b --&gt;</c> quotes what Sluice says to the mistakes a and b, with …
/// for any text; a block below <c>&lt;!-- run --&gt;</c> holds commands that work as they are.
/// </summary>
internal sealed partial class GuidePage
{
    private GuidePage(string file)
    {
        var text = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "docs", file));
        Answers = MarkedBlock().Matches(text).Where(match => match.Groups["kind"].Value == "answer")
            .SelectMany(match => match.Groups["names"].Value.Split(' ', StringSplitOptions.RemoveEmptyEntries), (match, name) => (name, match.Groups["block"].Value))
            .ToDictionary();
        Script = MarkedBlock().Matches(text).Where(match => match.Groups["kind"].Value == "run")
            .Aggregate(new StringBuilder(), (script, match) => script.AppendLine(match.Groups["block"].Value))
            .ToString();
    }

    public static GuidePage Administration { get; } = new("administration.md");

    public static GuidePage Version1 { get; } = new("administration-v1.md");

    public static GuidePage DataFactory { get; } = new("azure-data-factory.md");

    /// <summary>The quoted answers, by mistake.</summary>
    public IReadOnlyDictionary<string, string> Answers { get; }

    /// <summary>All commands of the page, in its order.</summary>
    public string Script { get; }

    /// <summary>Fails the test unless the page quotes <paramref name="actual"/> as the answer to <paramref name="mistake"/>, but for the breaks of lines.</summary>
    public void Quotes(string mistake, string actual)
    {
        var quoted = OneLine(Answers[mistake]);
        var pattern = $"^{Regex.Escape(quoted).Replace("…", ".*?", StringComparison.Ordinal)}$";
        Assert.True(
            Regex.IsMatch(OneLine(actual), pattern, RegexOptions.Singleline, TimeSpan.FromSeconds(5)),
            $"The guide says about {mistake}:\n{quoted}\nSluice says:\n{OneLine(actual)}");
    }

    private static string OneLine(string text) => Blanks().Replace(text, " ").Trim();

    [GeneratedRegex(@"^ *<!-- (?<kind>answer|run)(?<names>[a-z0-9 -]*?) ?-->\s+```\n(?<block>.*?)\n *```$", RegexOptions.Multiline | RegexOptions.Singleline, 5_000)]
    private static partial Regex MarkedBlock();

    [GeneratedRegex(@"\s+", RegexOptions.None, 5_000)]
    private static partial Regex Blanks();
}
