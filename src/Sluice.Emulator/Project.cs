using Sluice.Emulator.Access;
using Sluice.Emulator.Classic;
using Sluice.Emulator.DataModeling;
using Sluice.Emulator.DataPoints;
using Sluice.Emulator.Http;
using Sluice.Emulator.Identity;
using Sluice.Emulator.PipelineRuns;
using Sluice.Emulator.Raw;
using Sluice.Emulator.Resources;
using Sluice.Emulator.SequenceRows;
using Sluice.Emulator.Sessions;

namespace Sluice.Emulator;

/// <summary>A CDF project: its configuration, groups, sessions and data.</summary>
internal sealed class Project
{
    public Project(EmulatorState state, string name, string adminGroupSourceId)
    {
        State = state;
        Name = name;
        Oidc = new OidcConfiguration
        {
            JwksUrl = state.JwksUrl,
            TokenUrl = state.TokenUrl.AbsoluteUri,
            Issuer = state.Issuer,
            Audience = state.Audience,
        };
        Groups = new GroupStore(Ids);
        Groups.Add(AdminGroup.Make(adminGroupSourceId));
        Sessions = new SessionStore(this);
        DataSets = new DataSets(this);
        Assets = new Assets(this);
        Events = new Events(this);
        TimeSeries = new TimeSeries(this);
        Files = new Files(this);
        Labels = new Labels(this);
        Relationships = new Relationships(this);
        Sequences = new Sequences(this);
        SequenceRows = new SequenceRowStore();
        ExtractionPipelines = new ExtractionPipelines(this);
        PipelineRuns = new PipelineRunStore();
        DataPoints = new DataPointStore();
        Raw = new RawStore(this);
    }

    public EmulatorState State { get; }

    public string Name { get; }

    public OidcConfiguration Oidc { get; set; }

    public IdSequence Ids { get; } = new();

    /// <summary>Held while classic resources are read or changed, so that each request is atomic.</summary>
    public Lock Gate { get; } = new();

    public GroupStore Groups { get; }

    public SessionStore Sessions { get; }

    public KeyClaims Claims { get; } = new();

    public DataSets DataSets { get; }

    public Assets Assets { get; }

    public Events Events { get; }

    public TimeSeries TimeSeries { get; }

    public Files Files { get; }

    public Labels Labels { get; }

    public Relationships Relationships { get; }

    public Sequences Sequences { get; }

    public SequenceRowStore SequenceRows { get; }

    public ExtractionPipelines ExtractionPipelines { get; }

    public PipelineRunStore PipelineRuns { get; }

    public DataPointStore DataPoints { get; }

    public RawStore Raw { get; }

    public DataModelingStore DataModeling { get; } = new();

    /// <summary>What the caller may do here; null if the token is not for this project or no group of it.</summary>
    public AccessRights? RightsOf(Principal principal) =>
        principal.Issuer == Oidc.Issuer && principal.Audiences.Contains(Oidc.Audience, StringComparer.Ordinal)
            ? Groups.RightsOf(principal, Oidc.AccessClaims)
            : null;
}
