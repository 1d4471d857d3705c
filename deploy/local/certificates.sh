# shellcheck shell=bash
# The local certificate authority, made once, and what it certifies: the services, for mutual TLS between them, and
# the mail server. A service's certificate is good for a week; whatever has less than half of its time left is made
# anew at every start, and by renew-certificates while the suite runs. Services take a new one in use by themselves.

AVVIK_SERVICE_CERTIFICATE_DAYS=7

make_authority() {
  private_folder "$AVVIK_TLS"
  [[ ! -s $AVVIK_TLS/ca.pem ]] || return 0
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -noenc -days 3650 -keyout "$AVVIK_TLS/ca.key" \
    -out "$AVVIK_TLS/ca.new" -subj '/CN=Avvik local certificate authority' \
    -addext basicConstraints=critical,CA:TRUE,pathlen:0 -addext keyUsage=critical,keyCertSign &&
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

certify_service() { certify "avvik-$1" "$AVVIK_SERVICE_CERTIFICATE_DAYS" "DNS:avvik-$1" serverAuth,clientAuth; }

# The services' certificates: makes whatever is missing or has less than half of its time left.
renew_service_certificates() {
  local service
  umask 077
  make_authority || return 1
  for service in "${AVVIK_SERVICES[@]}"; do
    is_fresh "avvik-$service" $((AVVIK_SERVICE_CERTIFICATE_DAYS / 2)) || certify_service "$service" || return 1
  done
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
