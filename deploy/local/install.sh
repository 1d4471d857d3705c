#!/usr/bin/env bash
# Installs what the machine lacks to build and run Avvik: Debian packages, through sudo when not root,
# and what package-lock.json pins from npm. Touches nothing when nothing is missing.
#
#   deploy/local/install.sh           to build and run
#   deploy/local/install.sh --test    to run the tests as well
#   deploy/local/install.sh --fuzz    to fuzz as well
set -euo pipefail
# shellcheck source=deploy/local/settings.sh
. "$(dirname "${BASH_SOURCE[0]}")/settings.sh"

# What CMake looks for (cmake/Dependencies.cmake), and the tools it runs.
build_packages=(
  g++ cmake ninja-build ccache mold pkg-config
  libgrpc++-dev protobuf-compiler-grpc protobuf-compiler libprotobuf-dev libabsl-dev
  libhiredis-dev libpq-dev libboost-dev libssl-dev libsodium-dev libp11-kit-dev zlib1g-dev libcurl4-openssl-dev
  libyaml-cpp-dev libcli11-dev libfmt-dev nlohmann-json3-dev prometheus-cpp-dev
  libpango1.0-dev libcairo2-dev librsvg2-dev libqpdf-dev libxml2-dev
  libgtest-dev libgmock-dev
)
# What ./run starts and calls.
run_packages=(postgresql redis-server clamav-daemon curl ca-certificates openssl tzdata fonts-open-sans)
# What ./test calls besides.
test_packages=(python3 shellcheck nginx systemd chromium fonts-liberation softhsm2 opensc poppler-utils qpdf)
# What tests/fuzz/run builds with: libFuzzer is clang's.
fuzz_packages=(clang libclang-rt-14-dev)

install_log=$AVVIK_ROOT/build/install.log

# Prints those of the packages that are not installed, one a line.
missing_packages() {
  local installed
  installed=$(dpkg-query -W -f '${Package} ${db:Status-Status}\n' "$@" 2>/dev/null | sed -n 's/ installed$//p' || true)
  printf '%s\n' "$@" | grep -vxF -f <(printf '%s\n' "$installed") || true
}

# Runs a command as root. Only asks for a password where there is somebody to ask.
as_root() {
  if ((EUID == 0)); then
    "$@"
  elif [[ -t 0 ]]; then
    sudo "$@"
  else
    sudo -n "$@"
  fi
}

apt() {
  as_root env DEBIAN_FRONTEND=noninteractive \
    apt-get -q -y -o DPkg::Lock::Timeout=300 -o Acquire::Retries=3 "$@" >>"$install_log" 2>&1 || {
    show_tail "$install_log" 15
    fail "apt-get $1 failed; everything it said is in $install_log"
  }
}

# Debian starts a server of its own when a server package is installed. Avvik runs its own under
# AVVIK_HOME, so the ones that come with this installation stay off; one that was there is left alone.
# (ClamAV's daemon would fail for want of signatures, and freshclam fetch them from the network.)
install_packages() {
  local no_cluster=/etc/postgresql-common/createcluster.d/avvik.conf
  local no_start=/usr/sbin/policy-rc.d service
  local -a missing=("$@") idle=()
  if [[ " ${missing[*]} " == *' postgresql '* ]]; then
    as_root mkdir -p "$(dirname "$no_cluster")"
    as_root sh -c "echo 'create_main_cluster = false' >$no_cluster"
  fi
  if [[ " ${missing[*]} " == *' clamav-daemon '* ]]; then
    idle+=(clamav-daemon)
    [[ -z $(missing_packages clamav-freshclam) ]] || idle+=(clamav-freshclam)
  fi
  [[ " ${missing[*]} " != *' nginx '* ]] || idle+=(nginx)
  if ((${#idle[@]} > 0)) && [[ ! -e $no_start ]]; then
    trap 'as_root rm -f /usr/sbin/policy-rc.d' EXIT
    as_root sh -c "printf '#!/bin/sh\\nexit 101\\n' >$no_start && chmod 0755 $no_start"
  fi
  apt update
  say "  downloading and unpacking (a few minutes; details in $install_log)"
  apt install --no-install-recommends "${missing[@]}"
  for service in "${idle[@]}"; do
    as_root update-rc.d "$service" disable >>"$install_log" 2>&1 || true
  done
  if [[ " ${missing[*]} " == *' postgresql '* ]]; then
    as_root rm -f "$no_cluster"
  fi
  if [[ " ${missing[*]} " == *' redis-server '* ]]; then
    as_root invoke-rc.d redis-server stop >>"$install_log" 2>&1 || true
    as_root update-rc.d redis-server disable >>"$install_log" 2>&1 || true
  fi
}

install_debian_packages() {
  command -v apt-get >/dev/null ||
    fail "this is not Debian: install by other means what $AVVIK_ROOT/deploy/local/install.sh lists, and use ./run --no-install"
  local -a missing
  mapfile -t missing < <(missing_packages "$@")
  # Node.js and npm may come from elsewhere than Debian.
  command -v npm >/dev/null || missing+=(npm)
  ((${#missing[@]} > 0)) || return 0
  if ((EUID != 0)); then
    command -v sudo >/dev/null ||
      fail "these Debian packages are missing, and you are not root and there is no sudo: ${missing[*]}"
    as_root true ||
      fail "these Debian packages are missing, and sudo does not let $(id -un) install them: ${missing[*]}"
  fi
  mkdir -p "$(dirname "$install_log")"
  say "Installing ${#missing[@]} Debian packages: ${missing[*]}"
  local began=$SECONDS
  install_packages "${missing[@]}"
  say "  done in $((SECONDS - began)) s"
}

# Brings DIRECTORY/node_modules to what DIRECTORY/package-lock.json says. A copy of the lock file in
# node_modules tells what is there, and for which Node.js.
install_npm_packages() {
  local directory=$1
  local lock=$directory/package-lock.json copy=$directory/node_modules/.installed path=$PATH
  # npm leaves out what asks for a newer Node.js than the one npm runs on. Debian's is older than the one that the
  # packages of AVVIK_ROOT bring.
  [[ $directory == "$AVVIK_ROOT" ]] || path=$(dirname "$(find_node)"):$PATH
  local version
  version=$(PATH=$path node --version)
  cmp -s <(echo "$version" | cat - "$lock") "$copy" && return 0
  mkdir -p "$(dirname "$install_log")"
  say "Installing npm packages in ${directory/#"$AVVIK_ROOT"/.}"
  # A log of its own, told from the beginning: npm says the reason first, and then a page of usage.
  local npm_log=$AVVIK_ROOT/build/npm.log
  (cd "$directory" && PATH=$path npm ci --ignore-scripts --no-audit --no-fund >"$npm_log" 2>&1) || {
    head -n 15 "$npm_log" >&2
    fail "npm ci failed in $directory; everything it said is in $npm_log"
  }
  echo "$version" | cat - "$lock" >"$copy"
}

main() {
  local -a packages=("${build_packages[@]}" "${run_packages[@]}")
  case ${1:-} in
    '') ;;
    --test) packages+=("${test_packages[@]}") ;;
    --fuzz) packages+=("${fuzz_packages[@]}") ;;
    *) fail "install.sh knows only --test and --fuzz, not '$1'" ;;
  esac
  install_debian_packages "${packages[@]}"
  local directory
  for directory in "$AVVIK_ROOT" "$AVVIK_ROOT/web"; do
    [[ ! -f $directory/package-lock.json ]] || install_npm_packages "$directory"
  done
}

main "$@"
