using System.Buffers.Binary;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using Sluice.PgWire.Protocol;

namespace Sluice.PgWire.Startup;

/// <summary>
/// Slows down whoever guesses: after a number of failed logins of a user, or from an address, more are refused for a while, whatever password they
/// bring, and in the same way for users that do not exist. A user's failures elsewhere, and other users' failures at the same address, do not count where
/// that user has logged in from that address before, so that strangers lock nobody out. Memory is bounded. Thread safe.
/// </summary>
internal sealed class LoginThrottle
{
    /// <summary>Over which the failures are counted.</summary>
    public static readonly TimeSpan Window = TimeSpan.FromMinutes(1);

    /// <summary>Of each kind of key; those beyond are forgotten, the oldest first.</summary>
    public const int Capacity = 10_000;

    /// <summary>Cancel requests with wrong keys, of an address in <see cref="Window"/>: a secret of 32 bits is not found in a lifetime.</summary>
    public const int WrongCancels = 600;

    private readonly Lock _lock = new();
    private readonly FailureCounts _byUser;
    private readonly FailureCounts _byAddress;
    private readonly FailureCounts _byKnownPair;
    private readonly FailureCounts _cancels;
    private readonly Dictionary<UInt128, LinkedListNode<UInt128>> _known = [];
    private readonly LinkedList<UInt128> _knownByUse = [];

    public LoginThrottle(int failuresPerUser, int failuresPerAddress, TimeProvider time)
    {
        _byUser = new FailureCounts(failuresPerUser, Window, Capacity, time);
        _byAddress = new FailureCounts(failuresPerAddress, Window, Capacity, time);
        _byKnownPair = new FailureCounts(failuresPerUser, Window, Capacity, time);
        _cancels = new FailureCounts(WrongCancels, Window, Capacity, time);
    }

    /// <summary>Refuses a login that has to wait.</summary>
    /// <exception cref="PgException">FATAL 28000.</exception>
    public static void RefuseIf(TimeSpan wait)
    {
        if (wait > TimeSpan.Zero)
        {
            throw StartupPacket.Fatal(
                SqlState.InvalidAuthorizationSpecification,
                "too many failed logins",
                hint: string.Create(
                    CultureInfo.InvariantCulture,
                    $"Check the user name and the password that this client uses, and try again in {Math.Ceiling(wait.TotalSeconds)} s."));
        }
    }

    /// <summary>How many keys are remembered; at most five times <see cref="Capacity"/>.</summary>
    public int Count
    {
        get
        {
            lock (_lock)
            {
                return _byUser.Count + _byAddress.Count + _byKnownPair.Count + _cancels.Count + _known.Count;
            }
        }
    }

    /// <summary>How long the user has to wait before a login from this address is tried; zero if it may be now.</summary>
    public TimeSpan Wait(string user, ClientAddress address)
    {
        lock (_lock)
        {
            return Wait(Keys.Of(user, address));
        }
    }

    /// <summary>
    /// Counts a login before it is known whether it fails, so that many at a time are no way around; a success is taken back with
    /// <see cref="Succeeded"/>.
    /// </summary>
    /// <returns>Zero if it may go on; else how long to wait, and it was not counted.</returns>
    public TimeSpan Begin(string user, ClientAddress address)
    {
        lock (_lock)
        {
            Keys keys = Keys.Of(user, address);
            TimeSpan wait = Wait(keys);
            if (wait == TimeSpan.Zero)
            {
                if (_known.ContainsKey(keys.Pair))
                {
                    _byKnownPair.Add(keys.Pair);
                }
                else
                {
                    _byUser.Add(keys.User);
                    _byAddress.Add(keys.Address);
                }
            }

            return wait;
        }
    }

    /// <summary>The login that was begun has succeeded.</summary>
    public void Succeeded(string user, ClientAddress address)
    {
        lock (_lock)
        {
            Keys keys = Keys.Of(user, address);
            if (_known.TryGetValue(keys.Pair, out LinkedListNode<UInt128>? node))
            {
                _byKnownPair.Remove(keys.Pair);
                _knownByUse.Remove(node);
                _knownByUse.AddLast(node);
                return;
            }

            _byUser.Remove(keys.User);
            _byAddress.Remove(keys.Address);
            if (_known.Count == Capacity)
            {
                _known.Remove(_knownByUse.First!.Value);
                _knownByUse.RemoveFirst();
            }

            _known.Add(keys.Pair, _knownByUse.AddLast(keys.Pair));
        }
    }

    /// <summary>Whether cancel requests from this address are still listened to.</summary>
    public bool MayCancel(ClientAddress address)
    {
        lock (_lock)
        {
            return _cancels.Wait(address.Network) == TimeSpan.Zero;
        }
    }

    /// <summary>Counts a cancel request with a key of no session.</summary>
    public void CancelMissed(ClientAddress address)
    {
        lock (_lock)
        {
            _cancels.Add(address.Network);
        }
    }

    private TimeSpan Wait(Keys keys)
    {
        if (_known.ContainsKey(keys.Pair))
        {
            return _byKnownPair.Wait(keys.Pair);
        }

        TimeSpan user = _byUser.Wait(keys.User);
        TimeSpan address = _byAddress.Wait(keys.Address);
        return user > address ? user : address;
    }

    /// <summary>A user's name can be long, and anything: its hash is neither.</summary>
    [StructLayout(LayoutKind.Auto)]
    private readonly record struct Keys(UInt128 User, UInt128 Address, UInt128 Pair)
    {
        public static Keys Of(string user, ClientAddress address)
        {
            Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
            SHA256.HashData(Encoding.UTF8.GetBytes(user), hash);
            UInt128 name = BinaryPrimitives.ReadUInt128BigEndian(hash);
            Span<byte> both = stackalloc byte[32];
            BinaryPrimitives.WriteUInt128BigEndian(both, name);
            BinaryPrimitives.WriteUInt128BigEndian(both[16..], address.Network);
            SHA256.HashData(both, hash);
            return new Keys(name, address.Network, BinaryPrimitives.ReadUInt128BigEndian(hash));
        }
    }
}
