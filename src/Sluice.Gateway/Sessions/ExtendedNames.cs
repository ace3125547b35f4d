using System.Diagnostics.CodeAnalysis;
using System.Text;
using Sluice.PgWire.Protocol;
using Sluice.PgWire.Sql;

namespace Sluice.Gateway.Sessions;

/// <summary>
/// Prepared statements and portals by name: each belongs to the side that parsed it (rules.md P5, step 7).
/// </summary>
internal sealed class ExtendedNames(SessionCore core, OwnStatements own, OwnWrites writes, ExtendedSegment segment)
{
    private readonly NameTable<OwnPortal> _portals = new();
    private readonly List<string> _parsedByEngine = [];

    private EngineLink Engine => core.Engine;

    /// <summary>The portal if it is Sluice's own.</summary>
    public bool TryGetOwnPortal(ReadOnlySpan<byte> name, [NotNullWhen(true)] out OwnPortal? portal) => _portals.TryGetOwn(name, out portal);

    /// <summary>What running an engine's portal does to what Sluice knows.</summary>
    public EngineEffect EffectOf(ReadOnlySpan<byte> portal) => _portals.EffectOf(portal);

    /// <summary>Portals end with their transaction.</summary>
    public void EndTransaction() => _portals.Clear();

    /// <summary>Sync has come, and the engine has not been asked to end its part yet.</summary>
    public void EndSegment()
    {
        if (Engine.Skipping)
        {
            // Not all of them were parsed; the engine knows which, and asks for nothing to be known here.
            _parsedByEngine.ForEach(name => own.Names.Remove(name, out _));
        }

        _parsedByEngine.Clear();
    }

    /// <summary>Takes Parse: the statement belongs to the side that it is for.</summary>
    public ValueTask ParseAsync(in Frame frame)
    {
        var message = ParseMessage.Parse(core.Client.Input.Contiguous(frame).Span);
        var name = Encoding.UTF8.GetString(message.Name);
        if (Engine.Outstanding == 0 && (name.Length == 0 || !NameIsTaken(name)) && own.Known(message) is { } known)
        {
            own.Names.SetOwn(name, known);
            writes.Replies.ParseComplete();
            return ValueTask.CompletedTask;
        }

        var statement = own.Analyze(message.Sql);
        if (statement is CopyStatement { Kind: SqlStatementKind.CopyTo, Target: { } target } copyTo && core.MayBeCdfTable(target.Name))
        {
            return ParseCopyToAsync(name, message.Sql.ToArray(), copyTo);
        }

        if (statement is null
            || !(own.MayBeOwn(statement) || own.MayBeOwnPrepared(message.Sql, statement) || OwnDefinition.IsOne(statement)))
        {
            return ForwardParseAsync(frame, name, statement is null ? EngineEffect.None : OwnStatements.EffectOf(message.Sql, statement));
        }

        var types = new uint[message.TypeCount];
        for (var i = 0; i < types.Length; i++)
        {
            types[i] = message.TypeOid(i);
        }

        return ParseOwnAsync(frame, name, message.Sql.ToArray(), types, statement);
    }

    private bool NameIsTaken(string name) => own.Names.IsOwn(name) || own.Names.IsEngine(name);

    private async ValueTask ParseOwnAsync(Frame frame, string name, byte[] sql, uint[] types, SqlStatement statement)
    {
        await segment.SettleAsync();
        if (segment.Skipping)
        {
            return;
        }

        if (Engine.Status == TransactionStatus.Failed)
        {
            throw SessionCore.InFailedTransaction();
        }

        var bound = OwnDefinition.Of(sql, statement, Engine.Settings.StandardConformingStrings)
            ?? (statement is PrepareStatement or ExecuteStatement or DeallocateStatement
                ? await own.BindPreparedAsync(sql, statement)
                : await own.BindToTableAsync(sql, types, statement));
        if (bound is null)
        {
            await ForwardParseAsync(frame, name, OwnStatements.EffectOf(sql, statement));
            return;
        }

        if (name.Length > 0 && NameIsTaken(name))
        {
            throw new PgException(SqlState.DuplicatePreparedStatement, $"prepared statement \"{name}\" already exists");
        }

        own.Names.SetOwn(name, bound);
        if (bound is not (OwnPreparedCommand or OwnDefinition))
        {
            own.Remember(bound);
        }

        writes.Replies.ParseComplete();
    }

    private async ValueTask ParseCopyToAsync(string name, byte[] sql, CopyStatement copy)
    {
        await segment.SettleAsync();
        if (segment.Skipping)
        {
            return;
        }

        if (Engine.Status == TransactionStatus.Failed)
        {
            throw SessionCore.InFailedTransaction();
        }

        await writes.CloseAsync();
        var rewritten = await CopyTo.RewriteAsync(core, sql, copy);
        Engine.Output.BeginMessage(FrontendMessage.Parse);
        Engine.Output.CString(name);
        Engine.Output.CString(rewritten);
        Engine.Output.Int16(0);
        Engine.Output.EndMessage();
        Engine.Expect(replies: 1);
        own.Names.SetEngine(name, EngineEffect.None);
    }

