#!/usr/bin/env bash
# Builds Sluice and runs everything on this machine: a local CDF, PostgreSQL, the gateway, and a load of real data by psql.
#   ./demo.sh                            load, show, serve until Ctrl-C
#   ./demo.sh --once                     end after the load; exit code not 0 if a count is wrong
#   ./demo.sh --empty --ready-file FILE  load nothing; write to FILE, as JSON, how to connect
# All options: ./demo.sh --help
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
. "$root/scripts/requirements.sh"

need_dotnet
has_postgres || apt_install postgresql

export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1
log=$(mktemp)
trap 'rm -f "$log"' EXIT
echo "Building." >&2
if ! dotnet build "$root/src/Sluice/Sluice.csproj" -c Release -v q -nologo >"$log" 2>&1; then
    cat "$log" >&2
    exit 1
fi
rm -f "$log"
trap - EXIT
exec dotnet "$root/src/Sluice/bin/Release/net10.0/sluice.dll" demo --samples "$root/samples" "$@"
