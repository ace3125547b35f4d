using System.Collections.Immutable;

namespace Sluice.Cdf.Resources;

/// <summary>One version of a view of data modeling, as far as writing and reading instances through it needs (CDF API, "Views").</summary>
public sealed record CdfView
{
    /// <summary>Its space.</summary>
    public required string Space { get; init; }

    /// <summary>Its external id.</summary>
    public required string ExternalId { get; init; }

    /// <summary>Its version.</summary>
    public required string Version { get; init; }

    /// <summary>Which instances it is for: <c>node</c>, <c>edge</c> or <c>all</c>.</summary>
    public required string UsedFor { get; init; }

    /// <summary>Instances can be written through it: it has every property that its containers cannot be without.</summary>
    public required bool Writable { get; init; }

    /// <summary>Its description, if it has one.</summary>
    public string? Description { get; init; }

    /// <summary>The properties that a container stores, inherited ones included; connections are not among them.</summary>
    public required ImmutableArray<CdfViewProperty> Properties { get; init; }

    /// <summary>The same view, in all that is said of it.</summary>
    public bool Equals(CdfView? other) => other is not null && Space == other.Space && ExternalId == other.ExternalId && Version == other.Version
        && UsedFor == other.UsedFor && Writable == other.Writable && Description == other.Description
        && Properties.AsSpan().SequenceEqual(other.Properties.AsSpan());

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Space, ExternalId, Version, Properties.Length);
}

/// <summary>A property of a view that a container stores.</summary>
public sealed record CdfViewProperty
{
    /// <summary>Its identifier in the view.</summary>
    public required string Identifier { get; init; }

    /// <summary>Its type: <c>text</c>, <c>boolean</c>, <c>int32</c>, <c>direct</c>, …</summary>
    public required string Type { get; init; }

    /// <summary>It holds a list of such values.</summary>
    public bool IsList { get; init; }

    /// <summary>Elements that a list may have; <see langword="null"/> for CDF's default.</summary>
    public int? MaxListSize { get; init; }

    /// <summary>UTF-8 bytes that a text may have; <see langword="null"/> for CDF's default.</summary>
    public int? MaxTextSize { get; init; }

    /// <summary>The values of an enum; empty for other types.</summary>
    public ImmutableArray<string> Values { get; init; } = [];

    /// <summary>It may be null.</summary>
    public bool IsNullable { get; init; } = true;

    /// <summary>CDF has a value for instances that come without: a default, or the next number.</summary>
    public bool HasDefault { get; init; }

    /// <summary>Its value stays as it was first.</summary>
    public bool IsImmutable { get; init; }

    /// <summary>Its description, if it has one.</summary>
    public string? Description { get; init; }

    /// <summary>The same property.</summary>
    public bool Equals(CdfViewProperty? other) => other is not null && Identifier == other.Identifier && Type == other.Type && IsList == other.IsList
        && MaxListSize == other.MaxListSize && MaxTextSize == other.MaxTextSize && Values.AsSpan().SequenceEqual(other.Values.AsSpan())
        && IsNullable == other.IsNullable && HasDefault == other.HasDefault && IsImmutable == other.IsImmutable && Description == other.Description;

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Identifier, Type, IsList, IsNullable);
}
