# shellcheck shell=bash
# The whole suite under $AVVIK_HOME: start, stop, and what to tell people.

# shellcheck source=deploy/local/processes.sh
. "$AVVIK_ROOT/deploy/local/processes.sh"
# shellcheck source=deploy/local/backends.sh
. "$AVVIK_ROOT/deploy/local/backends.sh"
# shellcheck source=deploy/local/certificates.sh
. "$AVVIK_ROOT/deploy/local/certificates.sh"
# shellcheck source=deploy/local/counterparts.sh
. "$AVVIK_ROOT/deploy/local/counterparts.sh"
# shellcheck source=deploy/local/build.sh
. "$AVVIK_ROOT/deploy/local/build.sh"
# shellcheck source=deploy/local/services.sh
. "$AVVIK_ROOT/deploy/local/services.sh"

# How long the services may take until they are ready; a sanitized build is slower.
: "${AVVIK_START_SECONDS:=60}"

# Only one script at a time starts or stops what lives in this AVVIK_HOME.
lock_home() {
  make_home
  exec 9>"$AVVIK_HOME/run/lock"
  flock -w 180 9 || fail "another ./run is starting or stopping what lives in $AVVIK_HOME"
}

unlock_home() { exec 9>&-; }

# Refuses to start NAME on a port that a stranger listens on.
check_port() {
  local name=$1 port=$2
  is_supervised "$name" && return 0
  if (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; then
    fail "port $port, which the $name needs, is taken by another program; choose others with AVVIK_PORT"
  fi
}

# The organisation file for a name (in deploy/organisations) or a path. Without one: what was chosen last.
organisation_file() {
  local chosen=${1:-} file
  if [[ -z $chosen ]]; then
    chosen=$(tail -n 1 "$AVVIK_ORGANISATIONS" 2>/dev/null || true)
    [[ -f $chosen ]] || chosen=kalix
  fi
  for file in "$AVVIK_ROOT/deploy/organisations/$chosen.yaml" "$chosen"; do
    if [[ -f $file ]]; then
      realpath "$file"
      return 0
    fi
  done
  fail "there is no organisation '$chosen'; there are: $(cd "$AVVIK_ROOT/deploy/organisations" && echo *.yaml)"
}

check_ports() {
  check_port gateway "$AVVIK_PORT"
  check_port oidc-provider "$AVVIK_OIDC_PORT"
  check_port mail-server "$AVVIK_SMTP_PORT"
}

start_suite() {
  local organisation=$1
  offer_people_of "$organisation"
  make_certificates
  start_counterparts
  start_backends
  wait_for_counterparts
  start_services
  start_certificate_renewal
  wait_until_ready
  "$AVVIK_ROOT/avvik" organisation apply "$organisation" >"$AVVIK_LOG/organisation.log" 2>&1 || {
    show_tail "$AVVIK_LOG/organisation.log"
    fail "the organisation $organisation could not be applied"
  }
}

# Prints the service that has ended unexpectedly most often, if any has.
most_restless_service() {
  local name count most=0 which=''
  for name in "${AVVIK_SERVICES[@]}"; do
    count=$(unexpected_ends "$name")
    ((count <= most)) || most=$count which=$name
  done
  printf '%s %s\n' "$most" "$which"
}

wait_until_ready() {
  local deadline=$((SECONDS + AVVIK_START_SECONDS)) ends service
  until gateway_is_ready >/dev/null 2>&1; do
    read -r ends service < <(most_restless_service)
    if ((ends >= 5)); then
      show_tail "$AVVIK_LOG/$service.log"
      fail "$service does not start"
    elif ((SECONDS >= deadline)); then
      say "What $AVVIK_URL/readyz says: $(curl -sS --max-time 5 "$AVVIK_URL/readyz" 2>&1 | cut -c 1-2000)"
      show_tail "$AVVIK_LOG/${service:-gateway}.log"
      fail "the suite is not ready after $AVVIK_START_SECONDS s; the logs are in $AVVIK_LOG"
    fi
    sleep 0.05
  done
}

# Stops everything noted under this AVVIK_HOME, callers before those they call.
stop_suite() {
  local -a others
  stop_processes gateway
  mapfile -t others < <(started_processes | grep -vxE 'postgres|redis|clamd' || true)
  stop_processes "${others[@]}"
  stop_backends
}

# Deletes all data of this AVVIK_HOME. It must have been stopped.
delete_suite_data() {
  delete_backend_data
  local name
  for name in log mail oidc organisations run secrets tls; do
    rm -rf "${AVVIK_HOME:?}/$name"
  done
  [[ $AVVIK_RUN == "$AVVIK_HOME/run" ]] || rm -rf "$AVVIK_RUN"
  rmdir "$AVVIK_HOME" 2>/dev/null || true
}

describe_suite() {
  cat <<TEXT

Avvik is ready: $AVVIK_URL
  mail it sends    $AVVIK_MAIL/new
  logs             $AVVIK_LOG
  command line     ./avvik --help
  stop             ./run --stop

The example people, to sign in as or for ./avvik token --as LOGIN:
TEXT
  "$(find_node)" "$AVVIK_ROOT/deploy/local/people.mjs" "$1"
}
