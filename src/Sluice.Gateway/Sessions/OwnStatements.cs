using System.Buffers;
using Sluice.Gateway.Tables;
using Sluice.Gateway.Writes;
using Sluice.PgWire.Protocol;
using Sluice.PgWire.Sql;

namespace Sluice.Gateway.Sessions;

/// <summary>
/// Decides whose a statement is: by a lexer and by what its target's name means to the engine at this moment, never by its looks alone
/// (design.md, section 4). Keeps the prepared statements that are Sluice's.
/// </summary>
internal sealed class OwnStatements(SessionCore core)
{
    private OwnStatement? _last;

    /// <summary>Prepared statements, of the protocol and of SQL's PREPARE alike.</summary>
    public NameTable<OwnStatement> Names { get; } = new();

    /// <summary>What the text says; <see langword="null"/> if it is empty. A text that cannot be cut into tokens is the engine's to refuse.</summary>
    public SqlStatement? Analyze(ReadOnlySpan<byte> sql)
    {
        try
        {
            return SqlStatements.AnalyzeSingle(sql, core.Engine.Settings.StandardConformingStrings);
        }
        catch (PgException)
        {
            return new SqlStatement(SqlStatementKind.Other, new SqlSpan(0, sql.Length));
        }
    }

    /// <summary>Whether the statement could be one of Sluice's own. Decides most cases without asking the engine.</summary>
    public bool MayBeOwn(SqlStatement statement) => statement switch
    {
        // What cannot be read is the engine's to refuse.
        InsertStatement { OnConflict.Action: OnConflictAction.Unreadable } => false,
        RowWriteStatement write => core.MayBeCdfTable(write.Target.Name),
        SettingStatement { Kind: SqlStatementKind.Set } setting => SluiceSettings.HasPrefix(setting.Name),
        CopyStatement { Kind: SqlStatementKind.CopyFrom, Endpoint: CopyEndpoint.Client, Target: { } target } =>
            core.MayBeCdfTable(target.Name),
        TargetedStatement { Kind: SqlStatementKind.Merge, Targets: [var target, ..] } => core.MayBeCdfTable(target.Name),
        TruncateStatement truncate => truncate.Targets.Any(target => core.MayBeCdfTable(target.Name)),
        _ => false,
    };

    /// <summary>
    /// The statement with its target looked up, or <see langword="null"/> if it is the engine's after all: another relation has the name.
    /// </summary>
    /// <exception cref="PgException">The statement is Sluice's, and wrong.</exception>
    public async ValueTask<OwnStatement?> BindToTableAsync(ReadOnlyMemory<byte> sql, uint[] declaredTypes, SqlStatement statement)
    {
        switch (statement)
        {
            case RowWriteStatement write:
                return await core.ResolveAsync(write.Target.Name) is { } table
                    ? await BindRowWriteAsync(sql, declaredTypes, write, table)
                    : null;

            case SettingStatement setting:
                EngineState.Check(setting);
                return null;

            case CopyStatement copy:
                return await core.ResolveAsync(copy.Target!.Name) is { } target
                    ? new OwnCopy(sql, copy, PlanOf(sql, target, copy.Columns, WriteVerb.Copy, valueCount: null))
                    : null;

            case TargetedStatement { Kind: SqlStatementKind.Merge } merge:
                return await core.ResolveAsync(merge.Targets[0].Name) is null
                    ? null
                    : throw new PgException(
                        SqlState.FeatureNotSupported,
                        $"MERGE into CDF table \"{merge.Targets[0].Name.Name}\" is not supported",
                        hint: "Use INSERT … ON CONFLICT DO UPDATE.");

            case TruncateStatement truncate:
                return await BindTruncateAsync(sql, truncate);

            default:
                return null;
        }
    }

    private async ValueTask<OwnStatement?> BindTruncateAsync(ReadOnlyMemory<byte> sql, TruncateStatement truncate)
    {
        var tables = new List<TableDefinition>();
        foreach (var target in truncate.Targets)
        {
            if (await core.ResolveAsync(target.Name) is { } table)
            {
                tables.Add(table);
            }
        }

        if (tables.Count is not 0 && tables.Count != truncate.Targets.Count)
        {
            throw new PgException(
                SqlState.FeatureNotSupported, "TRUNCATE of CDF tables and others in one statement is not supported", hint: "Use a statement for each.");
        }

        return tables.Count == 0 ? null : new OwnFullDelete(sql, truncate.Targets[0].Name, tables, isTruncate: true);
    }

