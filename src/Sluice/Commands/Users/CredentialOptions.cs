using System.CommandLine;
using Sluice.Administration;

namespace Sluice.Commands.Users;

/// <summary>The options with which a command is told how a user acts in CDF. Secrets are named by where they are.</summary>
internal sealed class CredentialOptions
{
    private readonly Option<string?> _clientId = new("--client-id") { Description = "Application (client) id at the identity provider." };

    private readonly Option<string?> _secretFile = new("--client-secret-file")
    {
        Description = "File with the application's client secret, its Value; - is the standard input.",
    };

    private readonly Option<string?> _secretVariable = new("--client-secret-env") { Description = "Environment variable with the client secret." };

    private readonly Option<string?> _tokenUrl = new("--token-url")
    {
        Description = "Token endpoint, e.g. https://login.microsoftonline.com/TENANT/oauth2/v2.0/token.",
    };

    private readonly Option<string?> _scopes = new("--scopes") { Description = "Scopes, e.g. https://westeurope-1.cognitedata.com/.default." };

    private readonly Option<string?> _nonceFile = new("--nonce-file")
    {
        Description = "In place of an application: file with the nonce of a CDF session, which lives for a minute; - is the standard input.",
    };

    /// <summary>Adds the options to a command.</summary>
    public void AddTo(Command command)
    {
        foreach (Option option in new Option[] { _clientId, _secretFile, _secretVariable, _tokenUrl, _scopes, _nonceFile })
        {
            command.Options.Add(option);
        }
    }

    /// <summary>Reads the credentials from where the options say they are.</summary>
    /// <exception cref="AdministrationException">The options do not go together, or a secret is not there.</exception>
    public async Task<Credentials> ReadAsync(ParseResult arguments, CancellationToken cancellationToken)
    {
        string? clientId = arguments.GetValue(_clientId);
        string? tokenUrl = arguments.GetValue(_tokenUrl);
        string? scopes = arguments.GetValue(_scopes);
        SecretSource[] secrets = [.. Secrets(arguments)];
        if (arguments.GetValue(_nonceFile) is { } nonceFile)
        {
            return (clientId ?? tokenUrl ?? scopes) is null && secrets.Length == 0
                ? new Credentials { Nonce = await SecretSource.OfFile(nonceFile).ReadAsync(cancellationToken) }
                : throw AdministrationException.Usage("Give either --nonce-file, or the options of an application (--client-id and so on).");
        }

        return clientId is not null && tokenUrl is not null && secrets is [var secret]
            ? new Credentials { ClientId = clientId, ClientSecret = await secret.ReadAsync(cancellationToken), TokenUrl = tokenUrl, Scopes = scopes }
            : throw AdministrationException.Usage(
                "Say how the user acts in CDF: --client-id, --token-url and one of --client-secret-file and --client-secret-env; or --nonce-file.");
    }

    private IEnumerable<SecretSource> Secrets(ParseResult arguments)
    {
        if (arguments.GetValue(_secretFile) is { } file)
        {
            yield return SecretSource.OfFile(file);
        }

        if (arguments.GetValue(_secretVariable) is { } variable)
        {
            yield return SecretSource.OfVariable(variable);
        }
    }
}
