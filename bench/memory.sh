#!/usr/bin/env bash
# Copies about a gigabyte of CSV into double_datapoints and prints the peak memory of the Sluice process (VmHWM), before and after.
#   bench/memory.sh [BYTES]
set -euo pipefail
bytes=${1:-1000000000}
. "$(dirname "${BASH_SOURCE[0]}")/stack.sh"

peak() { awk '/VmHWM/ { print int($2 / 1024) " MB" }' "/proc/$sluice_pid/status"; }

psql -qX "$sluice_dsn" -c 'SELECT 1' >/dev/null
echo "before: $(peak)"
awk -v bytes="$bytes" 'BEGIN {
    for (i = 0; written < bytes; i++) {
        row = sprintf("sensor-%05d,%s,%.3f", i % 1000, strftime("%Y-%m-%dT%H:%M:%SZ", 1600000000 + int(i / 1000), 1), (i % 9973) / 7)
        written += length(row) + 1
        print row
    }
}' | psql -qX -v ON_ERROR_STOP=1 "$sluice_dsn" -c '\copy double_datapoints (external_id, "timestamp", value) from pstdin with (format csv)'
echo "after $bytes bytes: $(peak)"
