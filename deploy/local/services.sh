# shellcheck shell=bash
# How each service of the suite is started: what of deploy/services.flags is here, and the keys.

# shellcheck source=deploy/local/flags.sh
. "$AVVIK_ROOT/deploy/local/flags.sh"

# The gRPC address of a service.
address_of() { printf 'unix:%s/%s.sock\n' "$AVVIK_RUN" "$1"; }

# Where deploy/services.flags points to: place KIND NAME sets REPLY, or returns 1 where there is no such place.
place() {
  case $1:$2 in
    address:*) REPLY=$(address_of "$2") ;;
    database:*) REPLY=$(conninfo "$2") ;;
    owner:*) REPLY=$(conninfo "$2" "$2_owner") ;;
    # A municipality's own words of its mails, where there are such.
    deploy:templates) REPLY=${AVVIK_TEMPLATES:-$AVVIK_ROOT/deploy/templates} ;;
    deploy:*) REPLY=$AVVIK_ROOT/deploy/$2 ;;
    secret:*) REPLY=$AVVIK_SECRETS/$2 ;;
    tls:*) REPLY=$AVVIK_TLS/$2 ;;
    setting:redis) REPLY=$AVVIK_REDIS ;;
    setting:issuer) REPLY=$AVVIK_ISSUER ;;
    setting:log-level) REPLY=${AVVIK_LOG_LEVEL:-info} ;;
    setting:clamd) REPLY=unix:$AVVIK_CLAMD ;;
    setting:smtp) REPLY=smtp://127.0.0.1:$AVVIK_SMTP_PORT ;;
    setting:smtp-ca) REPLY=$AVVIK_TLS/ca.pem ;;
    setting:smtp-user) REPLY=avvik ;;
    setting:listen) REPLY=127.0.0.1:$AVVIK_PORT ;;
    setting:public-url) REPLY=$AVVIK_URL ;;
    setting:gateway-drain) REPLY=5s ;;
    setting:session-idle) REPLY=$AVVIK_SESSION_IDLE ;;
    setting:session-limit) REPLY=$AVVIK_SESSION_LIMIT ;;
    setting:session-rate) REPLY=$AVVIK_SESSION_RATE ;;
    # Without a built web application the gateway serves the welcome page.
    setting:static)
      REPLY=$AVVIK_ROOT/web/dist
      [[ -d $REPLY ]] || REPLY=$AVVIK_ROOT/web/static
      ;;
    *) return 1 ;;
  esac
}

# A service sees nothing of the caller's environment but what is named here. (LD_BIND_NOW: see deploy/systemd/service.unit.)
start_service() {
  local name=$1 variable
  local -a environment=(HOME="$HOME" PATH=/usr/bin:/bin LANG=C.UTF-8 LD_BIND_NOW=1) more=()
  for variable in ASAN_OPTIONS LSAN_OPTIONS UBSAN_OPTIONS TSAN_OPTIONS SOFTHSM2_CONF; do
    [[ -z ${!variable:-} ]] || environment+=("$variable=${!variable}")
  done
  # What the example people's command line cannot do, where a test asks for it.
  [[ $name == gateway || -z ${AVVIK_STRONG_SIGN_IN_FOR:-} ]] ||
    more=(--strong-sign-in-for "$AVVIK_STRONG_SIGN_IN_FOR" --strong-sign-in "$AVVIK_STRONG_SIGN_IN")
  [[ $name == gateway || -z ${AVVIK_SYSLOG:-} ]] ||
    more+=(--syslog "$AVVIK_SYSLOG" --syslog-ca "$AVVIK_SYSLOG_CA")
  # What a load is measured with: one person reads what many do.
  [[ $name == gateway || -z ${AVVIK_READS_PER_HOUR:-} ]] || more+=(--reads-per-hour "$AVVIK_READS_PER_HOUR")
  flags_of "$name"
  start_process "$name" TERM env -i "${environment[@]}" "$AVVIK_BIN/avvik-$name" "${REPLIES[@]}" "${more[@]}"
}

# has_secret NAME: whether a secret is there, as a file or sealed by systemd-creds (NAME.cred), which production may do.
has_secret() { [[ -s $AVVIK_SECRETS/$1 || -s $AVVIK_SECRETS/$1.cred ]]; }

# The key that signs the trace, made once, and its public half for ./avvik audit verify.
make_audit_key() {
  (
    umask 077
    has_secret audit.key || openssl genpkey -algorithm ed25519 -out "$AVVIK_SECRETS/audit.key"
    [[ -s $AVVIK_SECRETS/audit.pub ]] ||
      openssl pkey -in "$AVVIK_SECRETS/audit.key" -pubout -out "$AVVIK_SECRETS/audit.pub"
  ) || fail "cannot make the key that signs the trace"
}

# The key that proves events in Redis, made once; all services share it.
make_event_keys() {
  has_secret event.keys || (umask 077 && openssl rand -hex 32 >"$AVVIK_SECRETS/event.keys")
}

# The key that seals sessions, made once.
make_session_keys() {
  has_secret session-keys.secret ||
    (umask 077 && openssl rand -hex 32 >"$AVVIK_SECRETS/session-keys.secret")
}

# The file with the keys above all others; made once, and never deleted but with the data that it opens.
make_master_keys() {
  [[ ! -s $AVVIK_MASTER_KEYS && ! -s $AVVIK_MASTER_KEYS.cred ]] || return 0
  local key
  key=$(openssl rand -base64 32) || fail "cannot make a master key"
  (umask 077 && printf '%s\n' "# id:key; the first is the current one (docs/decisions/0011-keys-and-erasure.md)" \
    "$(date +%Y-%m-%d):$key" >"$AVVIK_MASTER_KEYS.new" && mv "$AVVIK_MASTER_KEYS.new" "$AVVIK_MASTER_KEYS")
}

# The keys of anonymous reporting, made once: the secret behind receipts, and the pair that signs proofs of filing, of
# which people get the public half (proof.pem).
make_intake_keys() {
  (
    cd "$AVVIK_SECRETS"
    umask 077
    has_secret receipt.key || openssl rand -hex 32 | tr -d '\n' >receipt.key
    has_secret proof.key || openssl genpkey -algorithm ed25519 -out proof.key
    [[ -s proof.pem ]] || openssl pkey -in proof.key -pubout -out proof.pem
  ) || fail "cannot make the keys of anonymous reporting in $AVVIK_SECRETS"
}

# Every key that is made here and not got from elsewhere.
make_keys() {
  make_audit_key
  make_event_keys
  make_master_keys
  make_intake_keys
  make_session_keys
}

start_services() {
  local service
  make_keys
  for service in "${AVVIK_SERVICES[@]}"; do start_service "$service"; done
}

gateway_is_ready() { curl -fsS --max-time 5 "$AVVIK_URL/readyz"; }
