using Sluice.Cdf.Tokens;

namespace Sluice.Cdf.Tests.Support;

/// <summary>Gives token-1 until it is rejected, then token-2, and so on.</summary>
internal sealed class CountingTokens : ITokenSource
{
    private int _number = 1;

    public int Fetched => Volatile.Read(ref _number);

    public ValueTask<TokenResult> GetAsync(string? rejected, CancellationToken cancellationToken)
    {
        if (string.Equals(rejected, $"token-{_number}", StringComparison.Ordinal))
        {
            Interlocked.Increment(ref _number);
        }

        return ValueTask.FromResult(TokenResult.Of($"token-{_number}"));
    }
}
