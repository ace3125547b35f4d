using System.Collections.Immutable;

namespace Sluice.Gateway.Tables;

/// <summary>
/// The CDF capabilities that each use of a table needs; <see langword="null"/> where CDF has no call for it. docs/capabilities.md is made from them.
/// </summary>
public sealed record TableCapabilities
{
    /// <summary>Reading; empty if every user of the project may.</summary>
    public required ImmutableArray<Capability> Select { get; init; }

    /// <summary>INSERT and COPY FROM.</summary>
    public ImmutableArray<Capability>? Insert { get; init; }

    /// <summary>INSERT that changes rows that exist.</summary>
    public ImmutableArray<Capability>? Upsert { get; init; }

    /// <summary>INSERT that leaves rows alone that exist.</summary>
    public ImmutableArray<Capability>? InsertMissing { get; init; }

    /// <summary>UPDATE.</summary>
    public ImmutableArray<Capability>? Update { get; init; }

    /// <summary>DELETE.</summary>
    public ImmutableArray<Capability>? Delete { get; init; }

    /// <summary>TRUNCATE and DELETE without WHERE.</summary>
    public ImmutableArray<Capability>? Truncate { get; init; }

    /// <summary>What it needs to see whether rows of certain keys exist, where that is not what SELECT needs.</summary>
    public ImmutableArray<Capability>? ByKey { get; init; }

    /// <summary>What a use needs; <see langword="null"/> where CDF has no call for it.</summary>
    public ImmutableArray<Capability>? For(SqlUse use) => use switch
    {
        SqlUse.Select => Select,
        SqlUse.Insert => Insert,
        SqlUse.Upsert => Upsert,
        SqlUse.InsertMissing => InsertMissing,
        SqlUse.Update => Update,
        SqlUse.Delete => Delete,
        SqlUse.Truncate => Truncate,
        _ => throw new ArgumentOutOfRangeException(nameof(use), use, null),
    };

    /// <summary>
    /// What a use needs where it has to see the rows first: UPDATE, DELETE and DO NOTHING in a transaction block, RETURNING of a DELETE, and rows that
    /// PostgreSQL finds.
    /// </summary>
    public ImmutableArray<Capability>? WithReading(SqlUse use) => For(use) is { } needed ? [.. (ByKey ?? Select).Union(needed)] : null;

    /// <summary>A resource whose rows CDF creates, changes and deletes by key, all by its WRITE.</summary>
    public static TableCapabilities Items(CdfAcl acl) => Items(acl, [acl.Write]);

    /// <summary>A resource whose rows CDF creates, changes and deletes by key, with <paramref name="write"/>.</summary>
    public static TableCapabilities Items(CdfAcl acl, ImmutableArray<Capability> write) => new()
    {
        Select = [acl.Read],
        Insert = write,
        Upsert = write,
        InsertMissing = write,
        Update = write,
        Delete = write,
        Truncate = [acl.Read, .. write],
    };

    /// <summary>A resource that can only be read.</summary>
    public static TableCapabilities ReadOnly(params ImmutableArray<Capability> capabilities) => new() { Select = capabilities };
}
