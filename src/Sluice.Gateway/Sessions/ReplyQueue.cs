using Sluice.PgWire.Protocol;

namespace Sluice.Gateway.Sessions;

/// <summary>
/// Replies of Sluice's own in the order of the client's messages. While a write is open its CommandComplete is held, and with it everything that
/// comes after, so that no reply overtakes the truth (design.md, section 2; rules.md P2).
/// </summary>
internal sealed class ReplyQueue(MessageWriter output)
{
    private readonly List<Reply> _held = [];

    private enum ReplyKind
    {
        ParseComplete,
        BindComplete,
        CloseComplete,
        ParameterDescription,
        NoData,
        CommandComplete,
    }

    /// <summary>How many replies are being held.</summary>
    public int Count => _held.Count;

    /// <summary>Whether replies are being held.</summary>
    public bool IsHolding { get; set; }

    public void ParseComplete() => Add(new Reply(ReplyKind.ParseComplete));

    public void BindComplete() => Add(new Reply(ReplyKind.BindComplete));

    public void CloseComplete() => Add(new Reply(ReplyKind.CloseComplete));

    public void NoData() => Add(new Reply(ReplyKind.NoData));

    public void ParameterDescription(uint[] types) => Add(new Reply(ReplyKind.ParameterDescription, Types: types));

    /// <summary>Holds the CommandComplete of a statement that stores <paramref name="rows"/> rows if all goes well.</summary>
    public void Inserted(long rows) => Add(new Reply(ReplyKind.CommandComplete, rows));

    /// <summary>Writes what is held.</summary>
    /// <param name="statements">How many statements have succeeded; what comes after them is dropped.</param>
    public void Release(int statements = int.MaxValue)
    {
        IsHolding = false;
        foreach (var reply in _held)
        {
            if (reply.Kind == ReplyKind.CommandComplete && statements-- == 0)
            {
                break;
            }

            Write(reply);
        }

        _held.Clear();
    }

    private void Add(Reply reply)
    {
        if (IsHolding)
        {
            _held.Add(reply);
        }
        else
        {
            Write(reply);
        }
    }

    private void Write(in Reply reply)
    {
        switch (reply.Kind)
        {
            case ReplyKind.ParseComplete:
                output.ParseComplete();
                break;
            case ReplyKind.BindComplete:
                output.BindComplete();
                break;
            case ReplyKind.CloseComplete:
                output.CloseComplete();
                break;
            case ReplyKind.NoData:
                output.NoData();
                break;
            case ReplyKind.ParameterDescription:
                output.ParameterDescription(reply.Types);
                break;
            default:
                output.CommandComplete($"INSERT 0 {reply.Rows}");
                break;
        }
    }

    private readonly record struct Reply(ReplyKind Kind, long Rows = 0, uint[]? Types = null);
}
