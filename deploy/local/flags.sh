# shellcheck shell=bash
# Reads deploy/services.flags. Whoever sources this says what the places are: place KIND NAME sets REPLY, or returns 1
# where there is none.

# is_for WHOM NAME: whether a row is for a service.
is_for() {
  case $1 in
    all) ;;
    inner) [[ $2 != gateway ]] ;;
    *) [[ ,$1, == *",$2,"* ]] ;;
  esac
}

# flags_of NAME: sets REPLIES to the flags and values of a service, one after the other.
flags_of() {
  local name=$1 whom flag value
  REPLIES=()
  while read -r whom flag value; do
    is_for "$whom" "$name" || continue
    value=${value//@/"$name"}
    if [[ $value =~ ^\{([a-z]+):([^}]+)\}$ ]]; then
      place "${BASH_REMATCH[1]}" "${BASH_REMATCH[2]}" || continue
      value=$REPLY
    fi
    REPLIES+=("$flag" "$value")
  done < <(grep -v -e '^#' -e '^$' "$AVVIK_ROOT/deploy/services.flags")
}
