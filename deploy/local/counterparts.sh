# shellcheck shell=bash
# What a municipality has around Avvik and a single machine lacks: an OpenID provider and a mail server.

# The local certificate authority, made once, and the mail server's certificate by it, made anew a month before it
# runs out.
make_certificates() {
  private_folder "$AVVIK_TLS"
  (
    cd "$AVVIK_TLS"
    umask 077
    if [[ ! -s ca.pem ]]; then
      openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -noenc -days 3650 -keyout ca.key -out ca.pem \
        -subj '/CN=Avvik local certificate authority' -addext basicConstraints=critical,CA:TRUE,pathlen:0 \
        -addext keyUsage=critical,keyCertSign
    fi
    if ! openssl x509 -in mail.pem -noout -checkend $((30 * 86400)); then
      openssl req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -noenc -keyout mail.key -out mail.csr -subj /CN=localhost
      openssl x509 -req -in mail.csr -CA ca.pem -CAkey ca.key -days 825 -out mail.new -extfile <(
        printf 'subjectAltName=DNS:localhost,IP:127.0.0.1\nextendedKeyUsage=serverAuth\nbasicConstraints=CA:FALSE\n'
      )
      mv mail.new mail.pem
    fi
  ) >"$AVVIK_LOG/tls.log" 2>&1 || {
    show_tail "$AVVIK_LOG/tls.log"
    fail "cannot make the mail server's certificate"
  }
}

# Adds an organisation file to those whose people can sign in; it becomes the one named last. Files that are gone are
# dropped.
offer_people_of() {
  local file other
  file=$(realpath "$1")
  {
    while IFS= read -r other; do
      [[ $other == "$file" || ! -f $other ]] || printf '%s\n' "$other"
    done < <(cat "$AVVIK_ORGANISATIONS" 2>/dev/null || true)
    printf '%s\n' "$file"
  } >"$AVVIK_ORGANISATIONS.new"
  mv "$AVVIK_ORGANISATIONS.new" "$AVVIK_ORGANISATIONS"
}

start_oidc_provider() {
  start_process oidc-provider TERM "$(find_node)" "$AVVIK_ROOT/deploy/local/oidc-provider.mjs" \
    --port "$AVVIK_OIDC_PORT" --home "$AVVIK_HOME" --organisations "$AVVIK_ORGANISATIONS" --web-url "$AVVIK_URL" \
    --token-seconds "$AVVIK_TOKEN_SECONDS"
}

start_mail_server() {
  make_certificates
  [[ -s $AVVIK_SECRETS/smtp.secret ]] ||
    (umask 077 && openssl rand -hex 32 | tr -d '\n' >"$AVVIK_SECRETS/smtp.secret")
  start_process mail-server TERM "$(find_node)" "$AVVIK_ROOT/deploy/local/mail-server.mjs" \
    --port "$AVVIK_SMTP_PORT" --folder "$AVVIK_MAIL" --certificate "$AVVIK_TLS/mail.pem" --key "$AVVIK_TLS/mail.key" \
    --password-file "$AVVIK_SECRETS/smtp.secret" --behaviour "$AVVIK_MAIL/behaviour.json"
}

oidc_provider_answers() { curl -fsS --max-time 5 "$AVVIK_ISSUER/.well-known/openid-configuration"; }
mail_server_answers() { (exec 3<>"/dev/tcp/127.0.0.1/$AVVIK_SMTP_PORT") }

# Returns at once; wait_for_counterparts says when both answer.
start_counterparts() {
  start_oidc_provider
  start_mail_server
}

wait_for_counterparts() {
  wait_for_process oidc-provider 30 oidc_provider_answers
  wait_for_process mail-server 30 mail_server_answers
}
