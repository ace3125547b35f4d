# Sourced by the benchmarks: a counting CDF emulator, Sluice and a plain PostgreSQL, each a process of its own on this machine, ended with the script.
# Sets: $work (a directory), $sluice_dsn, $sluice_pid, $postgres_dsn; defines median.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
. "$root/scripts/requirements.sh"

need_dotnet
has_postgres || apt_install postgresql
command -v curl >/dev/null || apt_install curl

work=$(mktemp -d)
chmod 755 "$work"
started=()
stop_all() {
    for pid in "${started[@]}"; do kill "$pid" 2>/dev/null || true; done
    for pid in "${started[@]}"; do wait "$pid" 2>/dev/null || true; done
    rm -rf "$work"
}
trap stop_all EXIT

dotnet build "$root/src/Sluice/Sluice.csproj" -c Release -v q -nologo >"$work/build.log" 2>&1 || { cat "$work/build.log" >&2; exit 1; }
sluice=("dotnet" "$root/src/Sluice/bin/Release/net10.0/sluice.dll")

# await FILE PATTERN: the first match of PATTERN in what a process writes.
await() {
    local found
    until found=$(grep -m1 -oE "$2" "$1" 2>/dev/null); do sleep 0.1; done
    echo "$found"
}

field() { grep -oE "\"$2\": *\"?[^\",}]+" <<<"$1" | head -n1 | sed -E 's/^"[^"]+": *"?//'; }

"${sluice[@]}" emulator --port 0 --counting --ready-file "$work/emulator.json" >"$work/emulator.log" 2>&1 &
started+=($!)
await "$work/emulator.json" '\}' >/dev/null
emulator=$(cat "$work/emulator.json")
cdf=$(field "$emulator" cdfBaseUrl)
project=$(field "$emulator" project)

"${sluice[@]}" serve --data-dir "$work/sluice" --cdf-url "$cdf" --pg-listen 127.0.0.1:0 --api-listen 127.0.0.1:0 \
    --ready-file "$work/serve.json" >"$work/serve.log" 2>&1 &
sluice_pid=$!
started+=("$sluice_pid")
await "$work/serve.json" '\}' >/dev/null
serve=$(cat "$work/serve.json")
api=$(field "$serve" apiBaseUrl)

# A user, as an administrator registers one: token, session, nonce, POST.
id=$(field "$emulator" clientId)
secret=$(field "$emulator" clientSecret)
token=$(field "$(curl -sf "$(field "$emulator" tokenUrl)" -d grant_type=client_credentials -d "client_id=$id" -d "client_secret=$secret" \
    --data-urlencode "scope=$(field "$emulator" scope)")" access_token)
authorized=(-H "Authorization: Bearer $token" -H 'Content-Type: application/json')
nonce=$(field "$(curl -sf "${authorized[@]}" "$cdf/api/v1/projects/$project/sessions" \
    -d "{\"items\":[{\"clientId\":\"$id\",\"clientSecret\":\"$secret\"}]}")" nonce)
user=$(curl -sf "${authorized[@]}" "$api/api/v1/projects/$project/postgresgateway" -d "{\"items\":[{\"credentials\":{\"nonce\":\"$nonce\"}}]}")
name=$(field "$user" username)
export PGPASSWORD; PGPASSWORD=$(field "$user" password)
sluice_dsn="host=localhost port=$(field "$serve" pgPort) user=$name dbname=$name sslmode=require"

# PostgreSQL as Debian ships it, on a Unix socket: its fastest way in.
bin=$(ls -d /usr/lib/postgresql/*/bin | sort -V | tail -n1)
as_postgres=()
mkdir "$work/postgres"
if [ "$(id -u)" = 0 ]; then
    chown postgres "$work/postgres"
    as_postgres=(setpriv --reuid=postgres --regid=postgres --init-groups)
fi
"${as_postgres[@]}" "$bin/initdb" -D "$work/postgres/data" -U bench -A trust -E UTF8 --locale=C.UTF-8 >"$work/initdb.log"
"${as_postgres[@]}" "$bin/postgres" -D "$work/postgres/data" -c listen_addresses= -c unix_socket_directories="$work/postgres" >"$work/postgres.log" 2>&1 &
started+=($!)
postgres_dsn="host=$work/postgres user=bench dbname=postgres"
until "$bin/pg_isready" -q -h "$work/postgres"; do sleep 0.1; done

median() { sort -n | awk '{ v[NR] = $1 } END { print NR % 2 ? v[(NR + 1) / 2] : (v[NR / 2] + v[NR / 2 + 1]) / 2 }'; }
