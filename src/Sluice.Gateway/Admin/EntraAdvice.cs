using System.Globalization;

namespace Sluice.Gateway.Admin;

/// <summary>
/// What to do about an error of Microsoft Entra ID's token endpoint ("Microsoft Entra authentication and authorization error codes"): its words name the
/// mistake, not the place in the portal where the right value is.
/// </summary>
internal static class EntraAdvice
{
    private const string Prefix = "AADSTS";

    /// <summary>A sentence for the error that <paramref name="message"/> begins with; null for one that a setup guide cannot cause.</summary>
    public static string? For(string message) => CodeOf(message) switch
    {
        700016 => "The client id must be the Application (client) ID of the app registration, not the object id of the app or of a group",
        7000215 => "The client secret must be the secret's Value, which the portal shows only when it is made, not its Secret ID; if it is lost, make a new one",
        7000222 => "Make a new client secret under Certificates & secrets of the app registration, and send its Value",
        90002 or 900023 => "The token URL must have the Directory (tenant) ID of the app registration in it",
        70011 or 500011 or 1002012 => "The scope must be the CDF cluster's address and /.default, such as https://<cluster>.cognitedata.com/.default",
        _ => null,
    };

    private static int CodeOf(string message)
    {
        if (!message.StartsWith(Prefix, StringComparison.Ordinal))
        {
            return 0;
        }

        var digits = message.AsSpan(Prefix.Length);
        var end = digits.IndexOfAnyExceptInRange('0', '9');
        return int.TryParse(end < 0 ? digits : digits[..end], CultureInfo.InvariantCulture, out var code) ? code : 0;
    }
}
