# The functions of bash_driver.bash, apart from it so that they are defined after those that a saved state brings, and
# again each time the driver wakes. A step may redefine every builtin: only `builtin` itself is taken back from it.

__azops_return() { builtin return "$1"; }

# What the driver does for a step, as text without variables: while the step runs there are none of the driver's.
__azops_write_program() {
  builtin local __azops_my_step=${__azops_folder@Q}/step __azops_my_before=''
  if [[ $__azops_refused ]]; then __azops_my_step='/dev/stdin <<<"builtin return 1"'; fi
  # A sourced file has no DEBUG trap unless functions have it; the trap's first run takes that back.
  if [[ ${__azops_traps[DEBUG]+x} && $- != *T* ]]; then __azops_my_before+='__azops_untrace=1; builtin set -T; '; fi
  if [[ $__azops_flags ]]; then __azops_my_before+="builtin set -$__azops_flags"; fi
  __azops_program="__azops_sleep
$__azops_my_before
\\builtin . $__azops_my_step
{ __azops_code=\$? __azops_now=\$-; \\unset -f builtin; \\enable builtin .; \\builtin set +euvx; } 2>/dev/null
[[ ! \${__azops_untrace-} ]] || { \\builtin set +T; \\builtin unset -v __azops_untrace; }
\\. ${__azops_home@Q}/own
__azops_woken=''
__azops_finish"
}

# Defines the functions `exit` and `trap` of a step that has none of its own.
__azops_define() {
  builtin local __azops_my_name
  for __azops_my_name in exit trap; do
    builtin declare -F "$__azops_my_name" >/dev/null ||
      builtin eval "$__azops_my_name() { \\. ${__azops_home@Q}/$__azops_my_name \"\$@\"; }"
  done
  __azops_defined=1
}

# Takes them back.
__azops_undefine() {
  builtin local __azops_my_name
  for __azops_my_name in exit trap; do
    [[ $(builtin declare -f "$__azops_my_name") != */driver*/"$__azops_my_name"* ]] || builtin unset -f "$__azops_my_name"
  done
  __azops_defined=''
}

# Puts the driver's functions and variables away, into a file that brings them back when it is sourced.
__azops_sleep() {
  builtin local __azops_my_name __azops_my_key __azops_my_home=${__azops_home@Q} __azops_my_own
  # Nothing here may depend on what the step did to builtins or aliases. After a failure to repair them the variable
  # __azops_sound is not set, and the driver's loop ends.
  __azops_my_own='[[ ! ${__azops_folder-} ]] || \builtin return 0
{ \unset -f builtin; \enable builtin; } 2>/dev/null
\builtin enable . alias declare enable eval exec exit kill local printf pwd read return set shift shopt trap umask unset 2>/dev/null
\builtin shopt -q expand_aliases && __azops_aliases=1 || __azops_aliases=""
\builtin shopt -u expand_aliases
'
  if [[ $__azops_options == *x* || ${#__azops_traps[@]} != 0 ]]; then
    __azops_define
    for __azops_my_name in exit trap; do
      __azops_my_own+="[[ \$(\\builtin declare -f $__azops_my_name) != */driver*/$__azops_my_name* ]] || \\builtin unset -f $__azops_my_name"$'\n'
    done
  fi
  __azops_my_own+="if ((BASH_SUBSHELL == 0)); then { \\builtin shopt -p extglob || \\builtin :; \\builtin declare -f; \\builtin declare -F; } >|"
  __azops_my_own+="${__azops_folder@Q}/functions.$__azops_slot 2>/dev/null; fi"$'\n'
  for __azops_my_name in "${!__azops_@}"; do
    case $__azops_my_name in
      __azops_traps | __azops_large | __azops_hidden | __azops_program | __azops_my_*) ;; # arrays, and what nobody needs
      __azops_code | __azops_now | __azops_err | __azops_at | __azops_woken | __azops_sound | __azops_defined | __azops_untrace) ;; # set elsewhere
      *) __azops_my_own+="$__azops_my_name=${!__azops_my_name@Q}"$'\n' ;;
    esac
  done
  __azops_my_own+=$'\\builtin declare -gA __azops_traps\n'
  for __azops_my_key in "${!__azops_traps[@]}"; do
    __azops_my_own+="__azops_traps[$__azops_my_key]=${__azops_traps[$__azops_my_key]@Q}"$'\n'
  done
  __azops_my_own+="__azops_hidden=() __azops_large=(${__azops_large[*]@Q})"$'\n'
  __azops_my_own+="\\builtin . $__azops_my_home/functions"$'\n__azops_woken=1\n'
  __azops_my_own+='[[ ! $__azops_aliases ]] || \builtin shopt -s expand_aliases'$'\n\\builtin printf -v __azops_sound sound\n'
  builtin printf %s "$__azops_my_own" >|"$__azops_home/own"
  builtin unset -v "${!__azops_@}"
  builtin unset -f __azops_return __azops_write_program __azops_define __azops_undefine __azops_sleep __azops_resume __azops_inside __azops_errexit \
    __azops_failed __azops_substituted __azops_noticed __azops_leave __azops_skip __azops_left __azops_interrupted \
    __azops_exit __azops_trap __azops_arm __azops_variables __azops_measure __azops_save_large __azops_save \
    __azops_finish __azops_dying __azops_report
  builtin return "${1-0}"
}

