namespace Sluice.Gateway.Engine;

/// <summary>The names that Sluice itself uses in the engine.</summary>
internal static class EngineRoles
{
    /// <summary>Made by initdb; used to set up the cluster and the template, never in a user's database.</summary>
    public const string Superuser = "sluice_superuser";

    /// <summary>Owns all databases and their CDF tables; may create roles and databases; no superuser.</summary>
    public const string Owner = "sluice";

    /// <summary>The database with Sluice's own data.</summary>
    public const string Database = "sluice";

    /// <summary>How the names of template databases begin.</summary>
    public const string TemplatePrefix = "sluice_template_";

    /// <summary>Whether a gateway user cannot have this name.</summary>
    public static bool IsReserved(string username) =>
        username is "" or Superuser or Owner or "postgres" or "public" or "none" or "template0" or "template1"
        || username.StartsWith("pg_", StringComparison.Ordinal)
        || username.StartsWith(TemplatePrefix, StringComparison.Ordinal);
}