    private async ValueTask<OwnStatement> BindRowWriteAsync(ReadOnlyMemory<byte> sql, uint[] declaredTypes, RowWriteStatement write, TableDefinition table)
    {
        table.RequireWritable();
        if (write is DeleteStatement { IsPlain: true, Where: null, Returning: null })
        {
            return new OwnFullDelete(sql, write.Target.Name, [table], isTruncate: false);
        }

        OwnRowWrite? native = write switch
        {
            InsertStatement insert => BindInsert(sql, declaredTypes, insert, table),
            DeleteStatement when table.Kind is TableKind.DoubleDatapoints or TableKind.StringDatapoints =>
                OwnPointsDelete.TryCreate(sql, write, table, declaredTypes),
            _ => OwnKeyedWrite.TryCreate(sql, write, table, declaredTypes),
        };
        if (native is null)
        {
            return await OwnSink.PrepareAsync(core, sql, write, table, declaredTypes);
        }

        native.Returning = write.Returning is null ? null : await OwnReturning.PrepareAsync(core.Engine, sql, write, table);
        return native;
    }

    private static OwnInsert? BindInsert(ReadOnlyMemory<byte> sql, uint[] declaredTypes, InsertStatement insert, TableDefinition table)
    {
        if (insert is { Source: InsertSource.Query } or { Overriding: true } or { HasWith: true } or { HasColumnParts: true })
        {
            return null;
        }

        var width = insert.Source == InsertSource.DefaultValues ? 0 : insert.ValueKinds.Count;
        var plan = ConflictClause.Apply(PlanOf(sql, table, insert.Columns, WriteVerb.Insert, width), insert.OnConflict, sql.Span);
        return OwnInsert.TryCreate(sql, insert, plan with { ReturnsRows = insert.Returning is not null, ReturnedColumns = OwnReturning.ColumnsOf(insert.Returning) }, declaredTypes);
    }

    /// <summary>Whether SQL's PREPARE, EXECUTE or DEALLOCATE could be about a statement of Sluice's own.</summary>
    public bool MayBeOwnPrepared(ReadOnlySpan<byte> sql, SqlStatement statement) => statement switch
    {
        PrepareStatement prepare => Names.IsOwn(prepare.Name) || MayBeOwn(AnalyzeInner(sql, prepare)),
        ExecuteStatement execute => Names.IsOwn(execute.Name),
        DeallocateStatement { Name: { } name } => Names.IsOwn(name),
        _ => false,
    };

    /// <summary>PREPARE, EXECUTE or DEALLOCATE that Parse has brought, or <see langword="null"/> if it is the engine's after all.</summary>
    public async ValueTask<OwnStatement?> BindPreparedAsync(ReadOnlyMemory<byte> sql, SqlStatement statement)
    {
        if (statement is PrepareStatement prepare
            && await BindToTableAsync(sql, prepare.Types?.ToArray() ?? [], AnalyzeInner(sql.Span, prepare)) is null)
        {
            return null;
        }

        return new OwnPreparedCommand(sql, statement)
        {
            Returning = statement is ExecuteStatement execute && Names.TryGetOwn(execute.Name, out var prepared) ? prepared.Returning : null,
        };
    }

    /// <summary>Runs PREPARE, EXECUTE or DEALLOCATE that Parse has brought.</summary>
    /// <exception cref="PgException">26000: the statement has gone since; or what running it brings.</exception>
    public async ValueTask RunPreparedAsync(OwnPreparedCommand command, OwnPortal portal, OwnWrites writes)
    {
        if (portal.HasRun)
        {
            throw new PgException(SqlState.ObjectNotInPrerequisiteState, "portal cannot be run: it has been executed to its end");
        }

        portal.HasRun = true;
        if (!await RunPreparedAsync(command.Sql.ToArray(), command.Statement, writes, portal))
        {
            throw new PgException(
                SqlState.InvalidSqlStatementName, $"{command.Command} means another statement than when it was parsed", hint: "Parse it again.");
        }
    }

    /// <summary>Runs PREPARE, EXECUTE or DEALLOCATE of a statement of Sluice's own.</summary>
    /// <param name="sql">The query string.</param>
    /// <param name="statement">The statement in it.</param>
    /// <param name="writes">Runs what is executed.</param>
    /// <param name="portal">Says how the rows are wanted; <see langword="null"/> in the simple protocol.</param>
    /// <returns><see langword="false"/>: it is the engine's.</returns>
    public async ValueTask<bool> RunPreparedAsync(byte[] sql, SqlStatement statement, OwnWrites writes, OwnPortal? portal = null)
    {
        switch (statement)
        {
            case PrepareStatement prepare:
                var bound = await BindToTableAsync(sql, prepare.Types?.ToArray() ?? [], AnalyzeInner(sql, prepare));
                if (Names.IsOwn(prepare.Name) || (bound is not null && Names.IsEngine(prepare.Name)))
                {
                    throw new PgException(SqlState.DuplicatePreparedStatement, $"prepared statement \"{prepare.Name}\" already exists");
                }

                if (bound is null)
                {
                    return false;
                }

                Names.SetOwn(prepare.Name, bound);
                await writes.CloseAsync();
                core.Client.Output.CommandComplete("PREPARE");
                return true;

            case ExecuteStatement execute when Names.TryGetOwn(execute.Name, out var prepared):
                var arguments = Arguments(sql, execute, prepared, portal);
                if (portal is null)
                {
                    await writes.DescribeAsync(prepared);
                }

                await writes.ExecuteAsync(prepared, arguments);
                return true;

            case DeallocateStatement { Name: { } name } when Names.Remove(name, out var own) && own is not null:
                await writes.CloseAsync();
                core.Client.Output.CommandComplete("DEALLOCATE");
                return true;

            default:
                return false;
        }
    }

