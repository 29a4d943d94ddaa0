# The bash side of a shell session: runs the steps that bash.py hands to it, one after another, in
# this very shell, so that all of a step's doing stays for the next one.
#
#   bash_driver.bash FOLDER                       begin, with the environment the process was given
#   bash_driver.bash FOLDER again SLOT [ID ST]    go on from FOLDER/state.SLOT; step ID ended the shell before with ST
#   bash_driver.bash FOLDER once SLOT NEW         go on from there, run one step on this terminal, save in slot NEW, end
#
# FOLDER holds four FIFOs (commands, reports, stdout, stderr: opened by name, so that no child inherits them), the step's
# code with what comes before and after it, and two slots for the state, written in turn.
#
# How a step ends early. errexit is on while a step runs, but the ERR trap comes first: it returns from every function
# and sourced file up to this loop, so the shell lives on. `exit` is a function that makes a DEBUG trap do the same, also
# through `||` and loops. What ends a shell for good all the same (set -u, ${x:?}, `builtin exit`) meets the EXIT trap,
# which saves everything and starts this driver again in the same process. Traps that users set on EXIT, ERR, DEBUG and
# RETURN are kept apart from these.
#
# After `set -n` bash executes nothing, and a condition counts as true: the loop is one that then ends, and with it the
# process, so that azops learns of it.

if ((BASH_VERSINFO[0] * 100 + BASH_VERSINFO[1] < 404)); then
  printf 'old %s\n' "$BASH_VERSION" >"$1/reports"
  exit 1
fi

BASH_ARGV0=bash
__azops_flags=e __azops_keep='' __azops_undebug='' __azops_in_err='' __azops_refused='' __azops_watch='' __azops_untrace='' __azops_line='' __azops_status=0
declare -A __azops_traps=()
declare -a __azops_large=() __azops_hidden=()
shopt -s expand_aliases

# What was saved sets all variables, also these: the arguments come last.
[[ ! ${2-} ]] || { builtin . "$1/large"; builtin . "$1/state.$3"; } >/dev/null 2>&1
__azops_home=${BASH_SOURCE[0]%/*} __azops_folder=$1 __azops_mode=${2-} __azops_slot=${4-}
__azops_ended=${4-} __azops_ended_status=${5-} __azops_step='' __azops_unwinding='' __azops_leaving=''
set --
# The user's aliases are not for what follows, but for the steps.
builtin shopt -q expand_aliases && __azops_aliases=1 || __azops_aliases=''
builtin shopt -u expand_aliases
builtin . "$__azops_home/bash_driver_functions.bash"
builtin set -E +e
for __azops_signal in ERR URG INT TERM "${!__azops_traps[@]}"; do
  __azops_arm "$__azops_signal" "${__azops_traps[$__azops_signal]--}"
done
builtin trap '{ __azops_status_now=$? __azops_flags_now=$-; builtin set +euvx; __azops_dying "$__azops_status_now" "$__azops_flags_now"; } 2>/dev/null' EXIT

__azops_verb=begin
until [[ '' ]]; do
  case $__azops_verb in
    begin)
      [[ ! $__azops_aliases ]] || builtin shopt -s expand_aliases
      if [[ $__azops_mode == once ]]; then
        __azops_verb=run __azops_id=1
        continue
      fi
      exec </dev/null >"$__azops_folder/stdout" 2>"$__azops_folder/stderr"
      if [[ $__azops_ended_status ]]; then
        __azops_report "end $__azops_ended $__azops_ended_status"
      else
        [[ $__azops_mode ]] || __azops_save "$__azops_folder/state.0"
        __azops_report ready
      fi
      ;;
    run)
      __azops_refused='' __azops_unwinding='' __azops_leaving='' __azops_status=0 __azops_line=''
      builtin . "$__azops_folder/before"
      if [[ ! $__azops_refused ]]; then
        __azops_step=$__azops_id
        [[ ! $__azops_flags ]] || builtin set "-$__azops_flags"
        # A sourced file has no DEBUG trap unless functions have it; the trap's first run takes that back.
        if [[ ${__azops_traps[DEBUG]+x} && $- != *T* ]]; then
          __azops_untrace=1
          builtin set -T
        fi
        builtin . "$__azops_folder/step"
        # The step may have made a function of this name, or disabled it.
        { __azops_code=$? __azops_now=$-; \unset -f builtin; \enable builtin; builtin set +euvx; } 2>/dev/null
        [[ ! $__azops_untrace ]] || builtin set +T
        __azops_untrace=''
        # A step may have disabled what the driver cannot do without.
        builtin enable . alias declare enable eval exec exit kill local printf pwd read set shopt trap umask unset 2>/dev/null
        if [[ $__azops_unwinding ]]; then __azops_code=$__azops_status __azops_now=$__azops_keep; fi
        __azops_finish "$__azops_now"
      else
        __azops_code=1
      fi
      builtin . "$__azops_folder/after"
      __azops_save "$__azops_folder/state.$__azops_slot"
      if [[ $__azops_mode == once ]]; then
        __azops_save_large
        break
      fi
      __azops_report "end $__azops_id $__azops_code $__azops_line"
      ;;
    large)
      builtin . "$__azops_folder/before"
      __azops_save_large
      __azops_report "end $__azops_id 0"
      ;;
    load)
      { builtin . "$__azops_folder/large"; builtin . "$__azops_folder/state.$__azops_slot"; } >/dev/null 2>&1
      # As bash prints functions they are not all what they were (`1<>` becomes `<>`): ours come from their file.
      builtin shopt -q expand_aliases && __azops_aliases=1 || __azops_aliases=''
      builtin shopt -u expand_aliases
      builtin . "$__azops_home/bash_driver_functions.bash"
      [[ ! $__azops_aliases ]] || builtin shopt -s expand_aliases
      __azops_step='' __azops_mode=''
      __azops_report "end $__azops_id 0"
      ;;
    close)
      builtin trap - EXIT INT TERM ERR
      [[ ! ${__azops_traps[EXIT]-} ]] || builtin eval "${__azops_traps[EXIT]}"
      builtin exit 0
      ;;
  esac
  IFS=' ' builtin read -r __azops_verb __azops_id __azops_slot __azops_watch 0<>"$__azops_folder/commands" || break
  exec </dev/null >"$__azops_folder/stdout" 2>"$__azops_folder/stderr"
done
builtin trap - EXIT
builtin exit "$__azops_code"
