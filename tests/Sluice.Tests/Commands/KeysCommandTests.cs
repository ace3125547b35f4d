namespace Sluice.Tests.Commands;

/// <summary><c>sluice keys</c>.</summary>
public sealed class KeysCommandTests : IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("sluice-keys-");

    public void Dispose() => _directory.Delete(recursive: true);

    [Fact]
    public async Task A_rotation_makes_a_key_and_leaves_the_others()
    {
        string[] before = await RotateAsync();
        string[] after = await RotateAsync();
        Assert.Single(before);
        Assert.Equal(2, after.Length);
        Assert.Contains(before[0], after);
    }

    private async Task<string[]> RotateAsync()
    {
        Assert.Equal(0, await Sluice.Commands.KeysCommand.Create().Parse(["rotate", "--data-dir", _directory.FullName, "--cdf-url", "https://cdf.example"]).InvokeAsync());
        return Directory.GetFiles(Path.Combine(_directory.FullName, "keys"));
    }
}
