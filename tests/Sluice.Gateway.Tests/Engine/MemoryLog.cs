using System.Text;
using Microsoft.Extensions.Logging;

namespace Sluice.Gateway.Tests.Engine;

/// <summary>Keeps all that is logged.</summary>
internal sealed class MemoryLog : ILoggerFactory, ILogger
{
    private readonly StringBuilder _text = new();
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public string Text
    {
        get
        {
            lock (_text)
            {
                return _text.ToString();
            }
        }
    }

    /// <summary>Returns when <paramref name="text"/> was logged <paramref name="times"/> times.</summary>
    public async Task WaitForAsync(string text, int times, CancellationToken cancellationToken)
    {
        while (true)
        {
            Task changed;
            lock (_text)
            {
                if (_text.ToString().Split(text).Length > times)
                {
                    return;
                }

                changed = _changed.Task;
            }

            await changed.WaitAsync(cancellationToken);
        }
    }

    public ILogger CreateLogger(string categoryName) => this;

    public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException();

    public void Dispose()
    {
        // Nothing is held.
    }

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        lock (_text)
        {
            _text.Append(logLevel).Append(' ').AppendLine(formatter(state, exception)).Append(exception);
            _changed.SetResult();
            _changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }
    }
}
