using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Sluice.Gateway.Engine;
using Sluice.Gateway.Tests.Engine;
using Sluice.Gateway.Users;
using Sluice.PgWire.Startup;

namespace Sluice.Gateway.Tests.Users;

/// <summary>Users on a machine that is lost, and on the one that takes its place.</summary>
public sealed class UserBackupTests : IAsyncLifetime
{
    private static readonly UserCredentials Credentials = new ApplicationCredentials(new Uri("https://login.example/token"), "client", "s3cret-planted", Scopes: null);

    private readonly TestDirectory _old = new();
    private readonly TestDirectory _new = new();
    private readonly TestDirectory _kept = new();
    private readonly TestKeyCertificate _certificate = new();
    private EmbeddedPostgres _lost = null!;
    private EmbeddedPostgres _fresh = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private string BackupFile => Path.Combine(_kept.Path, "users.json");

    public async ValueTask InitializeAsync()
    {
        _lost = EngineFixture.New(_old.Path);
        _fresh = EngineFixture.New(_new.Path);
        await _lost.StartAsync(Token);
        await _fresh.StartAsync(Token);
    }

    public async ValueTask DisposeAsync()
    {
        await _lost.DisposeAsync();
        await _fresh.DisposeAsync();
        _old.Dispose();
        _new.Dispose();
        _kept.Dispose();
        _certificate.Dispose();
    }

    [Fact]
    public async Task A_new_cluster_is_filled_from_the_backup_and_the_keys_once()
    {
        var keys = Path.Combine(_kept.Path, "keys");
        var user = await RegisterAsync(CredentialProtector.InDirectory(keys));
        await Backup(_lost, CredentialProtector.InDirectory(keys)).WriteAsync(Token);

        await Backup(_fresh, CredentialProtector.InDirectory(keys)).RestoreAsync(Token);
        await CheckAsync(user, CredentialProtector.InDirectory(keys));

        // Whoever is deleted afterwards does not come back.
        await new UserStore(_fresh).DeleteAsync(user.Username, _ => Task.CompletedTask, Token);
        await Backup(_fresh, CredentialProtector.InDirectory(keys)).RestoreAsync(Token);
        Assert.Empty(await new UserStore(_fresh).ListAsync(Token));
    }

    [Fact]
    public async Task Keys_in_the_database_are_in_the_backup_under_their_certificate()
    {
        var user = await RegisterAsync(CredentialProtector.InDatabase(_lost, _certificate.Alone));
        await Backup(_lost, CredentialProtector.InDatabase(_lost, _certificate.Alone)).WriteAsync(Token);
        var file = await File.ReadAllTextAsync(BackupFile, Token);
        Assert.DoesNotContain("masterKey", file, StringComparison.Ordinal);

        await Backup(_fresh, CredentialProtector.InDatabase(_fresh, _certificate.Alone)).RestoreAsync(Token);
        await CheckAsync(user, CredentialProtector.InDatabase(_fresh, _certificate.Alone));
    }

    [Fact]
    public async Task Without_the_keys_the_start_says_what_to_restore_and_nothing_is_lost()
    {
        var keys = Path.Combine(_kept.Path, "keys");
        var user = await RegisterAsync(CredentialProtector.InDirectory(keys));
        await Backup(_lost, CredentialProtector.InDirectory(keys)).WriteAsync(Token);

        var elsewhere = Path.Combine(_kept.Path, "other");
        var error = await Assert.ThrowsAsync<EngineException>(() => Backup(_fresh, CredentialProtector.InDirectory(elsewhere)).RestoreAsync(Token));
        Assert.Contains($"Restore the keys in {elsewhere}", error.Message, StringComparison.Ordinal);
        await Backup(_fresh, CredentialProtector.InDirectory(keys)).RestoreAsync(Token);
        await CheckAsync(user, CredentialProtector.InDirectory(keys));
    }

    [Fact]
    public async Task The_file_is_written_when_something_has_changed_is_whole_and_tells_nothing()
    {
        var protector = CredentialProtector.InDirectory(Path.Combine(_kept.Path, "keys"));
        var user = await RegisterAsync(protector);
        await using var backup = Backup(_lost, protector);
        await backup.WriteAsync(Token);
        var first = await File.ReadAllTextAsync(BackupFile, Token);
        Assert.DoesNotContain(user.Username, first, StringComparison.Ordinal);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(BackupFile));

        await backup.WriteAsync(Token);
        Assert.Equal(first, await File.ReadAllTextAsync(BackupFile, Token));
        await new UserStore(_lost).ChangeOptionsAsync(user.Username, options => options with { DataSetId = 8 }, user.CreatedTime, Token);
        await backup.WriteAsync(Token);
        var second = await File.ReadAllTextAsync(BackupFile, Token);
        Assert.NotEqual(first, second);

        // A table that gets another column keeps its number and its time.
        await using var change = _lost.Database.CreateCommand(
            """UPDATE sluice.user_table SET definition = '{"tablename":"t","database":"d","table":"t","columns":{"a":"TEXT","b":"TEXT"}}'""");
        await change.ExecuteNonQueryAsync(Token);
        await backup.WriteAsync(Token);
        Assert.NotEqual(second, await File.ReadAllTextAsync(BackupFile, Token));
        Assert.Equal([BackupFile], Directory.GetFiles(_kept.Path));
    }

    private UserBackup Backup(EmbeddedPostgres engine, CredentialProtector protector) =>
        new(engine, protector, BackupFile, NullLogger<UserBackup>.Instance);

    private async Task<GatewayUser> RegisterAsync(CredentialProtector protector)
    {
        var username = UserSecrets.NewUsername();
        var user = new GatewayUser
        {
            Username = username,
            Project = "p",
            Verifier = ScramVerifier.Create("password"),
            Credentials = protector.Protect(username, Credentials),
            Options = new UserOptions { DataSetId = 7, StagingTables = true },
            CreatedTime = DateTimeOffset.FromUnixTimeMilliseconds(1_730_204_346_123),
            LastUpdatedTime = DateTimeOffset.FromUnixTimeMilliseconds(1_730_204_346_123),
        };
        await new UserStore(_lost).AddAsync(user, Token);
        await using var table = _lost.Database.CreateCommand(
            "INSERT INTO sluice.user_table (username, tablename, type, definition, created_time) VALUES ($1, 't', 'raw_rows', $2::json, now())");
        table.Parameters.Add(new NpgsqlParameter { Value = username });
        table.Parameters.Add(new NpgsqlParameter { Value = """{"tablename":"t","database":"d","table":"t","columns":{"a":"TEXT"}}""" });
        await table.ExecuteNonQueryAsync(Token);
        return user;
    }

    private async Task CheckAsync(GatewayUser user, CredentialProtector protector)
    {
        var restored = await new UserStore(_fresh).FindAsync(user.Username, Token);
        Assert.NotNull(restored);
        Assert.Equal(user.Verifier.Format(), restored.Verifier.Format());
        Assert.Equal(user.Options, restored.Options);
        Assert.Equal(user.CreatedTime, restored.CreatedTime);
        Assert.Equal(Credentials, protector.Unprotect(restored.Username, restored.Credentials));
        await using var table = _fresh.Database.CreateCommand("SELECT username || '/' || tablename FROM sluice.user_table");
        Assert.Equal($"{user.Username}/t", await table.ExecuteScalarAsync(Token));
    }
}
