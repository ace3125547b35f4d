using System.Runtime.InteropServices;
using Sluice.Cdf.Errors;

namespace Sluice.Cdf.Resources;

/// <summary>A stretch of one series.</summary>
/// <param name="Series">The series.</param>
/// <param name="Start">Milliseconds since 1970.</param>
/// <param name="End">Milliseconds since 1970, not included.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct SeriesRange(CdfIdentity Series, long Start, long End);
