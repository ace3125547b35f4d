using Sluice.Gateway.Writes.Transactions;
using Sluice.PgWire.Protocol;

namespace Sluice.Gateway.Tests.Writes.Transactions;

public sealed class SavepointStackTests
{
    private readonly SavepointStack<int> _stack = new();

    [Fact]
    public void A_name_given_again_hides_the_earlier_one_until_it_is_released()
    {
        _stack.Set("a", 1);
        _stack.Set("a", 2);
        Assert.Equal(2, _stack.RollbackTo("a"));
        _stack.Release("a");
        Assert.Equal(1, _stack.RollbackTo("a"));
    }

    [Fact]
    public void Rolling_back_keeps_the_savepoint_and_drops_those_after_it()
    {
        _stack.Set("a", 1);
        _stack.Set("b", 2);
        _stack.Set("c", 3);
        Assert.Equal(2, _stack.RollbackTo("b"));
        Assert.Equal(2, _stack.RollbackTo("b"));
        Assert.Equal("3B001", Assert.Throws<PgException>(() => _stack.RollbackTo("c")).Error.SqlState);
        Assert.Equal(2, _stack.Count);
    }

    [Fact]
    public void Releasing_drops_those_after_it_too()
    {
        _stack.Set("a", 1);
        _stack.Set("b", 2);
        _stack.Set("c", 3);
        _stack.Release("b");
        Assert.Equal("savepoint \"c\" does not exist", Assert.Throws<PgException>(() => _stack.Release("c")).Error.Message);
        Assert.Equal(1, _stack.RollbackTo("a"));
    }
}
