using System.Text.Encodings.Web;
using System.Text.Json;

namespace Sluice.Emulator.Http;

/// <summary>How JSON is read and written everywhere.</summary>
internal static class JsonFormat
{
    /// <summary>Answers are for programs, never embedded in HTML, so letters outside ASCII stay as they are.</summary>
    public static readonly JsonWriterOptions Writer = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true,
    };

    public static readonly JsonDocumentOptions Reader = new() { MaxDepth = 64 };
}
