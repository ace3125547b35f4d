namespace Sluice.Administration;

/// <summary>Where a secret is: in a file, in an environment variable, or at the standard input. Never on the command line, which every user of a machine can read.</summary>
internal sealed record SecretSource
{
    /// <summary>The path that means the standard input.</summary>
    private const string StandardInput = "-";

    private SecretSource(string? file, string? variable)
    {
        File = file;
        Variable = variable;
    }

    private string? File { get; }

    private string? Variable { get; }

    public static SecretSource OfFile(string path) => new(path, variable: null);

    public static SecretSource OfVariable(string name) => new(file: null, name);

    /// <summary>The secret, without the end of line that editors add.</summary>
    /// <exception cref="AdministrationException">There is none.</exception>
    public async Task<string> ReadAsync(CancellationToken cancellationToken)
    {
        string? text;
        if (Variable is not null)
        {
            text = Environment.GetEnvironmentVariable(Variable) ?? throw AdministrationException.Usage($"The environment variable {Variable} is not set.");
        }
        else
        {
            text = File == StandardInput ? await Console.In.ReadToEndAsync(cancellationToken) : await ReadFileAsync(File!, cancellationToken);
        }

        text = text.TrimEnd('\r', '\n');
        return text.Length > 0 ? text : throw AdministrationException.Usage($"{this} is empty.");
    }

    /// <inheritdoc/>
    public override string ToString() => Variable is not null ? $"The environment variable {Variable}"
        : File == StandardInput ? "The standard input"
        : $"The file {File}";

    private static async Task<string> ReadFileAsync(string path, CancellationToken cancellationToken)
    {
        try
        {
            return await System.IO.File.ReadAllTextAsync(path, cancellationToken);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw AdministrationException.Usage($"The file {path} cannot be read: {e.Message}");
        }
    }
}
