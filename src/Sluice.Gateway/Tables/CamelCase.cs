namespace Sluice.Gateway.Tables;

/// <summary>Names of CDF's API, made of those of SQL.</summary>
internal static class CamelCase
{
    /// <summary><c>dataSetId</c> of <c>data_set_id</c>.</summary>
    public static string Of(string name) => string.Create(name.Length - name.AsSpan().Count('_'), name, static (span, source) =>
    {
        var upper = false;
        var length = 0;
        foreach (var c in source)
        {
            if (c == '_')
            {
                upper = length > 0;
            }
            else
            {
                span[length++] = upper ? char.ToUpperInvariant(c) : c;
                upper = false;
            }
        }
    });
}
