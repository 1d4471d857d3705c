# shellcheck shell=bash
# shellcheck disable=SC2034  # most of these are read by the scripts that source this one
# Where everything of the local environment lies and listens, stated once. Sourced before anything else;
# these may be set from outside, everything below follows from them:
#   AVVIK_PORT   the gateway's port on 127.0.0.1; the OpenID provider and the mail server take the next two
#   AVVIK_HOME   the data folder; several can run side by side with ports of their own
#   AVVIK_BUILD  the build folder, such as build/address

AVVIK_ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
# shellcheck source=deploy/local/console.sh
. "$AVVIK_ROOT/deploy/local/console.sh"

: "${AVVIK_PORT:=8080}"
if [[ ! $AVVIK_PORT =~ ^[0-9]{1,5}$ ]] || ((10#$AVVIK_PORT < 1 || 10#$AVVIK_PORT > 65533)); then
  fail "AVVIK_PORT must be a port from 1 to 65533 (it and the next two are used), not '$AVVIK_PORT'"
fi
AVVIK_PORT=$((10#$AVVIK_PORT))
: "${AVVIK_OIDC_PORT:=$((AVVIK_PORT + 1))}"
: "${AVVIK_SMTP_PORT:=$((AVVIK_PORT + 2))}"
AVVIK_URL=http://127.0.0.1:$AVVIK_PORT
AVVIK_ISSUER=http://127.0.0.1:$AVVIK_OIDC_PORT
AVVIK_TOKEN_ENDPOINT=$AVVIK_ISSUER/token
# How long the provider's access tokens last, and the limits of sessions in the browser.
: "${AVVIK_TOKEN_SECONDS:=3600}"
: "${AVVIK_SESSION_IDLE:=30m}"
: "${AVVIK_SESSION_LIMIT:=12h}"
: "${AVVIK_SESSION_RATE:=50}"

AVVIK_HOME=$(realpath -m "${AVVIK_HOME:-$AVVIK_ROOT/.avvik}")
AVVIK_BUILD=$(cd "$AVVIK_ROOT" && realpath -m "${AVVIK_BUILD:-build/release}")
AVVIK_BIN=$AVVIK_BUILD/bin
AVVIK_LOG=$AVVIK_HOME/log
AVVIK_PIDS=$AVVIK_HOME/run/pids
AVVIK_SECRETS=$AVVIK_HOME/secrets
AVVIK_MASTER_KEYS=$AVVIK_SECRETS/master.keys
AVVIK_TLS=$AVVIK_HOME/tls
AVVIK_MAIL=$AVVIK_HOME/mail
# The organisation files whose people can sign in, one path a line; the one named last wins.
AVVIK_ORGANISATIONS=$AVVIK_HOME/organisations

# Sockets. The kernel takes at most 107 bytes for a socket's path.
AVVIK_RUN=$AVVIK_HOME/run
if ((${#AVVIK_RUN} > 80)); then
  AVVIK_RUN=/tmp/avvik-$(id -u)-$(printf '%s' "$AVVIK_HOME" | sha256sum | cut -c 1-12)
fi
AVVIK_REDIS=$AVVIK_RUN/redis.sock
# All of ClamAV's daemon, under /tmp: where AppArmor is on, Debian's profile lets it write nowhere else but in the
# system's own folders.
AVVIK_CLAMAV=/tmp/avvik-clamav-$(id -u)-$(printf '%s' "$AVVIK_HOME" | sha256sum | cut -c 1-12)
AVVIK_CLAMD=$AVVIK_CLAMAV/clamd.sock

# Makes a folder that only its owner enters, and refuses one that somebody else laid there.
private_folder() {
  mkdir -p "$1" || fail "cannot make the folder $1"
  [[ ! -L $1 && -O $1 ]] || fail "the folder $1 belongs to another user (was it made with sudo?); remove it, or set AVVIK_HOME"
  chmod 0700 "$1"
}

make_home() {
  local folder
  for folder in "$AVVIK_HOME" "$AVVIK_HOME/run" "$AVVIK_RUN" "$AVVIK_PIDS" "$AVVIK_LOG" "$AVVIK_SECRETS"; do
    private_folder "$folder"
  done
}

# The Node that runs our tools: the one pinned in package-lock.json where there is one for this
# processor, otherwise the system's if it is recent enough.
find_node() {
  local machine node version
  case $(uname -m) in
    x86_64) machine=x64 ;;
    aarch64) machine=arm64 ;;
    *) machine=other ;;
  esac
  node=$AVVIK_ROOT/node_modules/node-linux-$machine/bin/node
  if [[ ! -x $node ]]; then
    node=$(command -v node) || fail "no Node.js for $(uname -m): run deploy/local/install.sh, or install Node.js 20 or newer"
    version=$("$node" --version)
    version=${version#v}
    ((${version%%.*} >= 20)) || fail "Node.js $version at $node is too old: 20 or newer is needed on $(uname -m)"
  fi
  printf '%s\n' "$node"
}
