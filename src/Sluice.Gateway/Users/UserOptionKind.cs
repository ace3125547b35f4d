namespace Sluice.Gateway.Users;

/// <summary>What the values of a <see cref="UserOption"/> are.</summary>
public enum UserOptionKind
{
    /// <summary>One of a few words.</summary>
    Word,

    /// <summary>On or off.</summary>
    Flag,

    /// <summary>A whole number.</summary>
    Number,

    /// <summary>A length of time.</summary>
    Time,
}