    private async ValueTask ForwardParseAsync(Frame frame, string name, EngineEffect effect)
    {
        if (name.Length > 0 && own.Names.IsOwn(name))
        {
            throw new PgException(SqlState.DuplicatePreparedStatement, $"prepared statement \"{name}\" already exists");
        }

        await segment.ForwardAsync(frame, replies: 1);
        own.Names.SetEngine(name, effect);
        _parsedByEngine.Add(name);
    }

    /// <summary>Takes Bind: a portal belongs to the side of its statement.</summary>
    public ValueTask BindAsync(in Frame frame)
    {
        var body = core.Client.Input.Contiguous(frame);
        var message = BindMessage.Parse(body.Span);
        var portal = Encoding.UTF8.GetString(message.Portal);
        if (!own.Names.TryGetOwn(message.Statement, out var statement))
        {
            _portals.SetEngine(portal, own.Names.EffectOf(message.Statement));
            return segment.ForwardAsync(frame, replies: 1);
        }

        return Engine.Outstanding == 0 ? BindOwn(frame, portal, statement) : SettleAndBindAsync(frame, portal, statement);
    }

    private async ValueTask SettleAndBindAsync(Frame frame, string portal, OwnStatement statement)
    {
        await segment.SettleAsync();
        if (!segment.Skipping)
        {
            await BindOwn(frame, portal, statement);
        }
    }

    private ValueTask BindOwn(in Frame frame, string portal, OwnStatement statement)
    {
        var body = core.Client.Input.Contiguous(frame);
        var message = BindMessage.Parse(body.Span);

        if (portal.Length > 0 && (_portals.IsOwn(portal) || _portals.IsEngine(portal)))
        {
            throw new PgException(SqlState.DuplicateCursor, $"cursor \"{portal}\" already exists");
        }

        if (message.ParameterCount != statement.ParameterTypes.Length)
        {
            throw new PgException(
                SqlState.ProtocolViolation,
                $"bind message supplies {message.ParameterCount} parameters, but prepared statement "
                + $"\"{Encoding.UTF8.GetString(message.Statement)}\" requires {statement.ParameterTypes.Length}");
        }

        if (_portals.TryGetOwn(portal, out var reusable) && reusable.Statement == statement && reusable.IsReusable)
        {
            reusable.Bind(body.Span);
        }
        else
        {
            _portals.SetOwn(portal, new OwnPortal(statement, body.Span));
        }

        return segment.ReplyAsync(static replies => replies.BindComplete());
    }

    /// <summary>Takes Describe; nothing is run for it.</summary>
    public ValueTask DescribeAsync(in Frame frame)
    {
        var message = TargetMessage.ParseDescribe(core.Client.Input.Contiguous(frame).Span);
        if (message.Kind == TargetKind.Statement)
        {
            return own.Names.TryGetOwn(message.Name, out var statement)
                ? DescribeOwnAsync(statement)
                : segment.ForwardAsync(frame, replies: 1);
        }

        return _portals.TryGetOwn(message.Name, out var portal)
            ? segment.ReplyAsync(replies => Describe(replies, portal.Statement, portal))
            : segment.ForwardAsync(frame, replies: 1);
    }

    private ValueTask DescribeOwnAsync(OwnStatement statement) => segment.ReplyAsync(replies =>
    {
        replies.ParameterDescription(statement.ParameterTypes);
        Describe(replies, statement, portal: null);
    });

    private static void Describe(ReplyQueue replies, OwnStatement statement, OwnPortal? portal)
    {
        if (statement.Returning is { } returning)
        {
            replies.RowDescription(returning.Description(portal));
        }
        else
        {
            replies.NoData();
        }
    }

    /// <summary>Takes Close.</summary>
    public ValueTask CloseAsync(in Frame frame)
    {
        var message = TargetMessage.ParseClose(core.Client.Input.Contiguous(frame).Span);
        var name = Encoding.UTF8.GetString(message.Name);
        return message.Kind == TargetKind.Statement
            ? CloseAsync(frame, own.Names, name)
            : CloseAsync(frame, _portals, name);
    }

    private async ValueTask CloseAsync<T>(Frame frame, NameTable<T> names, string name)
        where T : class
    {
        if (!names.IsOwn(name))
        {
            names.Remove(name, out _);
            await segment.ForwardAsync(frame, replies: 1);
            return;
        }

        await segment.SettleAsync();
        if (!segment.Skipping)
        {
            names.Remove(name, out _);
            writes.Replies.CloseComplete();
        }
    }
}
