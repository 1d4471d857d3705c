# shellcheck shell=bash
# shellcheck disable=SC2034  # read by the scripts that source this one
# Where everything is in production, and the units made of it. $root is the tree they are put into, empty for the machine
# itself.

# shellcheck source=deploy/local/settings.sh
. "$(dirname "${BASH_SOURCE[0]}")/../local/settings.sh"
# shellcheck source=deploy/local/build.sh
. "$AVVIK_ROOT/deploy/local/build.sh"
# shellcheck source=deploy/local/backends.sh
. "$AVVIK_ROOT/deploy/local/backends.sh"
# shellcheck source=deploy/local/certificates.sh
. "$AVVIK_ROOT/deploy/local/certificates.sh"
# shellcheck source=deploy/local/services.sh
. "$AVVIK_ROOT/deploy/local/services.sh"

prefix=/opt/avvik
config=/etc/avvik
# Not /etc/systemd/system, so that units can be masked and edited there.
units=/usr/local/lib/systemd/system
systemd=$AVVIK_ROOT/deploy/systemd
AVVIK_SECRETS=$config/secrets
AVVIK_MASTER_KEYS=$AVVIK_SECRETS/master.keys
AVVIK_TLS=$config/authority

# What avvik.env may say and need not: the variable and its default.
defaults=(
  AVVIK_POSTGRES=host=/run/postgresql AVVIK_REDIS=/run/redis-avvik/redis.sock AVVIK_CLAMD=unix:/run/clamav/clamd.ctl
  AVVIK_SMTP_CA=/etc/ssl/certs/ca-certificates.crt AVVIK_LISTEN=127.0.0.1:8080 AVVIK_PROXIES=1
  AVVIK_SESSION_IDLE=30m AVVIK_SESSION_LIMIT=12h AVVIK_SESSION_RATE=50 AVVIK_LOG_LEVEL=info
)
# What it must say.
required_settings=(AVVIK_ISSUER AVVIK_PUBLIC_URL AVVIK_SMTP)

# The port of each service's figures for Prometheus, on loopback; the gateway has them at its own.
port_of() {
  local -A ports=([intake]=8091 [triage]=8092 [escalation]=8093 [metrics]=8094 [delivery]=8095 [gateway]=8080)
  REPLY=${ports[$1]}
}

# In the place of the local environment's: see deploy/local/flags.sh. Notes the secrets that were asked for.
place() {
  case $1:$2 in
    address:*) REPLY=unix:/run/avvik/$2/$2.sock ;;
    database:*) REPLY="\"\${AVVIK_POSTGRES} dbname=$2 user=$2\"" ;;
    owner:*) REPLY="\"\${AVVIK_POSTGRES} dbname=$2 user=$2_owner\"" ;;
    deploy:*) REPLY=$prefix/deploy/$2 ;;
    secret:*)
      secrets+=("$2")
      REPLY=%d/$2
      ;;
    # Files and no credentials, which are read at the start only: certificates are renewed each half week.
    tls:*) REPLY=$config/tls/$2 ;;
    setting:static) REPLY=$prefix/web ;;
    setting:metrics-listen-*)
      port_of "${2#metrics-listen-}"
      REPLY=127.0.0.1:$REPLY
      ;;
    # The default, 10 s.
    setting:gateway-drain) return 1 ;;
    setting:*)
      REPLY=${2^^}
      REPLY="\${AVVIK_${REPLY//-/_}}"
      ;;
    *) return 1 ;;
  esac
}

# credential_of SECRET: prints how a secret is handed over: sealed to this machine when NAME.cred is there, else as the file.
credential_of() {
  if [[ -e ${root:-}$config/secrets/$1.cred ]]; then
    printf 'LoadCredentialEncrypted=%s:%s\n' "$1" "$config/secrets/$1.cred"
  else
    printf 'LoadCredential=%s:%s\n' "$1" "$config/secrets/$1"
  fi
}

# unit_of NAME: sets REPLY to the unit of a service, and secrets to the names of the secrets that it is given.
unit_of() {
  local name=$1 command after groups=avvik-redis out='' credentials defaults_lines port secret i
  secrets=()
  flags_of "$name"
  command="$prefix/bin/avvik-$name"
  for ((i = 0; i < ${#REPLIES[@]}; i += 2)); do
    command+=$' \\\n  '"${REPLIES[i]} ${REPLIES[i + 1]}"
  done
  port_of "$name"
  port=$REPLY
  after=postgresql.service
  case $name in
    intake | escalation) after+=' clamav-daemon.service' groups+=' clamav' ;;
    delivery) out=' and to the mail server' ;;
    gateway) after="${AVVIK_SERVICES[*]/#/avvik-}" after="${after// avvik-gateway/}" after="${after// /.service }.service" ;;
  esac
  printf -v defaults_lines 'Environment=%s\n' "${defaults[@]}"
  credentials=$(for secret in "${secrets[@]}"; do credential_of "$secret"; done)
  REPLY=$(<"$systemd/service.unit")
  REPLY=${REPLY//@DEFAULTS@/"${defaults_lines%$'\n'}"}
  REPLY=${REPLY//@CREDENTIALS@/"$credentials"}
  REPLY=${REPLY//@COMMAND@/"$command"}
  REPLY=${REPLY//@AFTER@/"$after"}
  REPLY=${REPLY//@GROUPS@/"$groups"}
  REPLY=${REPLY//@OUT@/"$out"}
  REPLY=${REPLY//@PORT@/"$port"}
  REPLY=${REPLY//@NAME@/"$name"}
}

service_units=("${AVVIK_SERVICES[@]/#/avvik-}")
service_units=("${service_units[@]/%/.service}")
other_units=(avvik.target avvik-certificates.service avvik-certificates.timer)

users() {
  local name
  printf '# Made by deploy/systemd/install.\n%s\n%s\n' 'g avvik -' 'g avvik-redis -'
  for name in "${AVVIK_SERVICES[@]}"; do printf 'u avvik-%s - "Avvik %s"\n' "$name" "$name"; done
}
