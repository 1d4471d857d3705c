# shellcheck shell=bash
# Building what the suite consists of, in $AVVIK_BUILD.

AVVIK_SERVICES=(intake triage escalation metrics delivery gateway)
# The programs that ./run and ./avvik need.
AVVIK_PROGRAMS=("${AVVIK_SERVICES[@]/#/avvik-}" avvik-cli)

# Turns ninja's lines into progress: one line that is written over on a terminal, elsewhere one for every tenth.
# What belongs to a failure is shown whole.
show_progress() {
  local line built total tenth=0 failed='' clear=''
  [[ ! -t 2 ]] || clear=$'\r\e[K'
  while IFS= read -r line; do
    [[ $line != FAILED:* && $line != 'ninja: error'* ]] || failed=1
    if [[ $failed ]]; then
      say "$clear$line"
    elif [[ $line =~ ^\[([0-9]+)/([0-9]+)\] ]]; then
      built=${BASH_REMATCH[1]} total=${BASH_REMATCH[2]}
      if [[ $clear ]]; then
        printf '%s  building %d of %d' "$clear" "$built" "$total" >&2
      elif ((total > 30 && 10 * built / total > tenth)); then
        tenth=$((10 * built / total))
        say "  built $built of $total"
      fi
    fi
  done
  [[ -z $clear || $failed ]] || printf '%s' "$clear" >&2
}

configure() {
  local preset
  preset=$(basename "$AVVIK_BUILD")
  [[ ! -f $AVVIK_BUILD/build.ninja ]] || return 0
  say "Configuring $AVVIK_BUILD"
  (cd "$AVVIK_ROOT" && cmake --preset "$preset" -B "$AVVIK_BUILD") >"$AVVIK_BUILD/configure.log" 2>&1 || {
    show_tail "$AVVIK_BUILD/configure.log" 30
    fail "cmake failed; everything it said is in $AVVIK_BUILD/configure.log"
  }
}

# build [TARGET…]: configures when needed and builds the targets, without any everything. One at a time for a folder.
build() {
  mkdir -p "$AVVIK_BUILD"
  (
    flock 8
    configure
    NINJA_STATUS='[%f/%t] ' ninja -C "$AVVIK_BUILD" "$@" 2>&1 | tee "$AVVIK_BUILD/build.log" | show_progress ||
      fail "the build failed; everything it said is in $AVVIK_BUILD/build.log"
  ) 8>"$AVVIK_BUILD/.lock"
}

# build_web [--check]: builds the web application, when a source of it has changed; with --check its types as well. The
# description of the API must have been built.
# shellcheck disable=SC2120  # ./test gives the argument
build_web() {
  local web=$AVVIK_ROOT/web node
  node=$(find_node)
  [[ -d $web/node_modules/vite ]] || fail "the web application's packages are missing: run deploy/local/install.sh"
  (
    flock 8
    AVVIK_OPENAPI=$AVVIK_BUILD/share/openapi.json "$node" "$web/scripts/build.mjs" "$@" >"$AVVIK_BUILD/web.log" 2>&1 || {
      show_tail "$AVVIK_BUILD/web.log" 30
      fail "the web application could not be built; everything it said is in $AVVIK_BUILD/web.log"
    }
  ) 8>"$web/node_modules/.build-lock"
}

build_suite() {
  build "${AVVIK_PROGRAMS[@]}"
  # shellcheck disable=SC2119
  build_web
}
