#!/usr/bin/env bash
# Loads the same CSV file of data points with psql's \copy into Sluice (in front of an emulator that counts and stores nothing) and into an unlogged
# table of PostgreSQL, in turn, and prints the median of each and of their ratios.
#   bench/copy.sh [ROWS] [RUNS]     1,000,000 rows and 5 runs unless given
set -euo pipefail
rows=${1:-1000000}
runs=${2:-5}
. "$(dirname "${BASH_SOURCE[0]}")/stack.sh"

psql -qX "$postgres_dsn" <<SQL
\copy (SELECT 'sensor-' || lpad((i % 100)::text, 5, '0'), to_timestamp(1700000000 + i / 100), round((random() * 1000)::numeric, 3) FROM generate_series(0, $rows - 1) i) to '$work/points.csv' with (format csv)
CREATE UNLOGGED TABLE points (external_id varchar(255), "timestamp" timestamptz, value double precision);
SQL
echo "$rows data points of 100 series, $(stat -c %s "$work/points.csv") bytes of CSV; $(nproc) processors; $(psql -AtX "$postgres_dsn" -c 'show server_version')"

seconds() { # DSN TABLE
    local start end
    start=$(date +%s.%N)
    psql -qX -v ON_ERROR_STOP=1 "$1" -c "\\copy $2 (external_id, \"timestamp\", value) from '$work/points.csv' with (format csv)"
    end=$(date +%s.%N)
    awk -v a="$start" -v b="$end" 'BEGIN { print b - a }'
}

printf '%-6s %12s %12s %8s\n' run 'Sluice s' 'PostgreSQL s' ratio
for run in $(seq 0 "$runs"); do
    psql -qX "$postgres_dsn" -c 'TRUNCATE points'
    ours=$(seconds "$sluice_dsn" double_datapoints)
    theirs=$(seconds "$postgres_dsn" points)
    # The first run warms both up and is not counted.
    [ "$run" = 0 ] && continue
    ratio=$(awk -v a="$ours" -v b="$theirs" 'BEGIN { print a / b }')
    printf '%-6s %12.3f %12.3f %8.3f\n' "$run" "$ours" "$theirs" "$ratio"
    echo "$ours" >>"$work/ours"; echo "$theirs" >>"$work/theirs"; echo "$ratio" >>"$work/ratios"
done
printf '%-6s %12.3f %12.3f %8.3f\n' median "$(median <"$work/ours")" "$(median <"$work/theirs")" "$(median <"$work/ratios")"
points=$(field "$(curl -sf "$cdf/statistics")" points)
echo "The emulator has counted $points points in $((runs + 1)) loads."
