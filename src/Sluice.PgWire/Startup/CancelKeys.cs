using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Sluice.PgWire.Startup;

/// <summary>What BackendKeyData gives a client, and a CancelRequest brings back.</summary>
/// <param name="ProcessId">The process id that the client sees.</param>
/// <param name="Secret">Unguessable.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct CancelKey(int ProcessId, int Secret)
{
    /// <summary>Without the secret.</summary>
    public override string ToString() => $"pid {ProcessId}";
}

/// <summary>Takes cancel requests. They come on connections of their own, without authentication, and are never answered.</summary>
public interface ICancelHandler
{
    /// <summary>Cancels what runs under <paramref name="key"/>; an unknown key does nothing.</summary>
    /// <returns>Whether the key is one.</returns>
    ValueTask<bool> CancelAsync(CancelKey key, CancellationToken cancellationToken);
}

/// <summary>The sessions that can be cancelled. Thread safe.</summary>
public sealed class CancelKeys : ICancelHandler
{
    private readonly ConcurrentDictionary<int, ImmutableArray<Registration>> _byProcessId = new();

    /// <summary>
    /// Makes a key with a new secret for a session whose process id is <paramref name="processId"/>. <paramref name="cancel"/> is called for each cancel
    /// request that brings the key, until the registration is disposed.
    /// </summary>
    public ICancelRegistration Register(int processId, Func<CancellationToken, ValueTask> cancel)
    {
        var registration = new Registration(this, new CancelKey(processId, NewSecret()), cancel);
        _byProcessId.AddOrUpdate(processId, [registration], (_, others) => others.Add(registration));
        return registration;
    }

    /// <inheritdoc/>
    public async ValueTask<bool> CancelAsync(CancelKey key, CancellationToken cancellationToken)
    {
        if (!_byProcessId.TryGetValue(key.ProcessId, out ImmutableArray<Registration> registrations))
        {
            return false;
        }

        bool found = false;
        foreach (Registration registration in registrations)
        {
            if (SecretsEqual(registration.Key.Secret, key.Secret))
            {
                found = true;
                await registration.Cancel(cancellationToken);
            }
        }

        return found;
    }

    private static bool SecretsEqual(int left, int right)
    {
        Span<byte> bytes = stackalloc byte[2 * sizeof(int)];
        BinaryPrimitives.WriteInt32BigEndian(bytes, left);
        BinaryPrimitives.WriteInt32BigEndian(bytes[sizeof(int)..], right);
        return CryptographicOperations.FixedTimeEquals(bytes[..sizeof(int)], bytes[sizeof(int)..]);
    }

    private static int NewSecret()
    {
        Span<byte> bytes = stackalloc byte[sizeof(int)];
        RandomNumberGenerator.Fill(bytes);
        return BinaryPrimitives.ReadInt32BigEndian(bytes);
    }

    private void Remove(Registration registration)
    {
        int processId = registration.Key.ProcessId;
        while (_byProcessId.TryGetValue(processId, out ImmutableArray<Registration> before))
        {
            ImmutableArray<Registration> after = before.Remove(registration);
            bool done = after.IsEmpty
                ? _byProcessId.TryRemove(new KeyValuePair<int, ImmutableArray<Registration>>(processId, before))
                : _byProcessId.TryUpdate(processId, after, before);
            if (done)
            {
                return;
            }
        }
    }

    private sealed class Registration(CancelKeys owner, CancelKey key, Func<CancellationToken, ValueTask> cancel) : ICancelRegistration
    {
        public CancelKey Key => key;

        public Func<CancellationToken, ValueTask> Cancel => cancel;

        public void Dispose() => owner.Remove(this);
    }
}

/// <summary>A session's entry in <see cref="CancelKeys"/>; disposing it ends it.</summary>
public interface ICancelRegistration : IDisposable
{
    /// <summary>What to send as BackendKeyData.</summary>
    CancelKey Key { get; }
}
