using Sluice.Administration;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Sluice.Apply;

/// <summary>A value of a YAML file, which knows where it stands: what is wrong with it is said with line and column.</summary>
internal sealed class YamlPart
{
    private readonly YamlNode _node;
    private readonly string _file;

    /// <summary>What the value is of, for messages: <c>users</c>, <c>tables</c>.</summary>
    private readonly string _name;

    private YamlPart(string file, YamlNode node, string name)
    {
        _file = file;
        _node = node;
        _name = name;
    }

    /// <summary>Reads a file that has one document.</summary>
    /// <exception cref="AdministrationException">It cannot be read, or is no YAML.</exception>
    public static YamlPart Load(string file)
    {
        string text;
        try
        {
            text = File.ReadAllText(file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw AdministrationException.Usage($"The file {file} cannot be read: {e.Message}");
        }

        var stream = new YamlStream();
        var parser = new Parser(new StringReader(text));
        try
        {
            stream.Load(parser);
        }
        catch (YamlException e)
        {
            throw At(file, e.Start, $"no YAML: {e.Message}");
        }
        catch (InvalidOperationException)
        {
            // The parser's own word for some lines that are not indented enough.
            throw At(file, parser.Current?.End ?? Mark.Empty, "no YAML: what comes here is not indented as it should be");
        }

        return stream.Documents is [var document]
            ? new YamlPart(file, document.RootNode, "the file")
            : throw AdministrationException.Usage($"{file} has {stream.Documents.Count} YAML documents; it takes one, with a list of users.");
    }

    /// <summary>Whether it is a text, not keys or a list.</summary>
    public bool IsText => _node is YamlScalarNode;

    /// <summary>That something is wrong here.</summary>
    public AdministrationException Wrong(string message) => At(_file, _node.Start, message);

    /// <summary>Its members, none of them but <paramref name="known"/>.</summary>
    public IReadOnlyDictionary<string, YamlPart> Members(params string[] known)
    {
        IReadOnlyDictionary<string, YamlPart> members = Members();
        return members.FirstOrDefault(member => !known.Contains(member.Key)) is { Key: { } unknown, Value: { } part }
            ? throw part.Key(unknown).Wrong($"there is no key {unknown} in {_name}; it takes {string.Join(", ", known)}")
            : members;
    }

    /// <summary>Its members, in their order, whatever they are called.</summary>
    public IReadOnlyDictionary<string, YamlPart> Members()
    {
        if (_node is not YamlMappingNode mapping)
        {
            throw Wrong($"{_name} takes keys with values");
        }

        var members = new OrderedDictionary<string, YamlPart>(StringComparer.Ordinal);
        foreach ((YamlNode key, YamlNode value) in mapping.Children)
        {
            if (key is not YamlScalarNode { Value: { Length: > 0 } name })
            {
                throw At(_file, key.Start, $"a key of {_name} must be a word");
            }

            members.Add(name, new YamlPart(_file, value, name) { KeyNode = key });
        }

        return members;
    }

    /// <summary>Its entries, of which each is called <paramref name="name"/> in messages.</summary>
    public IReadOnlyList<YamlPart> Entries(string name) => _node is YamlSequenceNode sequence
        ? [.. sequence.Children.Select(entry => new YamlPart(_file, entry, name))]
        : throw Wrong($"{_name} takes a list, each entry of which begins with a dash");

    /// <summary>Its text; numbers, on and off are texts too.</summary>
    public string Text() => _node is YamlScalarNode { Value: { Length: > 0 } text } scalar && !(scalar.Style == ScalarStyle.Plain && text is "~" or "null")
        ? text
        : throw Wrong($"{_name} takes a text");

    private YamlNode? KeyNode { get; init; }

    /// <summary>The key itself, to point to.</summary>
    private YamlPart Key(string name) => new(_file, KeyNode ?? _node, name);

    private static AdministrationException At(string file, Mark mark, string message) =>
        AdministrationException.Usage($"{file}:{mark.Line}:{mark.Column}: {message}");
}
