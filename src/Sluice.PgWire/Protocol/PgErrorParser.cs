using System.Globalization;
using System.Text;

namespace Sluice.PgWire.Protocol;

/// <summary>Reads the body of an ErrorResponse or NoticeResponse (PostgreSQL manual, 55.8). Fields that it does not know are passed over.</summary>
public static class PgErrorParser
{
    /// <summary>Parses <paramref name="body"/>. Text that is not UTF-8 is read with replacement characters: an error must not fail to be read.</summary>
    /// <exception cref="PgException">08P01: the body has no end.</exception>
    public static PgError Parse(ReadOnlySpan<byte> body)
    {
        var reader = new PayloadReader(body);
        var error = new PgError { SqlState = SqlState.InternalError, Message = "" };
        bool severityKnown = false;
        for (byte code = reader.Byte(); code != 0; code = reader.Byte())
        {
            string value = Encoding.UTF8.GetString(reader.CString());
            switch ((char)code)
            {
                // V is never translated; S may be, and is all that servers before 9.6 send.
                case 'V':
                    error = error with { Severity = Severity(value) };
                    severityKnown = true;
                    break;
                case 'S' when !severityKnown:
                    error = error with { Severity = Severity(value) };
                    break;
                default:
                    error = WithField(error, (char)code, value);
                    break;
            }
        }

        return error;
    }

    private static PgError WithField(PgError error, char code, string value) => code switch
    {
        'C' => error with { SqlState = value },
        'M' => error with { Message = value },
        'D' => error with { Detail = value },
        'H' => error with { Hint = value },
        'P' => error with { Position = Number(value) },
        'p' => error with { InternalPosition = Number(value) },
        'q' => error with { InternalQuery = value },
        'W' => error with { Context = value },
        's' => error with { SchemaName = value },
        't' => error with { TableName = value },
        'c' => error with { ColumnName = value },
        'd' => error with { DataTypeName = value },
        'n' => error with { ConstraintName = value },
        'F' => error with { File = value },
        'L' => error with { Line = Number(value) },
        'R' => error with { Routine = value },
        _ => error,
    };

    private static PgSeverity Severity(string value) => value switch
    {
        "FATAL" => PgSeverity.Fatal,
        "PANIC" => PgSeverity.Panic,
        "WARNING" => PgSeverity.Warning,
        "NOTICE" => PgSeverity.Notice,
        "DEBUG" => PgSeverity.Debug,
        "INFO" => PgSeverity.Info,
        "LOG" => PgSeverity.Log,
        _ => PgSeverity.Error,
    };

    private static int Number(string value) =>
        int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number : 0;
}
