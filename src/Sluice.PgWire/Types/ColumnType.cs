namespace Sluice.PgWire.Types;

/// <summary>A type with its modifier, as <c>pg_attribute.atttypid</c> and <c>atttypmod</c> say it of a column.</summary>
/// <param name="Type">The type.</param>
/// <param name="TypeModifier">
/// -1 if there is none; for <c>varchar(n)</c> n + 4; for <c>numeric(p,s)</c> (p &lt;&lt; 16 | s &amp; 0x7ff) + 4; for timestamps the digits
/// of the second's fraction. On an array it is that of the elements.
/// </param>
public readonly record struct ColumnType(PgType Type, int TypeModifier = -1)
{
    private const int HeaderSize = 4;

    /// <summary>An array of which the text may also be an element without braces, and the binary form that of an element.</summary>
    public bool AcceptsBareElement { get; init; }

    /// <summary>The most characters (code points) that a <c>varchar(n)</c> holds; <see langword="null"/> if there is no limit.</summary>
    public int? MaxLength => (Type.Element ?? Type) == PgType.Varchar && TypeModifier >= HeaderSize ? TypeModifier - HeaderSize : null;

    /// <summary>The type as <c>format_type</c> gives it, e.g. <c>character varying(255)</c>, <c>timestamp(3) with time zone</c>.</summary>
    public string DisplayName
    {
        get
        {
            PgType scalar = Type.Element ?? Type;
            string name = scalar.DisplayName;
            if (MaxLength is { } length)
            {
                name = $"{name}({length})";
            }
            else if (scalar == PgType.Numeric && TypeModifier >= HeaderSize)
            {
                (int precision, int scale) = NumericPrecision(TypeModifier);
                name = $"{name}({precision},{scale})";
            }
            else if ((scalar == PgType.Timestamp || scalar == PgType.Timestamptz) && TypeModifier >= 0)
            {
                name = name.Replace("timestamp", $"timestamp({TypeModifier})", StringComparison.Ordinal);
            }

            return Type.Element is null ? name : name + "[]";
        }
    }

    /// <summary><c>varchar(n)</c>, n in characters.</summary>
    public static ColumnType VarcharOf(int length) => new(PgType.Varchar, length + HeaderSize);

    /// <summary><c>numeric(p,s)</c>.</summary>
    public static ColumnType NumericOf(int precision, int scale) => new(PgType.Numeric, ((precision << 16) | (scale & 0x7ff)) + HeaderSize);

    /// <inheritdoc/>
    public override string ToString() => DisplayName;

    /// <summary>Precision and scale of a <c>numeric</c> modifier; the scale is an 11-bit signed number.</summary>
    internal static (int Precision, int Scale) NumericPrecision(int typeModifier)
    {
        int packed = typeModifier - HeaderSize;
        return ((packed >> 16) & 0xffff, ((packed & 0x7ff) ^ 1024) - 1024);
    }
}
