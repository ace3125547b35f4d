namespace Sluice.Emulator.PipelineRuns;

/// <summary>A project's runs by the internal id of their pipeline. The project's gate must be held.</summary>
internal sealed class PipelineRunStore
{
    private readonly Dictionary<long, List<PipelineRun>> _runs = [];

    public void Add(long pipelineId, PipelineRun run)
    {
        if (!_runs.TryGetValue(pipelineId, out var runs))
        {
            _runs.Add(pipelineId, runs = []);
        }

        runs.Add(run);
    }

    /// <summary>The runs of a pipeline, the newest first.</summary>
    public IEnumerable<PipelineRun> NewestFirst(long pipelineId) =>
        (_runs.GetValueOrDefault(pipelineId) ?? []).OrderByDescending(r => r.CreatedTime).ThenBy(r => r.Id);

    public void Forget(long pipelineId) => _runs.Remove(pipelineId);
}
