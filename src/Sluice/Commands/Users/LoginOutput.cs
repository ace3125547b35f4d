using System.CommandLine;
using Sluice.Administration;

namespace Sluice.Commands.Users;

/// <summary>Prints how to log in, which can be done this once.</summary>
internal static class LoginOutput
{
    public static async Task WriteAsync(Login login, OutputFormat output, ParseResult arguments)
    {
        if (output.IsJson(arguments))
        {
            await OutputFormat.WriteAsync(login, GatewayJson.Printed.Login);
            return;
        }

        await Console.Out.WriteLineAsync($"username  {login.Username}\npassword  {login.Password}\nhost      {login.Host}\ndatabase  {login.Username}");
        if (login.PreviousPasswordValidUntil is { } until)
        {
            await Console.Out.WriteLineAsync($"The password before is good until {Time.Format(until)}.");
        }

        await Console.Error.WriteLineAsync("The password is kept nowhere and cannot be shown again: store it now.");
    }
}
