#!/usr/bin/env bash
# Builds everything and runs all tests; ends with one line, "N passed, N failed, N skipped", and an exit code that is not 0 if any failed.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
. scripts/requirements.sh

need_dotnet
missing=()
has_postgres || missing+=(postgresql)
/usr/bin/python3 -c 'import psycopg2' 2>/dev/null || missing+=(python3-psycopg2)
[ -e /usr/share/java/postgresql.jar ] || missing+=(libpostgresql-jdbc-java)
command -v javac >/dev/null || missing+=(default-jdk-headless)
for tool in curl jq; do
    command -v "$tool" >/dev/null || missing+=("$tool")
done
command -v node >/dev/null || missing+=(nodejs)
command -v npm >/dev/null || missing+=(npm)
[ ${#missing[@]} -eq 0 ] || apt_install "${missing[@]}"

# newman runs the Postman collection. npm ci installs exactly what the lock file says, checked by its hashes.
newman=tests/newman
if ! cmp -s "$newman/package-lock.json" "$newman/node_modules/.installed-lock.json"; then
    npm ci --prefix "$newman" --no-audit --no-fund --loglevel error >&2
    cp "$newman/package-lock.json" "$newman/node_modules/.installed-lock.json"
fi

export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1
results=$(mktemp -d)
trap 'rm -rf "$results"' EXIT
status=0
dotnet build Sluice.slnx -c Release -v q -nologo || status=$?
if [ "$status" -eq 0 ]; then
    # One after the other: each uses all cores by itself.
    for project in tests/*/*.csproj; do
        name=$(basename "$project" .csproj)
        dotnet test "$project" -c Release --no-build -v q -nologo \
            --logger "trx;LogFileName=$name.trx" --logger "console;verbosity=minimal" --results-directory "$results" "$@" || status=$?
    done
fi

# Sums the attribute $1 of the <Counters> of all results.
count() {
    local sum=0 value
    while read -r value; do
        sum=$((sum + value))
    done < <(find "$results" -name '*.trx' -exec grep -ho '<Counters [^>]*>' {} + | sed -nE "s/.* $1=\"([0-9]+)\".*/\1/p")
    echo "$sum"
}

passed=$(count passed)
failed=$(($(count failed) + $(count error) + $(count timeout) + $(count aborted)))
skipped=$(($(count total) - $(count executed)))
if [ "$status" -ne 0 ] && [ "$failed" -eq 0 ]; then
    # The build failed, or a test process died before it could count.
    failed=1
fi
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ]
