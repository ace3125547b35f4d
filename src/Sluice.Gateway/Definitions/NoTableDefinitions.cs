using Sluice.Gateway.Sessions;
using Sluice.Gateway.Tables;
using Sluice.PgWire.Protocol;
using Sluice.PgWire.Sql;

namespace Sluice.Gateway.Definitions;

/// <summary>For people who have signed in with tokens of their own: their databases may go at any time, and keep no tables.</summary>
internal sealed class NoTableDefinitions : ITableDefinitions
{
    private NoTableDefinitions()
    {
    }

    /// <summary>The one that there is.</summary>
    public static NoTableDefinitions Instance { get; } = new();

    /// <inheritdoc/>
    public Task<bool> CreateAsync(CreateForeignTableStatement statement, bool exists, CancellationToken cancellationToken) => throw Refusal();

    /// <inheritdoc/>
    public Task ImportAsync(ImportForeignSchemaStatement statement, TableCatalog existing, CancellationToken cancellationToken) => throw Refusal();

    /// <inheritdoc/>
    public Task<IReadOnlyList<string>> DropAsync(IReadOnlyList<string> tablenames, bool cascade, CancellationToken cancellationToken) => throw Refusal();

    private static PgException Refusal() => new(
        SqlState.FeatureNotSupported,
        "CDF tables of one's own are for registered users, and not for people who sign in with access tokens",
        hint: "Write to the built-in tables, e.g. raw_rows, or let an administrator register a user.");
}
