namespace Sluice.Gateway.Users;

/// <summary>Another user of the project has this name already.</summary>
public sealed class UserNameTakenException(string project, string name, Exception inner)
    : Exception($"another user of project {project} is called \"{name}\"; choose another name", inner);
