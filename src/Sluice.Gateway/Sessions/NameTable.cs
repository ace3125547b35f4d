using System.Text;

namespace Sluice.Gateway.Sessions;

/// <summary>
/// Names of prepared statements or portals, and whose each is (rules.md P5, step 7). A name that is not known here is the engine's to look up,
/// or to complain about. Names are looked up in UTF-8 without making strings.
/// </summary>
/// <typeparam name="T">What Sluice keeps under a name of its own.</typeparam>
internal sealed class NameTable<T>
    where T : class
{
    private readonly Dictionary<string, T> _own = new(StringComparer.Ordinal);
    private readonly Dictionary<string, EngineEffect> _engine = new(StringComparer.Ordinal);

    /// <summary>All that Sluice keeps.</summary>
    public IEnumerable<T> Own => _own.Values;

    /// <summary>What Sluice keeps under the name, if it is its own.</summary>
    public bool TryGetOwn(ReadOnlySpan<byte> name, out T value)
    {
        Span<char> chars = stackalloc char[Math.Min(name.Length, 256)];
        if (name.Length <= chars.Length)
        {
            var length = Encoding.UTF8.GetChars(name, chars);
            return _own.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(chars[..length], out value!);
        }

        return _own.TryGetValue(Encoding.UTF8.GetString(name), out value!);
    }

    /// <summary>What Sluice keeps under the name, if it is its own.</summary>
    public bool TryGetOwn(string name, out T value) => _own.TryGetValue(name, out value!);

    /// <summary>What running the engine's statement under the name does.</summary>
    public EngineEffect EffectOf(ReadOnlySpan<byte> name) => _engine.GetValueOrDefault(Encoding.UTF8.GetString(name));

    /// <summary>Whether the engine has been given the name, as far as is known.</summary>
    public bool IsEngine(string name) => _engine.ContainsKey(name);

    /// <summary>Whether the name is Sluice's.</summary>
    public bool IsOwn(string name) => _own.ContainsKey(name);

    /// <summary>Gives the name to Sluice.</summary>
    public void SetOwn(string name, T value)
    {
        _engine.Remove(name);
        _own[name] = value;
    }

    /// <summary>Gives the name to the engine.</summary>
    public void SetEngine(string name, EngineEffect effect)
    {
        _own.Remove(name);
        _engine[name] = effect;
    }

    /// <summary>Takes the name away from both.</summary>
    public bool Remove(string name, out T? own)
    {
        _engine.Remove(name);
        return _own.Remove(name, out own);
    }

    /// <summary>Forgets all names.</summary>
    public void Clear()
    {
        _own.Clear();
        _engine.Clear();
    }
}
