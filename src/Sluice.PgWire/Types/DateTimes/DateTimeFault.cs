namespace Sluice.PgWire.Types;

/// <summary>What is wrong with a date or time.</summary>
internal enum DateTimeFault
{
    None,

    /// <summary>It makes no sense: 22007.</summary>
    Format,

    /// <summary>A field is beyond its range: 22008.</summary>
    Range,

    /// <summary>A month or day is, perhaps since they stand in another order than DateStyle says: 22008 with a hint.</summary>
    Order,

    /// <summary>The time zone's offset is beyond its range: 22009.</summary>
    Offset,
}
