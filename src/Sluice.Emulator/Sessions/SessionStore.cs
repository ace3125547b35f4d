using System.Security.Cryptography;
using Sluice.Emulator.Http;
using Sluice.Emulator.Identity;

namespace Sluice.Emulator.Sessions;

/// <summary>A project's sessions, by id.</summary>
internal sealed class SessionStore(Project project)
{
    private static readonly TimeSpan s_lifetime = TimeSpan.FromDays(30);
    private static readonly TimeSpan s_oneshotLifetime = TimeSpan.FromHours(1);

    private readonly Lock _gate = new();
    private readonly SortedDictionary<long, Session> _sessions = [];
    private long _lastId = 100;

    public Session Create(SessionType type, Principal principal, string? clientId)
    {
        var now = project.State.Clock.GetUtcNow();
        var session = new Session
        {
            Id = Interlocked.Increment(ref _lastId),
            Type = type,
            Principal = principal,
            ClientId = clientId,
            CreationTime = now.ToUnixTimeMilliseconds(),
            Expires = now + (type == SessionType.OneshotTokenExchange ? s_oneshotLifetime : s_lifetime),
            Nonce = RandomNumberGenerator.GetHexString(32, lowercase: true),
            NonceExpires = now + project.State.Options.NonceLifetime,
            Key = RandomNumberGenerator.GetHexString(64, lowercase: true),
        };
        lock (_gate)
        {
            _sessions.Add(session.Id, session);
        }

        return session;
    }

    public Session? Find(long id)
    {
        lock (_gate)
        {
            return _sessions.TryGetValue(id, out var session) ? Aged(session) : null;
        }
    }

    /// <summary>All sessions, oldest first.</summary>
    public IReadOnlyList<Session> All()
    {
        lock (_gate)
        {
            return [.. _sessions.Values.Select(Aged)];
        }
    }

    /// <summary>Binds the session of a nonce; 400 if the nonce is unknown, used or older than its minute.</summary>
    public Session Bind(string nonce)
    {
        lock (_gate)
        {
            var session = _sessions.Values.FirstOrDefault(s => s.Nonce == nonce);
            if (session is null || Aged(session).Status != SessionStatus.Ready)
            {
                throw CdfException.BadRequest("Nonce has expired");
            }

            session.Status = SessionStatus.Active;
            return session;
        }
    }

    /// <summary>Lets the nonce of a session end at another time.</summary>
    public void EndNonce(Session session, DateTimeOffset expires)
    {
        lock (_gate)
        {
            session.NonceExpires = expires;
        }
    }

    public void RevokeAll()
    {
        foreach (var session in All())
        {
            Revoke(session);
        }
    }

    /// <summary>Revoking is idempotent: what has ended stays as it is.</summary>
    public static void Revoke(Session session)
    {
        if (session.Status is SessionStatus.Ready or SessionStatus.Active)
        {
            session.Status = SessionStatus.Revoked;
        }
    }

    private Session Aged(Session session)
    {
        var now = project.State.Clock.GetUtcNow();
        var unredeemed = session.Status == SessionStatus.Ready && session.NonceExpires <= now;
        if (unredeemed || (session.Status == SessionStatus.Active && session.Expires <= now))
        {
            session.Status = SessionStatus.Expired;
        }

        return session;
    }
}
