#!/usr/bin/env bash
# Measures how long POST …/postgresgateway takes: first in a gateway that has hardly a user, then in the same one with many, some of whom have logged in,
# so that they have databases. Prints both medians and their ratio; the nonce is made outside of what is measured.
#   bench/users.sh [USERS] [DATABASES] [RUNS]     1,000 users, 50 databases and 40 runs unless given
set -euo pipefail
users=${1:-1000}
databases=${2:-50}
runs=${3:-40}
. "$(dirname "${BASH_SOURCE[0]}")/stack.sh"
port=$(field "$serve" pgPort)

create() { # prints the seconds of the request; the answer is in $work/user
    local nonce
    nonce=$(field "$(curl -sf "${authorized[@]}" "$cdf/api/v1/projects/$project/sessions" \
        -d "{\"items\":[{\"clientId\":\"$id\",\"clientSecret\":\"$secret\"}]}")" nonce)
    curl -sf -o "$work/user" -w '%{time_total}\n' "${authorized[@]}" "$api/api/v1/projects/$project/postgresgateway" \
        -d "{\"items\":[{\"credentials\":{\"nonce\":\"$nonce\"}}]}"
}

# The first ones warm up and are not counted.
for _ in 1 2 3 4 5; do create >/dev/null; done
for _ in $(seq "$runs"); do create; done >"$work/few"
for i in $(seq "$users"); do
    create >/dev/null
    if [ "$i" -le "$databases" ]; then
        name=$(field "$(cat "$work/user")" username)
        PGPASSWORD=$(field "$(cat "$work/user")" password) psql -qAtX "host=localhost port=$port user=$name dbname=$name sslmode=require" -c 'SELECT 1' >/dev/null
    fi
done
for _ in $(seq "$runs"); do create; done >"$work/many"

few=$(median <"$work/few")
many=$(median <"$work/many")
awk -v few="$few" -v many="$many" -v users="$users" -v databases="$databases" -v processors="$(nproc)" 'BEGIN {
    printf "%d processors; a user creation takes, in the median\n", processors
    printf "  %.4f s with hardly a user\n  %.4f s with %d users, %d of them with databases\n  ratio %.2f\n", few, many, users, databases, many / few
}'
