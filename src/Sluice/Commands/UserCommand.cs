using System.CommandLine;
using Sluice.Commands.Users;

namespace Sluice.Commands;

/// <summary><c>sluice user</c>: the users of a gateway that runs on this machine.</summary>
internal static class UserCommand
{
    public static Command Create()
    {
        var gateway = new RunningGateway();
        var command = new Command(
            "user",
            """
            Register, list, show, change and remove users, while the gateway runs on this machine.

            Run it as the operating system user of the gateway, or as root: the commands speak the gateway's REST API over a socket in its data
            directory, which is open to these two alone, and need no CDF token. A user is meant by username, by name, or by the last part of a name.
            """)
        {
            UserAdd.Create(gateway),
            UserList.Create(gateway),
            UserShow.Create(gateway),
            UserSet.Create(gateway),
            UserRotate.Create(gateway),
            UserRemove.Create(gateway),
        };
        gateway.AddTo(command);
        return command;
    }
}
