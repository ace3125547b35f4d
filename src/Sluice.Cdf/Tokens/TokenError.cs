namespace Sluice.Cdf.Tokens;

/// <summary>Why there is no token.</summary>
public enum TokenErrorKind
{
    /// <summary>The provider answered and refuses the credentials; asking again changes nothing.</summary>
    RefusedByProvider,

    /// <summary>The provider could not be reached, or had trouble of its own.</summary>
    Unreachable,
}

/// <summary>Why there is no token.</summary>
/// <param name="Kind">Whose fault it is.</param>
/// <param name="Message">The provider's own words, e.g. <c>AADSTS7000215: Invalid client secret provided</c>; else the network's.</param>
/// <param name="Code">The provider's code, e.g. <c>invalid_client</c>.</param>
/// <param name="Status">HTTP status, 0 without an answer.</param>
public sealed record TokenError(TokenErrorKind Kind, string Message, string? Code = null, int Status = 0);
