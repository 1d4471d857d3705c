# shellcheck shell=bash
# How each service of the suite is started: its command line, stated once.

# The gRPC address of a service.
address_of() { printf 'unix:%s/%s.sock\n' "$AVVIK_RUN" "$1"; }

# The files by which NAME proves who it is to the other services, and knows them.
tls_flags() {
  printf '%s\n' --tls-certificate "$AVVIK_TLS/avvik-$1.pem" --tls-key "$AVVIK_TLS/avvik-$1.pem" \
    --tls-authority "$AVVIK_TLS/ca.pem"
}

# start_service NAME FLAG…: a service sees nothing of the caller's environment but what is named here.
start_service() {
  local name=$1 variable
  shift
  local -a environment=(HOME="$HOME" PATH=/usr/bin:/bin LANG=C.UTF-8)
  for variable in ASAN_OPTIONS LSAN_OPTIONS UBSAN_OPTIONS TSAN_OPTIONS; do
    [[ -z ${!variable:-} ]] || environment+=("$variable=${!variable}")
  done
  local -a tls
  mapfile -t tls < <(tls_flags "$name")
  start_process "$name" TERM env -i "${environment[@]}" "$AVVIK_BIN/avvik-$name" "$@" "${tls[@]}" \
    --log-level "${AVVIK_LOG_LEVEL:-info}"
}

# start_inner_service NAME FLAG…: one with a database, reached by the others only.
start_inner_service() {
  local name=$1
  shift
  # What the example people's command line cannot do, where a test asks for it.
  [[ -z ${AVVIK_STRONG_SIGN_IN_FOR:-} ]] ||
    set -- "$@" --strong-sign-in-for "$AVVIK_STRONG_SIGN_IN_FOR" --strong-sign-in "$AVVIK_STRONG_SIGN_IN"
  start_service "$name" --listen "$(address_of "$name")" --database "$(conninfo "avvik_$name")" \
    --database-owner "$(conninfo "avvik_$name" "avvik_${name}_owner")" \
    --redis "$AVVIK_REDIS" --redis-password-file "$AVVIK_REDIS_PASSWORD" --event-key "$AVVIK_SECRETS/event.keys" \
    --roles "$AVVIK_ROOT/deploy/roles.yaml" --triage "$(address_of triage)" \
    --issuer "$AVVIK_ISSUER" --client-id "avvik-$name" --client-secret-file "$AVVIK_SECRETS/avvik-$name.secret" \
    --audit-key "$AVVIK_SECRETS/audit.key" "$@"
}

# The key that signs the trace, made once, and its public half for ./avvik audit verify.
make_audit_key() {
  (
    umask 077
    [[ -s $AVVIK_SECRETS/audit.key ]] || openssl genpkey -algorithm ed25519 -out "$AVVIK_SECRETS/audit.key"
    [[ -s $AVVIK_SECRETS/audit.pub ]] ||
      openssl pkey -in "$AVVIK_SECRETS/audit.key" -pubout -out "$AVVIK_SECRETS/audit.pub"
  ) || fail "cannot make the key that signs the trace"
}

# The key that proves events in Redis, made once; all services share it.
make_event_keys() {
  [[ -s $AVVIK_SECRETS/event.keys ]] || (umask 077 && openssl rand -hex 32 >"$AVVIK_SECRETS/event.keys")
}

# The key that seals sessions, made once.
make_session_keys() {
  [[ -s $AVVIK_SECRETS/session-keys.secret ]] ||
    (umask 077 && openssl rand -hex 32 >"$AVVIK_SECRETS/session-keys.secret")
}

# The file with the keys above all others; made once, and never deleted but with the data that it opens.
make_master_keys() {
  [[ -s $AVVIK_MASTER_KEYS ]] && return 0
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
    [[ -s receipt.key ]] || openssl rand -hex 32 | tr -d '\n' >receipt.key
    [[ -s proof.key ]] || openssl genpkey -algorithm ed25519 -out proof.key
    [[ -s proof.pem ]] || openssl pkey -in proof.key -pubout -out proof.pem
  ) || fail "cannot make the keys of anonymous reporting in $AVVIK_SECRETS"
}

start_services() {
  make_audit_key
  local deploy=$AVVIK_ROOT/deploy
  make_event_keys
  make_master_keys
  make_intake_keys
  start_inner_service triage --master-key "$AVVIK_MASTER_KEYS" --intake "$(address_of intake)" \
    --classification "$deploy/classification.yaml" --campaigns "$deploy/campaigns.yaml"
  start_inner_service intake --master-key "$AVVIK_MASTER_KEYS" --receipt-key "$AVVIK_SECRETS/receipt.key" \
    --proof-key "$AVVIK_SECRETS/proof.key" --campaigns "$deploy/campaigns.yaml" --clamd "unix:$AVVIK_CLAMD"
  start_inner_service escalation --master-key "$AVVIK_MASTER_KEYS" --regimes "$deploy/regimes"
  start_inner_service metrics --intake "$(address_of intake)" --escalation "$(address_of escalation)" \
    --delivery "$(address_of delivery)"
  start_inner_service delivery --master-key "$AVVIK_MASTER_KEYS" --intake "$(address_of intake)" --escalation "$(address_of escalation)" \
    --smtp "smtp://127.0.0.1:$AVVIK_SMTP_PORT" --smtp-ca "$AVVIK_TLS/ca.pem" --smtp-user avvik \
    --smtp-password-file "$AVVIK_SECRETS/smtp.secret" --templates "$deploy/templates" \
    --base-url "$AVVIK_URL"
  # Without a built web application the gateway serves the welcome page.
  local web=$AVVIK_ROOT/web/dist
  [[ -d $web ]] || web=$AVVIK_ROOT/web/static
  make_session_keys
  start_service gateway --listen "127.0.0.1:$AVVIK_PORT" --static "$web" --drain 5s \
    --public-url "$AVVIK_URL" --redis "$AVVIK_REDIS" --redis-password-file "$AVVIK_REDIS_PASSWORD" --issuer "$AVVIK_ISSUER" \
    --client-id avvik-web --client-secret-file "$AVVIK_SECRETS/avvik-web.secret" \
    --service-client-secret-file "$AVVIK_SECRETS/avvik-gateway.secret" \
    --session-key-file "$AVVIK_SECRETS/session-keys.secret" --session-idle "$AVVIK_SESSION_IDLE" \
    --session-limit "$AVVIK_SESSION_LIMIT" --session-rate "$AVVIK_SESSION_RATE" \
    --intake "$(address_of intake)" --triage "$(address_of triage)" --escalation "$(address_of escalation)" \
    --metrics "$(address_of metrics)" --delivery "$(address_of delivery)"
}

gateway_is_ready() { curl -fsS --max-time 5 "$AVVIK_URL/readyz"; }
