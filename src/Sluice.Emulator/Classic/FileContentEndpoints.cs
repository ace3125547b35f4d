using Microsoft.AspNetCore.Http;
using Sluice.Emulator.Http;
using Sluice.Emulator.Resources;

namespace Sluice.Emulator.Classic;

/// <summary><c>POST /files</c>, which takes one file and answers where to upload its content, and that place.</summary>
internal static class FileContentEndpoints
{
    private const string Upload = "/upload/{project}/{ticket}";

    public static void Map(ApiRoutes routes)
    {
        routes.Post("/files", CreateAsync);
        routes.Global("PUT", Upload, Upload, UploadAsync, CallerCheck.ProjectWithoutToken);
    }

    private static async ValueTask<Reply> CreateAsync(CdfCall call)
    {
        var files = call.Project.Files;
        var grant = call.Rights.Require(files.Type.Acl, "WRITE");
        var draft = files.Read(await call.ReadJsonAsync());
        var overwrite = call.QueryFlag("overwrite");
        call.Log.Items = 1;
        var keys = ClassicCreate.KeysOf(files, [draft]);
        await call.BeginEffectAsync([.. ClassicClaims.OfNew(files, keys).Union(ClassicClaims.Of(files, keys))]);
        lock (call.Project.Gate)
        {
            var old = overwrite && keys.Count > 0 ? files.Store.Find(keys[0]) : null;
            var stored = old is null
                ? ClassicCreate.Store(call, files, grant, [draft])[0]
                : Files.Overwriting(old, draft, call.State.NowMs);
            if (old is not null)
            {
                ClassicUpdate.Replace(call, files, grant, [old], [stored]);
            }

            var uploadUrl = new Uri(call.State.BaseUrl, $"upload/{call.Project.Name}/{files.NewTicket(stored)}");
            return Reply.Json(StatusCodes.Status201Created, writer =>
            {
                writer.WriteStartObject();
                files.WriteMembers(writer, stored, ListOptions.Standard);
                writer.WriteString("uploadUrl"u8, uploadUrl.AbsoluteUri);
                writer.WriteEndObject();
            });
        }
    }

    /// <summary>Takes a file's content. The ticket is all that a caller needs, as with signed addresses of cloud storage.</summary>
    private static async ValueTask<Reply> UploadAsync(CdfCall call)
    {
        await call.ReadBytesAsync();
        await call.BeginEffectAsync([]);
        lock (call.Project.Gate)
        {
            var files = call.Project.Files;
            var file = files.OfTicket(call.Route("ticket")) ?? throw CdfException.Forbidden();
            files.Store.Replace(file, Files.Uploaded(file, call.State.NowMs));
        }

        return Reply.Empty();
    }
}
