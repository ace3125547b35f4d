namespace Sluice.Gateway.Writes.Instances;

/// <summary>What a statement does with instances.</summary>
internal enum InstanceWriteMode
{
    /// <summary>Makes them, or gives the columns of the statement to those that exist. Of two rows with one key the later one counts.</summary>
    Overwrite,

    /// <summary>Makes those that do not exist: ON CONFLICT DO NOTHING.</summary>
    Create,

    /// <summary>Makes those that do not exist, and gives some of the columns to those that do: ON CONFLICT DO UPDATE.</summary>
    CreateOrUpdate,

    /// <summary>Gives columns to those that exist.</summary>
    Update,

    /// <summary>Deletes them.</summary>
    Delete,
}
