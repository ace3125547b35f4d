using Sluice.PgWire.Columns;
using Sluice.PgWire.Sql;
using Sluice.PgWire.Types;

namespace Sluice.Gateway.Sessions;

/// <summary>
/// The types of a statement's parameters as they become known: declared by Parse, or inferred from where a parameter stands, as PostgreSQL infers
/// them.
/// </summary>
internal sealed class ParameterTypes(uint[] declared)
{
    private readonly List<uint> _types = [.. declared];

    /// <summary>Takes note of a value that stands where <paramref name="target"/> is wanted.</summary>
    /// <param name="value">Any value; only parameters matter.</param>
    /// <param name="target">The type that it becomes.</param>
    /// <param name="inferred">The type of a parameter that has none.</param>
    /// <returns><see langword="false"/>: a parameter was declared with a type that needs more than another width.</returns>
    public bool Takes(in SqlValue value, ColumnType target, uint inferred) =>
        value.Parameter == 0 || Takes(value.Parameter, value.CastOid, target, inferred);

    /// <inheritdoc cref="Takes(in SqlValue, ColumnType, uint)"/>
    public bool Takes(int parameter, uint castOid, ColumnType target, uint inferred)
    {
        while (_types.Count < parameter)
        {
            _types.Add(0);
        }

        var type = _types[parameter - 1];
        if (type == 0)
        {
            type = castOid == 0 ? inferred : castOid;
            _types[parameter - 1] = type;
        }

        // A cast from text to the target's type reads the text as the target itself would.
        return (castOid != 0 && NativeValues.IsText(type)) || CanSend(type, target);
    }

    /// <summary>All types; <see langword="null"/> if a parameter stands nowhere, which is 42P18 in the engine's words.</summary>
    public uint[]? Complete() => _types.Contains(0) ? null : [.. _types];

    private static bool CanSend(uint oid, ColumnType target)
    {
        if (NativeValues.IsSameAs(oid, target.Type))
        {
            return true;
        }

        if (NativeValues.IsText(oid) || NativeValues.IsText(target.Type.Oid) || PgType.FromOid(oid) is not { } sent)
        {
            return false;
        }

        using var probe = Column.Create(target, TextInputSettings.Default);
        return probe.CanReadBinary(sent);
    }
}
