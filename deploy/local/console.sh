# shellcheck shell=bash
# What the scripts tell people. Everything goes to stderr: stdout belongs to what a command is asked for.

say() { printf '%s\n' "$*" >&2; }
warn() { printf 'avvik: %s\n' "$*" >&2; }
fail() {
  printf 'avvik: %s\n' "$*" >&2
  exit 1
}

# Shows the end of a log, indented, under a line that names it.
show_tail() {
  local log=$1 lines=${2:-20}
  say "The last lines of $log:"
  tail -n "$lines" "$log" 2>/dev/null | cut -c 1-400 | sed 's/^/    /' >&2 || true
}