    /// <summary>
    /// The last statement again, if Parse brings the same text and the engine has not run anything since: NpgsqlBatch parses one text for every row.
    /// </summary>
    public OwnStatement? Known(in ParseMessage message)
    {
        if (_last is null || message.TypeCount != _last.DeclaredTypes.Length || !message.Sql.SequenceEqual(_last.Sql.Span))
        {
            return null;
        }

        for (var i = 0; i < message.TypeCount; i++)
        {
            if (message.TypeOid(i) != _last.DeclaredTypes[i])
            {
                return null;
            }
        }

        return _last;
    }

    /// <summary>Keeps the statement for <see cref="Known"/>.</summary>
    public void Remember(OwnStatement statement) => _last = statement;

    /// <summary>What a statement of the engine's does to what Sluice knows.</summary>
    public static EngineEffect EffectOf(ReadOnlySpan<byte> sql, SqlStatement statement) => statement switch
    {
        TransactionStatement => TransactionStatements.EffectOf(statement),
        CopyStatement { Kind: SqlStatementKind.CopyFrom, Endpoint: CopyEndpoint.Client } => new EngineEffect(EngineEffectKind.ReadsData),
        DeallocateStatement { Name: null } => new EngineEffect(EngineEffectKind.ForgetsStatements),
        { Kind: SqlStatementKind.Discard } when IsAll(sql, statement.Span) => new EngineEffect(EngineEffectKind.ForgetsStatements),
        _ => EngineEffect.None,
    };

    /// <summary>The engine has run, or is about to run, a statement.</summary>
    public void EngineRuns(EngineEffect effect)
    {
        if (effect.Kind is EngineEffectKind.SetsSavepoint or EngineEffectKind.ReleasesSavepoint)
        {
            // Neither names nor settings change.
            return;
        }

        _last = null;
        core.EngineHasRun();
        if (effect.Kind == EngineEffectKind.ForgetsStatements)
        {
            Names.Clear();
        }
    }

    private static WritePlan PlanOf(
        ReadOnlyMemory<byte> sql,
        TableDefinition table,
        IReadOnlyList<SqlColumnName>? columns,
        WriteVerb statement,
        int? valueCount) => WritePlan.Create(
            table,
            columns?.Select(c => c.Name).ToList(),
            statement,
            valueCount,
            i => SqlSyntax.PositionOf(sql.Span, columns![i].Span.Start));

    private SqlStatement AnalyzeInner(ReadOnlySpan<byte> sql, PrepareStatement prepare) =>
        SqlStatements.Analyze(sql, prepare.Inner, core.Engine.Settings.StandardConformingStrings);

    private OwnPortal? Arguments(ReadOnlySpan<byte> sql, ExecuteStatement execute, OwnStatement prepared, OwnPortal? portal)
    {
        if (execute.Arguments is not null && !execute.IsNative)
        {
            throw new PgException(
                SqlState.FeatureNotSupported,
                $"EXECUTE of \"{execute.Name}\", which writes to a CDF table, takes constants only",
                hint: "Compute the values first, or bind them as parameters of the protocol.");
        }

        if (execute.ArgumentCount != prepared.ParameterTypes.Length)
        {
            throw new PgException(
                SqlState.SyntaxError,
                $"wrong number of parameters for prepared statement \"{execute.Name}\"",
                detail: $"Expected {prepared.ParameterTypes.Length} parameters but got {execute.ArgumentCount}.");
        }

        if (execute.Arguments is not { } arguments)
        {
            return portal is null ? null : OwnPortal.OfText(prepared, [], portal);
        }

        var values = new List<byte[]?>(execute.ArgumentCount);
        var scratch = new ArrayBufferWriter<byte>();
        var reader = new SqlValuesReader(sql, arguments, core.Engine.Settings.StandardConformingStrings);
        reader.ReadRow();
        while (reader.ReadValue(out var value))
        {
            scratch.ResetWrittenCount();
            values.Add(value.Kind == SqlValueKinds.Null ? null : value.Text(sql, scratch).ToArray());
        }

        return OwnPortal.OfText(prepared, values, portal);
    }

    private static bool IsAll(ReadOnlySpan<byte> sql, SqlSpan span)
    {
        var lexer = new SqlLexer(sql, span, standardConformingStrings: true);
        return lexer.Read() && lexer.Read() && lexer.Is("all"u8);
    }
}
