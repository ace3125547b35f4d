using System.Buffers;
using Sluice.PgWire.Protocol;
using Sluice.PgWire.Types;

namespace Sluice.Gateway.Sessions;

/// <summary>
/// The settings that PostgreSQL reports by ParameterStatus whenever they change, by SET, rollback or otherwise: those that decide how the
/// text of a value is read.
/// </summary>
internal sealed class ReportedSettings
{
    private readonly Dictionary<string, string> _values = new(StringComparer.Ordinal);
    private TextInputSettings? _textInput;

    /// <summary>What <c>client_encoding</c> is, as PostgreSQL spells it.</summary>
    public string ClientEncoding => _values.GetValueOrDefault("client_encoding", "UTF8");

    /// <summary>Whether a backslash in a plain string literal is itself.</summary>
    public bool StandardConformingStrings => _values.GetValueOrDefault("standard_conforming_strings") != "off";

    /// <summary>The setting that is repeated to keep an idle connection alive (rules.md P3).</summary>
    public string ApplicationName => _values.GetValueOrDefault("application_name", "");

    /// <summary>How text becomes a date or a time now.</summary>
    public TextInputSettings TextInput => _textInput ??= TextInputSettings.FromParameters(
        _values.GetValueOrDefault("DateStyle", "ISO, MDY"),
        _values.GetValueOrDefault("TimeZone", "UTC"));

    /// <summary>All that has been reported, in no order.</summary>
    public IReadOnlyDictionary<string, string> All => _values;

    /// <summary>Takes note of a ParameterStatus.</summary>
    public void Report(string name, string value)
    {
        var isNew = !_values.TryGetValue(name, out var known) || known != value;
        _values[name] = value;
        if (isNew && name is ("DateStyle" or "TimeZone"))
        {
            _textInput = null;
        }
    }

    /// <summary>Takes note of the body of a ParameterStatus.</summary>
    public void Report(in ReadOnlySequence<byte> body)
    {
        var reader = new PayloadReader(body.IsSingleSegment ? body.FirstSpan : body.ToArray());
        Report(reader.String(), reader.String());
    }
}
