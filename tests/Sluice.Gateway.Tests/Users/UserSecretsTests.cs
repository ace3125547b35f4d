using Sluice.Gateway.Users;

namespace Sluice.Gateway.Tests.Users;

public sealed class UserSecretsTests
{
    [Fact]
    public void Names_need_no_quotes_and_do_not_repeat()
    {
        var names = Enumerable.Range(0, 1000).Select(_ => UserSecrets.NewUsername()).ToList();

        Assert.All(names, name => Assert.Matches("^[a-z][a-z0-9]{23}$", name));
        Assert.Equal(names.Count, names.Distinct().Count());
    }

    [Fact]
    public void Passwords_have_256_bits_and_need_no_escaping() =>
        Assert.All(Enumerable.Range(0, 100).Select(_ => UserSecrets.NewPassword()), password => Assert.Matches("^[A-Za-z0-9_-]{43}$", password));
}
