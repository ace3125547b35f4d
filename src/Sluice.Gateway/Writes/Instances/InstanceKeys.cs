using System.Buffers;
using System.Text;
using Sluice.Cdf.Resources;
using Sluice.Gateway.Writes.Fields;
using Sluice.PgWire.Columns;

namespace Sluice.Gateway.Writes.Instances;

/// <summary>The keys of a batch of instances, each as one text: <c>space, external id</c>. No space has a comma, so no two keys have one text.</summary>
internal sealed class InstanceKeys : IKeySource
{
    private readonly ArrayBufferWriter<byte> _text = new();
    private int[] _ends = [];

    /// <summary>The columns of the keys, as messages name them.</summary>
    public const string Columns = "space, external_id";

    /// <summary>The column of external ids.</summary>
    public VariableColumn ExternalIds { get; private set; } = null!;

    /// <summary>The column of spaces.</summary>
    public VariableColumn Spaces { get; private set; } = null!;

    /// <summary>Takes the keys of <paramref name="batch"/> in place of earlier ones.</summary>
    public void Read(RowBatch batch, int space, int externalId)
    {
        Spaces = (VariableColumn)batch.Columns[space];
        ExternalIds = (VariableColumn)batch.Columns[externalId];
        _text.ResetWrittenCount();
        if (_ends.Length < batch.Count)
        {
            _ends = new int[batch.Count];
        }

        for (var row = 0; row < batch.Count; row++)
        {
            _text.Write(Spaces[row]);
            _text.Write(", "u8);
            _text.Write(ExternalIds[row]);
            _ends[row] = _text.WrittenCount;
        }
    }

    /// <inheritdoc/>
    public ReadOnlySpan<byte> KeyOf(int row) => _text.WrittenSpan[(row == 0 ? 0 : _ends[row - 1]).._ends[row]];

    /// <summary>Whether an instance can have the row's key: CDF refuses to be asked for others.</summary>
    public bool CanExist(int row) => !Spaces.IsNull(row) && !ExternalIds.IsNull(row) && CanBe(Spaces[row], ExternalIds[row]);

    /// <summary>Whether an instance can have this key.</summary>
    public static bool CanBe(InstanceId key) => CanBe(Encoding.UTF8.GetBytes(key.Space), Encoding.UTF8.GetBytes(key.ExternalId));

    private static bool CanBe(ReadOnlySpan<byte> space, ReadOnlySpan<byte> externalId) =>
        space.Length is >= 1 and <= InstancesApi.MaxSpaceLength
        && char.IsAsciiLetter((char)space[0])
        && !space.ContainsAnyExcept(SpaceCharacters)
        && (space.Length < InstancesApi.MaxSpaceLength || char.IsAsciiLetterOrDigit((char)space[^1]))
        && externalId.Length >= 1
        && (externalId.Length <= InstancesApi.MaxExternalIdLength || Utf8Length.Of(externalId) <= InstancesApi.MaxExternalIdLength);

    private static readonly SearchValues<byte> SpaceCharacters =
        SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-"u8);
}
