using System.CommandLine;
using Sluice.Commands;
using Sluice.Hosting;

var root = new RootCommand(
    """
    Sluice: a PostgreSQL gateway to Cognite Data Fusion (CDF).

    PostgreSQL clients connect to it and find the CDF resource types as tables. What they INSERT and COPY becomes as few, as full
    and as parallel CDF requests as the API allows, and is answered with success only after CDF has it.

    Try it:   sluice demo      everything on this machine, with a local CDF and sample data
    Run it:   sluice serve     against a CDF cluster
    Users:    sluice user      register, change and remove them
              sluice table     their own tables over RAW tables and views
              sluice apply     all of it as a file declares it
    """)
{
    ServeCommand.Create(),
    DemoCommand.Create(),
    EmulatorCommand.Create(),
    UserCommand.Create(),
    TableCommand.Create(),
    ApplyCommand.Create(),
    KeysCommand.Create(),
    MigrateCommand.Create(),
};

using var signals = new StopSignals();
return await root.Parse(args).InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = null }, signals.Token);
