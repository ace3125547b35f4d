using Sluice.Gateway.Tables;
using Sluice.PgWire.Protocol;
using Sluice.PgWire.Sql;

namespace Sluice.Gateway.Sessions;

/// <summary>
/// CREATE FOREIGN TABLE, IMPORT FOREIGN SCHEMA, and DROP TABLE of CDF tables. They take effect at once, outside of the engine's transaction, so they are
/// refused in a transaction block; in a query string or pipeline what stands before them is committed first.
/// </summary>
internal sealed class DefinitionStatements(SessionCore core, OwnStatements own, OwnWrites writes)
{
    private const string Name = "_sluice_drop";

    // Any relation will do: it is asked for the settings.
    private static readonly QualifiedName Settings = new("pg_catalog", "pg_class");

    private EngineLink Engine => core.Engine;

    /// <summary>Whether the statement could be one of Sluice's. Decides most cases without asking the engine.</summary>
    public bool MayBeOwn(SqlStatement statement) =>
        statement is DropTableStatement drop ? drop.Tables.Any(core.MayBeCdfTable) : OwnDefinition.IsOne(statement);

    /// <summary>Runs the statement that Parse has brought, also if it is the engine's after all.</summary>
    public async ValueTask RunAsync(OwnDefinition definition, OwnPortal portal)
    {
        if (portal.HasRun)
        {
            throw new PgException(SqlState.ObjectNotInPrerequisiteState, "portal cannot be run: it has been executed to its end");
        }

        portal.HasRun = true;
        if (!await TryRunAsync(definition))
        {
            await RunInEngineAsync(definition);
        }
    }

    /// <summary>Runs the statement.</summary>
    /// <returns><see langword="false"/>: none of the tables that it drops is a CDF table, so it is the engine's.</returns>
    public async ValueTask<bool> TryRunAsync(OwnDefinition definition)
    {
        await writes.CloseAsync();
        switch (definition.Statement)
        {
            case CreateForeignTableStatement create:
                var table = new QualifiedName(create.Table.Schema ?? "public", create.Table.Name);
                await BeginAsync(definition);
                var exists = (await core.StateOfAsync(table)).Relation is not null;
                if (!await WorkAsync(definition, cancellation => core.User.Definitions.CreateAsync(create, exists, cancellation)))
                {
                    Notice(SqlState.DuplicateTable, $"relation \"{create.Table.Name}\" already exists, skipping");
                }

                break;

            case ImportForeignSchemaStatement import:
                await BeginAsync(definition);
                await WorkAsync(definition, async cancellation =>
                {
                    await core.User.Definitions.ImportAsync(import, core.User.Tables(), cancellation);
                    return true;
                });
                break;

            case DropTableStatement drop:
                if (await ResolveAsync(drop) is not { } names)
                {
                    return false;
                }

                await BeginAsync(definition);
                await DropAsync(definition, drop, names);
                break;
        }

        core.Client.Output.CommandComplete(definition.Command);
        return true;
    }

    private async ValueTask DropAsync(OwnDefinition definition, DropTableStatement drop, DropTargets targets)
    {
        var gone = await WorkAsync(definition, cancellation => core.User.Definitions.DropAsync(targets.Tables, drop.Cascade, cancellation));
        if (gone.Count > 0)
        {
            throw DoesNotExist(drop, gone[0]);
        }

        foreach (var missing in targets.Missing)
        {
            Notice(SqlState.SuccessfulCompletion, $"{Kind(drop)} \"{missing}\" does not exist, skipping");
        }
    }

