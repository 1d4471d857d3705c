# shellcheck shell=bash
# The local certificate authority, made once, and what it certifies: the services, for mutual TLS between them, and
# the mail server. A service's certificate is good for a week; whatever has less than half of its time left is made
# anew at every start, and by renew-certificates while the suite runs. Services take a new one in use by themselves. What was
# certified for a service lies in issued/ as long as it is good, so that all of it can be revoked; revoked.pem is the list of what was.

AVVIK_SERVICE_CERTIFICATE_DAYS=7

make_authority() {
  private_folder "$AVVIK_TLS"
  [[ ! -s $AVVIK_TLS/ca.pem ]] || return 0
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -noenc -days 3650 -keyout "$AVVIK_TLS/ca.key" \
    -out "$AVVIK_TLS/ca.new" -subj '/CN=Avvik local certificate authority' \
    -addext basicConstraints=critical,CA:TRUE,pathlen:0 -addext keyUsage=critical,keyCertSign,cRLSign &&
    mv "$AVVIK_TLS/ca.new" "$AVVIK_TLS/ca.pem"
}

# certify NAME DAYS NAMES PURPOSES: a new key and a certificate for it. NAME.pem holds both, so that no reader ever
# finds the one without the other.
certify() {
  local name=$1 days=$2 names=$3 purposes=$4
  (
    cd "$AVVIK_TLS" || exit
    openssl req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -noenc -keyout "$name.new" -out "$name.csr" \
      -subj "/CN=${name%.local}" &&
      openssl x509 -req -in "$name.csr" -CA ca.pem -CAkey ca.key -days "$days" -out "$name.crt" -extfile <(
        printf 'subjectAltName=%s\nextendedKeyUsage=%s\nbasicConstraints=CA:FALSE\nkeyUsage=digitalSignature\n' \
          "$names" "$purposes"
      ) &&
      cat "$name.crt" >>"$name.new" &&
      mv "$name.new" "$name.pem" &&
      rm -f "$name.csr" "$name.crt"
  )
}

# is_fresh NAME DAYS: whether its certificate is good for that long yet.
is_fresh() { openssl x509 -in "$AVVIK_TLS/$1.pem" -noout -checkend $(($2 * 86400)); }

certify_service() {
  private_folder "$AVVIK_TLS/issued"
  find "$AVVIK_TLS/issued" -type f -mtime "+$AVVIK_SERVICE_CERTIFICATE_DAYS" -delete
  certify "avvik-$1" "$AVVIK_SERVICE_CERTIFICATE_DAYS" "DNS:avvik-$1" serverAuth,clientAuth &&
    openssl x509 -in "$AVVIK_TLS/avvik-$1.pem" -out "$(mktemp "$AVVIK_TLS/issued/avvik-$1.XXXXXX")"
}

# as_authority …: what the authority does with its list (openssl ca).
as_authority() {
  [[ -e $AVVIK_TLS/revoked.index ]] || : >"$AVVIK_TLS/revoked.index"
  openssl ca -cert "$AVVIK_TLS/ca.pem" -keyfile "$AVVIK_TLS/ca.key" "$@" -config <(
    printf '%s\n' '[ca]' 'default_ca = a' '[a]' "database = $AVVIK_TLS/revoked.index" 'unique_subject = no' \
      'default_md = sha256' "default_crl_days = $AVVIK_SERVICE_CERTIFICATE_DAYS"
  )
}

make_revocation_list() { as_authority -gencrl -out "$AVVIK_TLS/revoked.new" && mv "$AVVIK_TLS/revoked.new" "$AVVIK_TLS/revoked.pem"; }

# A list is made anew when half of its time is over.
is_revocation_list_fresh() { [[ $(find "$AVVIK_TLS/revoked.pem" -mtime "-$((AVVIK_SERVICE_CERTIFICATE_DAYS / 2))" 2>/dev/null) ]]; }

# revoke_service NAME: gives a service a new key and certificate, and revokes all that it had.
revoke_service() {
  local certificate serial
  local -a issued
  umask 077
  private_folder "$AVVIK_TLS/issued"
  # The one in use may be older than this folder.
  openssl x509 -in "$AVVIK_TLS/avvik-$1.pem" -out "$AVVIK_TLS/issued/avvik-$1.last" || return 1
  issued=("$AVVIK_TLS/issued/avvik-$1".*)
  certify_service "$1" || return 1
  for certificate in "${issued[@]}"; do
    serial=$(openssl x509 -in "$certificate" -noout -serial) || return 1
    grep -q "${serial#*=}" "$AVVIK_TLS/revoked.index" || as_authority -revoke "$certificate" || return 1
    rm "$certificate"
  done
  make_revocation_list
}

# The services' certificates: makes whatever is missing or has less than half of its time left.
renew_service_certificates() {
  local service
  umask 077
  make_authority || return 1
  for service in "${AVVIK_SERVICES[@]}"; do
    is_fresh "avvik-$service" $((AVVIK_SERVICE_CERTIFICATE_DAYS / 2)) || certify_service "$service" || return 1
  done
  is_revocation_list_fresh || make_revocation_list
}

renew_certificates() {
  renew_service_certificates || return 1
  is_fresh mail 30 || certify mail 825 DNS:localhost,IP:127.0.0.1 serverAuth
}

make_certificates() {
  private_folder "$AVVIK_TLS"
  (renew_certificates) >"$AVVIK_LOG/tls.log" 2>&1 || {
    show_tail "$AVVIK_LOG/tls.log"
    fail "cannot make the certificates"
  }
}

start_certificate_renewal() {
  start_process renew-certificates TERM "$AVVIK_ROOT/deploy/local/renew-certificates" "$AVVIK_HOME"
}
