using Sluice.PgWire.Columns;
using Sluice.PgWire.Protocol;

namespace Sluice.Gateway.Writes;

/// <summary>Files: CDF takes one a request, and forgets it after a week if nobody uploads its content.</summary>
internal sealed class FilesEncoder(WritePlan plan, WriteContext context) : ItemBatchEncoder(plan, context)
{
    private bool _hasFiles;

    protected override int ItemsPerRequest => 1;

    public override IEnumerable<PgError> Notices()
    {
        if (_hasFiles)
        {
            yield return new PgError
            {
                Severity = PgSeverity.Warning,
                SqlState = SqlState.Warning,
                Message = "files without content are deleted by CDF after a week",
                Hint = "Upload their content with the CDF API.",
            };
        }
    }

    protected override JsonBatch NewBody(string keyColumn) => new(keyColumn, isList: false);

    protected override void EncodeRows(RowBatch batch, List<EncodedWrite> requests)
    {
        base.EncodeRows(batch, requests);
        _hasFiles |= requests.Count > 0;
    }
}
