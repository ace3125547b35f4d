using System.Text;
using System.Xml.Linq;
using Microsoft.AspNetCore.DataProtection.Repositories;
using Npgsql;
using Sluice.Gateway.Engine;

namespace Sluice.Gateway.Users;

/// <summary>
/// Keeps the keys for credentials in database <c>sluice</c>, where several gateways have them together and a backup of the database has them too. They are
/// encrypted with a certificate, or whoever has the database had the credentials.
/// </summary>
internal sealed class DatabaseKeys(IEngine engine) : IXmlRepository
{
    /// <summary>How the names of such keys begin, among the others of the installation.</summary>
    public const string Prefix = "credentials/";

    /// <inheritdoc/>
    public IReadOnlyCollection<XElement> GetAllElements()
    {
        using var command = engine.Database.CreateCommand("SELECT value FROM sluice.instance_key WHERE starts_with(name, $1)");
        command.Parameters.Add(new NpgsqlParameter { Value = Prefix });
        using var reader = command.ExecuteReader();
        var elements = new List<XElement>();
        while (reader.Read())
        {
            elements.Add(XElement.Parse(Encoding.UTF8.GetString(reader.GetFieldValue<byte[]>(0))));
        }

        return elements;
    }

    /// <inheritdoc/>
    public void StoreElement(XElement element, string friendlyName)
    {
        using var command = engine.Database.CreateCommand(
            "INSERT INTO sluice.instance_key (name, value) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET value = excluded.value");
        command.Parameters.Add(new NpgsqlParameter { Value = Prefix + friendlyName });
        command.Parameters.Add(new NpgsqlParameter { Value = Encoding.UTF8.GetBytes(element.ToString(SaveOptions.DisableFormatting)) });
        command.ExecuteNonQuery();
    }
}
