# shellcheck shell=bash
# A private PostgreSQL, a private Redis and a private ClamAV daemon under $AVVIK_HOME. They listen on unix sockets only, in folders that
# only their owner enters; a system-wide server is neither needed nor noticed.
#
# PostgreSQL refuses to run as root. For root it runs as Debian's user postgres, which cannot pass folders
# such as /root: its data then lies in a folder of its own under /var/lib/avvik-local, and $AVVIK_HOME/postgres is
# a link to that.

AVVIK_PG_ADMIN=avvik_admin
AVVIK_DATABASES=(avvik_intake avvik_triage avvik_escalation avvik_metrics avvik_delivery)
avvik_pg_places=/var/lib/avvik-local
# Durable: an acknowledged report must survive a power cut. Throw-away servers for tests set off.
: "${AVVIK_PG_FSYNC:=on}"

# Runs a PostgreSQL program as the user who owns the data.
as_postgres() {
  if ((EUID == 0)); then
    (cd / && exec setpriv --reuid postgres --regid postgres --init-groups -- "$@")
  else
    "$@"
  fi
}

# Prints the folder with PostgreSQL's own programs: of the version that made the data if there are any,
# otherwise of the newest installed.
postgres_programs() {
  local folder version
  version=$(as_postgres cat "$AVVIK_HOME/postgres/data/PG_VERSION" 2>/dev/null) || version='*'
  # shellcheck disable=SC2086  # '*' is meant to match every version
  folder=$(printf '%s\n' /usr/lib/postgresql/$version/bin | sort -V | tail -n 1)
  [[ -x $folder/postgres ]] || fail "PostgreSQL ${version#\*} is not installed: run deploy/local/install.sh"
  printf '%s\n' "$folder"
}

# The folder that holds PostgreSQL's data/ and, for root, its socket. Made when missing.
postgres_place() {
  local place=$AVVIK_HOME/postgres
  if ((EUID != 0)); then
    private_folder "$place"
  elif [[ ! -d $place ]]; then
    mkdir -p "$avvik_pg_places"
    chmod 0755 "$avvik_pg_places"
    local real
    real=$(mktemp -d "$avvik_pg_places/XXXXXXXX")
    printf '%s\n' "$AVVIK_HOME" >"$real/home"
    install -d -m 0700 -o postgres -g postgres "$real/postgres"
    chmod 0711 "$real"
    ln -sfn "$real/postgres" "$place"
  fi
  realpath "$place"
}

# The folder of PostgreSQL's socket: what libpq takes as host.
postgres_host() {
  if ((EUID == 0)); then
    realpath "$AVVIK_HOME/postgres"
  else
    printf '%s\n' "$AVVIK_RUN"
  fi
}

# conninfo DATABASE [ROLE]: how to reach a database, as libpq takes it.
conninfo() { printf 'host=%s dbname=%s user=%s\n' "$(postgres_host)" "$1" "${2:-$1}"; }

# psql itself, not Debian's wrapper, which looks for system-wide clusters; and never the caller's ~/.psqlrc.
run_psql() { "$(postgres_programs)/psql" -X -q -v ON_ERROR_STOP=1 "$@"; }

make_cluster() {
  local data=$1 programs=$2
  as_postgres "$programs/initdb" -D "$data" -U "$AVVIK_PG_ADMIN" --auth=trust -E UTF8 \
    --locale-provider=icu --icu-locale=sv-SE --locale=C.UTF-8 --data-checksums >>"$AVVIK_LOG/postgres.log" 2>&1 || {
    show_tail "$AVVIK_LOG/postgres.log"
    fail "initdb failed"
  }
  # Whoever may enter the socket's folder is trusted to say which role it is; nobody else gets that far.
  printf 'local all all trust\n' | as_postgres tee "$data/pg_hba.conf" >/dev/null
}

start_postgres() {
  local data programs
  programs=$(postgres_programs)
  data=$(postgres_place)/data
  # initdb removes its folder when it fails, not when it is killed.
  if ! as_postgres test -s "$data/pg_hba.conf" -a -s "$data/global/pg_control"; then
    as_postgres rm -rf "$data"
    make_cluster "$data" "$programs"
  fi
  local -a user=()
  ((EUID != 0)) || user=(setpriv --reuid postgres --regid postgres --init-groups --)
  start_process postgres INT env -C / "${user[@]}" "$programs/postgres" -D "$data" \
    -c listen_addresses= -c unix_socket_directories="$(postgres_host)" -c unix_socket_permissions=0700 \
    -c fsync="$AVVIK_PG_FSYNC" -c max_connections=300 -c shared_buffers=128MB -c max_wal_size=2GB -c jit=off \
    -c log_line_prefix='%m [%p] %u@%d '
}

# Waits until `probe…` succeeds; fails, showing the log, after SECONDS or when the process keeps dying.
wait_for_process() {
  local name=$1 deadline=$((SECONDS + $2))
  shift 2
  until "$@" >/dev/null 2>&1; do
    if ((SECONDS >= deadline || $(unexpected_ends "$name") >= 4)); then
      show_tail "$AVVIK_LOG/$name.log"
      fail "$name does not start"
    fi
    sleep 0.02
  done
}

