using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Sluice.EndToEnd.Tests.Servers;

/// <summary>Keeps what is logged, for tests of what must and must not be there.</summary>
internal sealed class LogLines : ILoggerProvider, ILogger
{
    private readonly ConcurrentQueue<string> _lines = new();
    private readonly ConcurrentDictionary<TaskCompletionSource, string> _awaited = new();

    /// <summary>All lines so far, with category, level and exception.</summary>
    public IReadOnlyCollection<string> All => _lines;

    /// <summary>Returns when a line has this text, perhaps at once.</summary>
    public async Task WaitForAsync(string text)
    {
        var come = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _awaited[come] = text;
        if (!_lines.Any(line => line.Contains(text, StringComparison.Ordinal)))
        {
            await come.Task.WaitAsync(TimeSpan.FromSeconds(60));
        }

        _awaited.TryRemove(come, out _);
    }

    public ILogger CreateLogger(string categoryName) => this;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        var line = $"{logLevel} {formatter(state, exception)} {exception}";
        _lines.Enqueue(line);
        foreach (var (come, text) in _awaited)
        {
            if (line.Contains(text, StringComparison.Ordinal))
            {
                come.TrySetResult();
            }
        }
    }

    public void Dispose()
    {
    }
}
