namespace Sluice.PgWire.Protocol;

/// <summary>One field of a RowDescription (PostgreSQL manual, 55.7).</summary>
/// <param name="Name">The field's name.</param>
/// <param name="TypeOid">OID of its type.</param>
/// <param name="TypeSize">Size of the type in bytes (<c>pg_type.typlen</c>), -1 for variable width.</param>
/// <param name="TypeModifier">The type modifier (<c>pg_attribute.atttypmod</c>), -1 for none.</param>
/// <param name="Format">0 text, 1 binary.</param>
/// <param name="TableOid">OID of the table that the field is a column of, else 0.</param>
/// <param name="ColumnNumber">The column's attribute number, else 0.</param>
public readonly record struct FieldDescription(
    string Name,
    uint TypeOid,
    short TypeSize = -1,
    int TypeModifier = -1,
    short Format = 0,
    uint TableOid = 0,
    short ColumnNumber = 0);
