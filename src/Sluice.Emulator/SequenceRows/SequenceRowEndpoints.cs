using Sluice.Emulator.Http;

namespace Sluice.Emulator.SequenceRows;

/// <summary><c>/sequences/data</c></summary>
internal static class SequenceRowEndpoints
{
    public const string Acl = "sequencesAcl";

    public static void Map(ApiRoutes routes)
    {
        routes.Post("/sequences/data", SequenceRowWrites.InsertAsync);
        routes.Post("/sequences/data/list", SequenceRowReads.ListAsync);
        routes.Post("/sequences/data/latest", SequenceRowReads.LatestAsync);
        routes.Post("/sequences/data/delete", SequenceRowWrites.DeleteAsync);
    }
}
