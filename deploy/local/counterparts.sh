# shellcheck shell=bash
# What a municipality has around Avvik and a single machine lacks: an OpenID provider and a mail server.

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
  [[ -s $AVVIK_SECRETS/smtp.secret ]] ||
    (umask 077 && openssl rand -hex 32 | tr -d '\n' >"$AVVIK_SECRETS/smtp.secret")
  start_process mail-server TERM "$(find_node)" "$AVVIK_ROOT/deploy/local/mail-server.mjs" \
    --port "$AVVIK_SMTP_PORT" --folder "$AVVIK_MAIL" --certificate "$AVVIK_TLS/mail.pem" --key "$AVVIK_TLS/mail.pem" \
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
