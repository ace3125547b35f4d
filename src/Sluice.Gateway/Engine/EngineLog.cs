using Microsoft.Extensions.Logging;

namespace Sluice.Gateway.Engine;

/// <summary>
/// Reads the engine's log and passes on what is about the server. What a session wrote there (RAISE LOG reaches it) is left out, so that
/// neither row values nor forged lines get into Sluice's log.
/// </summary>
internal sealed partial class EngineLog
{
    private const string ReadyMessage = "database system is ready to accept connections";
    private const int Remembered = 20;

    private readonly ILogger _logger;
    private readonly Queue<string> _last = new();
    private readonly Lock _gate = new();

    public EngineLog(ILogger logger) => _logger = logger;

    /// <summary>The last lines, for whoever has to explain why the engine ended.</summary>
    public string Last
    {
        get
        {
            lock (_gate)
            {
                return string.Join('\n', _last);
            }
        }
    }

    /// <summary>
    /// Reads until the engine closes its end. Calls <paramref name="ready"/> each time that it takes connections. Blocks its thread: a pipe
    /// can be read in no other way, and this one is open for as long as the engine runs.
    /// </summary>
    public void Read(TextReader reader, Action ready)
    {
        var early = true;
        while (reader.ReadLine() is { } line)
        {
            Accept(line, ready, ref early);
        }
    }

    private void Accept(string line, Action ready, ref bool early)
    {
        // PostgreSQL puts a tab before each further line of a message, and spaces before what it says of a backend's memory, which quotes statements.
        if (line.Length == 0 || line[0] is '\t' or ' ')
        {
            return;
        }

        var fields = line.Split(EngineSettings.LogSeparator, 3);
        if (fields.Length < 3)
        {
            // Before the settings hold, or from the dynamic linker, no session exists yet. Later it is of a backend.
            if (early)
            {
                Remember(line);
                LogEarly(_logger, line);
            }

            return;
        }

        early = false;
        var (process, text) = (fields[0], fields[2]);
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        var severity = colon > 0 ? text[..colon] : "";
        var message = text[(colon + 1)..].TrimStart();
        var fatal = severity is "FATAL" or "PANIC";
        if (!fatal && process is ("client backend" or "parallel worker"))
        {
            return;
        }

        Remember($"{severity}: {message}");
        if (fatal && process is "client backend")
        {
            LogSessionEnded(_logger, message);
        }
        else if (fatal)
        {
            LogFatal(_logger, process, message);
        }
        else if (process is "postmaster")
        {
            LogServer(_logger, message);
        }
        else
        {
            LogLine(_logger, process, message);
        }

        if (process == "postmaster" && message == ReadyMessage)
        {
            ready();
        }
    }

    private void Remember(string line)
    {
        lock (_gate)
        {
            _last.Enqueue(line);
            if (_last.Count > Remembered)
            {
                _last.Dequeue();
            }
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "engine: {Text}")]
    private static partial void LogServer(ILogger logger, string text);

    [LoggerMessage(Level = LogLevel.Debug, Message = "engine: {Process}: {Text}")]
    private static partial void LogLine(ILogger logger, string process, string text);

    [LoggerMessage(Level = LogLevel.Debug, Message = "engine: a session ended: {Text}")]
    private static partial void LogSessionEnded(ILogger logger, string text);

    [LoggerMessage(Level = LogLevel.Error, Message = "engine: {Process}: {Text}")]
    private static partial void LogFatal(ILogger logger, string process, string text);

    [LoggerMessage(Level = LogLevel.Warning, Message = "engine: {Text}")]
    private static partial void LogEarly(ILogger logger, string text);
}
