# Sourced by the scripts beside it: where the project is, and how a part is skipped.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

on_ci() { [ "${CI:-}" = true ] || [ "${CI:-}" = 1 ]; }

# skip PART REASON: says that a part was left out; where CI is true that is a failure.
skip() {
  printf 'SKIPPED %s: %s\n' "$1" "$2"
  ! on_ci
}

have() { command -v "$1" >/dev/null 2>&1; }

# have_postgres: its programs are there; Debian keeps them off the PATH. Tests start a server of their own.
have_postgres() { have initdb || compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null; }

# at_least WANTED FOUND: compares dotted versions.
at_least() { [ "$(printf '%s\n%s\n' "$1" "$2" | sort -V | head -n 1)" = "$1" ]; }

# install COMMAND PACKAGE...: tries Debian's packages for a missing command, as root only; always returns 0.
apt_updated=no
install() {
  local command=$1
  shift
  have "$command" && return 0
  [ "$(id -u)" = 0 ] && have apt-get || return 0
  echo "installing $* (no $command here)"
  if [ "$apt_updated" = no ]; then
    apt-get update -q >/dev/null 2>&1 || true
    apt_updated=yes
  fi
  DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends "$@" >/dev/null 2>&1 || true
}

# declared PREFIX: "./package Name" of every test function whose name starts so, one a line.
declared() {
  find . \( -name node_modules -o -name .git \) -prune -o -name '*_test.go' -print |
    xargs -r awk -v pattern="^func $1[A-Z]" '$0 ~ pattern { name = $2; sub(/\(.*/, "", name); folder = FILENAME; sub(/\/[^\/]*$/, "", folder); print folder, name }' |
    sort -u
}