    /// <summary>The CDF tables that are dropped; <see langword="null"/> if none of the names is one.</summary>
    /// <exception cref="PgException">42P01; 0A000: CDF tables and others; 42501: a built-in table.</exception>
    private async ValueTask<DropTargets?> ResolveAsync(DropTableStatement drop)
    {
        if (!drop.Tables.Any(core.MayBeCdfTable))
        {
            return null;
        }

        var targets = new DropTargets([], []);
        QualifiedName? other = null;
        TableDefinition? builtIn = null;
        foreach (var name in drop.Tables)
        {
            var state = await core.StateOfAsync(name);
            if (state.Relation is null)
            {
                targets.Missing.Add(name.Name);
            }
            else if (state.Schema != "public" || core.User.Tables().Find(state.Relation) is not { } table)
            {
                other = name;
            }
            else if (!table.IsCustom)
            {
                builtIn = table;
            }
            else if (!targets.Tables.Contains(table.Name, StringComparer.Ordinal))
            {
                targets.Tables.Add(table.Name);
            }
        }

        if (builtIn is null && targets.Tables.Count == 0)
        {
            return null;
        }

        if (targets.Missing is [var missing, ..] && !drop.IfExists)
        {
            throw DoesNotExist(drop, missing);
        }

        if (builtIn is not null)
        {
            throw new PgException(
                SqlState.InsufficientPrivilege,
                $"\"{builtIn.Name}\" is a built-in CDF table, which cannot be dropped",
                hint: "Only tables can be dropped that were made with CREATE FOREIGN TABLE, IMPORT FOREIGN SCHEMA or the REST API.");
        }

        return other is null ? targets : throw new PgException(
            SqlState.FeatureNotSupported,
            $"dropping CDF tables (\"{targets.Tables[0]}\") and others (\"{other}\") in one statement is not supported",
            hint: "Use a statement for each.");
    }

    /// <summary>Makes sure that the statement may take effect at once.</summary>
    /// <exception cref="PgException">25001, 25006; what the implicit transaction before it fails with.</exception>
    private async ValueTask BeginAsync(OwnDefinition definition)
    {
        if (core.InBlock)
        {
            throw new PgException(
                SqlState.ActiveSqlTransaction,
                $"{definition.Command} of CDF tables cannot run inside a transaction block",
                hint: "It takes effect at once and cannot be rolled back. COMMIT first, or turn autocommit on.");
        }

        await Engine.CommitImplicitAsync();
        own.EngineRuns(EngineEffect.None);
        core.CheckMayWrite(definition.Command, await core.StateOfAsync(Settings));
    }

    private async ValueTask<T> WorkAsync<T>(OwnDefinition definition, Func<CancellationToken, Task<T>> run)
    {
        var state = await core.StateOfAsync(Settings);
        await core.StopIdleTimeoutsAsync(state);
        using var work = core.BeginOwnWork(state);
        try
        {
            return await run(work.Token);
        }
        catch (OperationCanceledException e) when (work.Token.IsCancellationRequested)
        {
            throw new PgException(work.Reason, e);
        }
        finally
        {
            own.EngineRuns(EngineEffect.None);
        }
    }

    /// <summary>The statement under a name of Sluice's own, so that the client's unnamed one stays.</summary>
    private async ValueTask RunInEngineAsync(OwnDefinition definition)
    {
        await core.Reads.BeginAsync();
        EngineRows.Close(Engine.Output, Name, 'S');

        Engine.Output.BeginMessage(FrontendMessage.Parse);
        Engine.Output.CString(Name);
        Engine.Output.CString(definition.Statement.Span.Of(definition.Sql.Span));
        Engine.Output.Int16(0);
        Engine.Output.EndMessage();

        Engine.Output.BeginMessage(FrontendMessage.Bind);
        Engine.Output.CString(Name);
        Engine.Output.CString(Name);
        Engine.Output.Int16(0);
        Engine.Output.Int16(0);
        Engine.Output.Int16(0);
        Engine.Output.EndMessage();

        Engine.Output.BeginMessage(FrontendMessage.Execute);
        Engine.Output.CString(Name);
        Engine.Output.Int32(0);
        Engine.Output.EndMessage();

        EngineRows.Close(Engine.Output, Name, 'P');
        Engine.Expect(replies: 5);
        own.EngineRuns(EngineEffect.None);
        await Engine.SettleAsync(EngineReplies.AsInSimpleQuery);
    }

    private void Notice(string sqlState, string message) =>
        core.Client.Output.NoticeResponse(new PgError { Severity = PgSeverity.Notice, SqlState = sqlState, Message = message });

    private static string Kind(DropTableStatement drop) => drop.IsForeign ? "foreign table" : "table";

    private static PgException DoesNotExist(DropTableStatement drop, string name) =>
        new(SqlState.UndefinedTable, $"{Kind(drop)} \"{name}\" does not exist");

    /// <summary>What DROP TABLE names.</summary>
    /// <param name="Tables">CDF tables.</param>
    /// <param name="Missing">Names of nothing.</param>
    private sealed record DropTargets(List<string> Tables, List<string> Missing);
}
