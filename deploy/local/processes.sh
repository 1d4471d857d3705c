# shellcheck shell=bash
# Starting and stopping background processes by name. Each runs under a supervisor (supervise) of its own,
# which starts it again when it dies. In $AVVIK_PIDS lie for each NAME:
#   NAME.supervisor  and  NAME.pid   who they are: process id and start time, so that a process id which
#                                    the kernel has since given to somebody else is never signalled
#   NAME.command                     a digest of what was started
#   NAME.ended                       one line for each unexpected end: time, exit status, seconds it lived

# Prints the start time of a live process in clock ticks since boot; fails when there is none.
process_start_time() {
  local stat
  { stat=$(<"/proc/$1/stat"); } 2>/dev/null || return 1
  stat=${stat##*) }
  local -a fields
  read -r -a fields <<<"$stat"
  [[ ${fields[0]} != Z && ${fields[0]} != X ]] || return 1
  printf '%s\n' "${fields[19]}"
}

# Writes who a process is into a file.
note_process() {
  local file=$1 pid=$2 start
  start=$(process_start_time "$pid") || return 1
  printf '%s %s\n' "$pid" "$start" >"$file.new"
  mv "$file.new" "$file"
}

# Prints the process id noted in a file if that very process is alive; fails otherwise.
noted_process() {
  local pid start
  read -r pid start 2>/dev/null <"$1" || return 1
  [[ $(process_start_time "$pid") == "$start" ]] || return 1
  printf '%s\n' "$pid"
}

is_supervised() { noted_process "$AVVIK_PIDS/$1.supervisor" >/dev/null; }

# A digest of a command line and of the state of our own files it names.
command_digest() {
  local argument
  {
    printf '%s\n' "$@"
    for argument in "$@"; do
      case $argument in
        "$AVVIK_ROOT"/*.mjs) find "$(dirname "$argument")" -name '*.mjs' -printf '%p %s %T@\n' | sort ;;
        "$AVVIK_ROOT"/deploy/* | "$AVVIK_BIN"/*) find "$argument" -type f -printf '%p %s %T@\n' 2>/dev/null | sort ;;
      esac
    done
  } | sha256sum | cut -c 1-32
}

# start_process NAME SIGNAL COMMAND…: starts COMMAND in the background, to be stopped by SIGNAL. Leaves one
# alone that runs already, unless its command or one of the files it names has changed.
start_process() {
  local name=$1 signal=$2 digest
  shift 2
  digest=$(command_digest "$signal" "$@")
  if is_supervised "$name"; then
    [[ $(cat "$AVVIK_PIDS/$name.command" 2>/dev/null) != "$digest" ]] || return 0
  fi
  stop_processes "$name"
  rm -f "$AVVIK_PIDS/$name.ended"
  rotate_log "$AVVIK_LOG/$name.log"
  printf '%s\n' "$digest" >"$AVVIK_PIDS/$name.command"
  AVVIK_PIDS=$AVVIK_PIDS setsid "$AVVIK_ROOT/deploy/local/supervise" "$name" "$signal" "$@" </dev/null >>"$AVVIK_LOG/$name.log" 2>&1 9>&- &
  note_process "$AVVIK_PIDS/$name.supervisor" $! || fail "cannot start $name; see $AVVIK_LOG/$name.log"
}

rotate_log() {
  local log=$1 size
  size=$(stat -c %s "$log" 2>/dev/null) || return 0
  ((size < 20000000)) || mv "$log" "$log.1"
}

# Waits until none of the noted processes is alive; fails after SECONDS.
wait_for_end() {
  local deadline=$((SECONDS + $1)) file
  shift
  for file in "$@"; do
    while noted_process "$file" >/dev/null; do
      ((SECONDS < deadline)) || return 1
      sleep 0.02
    done
  done
}

# stop_processes NAME…: stops them together. Whoever has not gone when its supervisor's patience (see
# there) should be over is killed.
stop_processes() {
  local name pid file
  local -a files=()
  for name in "$@"; do
    files+=("$AVVIK_PIDS/$name.supervisor" "$AVVIK_PIDS/$name.pid")
    if pid=$(noted_process "$AVVIK_PIDS/$name.supervisor"); then
      kill -TERM "$pid" 2>/dev/null || true
    elif pid=$(noted_process "$AVVIK_PIDS/$name.pid"); then
      kill -INT "$pid" 2>/dev/null || true
    fi
  done
  if ! wait_for_end 20 "${files[@]}"; then
    for file in "${files[@]}"; do
      if pid=$(noted_process "$file"); then
        warn "killing process $pid, which does not stop ($(basename "$file"))"
        kill -KILL "$pid" 2>/dev/null || true
      fi
    done
    wait_for_end 5 "${files[@]}" || fail "a process cannot be killed; see $AVVIK_PIDS"
  fi
  rm -f "${files[@]}"
}

# How often a process has ended unexpectedly since it was started.
unexpected_ends() {
  local count=0
  [[ ! -f $AVVIK_PIDS/$1.ended ]] || count=$(wc -l <"$AVVIK_PIDS/$1.ended")
  printf '%s\n' "$count"
}

# Names of everything noted as started under this AVVIK_HOME.
started_processes() {
  local file
  for file in "$AVVIK_PIDS"/*.supervisor "$AVVIK_PIDS"/*.pid; do
    [[ ! -f $file ]] || basename "${file%.*}"
  done | sort -u
}
