# Sourced by demo.sh and test.sh: makes sure of what they need, and installs from Debian what is missing.

# need_dotnet: the .NET SDK is not Debian's to install.
need_dotnet() {
    command -v dotnet >/dev/null || {
        echo "The .NET 10 SDK is missing: https://dotnet.microsoft.com/download/dotnet/10.0" >&2
        exit 1
    }
}

# has_postgres: psql, and a server of version 15 or newer.
has_postgres() {
    command -v psql >/dev/null || return 1
    local version
    for version in 15 16 17 18 19; do
        [ -x "/usr/lib/postgresql/$version/bin/postgres" ] && return 0
    done
    command -v postgres >/dev/null
}

# apt_install PACKAGE...: as root, or by sudo.
apt_install() {
    local as_root=()
    if [ "$(id -u)" -ne 0 ]; then
        as_root=(sudo)
    fi
    if ! command -v apt-get >/dev/null || { [ "$(id -u)" -ne 0 ] && ! command -v sudo >/dev/null; }; then
        echo "Please install, and run this again: $*" >&2
        exit 1
    fi
    echo "Installing: $*" >&2
    "${as_root[@]}" apt-get update -qq >&2
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" >&2
}
