using System.Diagnostics.CodeAnalysis;
using Sluice.Cdf.Errors;

namespace Sluice.Cdf.Http;

/// <summary>The parsed answer of a request, or why there is none.</summary>
/// <typeparam name="T">What the answer means.</typeparam>
public readonly struct CdfResult<T>
{
    private readonly T? _value;

    /// <summary>A success.</summary>
    public CdfResult(T value) => _value = value;

    /// <summary>A failure.</summary>
    public CdfResult(CdfError error) => Error = error;

    /// <summary>Null after a 2xx answer.</summary>
    public CdfError? Error { get; }

    /// <summary>CDF answered 2xx.</summary>
    [MemberNotNullWhen(false, nameof(Error))]
    public bool IsSuccess => Error is null;

    /// <summary>The answer.</summary>
    /// <exception cref="InvalidOperationException">There is an <see cref="Error"/> instead.</exception>
    public T Value => Error is null ? _value! : throw new InvalidOperationException($"the request failed: {Error.Message}");
}
