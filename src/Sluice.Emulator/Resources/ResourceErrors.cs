using System.Globalization;
using Microsoft.AspNetCore.Http;
using Sluice.Emulator.Http;

namespace Sluice.Emulator.Resources;

/// <summary>The words in which CDF refuses, per resource. In each, <c>{0}</c> stands for the keys at fault.</summary>
internal sealed record ResourceErrors
{
    public required string MissingId { get; init; }

    /// <summary>If any of the unknown keys is an external id.</summary>
    public required string MissingExternalId { get; init; }

    /// <summary>One item twice in a request.</summary>
    public required string Duplicate { get; init; }

    /// <summary>If any of the repeated keys is an external id; null for the same words.</summary>
    public string? DuplicateExternalId { get; init; }

    public int DuplicateStatus { get; init; } = StatusCodes.Status409Conflict;

    /// <summary>The external id is taken.</summary>
    public required string Conflict { get; init; }

    /// <summary>An id and an external id of one item in a request, where that is another error than a duplicate.</summary>
    public string? Alias { get; init; }

    /// <summary>Whether <c>missing</c> comes in another order than the request's.</summary>
    public bool ShufflesMissing { get; init; }

    public CdfException OfMissing(IReadOnlyList<ItemKey> keys) => new(
        StatusCodes.Status400BadRequest, Words(keys.Any(k => k.Id is null) ? MissingExternalId : MissingId, keys)) { Missing = keys };

    public CdfException OfRepeated(IReadOnlyList<ItemKey> keys) => new(
        DuplicateStatus, Words(keys.Any(k => k.Id is null) ? DuplicateExternalId ?? Duplicate : Duplicate, keys)) { Duplicated = keys };

    public CdfException OfAliases(IReadOnlyList<ItemKey> keys) => Alias is null
        ? OfRepeated(keys)
        : new CdfException(StatusCodes.Status409Conflict, Words(Alias, keys)) { Duplicated = keys };

    public CdfException OfTaken(IReadOnlyList<ItemKey> keys) =>
        new(StatusCodes.Status409Conflict, Words(Conflict, keys)) { Duplicated = keys };

    private static string Words(string text, IReadOnlyList<ItemKey> keys) =>
        text.Replace("{0}", string.Join(", ", keys.Select(NameOf)), StringComparison.Ordinal);

    private static string? NameOf(ItemKey key) =>
        key.Id?.ToString(CultureInfo.InvariantCulture) ?? key.ExternalId ?? key.Instance?.ExternalId ?? key.Name;
}
