using System.Collections.Concurrent;
using Sluice.Emulator.Faults;
using Sluice.Emulator.Identity;
using Sluice.Emulator.Sessions;
using Sluice.Emulator.Statistics;

namespace Sluice.Emulator;

/// <summary>Everything that one running emulator knows.</summary>
internal sealed class EmulatorState
{
    private readonly ConcurrentDictionary<string, Project> _projects = new(StringComparer.Ordinal);

    public EmulatorState(EmulatorOptions options)
    {
        Options = options;
        BaseUrl = new Uri($"http://127.0.0.1:{options.Port}/");
        Settings = new EmulatorSettings(options);
        Statistics = new RequestStatistics(options.RequestLogSize);
        Tokens = new TokenIssuer(this);
        TokenValidator = new TokenValidator(this);
        Applications.Put(new Application
        {
            ClientId = options.ClientId,
            ObjectId = Guid.NewGuid().ToString(),
            DisplayName = "Sluice demo",
            Secrets = [new ApplicationSecret(Guid.NewGuid().ToString(), options.ClientSecret, null)],
            Groups = [options.AdminGroupSourceId],
        });
    }

    public EmulatorOptions Options { get; }

    public EmulatorSettings Settings { get; }

    public TimeProvider Clock => Options.Clock;

    /// <summary>Ends with a slash.</summary>
    public Uri BaseUrl { get; private set; }

    public Uri TokenUrl => new(BaseUrl, $"{Options.Tenant}/oauth2/v2.0/token");

    public string JwksUrl => $"{BaseUrl}{Options.Tenant}/discovery/v2.0/keys";

    /// <summary>The tokens' <c>iss</c>.</summary>
    public string Issuer => $"{BaseUrl}{Options.Tenant}/";

    /// <summary>The tokens' <c>aud</c>: the cluster's address, as CDF has it.</summary>
    public string Audience => BaseUrl.AbsoluteUri.TrimEnd('/');

    public string Scope => Options.Scope ?? $"{Audience}/.default";

    public ApplicationDirectory Applications { get; } = new();

    public GroupDirectory DirectoryGroups { get; } = new();

    public TokenIssuer Tokens { get; }

    public TokenValidator TokenValidator { get; }

    public FaultRules Faults { get; } = new();

    public RequestStatistics Statistics { get; }

    public IEnumerable<Project> Projects => _projects.Values;

    /// <summary>The server's time in milliseconds since the epoch.</summary>
    public long NowMs => Clock.GetUtcNow().ToUnixTimeMilliseconds();

    public Project? FindProject(string name) => _projects.GetValueOrDefault(name);

    public Session? FindSession(long id) => Projects.Select(p => p.Sessions.Find(id)).FirstOrDefault(s => s is not null);

    /// <summary>The <c>groups</c> claim of an application's tokens.</summary>
    public IReadOnlyList<string> GroupsOf(Application application) =>
        [.. application.Groups.Union(DirectoryGroups.Of(application.ObjectId), StringComparer.OrdinalIgnoreCase)];

    /// <summary>Makes the first project; its configuration needs the port, which is known only when the server listens.</summary>
    public void Open(Uri baseUrl)
    {
        BaseUrl = baseUrl;
        AddProject(Options.Project, Options.AdminGroupSourceId);
    }

    /// <summary>Makes a project whose administrators' group has the given source id; an existing one is replaced by an empty one.</summary>
    public Project AddProject(string name, string adminGroupSourceId)
    {
        var project = new Project(this, name, adminGroupSourceId);
        _projects[name] = project;
        return project;
    }

    /// <summary>Takes a project away with all that it has.</summary>
    public bool RemoveProject(string name) => _projects.TryRemove(name, out _);
}
