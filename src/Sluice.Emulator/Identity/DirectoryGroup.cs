namespace Sluice.Emulator.Identity;

/// <summary>A group of the identity provider. CDF groups point to it with its object id as their source id.</summary>
/// <param name="ObjectId">What the tokens' <c>groups</c> claim holds.</param>
/// <param name="DisplayName">The name in the portal.</param>
/// <param name="Members">Object ids of applications and of other groups.</param>
internal sealed record DirectoryGroup(string ObjectId, string DisplayName, IReadOnlyList<string> Members);
