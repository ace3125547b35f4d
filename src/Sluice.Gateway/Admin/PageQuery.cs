using System.Buffers.Text;
using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace Sluice.Gateway.Admin;

/// <summary>The query parameters of lists.</summary>
internal static class PageQuery
{
    private const int MaxLimit = 100;

    /// <summary><c>limit</c>: 100 if it is not given, and no more than that if it is.</summary>
    public static int Limit(IQueryCollection query)
    {
        if (!query.TryGetValue("limit", out var text))
        {
            return MaxLimit;
        }

        if (!int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var limit))
        {
            throw ApiException.Schema("Input should be a valid integer, unable to parse string as an integer", "limit");
        }

        return limit >= 1 ? Math.Min(limit, MaxLimit) : throw ApiException.Schema("Input should be greater than or equal to 1", "limit");
    }

    /// <summary>A boolean in all the spellings that the original takes; the Python SDK sends <c>yes</c> and <c>no</c>.</summary>
    public static bool Boolean(IQueryCollection query, string name) => query[name].ToString().ToUpperInvariant() switch
    {
        "" or "FALSE" or "F" or "NO" or "N" or "OFF" or "0" => false,
        "TRUE" or "T" or "YES" or "Y" or "ON" or "1" => true,
        _ => throw ApiException.Schema("Input should be a valid boolean, unable to interpret input", name),
    };

    /// <summary>What <see cref="NextCursor"/> was given; null on the first page.</summary>
    public static string? Cursor(IQueryCollection query) => Cursor(query["cursor"].ToString());

    /// <summary>What <see cref="NextCursor"/> was given; null on the first page.</summary>
    public static string? Cursor(string text)
    {
        if (text.Length == 0)
        {
            return null;
        }

        try
        {
            return Encoding.UTF8.GetString(Base64Url.DecodeFromChars(text));
        }
        catch (FormatException)
        {
            throw UnknownCursor();
        }
    }

    /// <summary>A cursor of somebody else's.</summary>
    public static ApiException UnknownCursor() => new(400, "cursor is not one that this list has given");

    /// <summary>An opaque cursor for <paramref name="position"/>.</summary>
    public static string NextCursor(string position) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(position));
}
