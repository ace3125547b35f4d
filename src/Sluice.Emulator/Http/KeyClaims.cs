namespace Sluice.Emulator.Http;

/// <summary>What running requests modify. CDF answers 429 to a request that modifies what another one is modifying.</summary>
internal sealed class KeyClaims
{
    private readonly Lock _gate = new();
    private readonly HashSet<(string Resource, string Key)> _claimed = [];

    /// <summary>Claims all keys or none; false if another request holds one of them.</summary>
    public bool TryClaim(IReadOnlyCollection<(string Resource, string Key)> keys)
    {
        lock (_gate)
        {
            if (keys.Any(_claimed.Contains))
            {
                return false;
            }

            _claimed.UnionWith(keys);
            return true;
        }
    }

    public void Release(IReadOnlyCollection<(string Resource, string Key)> keys)
    {
        lock (_gate)
        {
            _claimed.ExceptWith(keys);
        }
    }
}
