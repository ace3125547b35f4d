using System.Text;
using System.Text.Json.Nodes;

namespace Sluice.EndToEnd.Tests.Clients;

/// <summary>Runs docs/postman_collection.json as Postman's own runner does.</summary>
internal static class Newman
{
    /// <summary>The collection, which comes with the tests.</summary>
    public static string Collection => Path.Combine(AppContext.BaseDirectory, "docs", "postman_collection.json");

    /// <summary>Sends the requests of a folder, in its order, and fails the test if one of them is not answered as its script expects.</summary>
    /// <param name="folder">Its name.</param>
    /// <param name="variables">What a person would fill in.</param>
    /// <returns>The answers, by the request's name.</returns>
    public static async Task<IReadOnlyDictionary<string, JsonNode>> RunAsync(string folder, IReadOnlyDictionary<string, string> variables)
    {
        var report = Path.Combine(Path.GetTempPath(), $"newman-{Guid.NewGuid():N}.json");
        try
        {
            string[] arguments =
            [
                Program(), "run", Collection, "--folder", folder, "--reporters", "cli,json", "--reporter-json-export", report, "--color", "off",
                .. variables.SelectMany(variable => (string[])["--env-var", $"{variable.Key}={variable.Value}"]),
            ];
            (await ClientProcess.RunAsync("node", arguments)).Succeeded();
            var executions = JsonNode.Parse(await File.ReadAllTextAsync(report))!["run"]!["executions"]!.AsArray();
            return executions.ToDictionary(execution => (string)execution!["item"]!["name"]!, execution => Body(execution!), StringComparer.Ordinal);
        }
        finally
        {
            File.Delete(report);
        }
    }

    private static JsonNode Body(JsonNode execution)
    {
        var bytes = execution["response"]!["stream"]!["data"]!.AsArray().Select(value => (byte)(int)value!).ToArray();
        return JsonNode.Parse(bytes.Length == 0 ? "{}" : Encoding.UTF8.GetString(bytes))!;
    }

    // test.sh installs it into the source tree, above the directory that the tests are built into.
    private static string Program()
    {
        for (var directory = new DirectoryInfo(AppContext.BaseDirectory); directory is not null; directory = directory.Parent)
        {
            var program = Path.Combine(directory.FullName, "tests", "newman", "node_modules", "newman", "bin", "newman.js");
            if (File.Exists(program))
            {
                return program;
            }
        }

        throw new InvalidOperationException("newman is not installed: run ./test.sh, or npm ci in tests/newman.");
    }
}
