# The functions of bash_driver.bash, apart from it so that they are defined after those that a saved state brings.

__azops_return() { return "$1"; }

# Whether there is a step's function or file to return from, seen from a handler.
__azops_inside() { ((${#BASH_SOURCE[@]} > 3)); }

__azops_errexit() { [[ $- == *e* ]]; }

# The ERR trap: status, line. False: return from here.
__azops_failed() {
  if ((BASH_SUBSHELL)); then
    # A command substitution writes to a pipe that is not the step's output; a job in the background does not.
    if [[ $__azops_watch && $BASH_SUBSHELL == 1 && -p /dev/fd/1 && ! /dev/fd/1 -ef $__azops_folder/stdout ]]; then
      local __azops_from=1 __azops_where=$2
      # From `exit` of ours to where it was called.
      while [[ ${BASH_SOURCE[__azops_from]-} == "$__azops_home/bash_driver_functions.bash" ]]; do
        __azops_where=${BASH_LINENO[__azops_from]} __azops_from=$((__azops_from + 1))
      done
      builtin trap "__azops_substituted \$? $__azops_where" EXIT
    fi
    return 0
  fi
  [[ $__azops_step ]] || return 0
  if [[ ! $__azops_unwinding ]]; then
    __azops_errexit || return 0
    __azops_unwinding=1 __azops_keep=$- __azops_status=$1
    builtin set +e
  fi
  # In a function it is the line of the call that tells where in the step this was.
  [[ ${FUNCNAME[1]-} != source || ${BASH_SOURCE[1]} != "$__azops_folder/step" ]] || __azops_line=$2
  ! __azops_inside
}

# In a command substitution that failed, as it ends (status, line): tells the shell, which looks at what it was part of.
__azops_substituted() {
  if (($1)); then
    builtin printf '%s %s\n' "$1" "$2" >"$__azops_folder/substituted"
    builtin kill -URG "$$"
  fi
}

# The URG trap: command. `export X=$(failing)` succeeds, as bash has it; here it is a failure.
__azops_noticed() {
  [[ $__azops_step && ! $__azops_unwinding ]] && __azops_errexit || return 0
  [[ $1 =~ ^(export|declare|typeset|readonly|local)[[:space:]] && $1 == *[\$\`]* ]] || return 0
  __azops_unwinding=1 __azops_keep=$-
  builtin set +e
  IFS=' ' builtin read -r __azops_status __azops_at <"$__azops_folder/substituted"
  [[ ${FUNCNAME[1]-} != source || ${BASH_SOURCE[1]} != "$__azops_folder/step" ]] || __azops_line=$__azops_at
  builtin printf 'bash: line %s: a command substitution of this command ended with status %s: %s\n' \
    "$__azops_at" "$__azops_status" "$1" >&2
  ! __azops_inside
}

# Ends the step with this status, whatever it is in.
__azops_leave() {
  [[ ! $__azops_leaving ]] || return
  # A user's ERR trap runs without errexit.
  [[ $__azops_unwinding ]] || __azops_keep=${__azops_in_err:-$-}
  builtin set +e
  __azops_leaving=1 __azops_unwinding=1 __azops_status=$1
  builtin shopt -q extdebug && __azops_undebug=extdebug
  [[ $- == *T* ]] && __azops_undebug+=T
  builtin shopt -s extdebug
  builtin set -T
  builtin trap '__azops_skip' DEBUG
}

__azops_skip() {
  # The driver's own commands go on: it is the step that ends.
  [[ $BASH_SUBSHELL != 0 || ${BASH_SOURCE[1]} == "$__azops_home"/* ]] && return 0
  return 2
}

# After leaving: what the user had of it.
__azops_left() {
  builtin trap - DEBUG
  [[ $__azops_undebug == extdebug* ]] || builtin shopt -u extdebug
  [[ $__azops_undebug == *T ]] || builtin set +T
  builtin set -E
  __azops_leaving='' __azops_undebug=''
  [[ ! ${__azops_traps[DEBUG]+x} ]] || __azops_arm DEBUG "${__azops_traps[DEBUG]}"
}

# The INT and TERM traps. False: return from here.
__azops_interrupted() {
  [[ $__azops_step ]] || return 0
  __azops_leave "$1"
  ! __azops_inside
}

exit() {
  local __azops_code=$?
  if ((BASH_SUBSHELL)) || [[ ! $__azops_step ]]; then
    (($#)) || set -- "$__azops_code"
    # Where a failure counts, this one meets the ERR trap.
    if [[ $__azops_watch && $1 =~ ^[0-9]+$ && $1 != 0 ]]; then __azops_return "$1"; fi
    builtin exit "$@"
  fi
  if (($# > 1)) || [[ ! ${1-0} =~ ^[+-]?[0-9]+$ ]]; then builtin exit "$@"; fi
  __azops_leave "$((${1-$__azops_code} & 255))"
  return "$__azops_status"
}

trap() {
  local __azops_signal __azops_action __azops_result=0
  if ((BASH_SUBSHELL)); then
    builtin trap "$@"
    return
  fi
  if (($# == 0)) || [[ $1 == -p ]]; then
    for __azops_signal in "${!__azops_traps[@]}"; do
      if (($# < 2)) || [[ " ${*^^} " == *" $__azops_signal "* || " ${*^^} " == *" SIG$__azops_signal "* ]]; then
        builtin printf 'trap -- %s %s\n' "${__azops_traps[$__azops_signal]@Q}" "$__azops_signal"
      fi
    done
    return 0
  fi
  [[ $1 != -l ]] || { builtin trap -l; return; }
  [[ $1 != -- ]] || shift
  if (($# == 1)); then __azops_action=-; else __azops_action=$1 && shift; fi
  for __azops_signal in "$@"; do
    __azops_signal=${__azops_signal^^}
    __azops_signal=${__azops_signal#SIG}
    [[ $__azops_signal != 0 ]] || __azops_signal=EXIT
    if [[ $__azops_signal =~ ^[0-9]+$ ]]; then __azops_signal=$(builtin kill -l "$__azops_signal") || return 1; fi
    if __azops_arm "$__azops_signal" "$__azops_action"; then
      if [[ $__azops_action == - ]]; then
        unset -v "__azops_traps[$__azops_signal]"
      else
        __azops_traps[$__azops_signal]=$__azops_action
      fi
    else
      __azops_result=1
    fi
  done
  return "$__azops_result"
}

# Sets the shell's trap of a signal so that the user's action and ours both have their place.
__azops_arm() {
  local own='' user=''
  case $1 in
    EXIT) return 0 ;; # runs when the session ends
    ERR)
      own='__azops_failed "$__azops_err" "$__azops_at" || return "$__azops_status"'
      if [[ $2 != - ]]; then
        user='if [[ $BASH_SUBSHELL == 0 && ${BASH_SOURCE[0]} != "$__azops_home"/* && ! $__azops_unwinding ]]; then '
        user+='__azops_in_err=$-; builtin set +e; __azops_return "$__azops_err"'$'\n'"$2"$'\n'
        user+='[[ $__azops_in_err != *e* || $__azops_unwinding ]] || builtin set -e; __azops_in_err=""; fi;'
      fi
      builtin trap -- "__azops_err=\$? __azops_at=\$LINENO; $user $own" ERR
      ;;
    URG) builtin trap -- '__azops_noticed "$BASH_COMMAND" || return "$__azops_status"' URG ;;
    INT | TERM)
      [[ $1 == INT ]] && own=130 || own=143
      if [[ $2 == - ]]; then
        builtin trap -- "__azops_interrupted $own"' || return "$__azops_status"' "$1"
      else
        builtin trap -- "$2" "$1"
      fi
      ;;
    DEBUG | RETURN)
      if [[ $2 == - ]]; then
        builtin trap - "$1"
      else
        own='[[ ! $__azops_untrace ]] || { builtin set +T; __azops_untrace=""; };'
        builtin trap -- 'if [[ ${BASH_SOURCE[0]} != "$__azops_home"/* ]]; then '"$own $2"$'\n''fi' "$1"
      fi
      ;;
    *) builtin trap -- "$2" "$1" ;;
  esac
}

# `declare -p` without the values of large variables, which take too long for every step: their lengths tell whether
# they have changed, and local variables of the same names hide them.
__azops_variables() {
  if ((${#__azops_large[@]})); then
    __azops_measure
    builtin local -- "${__azops_hidden[@]}"
  fi
  builtin declare -p
}

__azops_measure() {
  local LC_ALL=C __azops_name
  __azops_lengths='' __azops_hidden=()
  for __azops_name in "${__azops_large[@]}"; do
    local -n __azops_reference=$__azops_name
    if [[ -v __azops_reference ]]; then
      __azops_lengths+="$__azops_name:${#__azops_reference} "
      __azops_hidden+=("$__azops_name")
    fi
    unset -n __azops_reference
  done
}

# The values of the large variables.
__azops_save_large() {
  ((${#__azops_large[@]})) && builtin declare -p "${__azops_large[@]}" >|"$__azops_folder/large" 2>/dev/null
  return 0
}

__azops_save() {
  {
    __azops_variables
    builtin declare -f
    builtin declare -F
    builtin alias -p
    builtin shopt -p
    builtin set +o
    builtin umask -p
    builtin printf 'builtin cd -- %q\n' "$PWD"
  } >|"$1" 2>/dev/null
}

# After a step: the flags it ended with are the next one's, and nothing of an early end stays.
__azops_finish() {
  local flag
  # From here on a signal is for nobody; one that came before may have left its trap.
  __azops_step='' __azops_in_err=''
  [[ ! $__azops_leaving ]] || __azops_left
  __azops_flags=''
  for flag in e u v x; do
    [[ $1 != *$flag* ]] || __azops_flags+=$flag
  done
}

# The EXIT trap: the shell is about to end in the middle of a step. Status, flags.
__azops_dying() {
  [[ $__azops_step ]] || return 0
  __azops_ended=$__azops_step __azops_status_now=$1
  [[ ! $__azops_unwinding ]] || __azops_status_now=$__azops_status
  __azops_finish "$2"
  builtin . "$__azops_folder/after"
  __azops_save "$__azops_folder/state.$__azops_slot"
  __azops_save_large
  [[ $__azops_mode != once ]] || return 0
  builtin exec -c "$BASH" --norc --noprofile "$__azops_home/bash_driver.bash" "$__azops_folder" \
    again "$__azops_slot" "$__azops_ended" "$__azops_status_now"
}

__azops_report() {
  builtin printf '%s\n' "$1" 1<>"$__azops_folder/reports"
}