# After a trap that does not end the step (status): the driver sleeps on.
__azops_resume() {
  ((BASH_SUBSHELL)) || [[ ! $__azops_woken || ! $__azops_step || $__azops_unwinding ]] || __azops_sleep
  builtin return 0
}

# Whether there is a step's function or file to return from, seen from a handler.
__azops_inside() { ((${#BASH_SOURCE[@]} > 3)); }

__azops_errexit() { [[ $- == *e* ]]; }

# The ERR trap: status, line. False: return from here.
__azops_failed() {
  if ((BASH_SUBSHELL)); then
    # A command substitution writes to a pipe that is not the step's output; a job in the background does not.
    if [[ $__azops_options == *w* && $BASH_SUBSHELL == 1 && -p /dev/fd/1 && ! /dev/fd/1 -ef $__azops_folder/stdout ]]; then
      builtin local __azops_from=1 __azops_where=$2
      # From `exit` of ours to where it was called.
      while [[ ${BASH_SOURCE[__azops_from]-} == "$__azops_home"/* ]]; do
        __azops_where=${BASH_LINENO[__azops_from]} __azops_from=$((__azops_from + 1))
      done
      builtin trap "__azops_substituted \$? $__azops_where" EXIT
    fi
    builtin return 0
  fi
  [[ $__azops_step ]] || builtin return 0
  if [[ ! $__azops_unwinding ]]; then
    __azops_errexit || builtin return 0
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
  [[ $__azops_step && ! $__azops_unwinding ]] && __azops_errexit || builtin return 0
  [[ $1 =~ ^(export|declare|typeset|readonly|local)[[:space:]] && $1 == *[\$\`]* ]] || builtin return 0
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
  [[ ! $__azops_leaving ]] || builtin return
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
  [[ $BASH_SUBSHELL != 0 || ${BASH_SOURCE[1]} == "$__azops_home"/* ]] && builtin return 0
  builtin return 2
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
  [[ $__azops_step ]] || builtin return 0
  __azops_leave "$1"
  ! __azops_inside
}

# What `exit` does; its status before is in __azops_err.
__azops_exit() {
  if ((BASH_SUBSHELL)) || [[ ! $__azops_step ]]; then
    (($#)) || builtin set -- "$__azops_err"
    # Where a failure counts, this one meets the ERR trap.
    if [[ $__azops_options == *w* && $1 =~ ^[0-9]+$ && $1 != 0 ]]; then __azops_return "$1"; fi
    builtin exit "$@"
  fi
  if (($# > 1)) || [[ ! ${1-0} =~ ^[+-]?[0-9]+$ ]]; then builtin exit "$@"; fi
  __azops_leave "$((${1-$__azops_err} & 255))"
  builtin return "$__azops_status"
}

# What `trap` does.
__azops_trap() {
  builtin local __azops_signal __azops_action __azops_result=0
  if (($# == 0)) || [[ $1 == -p ]]; then
    for __azops_signal in "${!__azops_traps[@]}"; do
      if (($# < 2)) || [[ " ${*^^} " == *" $__azops_signal "* || " ${*^^} " == *" SIG$__azops_signal "* ]]; then
        builtin printf 'trap -- %s %s\n' "${__azops_traps[$__azops_signal]@Q}" "$__azops_signal"
      fi
    done
    builtin return 0
  fi
  [[ $1 != -l ]] || { builtin trap -l; builtin return; }
  [[ $1 != -- ]] || builtin shift
  if (($# == 1)); then __azops_action=-; else __azops_action=$1 && builtin shift; fi
  for __azops_signal in "$@"; do
    __azops_signal=${__azops_signal^^}
    __azops_signal=${__azops_signal#SIG}
    [[ $__azops_signal != 0 ]] || __azops_signal=EXIT
    if [[ $__azops_signal =~ ^[0-9]+$ ]]; then __azops_signal=$(builtin kill -l "$__azops_signal") || builtin return 1; fi
    if __azops_arm "$__azops_signal" "$__azops_action"; then
      if [[ $__azops_action == - ]]; then
        builtin unset -v "__azops_traps[$__azops_signal]"
      else
        __azops_traps[$__azops_signal]=$__azops_action
      fi
    else
      __azops_result=1
    fi
  done
  builtin return "$__azops_result"
}

# Sets the shell's trap of a signal so that the user's action and ours both have their place.
__azops_arm() {
  builtin local __azops_my_own='' __azops_my_user='' __azops_my_wake="{ \\enable builtin .; } 2>/dev/null; \\. ${__azops_home@Q}/own"
  builtin local __azops_my_end=' && __azops_resume || builtin return "$__azops_status"'
  case $1 in
    EXIT) # the user's runs when the session ends
      __azops_my_own='{ __azops_code=$? __azops_now=$-; \unset -f builtin; \builtin set +euvx; '
      builtin trap -- "$__azops_my_own$__azops_my_wake; "'__azops_dying; } 2>/dev/null' EXIT
      ;;
    ERR)
      __azops_my_own='__azops_err=$? __azops_at=$LINENO; '"$__azops_my_wake; "
      if [[ $2 != - ]]; then
        __azops_my_user='if [[ $BASH_SUBSHELL == 0 && ${BASH_SOURCE[0]} != '"${__azops_home@Q}"'/* && ! $__azops_unwinding ]]; then '
        __azops_my_user+='__azops_in_err=$-; builtin set +e; __azops_define; __azops_return "$__azops_err"'$'\n'"$2"$'\n'
        __azops_my_user+='[[ $__azops_in_err != *e* || $__azops_unwinding ]] || builtin set -e; __azops_in_err=""; fi;'
      fi
      __azops_my_own+="$__azops_my_user "'__azops_failed "$__azops_err" "$__azops_at"'"$__azops_my_end"
      # Without errexit a failure is nobody's business, except in a command substitution that is watched.
      if [[ ! $__azops_my_user && $__azops_options != *w* ]]; then __azops_my_own="case \$-\${__azops_unwinding-} in *e* | *1) $__azops_my_own ;; esac"; fi
      builtin trap -- "$__azops_my_own" ERR
      ;;
    URG) builtin trap -- "$__azops_my_wake; "'__azops_noticed "$BASH_COMMAND"'"$__azops_my_end" URG ;;
    INT | TERM)
      [[ $1 == INT ]] && __azops_my_own=130 || __azops_my_own=143
      if [[ $2 == - ]]; then
        builtin trap -- "$__azops_my_wake; __azops_interrupted $__azops_my_own$__azops_my_end" "$1"
      else
        builtin trap -- "$2" "$1"
      fi
      ;;
    DEBUG | RETURN)
      if [[ $2 == - ]]; then
        builtin trap - "$1"
      else
        __azops_my_own='[[ ! ${__azops_untrace-} ]] || { builtin set +T; builtin unset -v __azops_untrace; };'
        builtin trap -- 'if [[ ${BASH_SOURCE[0]} != '"${__azops_home@Q}/* ]]; then $__azops_my_own $2"$'\n''fi' "$1"
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
  builtin local LC_ALL=C __azops_name
  __azops_lengths='' __azops_hidden=()
  for __azops_name in "${__azops_large[@]}"; do
    builtin local -n __azops_reference=$__azops_name
    if [[ -v __azops_reference ]]; then
      __azops_lengths+="$__azops_name:${#__azops_reference} "
      __azops_hidden+=("$__azops_name")
    fi
    builtin unset -n __azops_reference
  done
}

# The values of the large variables.
__azops_save_large() {
  ((${#__azops_large[@]})) && builtin declare -p "${__azops_large[@]}" >|"$__azops_folder/large" 2>/dev/null
  builtin return 0
}

# Variables and all else but functions, which were written when the driver woke.
__azops_save() {
  {
    __azops_variables
    builtin alias -p
    builtin shopt -p
    builtin set +o
    builtin umask -p
    builtin printf 'builtin cd -- %q\n' "$PWD"
  } >|"$__azops_folder/state.${__azops_slot:-0}" 2>/dev/null
}

# After a step (status __azops_code, flags __azops_now): its flags are the next one's, and nothing of an early end stays.
__azops_finish() {
  builtin local __azops_my_flag
  if [[ $__azops_unwinding ]]; then __azops_code=$__azops_status __azops_now=$__azops_keep; fi
  # From here on a signal is for nobody; one that came before may have left its trap.
  __azops_step='' __azops_in_err=''
  [[ ! ${__azops_defined-} ]] || __azops_undefine
  [[ ! $__azops_leaving ]] || __azops_left
  __azops_flags=''
  for __azops_my_flag in e u v x; do
    [[ $__azops_now != *$__azops_my_flag* ]] || __azops_flags+=$__azops_my_flag
  done
}

# The EXIT trap: the shell is about to end in the middle of a step.
__azops_dying() {
  [[ $__azops_step ]] || builtin return 0
  __azops_ended=$__azops_step
  __azops_finish
  builtin . "$__azops_folder/after"
  __azops_save
  __azops_save_large
  [[ $__azops_mode != once ]] || builtin return 0
  builtin exec -c "$BASH" --norc --noprofile "$__azops_home/main" "$__azops_folder" \
    again "$__azops_slot" "$__azops_ended" "$__azops_code"
}

__azops_report() {
  builtin printf '%s\n' "$1" 1<>"$__azops_folder/reports"
}
