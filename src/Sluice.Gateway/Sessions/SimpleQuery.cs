using Sluice.PgWire.Protocol;
using Sluice.PgWire.Sql;

namespace Sluice.Gateway.Sessions;

/// <summary>
/// The simple query protocol: one string, any number of statements. A string without a CDF write goes to the engine as it is; one with a write
/// is run statement by statement, the engine's parts as a pipeline that is not synchronised before the end, so that they remain one implicit
/// transaction (rules.md P6).
/// </summary>
internal sealed class SimpleQuery(
    SessionCore core,
    OwnStatements own,
    OwnWrites writes,
    TransactionStatements transactions,
    DefinitionStatements definitions)
{
    private EngineLink Engine => core.Engine;

    /// <summary>Runs the string and ends with ReadyForQuery.</summary>
    public async ValueTask RunAsync(ReadOnlyMemory<byte> sql)
    {
        var statements = Analyze(sql.Span);
        if (AnyMayBeOwn(sql.Span, statements))
        {
            // The string outlives the waits, and the reads of COPY data, that follow.
            await RunMixedAsync(sql.ToArray(), statements);
        }
        else
        {
            await RelayOrFailAsync(sql, statements);
        }

        core.Reads.WriteNotices();
        core.Settled();
        core.Client.Output.ReadyForQuery(Engine.Status);
        await core.Client.FlushAsync();
    }

    /// <summary>Answers a message that is refused as it stands: the error, a failed transaction if one is open, ReadyForQuery.</summary>
    public async ValueTask RefuseAsync(PgError error)
    {
        core.Client.Output.ErrorResponse(Engine.Earlier.Tell(error));
        if (Engine.InSegment || core.InBlock)
        {
            await Engine.PoisonAsync();
        }

        core.Client.Output.ReadyForQuery(Engine.Status);
        await core.Client.FlushAsync();
    }

    private List<SqlStatement> Analyze(ReadOnlySpan<byte> sql)
    {
        var standardStrings = Engine.Settings.StandardConformingStrings;
        var statements = new List<SqlStatement>(1);
        try
        {
            foreach (var span in SqlStatements.Split(sql, standardStrings))
            {
                statements.Add(SqlStatements.Analyze(sql, span, standardStrings));
            }
        }
        catch (PgException)
        {
            // What cannot be cut into tokens runs nowhere; the engine says why.
            statements.Clear();
        }

        return statements;
    }

    private bool AnyMayBeOwn(ReadOnlySpan<byte> sql, List<SqlStatement> statements)
    {
        var rowsWait = core.Block.HasPendingRows && statements.Count > 1;
        foreach (var statement in statements)
        {
            // After a ROLLBACK no rows wait any more.
            if (MayBeOwn(sql, statement) || (rowsWait && statement is TransactionStatement))
            {
                return true;
            }
        }

        return false;
    }

    private bool MayBeOwn(ReadOnlySpan<byte> sql, SqlStatement statement) => statement switch
    {
        PrepareStatement or ExecuteStatement or DeallocateStatement => own.MayBeOwnPrepared(sql, statement),
        CopyStatement { Kind: SqlStatementKind.CopyTo, Target: { } target } => core.MayBeCdfTable(target.Name),
        TransactionStatement => transactions.IsLedHere(TransactionStatements.EffectOf(statement)),
        _ => own.MayBeOwn(statement) || definitions.MayBeOwn(statement),
    };

    private async ValueTask RelayOrFailAsync(ReadOnlyMemory<byte> sql, List<SqlStatement> statements)
    {
        try
        {
            await RelayAsync(sql, statements);
        }
        catch (PgException e) when (e.Error.Severity == PgSeverity.Error)
        {
            core.Client.Output.ErrorResponse(Engine.Earlier.Tell(e.Error));
            if (Engine.InSegment || core.InBlock)
            {
                await Engine.PoisonAsync();
            }
        }
    }

    private async ValueTask RelayAsync(ReadOnlyMemory<byte> sql, List<SqlStatement> statements)
    {
        foreach (var statement in statements)
        {
            var effect = OwnStatements.EffectOf(sql.Span, statement);
            own.EngineRuns(effect);
            transactions.Warn(effect);
            if (statement is DeallocateStatement { Name: { } name })
            {
                own.Names.Remove(name, out _);
            }
        }

        await core.Reads.BeginAsync();
        for (var pause = await Engine.QueryAsync(sql); pause == EnginePause.CopyIn;)
        {
            await core.Client.FlushAsync();
            await CopyRelay.RunAsync(core.Client, Engine);
            pause = await Engine.ResumeAsync(EnginePause.Ready, EngineReplies.All);
        }

        // One CommandComplete for each statement that was run; the status at the end is the engine's to say.
        var status = Engine.Status;
        for (var i = 0; i < Math.Min(statements.Count, Engine.Completed); i++)
        {
            transactions.HasRun(TransactionStatements.EffectOf(statements[i]));
        }

        Engine.Assume(status);

        core.EngineHasRun();
    }

    private async ValueTask RunMixedAsync(byte[] sql, List<SqlStatement> statements)
    {
        try
        {
            foreach (var statement in statements)
            {
                await RunOneAsync(sql, statement);
                if (Engine.Skipping)
                {
                    break;
                }
            }

            if (!Engine.Skipping)
            {
                await writes.CloseAsync();
            }
        }
        catch (PgException e) when (e.Error.Severity == PgSeverity.Error)
        {
            core.Client.Output.ErrorResponse(await writes.AbandonAsync(e.Error));
            if (Engine.InSegment || core.InBlock)
            {
                await Engine.PoisonAsync();
            }
        }

        if (Engine.InSegment)
        {
            await Engine.SyncAsync(EngineReplies.AsInSimpleQuery);
        }

        // The end of the implicit transaction may have undone what names and settings meant in it.
        own.EngineRuns(EngineEffect.None);
    }

    private async ValueTask RunOneAsync(byte[] sql, SqlStatement statement)
    {
        if (statement is TransactionStatement)
        {
            await RunTransactionAsync(sql, statement);
            return;
        }

        if (MayBeOwn(sql, statement))
        {
            if (Engine.Status == TransactionStatus.Failed && core.InBlock)
            {
                throw SessionCore.InFailedTransaction();
            }

            if (statement is CopyStatement { Kind: SqlStatementKind.CopyTo } copyTo)
            {
                await RunInEngineAsync(await CopyTo.RewriteAsync(core, sql, copyTo), EngineEffect.None);
                return;
            }

            if (OwnDefinition.Of(sql, statement, Engine.Settings.StandardConformingStrings) is { } definition)
            {
                if (await definitions.TryRunAsync(definition))
                {
                    return;
                }
            }
            else if (await own.RunPreparedAsync(sql, statement, writes))
            {
                return;
            }

            if (await own.BindToTableAsync(sql, [], statement) is { } bound)
            {
                if (bound.ParameterTypes.Length > 0)
                {
                    throw new PgException(SqlState.UndefinedParameter, "there is no parameter $1");
                }

                await writes.DescribeAsync(bound);
                await writes.ExecuteAsync(bound, portal: null);
                return;
            }
        }

        await RunInEngineAsync(statement.Span.Of(sql).ToArray(), OwnStatements.EffectOf(sql, statement));
    }

    private async ValueTask RunTransactionAsync(byte[] sql, SqlStatement statement)
    {
        var effect = TransactionStatements.EffectOf(statement);
        var part = statement.Span.Of(sql).ToArray();
        await writes.CloseAsync();
        if (transactions.IsLedHere(effect))
        {
            await new CommitRun(core).RunAsync(effect, output => WritePart(output, part), replies: 4);
            own.EngineRuns(effect);
            return;
        }

        transactions.Warn(effect);
        await RunInEngineAsync(part, effect);
        if (!Engine.Skipping)
        {
            transactions.HasRun(effect);
        }
    }

    /// <summary>One part of the string, spoken to the engine in the extended protocol without Sync; the client sees what Query would have shown.</summary>
    private async ValueTask RunInEngineAsync(ReadOnlyMemory<byte> part, EngineEffect effect)
    {
        await writes.CloseAsync();
        await core.Reads.BeginAsync();
        WritePart(Engine.Output, part);
        Engine.Expect(replies: 4);
        own.EngineRuns(effect);
        var pause = await Engine.SettleAsync(EngineReplies.AsInSimpleQuery);
        if (pause == EnginePause.CopyIn)
        {
            await core.Client.FlushAsync();
            await CopyRelay.RunAsync(core.Client, Engine);
            await Engine.ResumeAsync(EnginePause.Settled, EngineReplies.AsInSimpleQuery);
        }
    }

    private static void WritePart(MessageWriter output, ReadOnlyMemory<byte> part)
    {
        output.BeginMessage(FrontendMessage.Parse);
        output.CString(""u8);
        output.CString(part.Span);
        output.Int16(0);
        output.EndMessage();

        output.BeginMessage(FrontendMessage.Bind);
        output.CString(""u8);
        output.CString(""u8);
        output.Int16(0);
        output.Int16(0);
        output.Int16(0);
        output.EndMessage();

        output.BeginMessage(FrontendMessage.Describe);
        output.Byte((byte)'P');
        output.CString(""u8);
        output.EndMessage();

        output.BeginMessage(FrontendMessage.Execute);
        output.CString(""u8);
        output.Int32(0);
        output.EndMessage();
    }
}
