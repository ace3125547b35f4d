using System.Text;

namespace Sluice.PgWire.Protocol;

/// <content>The Authentication messages (PostgreSQL manual, 55.7).</content>
public sealed partial class MessageWriter
{
    /// <summary>Writes AuthenticationOk.</summary>
    public void AuthenticationOk()
    {
        BeginMessage(BackendMessage.Authentication);
        Int32(0);
        EndMessage();
    }

    /// <summary>Writes AuthenticationCleartextPassword.</summary>
    public void AuthenticationCleartextPassword()
    {
        BeginMessage(BackendMessage.Authentication);
        Int32(3);
        EndMessage();
    }

    /// <summary>Writes AuthenticationSASL: the mechanisms that the server offers, the preferred one first.</summary>
    public void AuthenticationSasl(IReadOnlyList<string> mechanisms)
    {
        BeginMessage(BackendMessage.Authentication);
        Int32(10);
        foreach (string mechanism in mechanisms)
        {
            CString(mechanism);
        }

        Byte(0);
        EndMessage();
    }

    /// <summary>Writes AuthenticationSASLContinue.</summary>
    public void AuthenticationSaslContinue(string challenge) => Sasl(11, challenge);

    /// <summary>Writes AuthenticationSASLFinal.</summary>
    public void AuthenticationSaslFinal(string outcome) => Sasl(12, outcome);

    private void Sasl(int kind, string data)
    {
        BeginMessage(BackendMessage.Authentication);
        Int32(kind);
        Bytes(Encoding.Latin1.GetBytes(data));
        EndMessage();
    }
}