# Two roles for each database, which are the only ones that may enter it: one that owns it and is used for migrations
# only, and one that the service runs as, which reads and writes rows. Metrics besides makes schemas of its own, in
# which it counts anew.
databases_sql() {
  local database
  for database in "${AVVIK_DATABASES[@]}"; do
    cat <<SQL
SELECT 'CREATE ROLE $database LOGIN' WHERE to_regrole('$database') IS NULL \\gexec
SELECT 'CREATE ROLE ${database}_owner LOGIN' WHERE to_regrole('${database}_owner') IS NULL \\gexec
SELECT 'CREATE DATABASE $database OWNER ${database}_owner' WHERE NOT EXISTS
  (SELECT FROM pg_database WHERE datname = '$database') \\gexec
REVOKE ALL ON DATABASE $database FROM PUBLIC;
GRANT CONNECT ON DATABASE $database TO $database;
SQL
  done
  echo 'GRANT CREATE ON DATABASE avvik_metrics TO avvik_metrics;'
}

make_databases() {
  databases_sql | run_psql -d "$(conninfo postgres "$AVVIK_PG_ADMIN")" >/dev/null || fail "cannot make the databases"
}

# The file with the password of a user of Redis.
redis_secret() { printf '%s/redis-%s.secret\n' "$AVVIK_SECRETS" "${1#avvik-}"; }

# The passwords of Redis' users, made once.
make_redis_secrets() {
  local user secret
  while read -r _ user _; do
    [[ $user != default ]] || continue
    secret=$(redis_secret "$user")
    [[ -s $secret ]] || (umask 077 && openssl rand -hex 32 >"$secret") || fail "cannot make the password of $user"
  done < <(grep '^user ' "$AVVIK_ROOT/deploy/redis.acl")
}

# Redis' own file of users (deploy/redis.acl), as text: it holds the passwords' digests only.
redis_users() {
  local line user digest
  while read -r line; do
    read -r _ user _ <<<"$line"
    if [[ $line == *'{password}'* ]]; then
      digest=$(tr -d '\n' <"$(redis_secret "$user")" | sha256sum)
      line=${line/'{password}'/"#${digest%% *}"}
    fi
    printf '%s\n' "$line"
  done < <(grep '^user ' "$AVVIK_ROOT/deploy/redis.acl")
}

start_redis() {
  command -v redis-server >/dev/null || fail "Redis is not installed: run deploy/local/install.sh"
  private_folder "$AVVIK_HOME/redis"
  make_redis_secrets
  (umask 077 && redis_users >"$AVVIK_HOME/redis/users.acl") || fail "cannot make the users of Redis"
  start_process redis TERM redis-server --aclfile "$AVVIK_HOME/redis/users.acl" --port 0 --unixsocket "$AVVIK_REDIS" --unixsocketperm 700 \
    --dir "$AVVIK_HOME/redis" --appendonly yes --appendfsync everysec --save '' --daemonize no
}

# ClamAV's daemon with the signatures of this repository: enough to see that what it finds is refused. In
# production it is the system's, with the signatures that freshclam keeps.
start_clamd() {
  local signatures=$AVVIK_ROOT/deploy/clamav
  [[ -x /usr/sbin/clamd ]] || fail "ClamAV is not installed: run deploy/local/install.sh"
  private_folder "$AVVIK_CLAMAV"
  private_folder "$AVVIK_CLAMAV/db"
  private_folder "$AVVIK_CLAMAV/tmp"
  cp -p "$signatures"/*.?db "$AVVIK_CLAMAV/db"
  sed "s|@PLACE@|$AVVIK_CLAMAV|g" "$signatures/clamd.conf" >"$AVVIK_CLAMAV/clamd.conf"
  # Left behind by one that was killed.
  is_supervised clamd || rm -f "$AVVIK_CLAMD"
  start_process clamd TERM /usr/sbin/clamd --foreground --config-file "$AVVIK_CLAMAV/clamd.conf"
}

# The socket is there when the signatures have been read.
clamd_answers() { [[ -S $AVVIK_CLAMD ]]; }

# ask_redis COMMAND…: what Redis answers to whoever operates the machine.
ask_redis() { REDISCLI_AUTH=$(<"$(redis_secret operator)") redis-cli -s "$AVVIK_REDIS" --user avvik-operator "$@"; }

redis_answers() { [[ $(ask_redis ping) == PONG ]]; }

# Starts all three and returns when all answer. What runs already is left alone.
start_backends() {
  make_home
  start_redis
  start_clamd
  start_postgres
  wait_for_process postgres 60 "$(postgres_programs)/pg_isready" -q -h "$(postgres_host)" -d postgres -U "$AVVIK_PG_ADMIN"
  make_databases
  wait_for_process redis 60 redis_answers
  wait_for_process clamd 60 clamd_answers
}

stop_backends() { stop_processes clamd redis postgres; }

# Deletes what the backends keep. They must have been stopped.
delete_backend_data() {
  rm -rf "$AVVIK_HOME/redis" "${AVVIK_CLAMAV:?}"
  if ((EUID == 0)); then
    local home
    for home in "$avvik_pg_places"/*/home; do
      [[ ! -f $home || $(<"$home") != "$AVVIK_HOME" ]] || rm -rf "$(dirname "$home")"
    done
    rmdir "$avvik_pg_places" 2>/dev/null || true
  fi
  rm -rf "$AVVIK_HOME/postgres"
}
