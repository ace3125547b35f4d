using System.CommandLine;
using Sluice.Commands.Tables;

namespace Sluice.Commands;

/// <summary><c>sluice table</c>: users' own tables over RAW tables and views.</summary>
internal static class TableCommand
{
    public static Command Create()
    {
        var gateway = new RunningGateway();
        var command = new Command(
            "table",
            """
            Make, list and remove the tables of a user: over RAW tables, and over views of data modeling.

            Run it as the operating system user of the gateway, or as root, while the gateway runs on this machine. Open sessions of the user see the
            change at their next statement.
            """)
        {
            TableAdd.Create(gateway),
            TableList.Create(gateway),
            TableRemove.Create(gateway),
        };
        gateway.AddTo(command);
        return command;
    }
}
