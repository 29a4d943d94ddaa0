# The bash side of a shell session: runs the steps that bash.py hands to it, one after another, in
# this very shell, so that all of a step's doing stays for the next one.
#
#   main FOLDER                       begin, with the environment the process was given
#   main FOLDER again SLOT [ID ST]    go on from slot SLOT; step ID ended the shell before with ST
#   main FOLDER once SLOT NEW         go on from there, run one step on this terminal, save in slot NEW, end
#
# FOLDER holds four FIFOs (commands, reports, stdout, stderr: opened by name, so that no child inherits them), the step's
# code with what comes before and after it, two slots for the state (variables and functions), written in turn, and the
# folder `driver` with copies of this file (`main`) and of the functions.
#
# How a step ends early. errexit is on while a step runs, but the ERR trap comes first: it returns from every function
# and sourced file up to this loop, so the shell lives on. `exit` is a function that makes a DEBUG trap do the same, also
# through `||` and loops. What ends a shell for good all the same (set -u, ${x:?}, `builtin exit`) meets the EXIT trap,
# which saves everything and starts this driver again in the same process. Traps that users set on EXIT, ERR, DEBUG and
# RETURN are kept apart from these.
#
# While a step runs the driver sleeps: its functions and variables are in the file driver/own, not in the shell, where
# `declare`, `set` and `compgen` would list them. The traps source that file. A step that mentions `exit` or `trap` (or
# runs code from elsewhere) has functions of these names.
#
# After `set -n` bash executes nothing: then the loop ends, and with it the process, for a condition counts as true.

if ((BASH_VERSINFO[0] * 100 + BASH_VERSINFO[1] < 404)); then
  printf 'old %s\n' "$BASH_VERSION" >"$1/reports"
  exit 1
fi

BASH_ARGV0=bash
__azops_flags=e __azops_keep='' __azops_undebug='' __azops_in_err='' __azops_refused='' __azops_options='' __azops_line='' __azops_status=0
declare -A __azops_traps=()
declare -a __azops_large=() __azops_hidden=()
shopt -s expand_aliases

# What was saved sets all variables, also these: the arguments come last.
if [[ ${2-} ]]; then
  { builtin . "$1/large"; builtin . "$1/functions.$3"; builtin . "$1/state.$3"; } >/dev/null 2>&1
else
  builtin declare -f >|"$1/functions.0"
fi
__azops_folder=$1 __azops_home=$1/driver __azops_mode=${2-} __azops_slot=${4-}
__azops_ended=${4-} __azops_ended_status=${5-} __azops_step='' __azops_unwinding='' __azops_leaving='' __azops_woken=''
__azops_sound=sound
set --
# The user's aliases are not for what follows, but for the steps.
builtin shopt -q expand_aliases && __azops_aliases=1 || __azops_aliases=''
builtin shopt -u expand_aliases
builtin . "$__azops_home/functions"
builtin set -E +e
for __azops_signal in EXIT ERR URG INT TERM "${!__azops_traps[@]}"; do
  __azops_arm "$__azops_signal" "${__azops_traps[$__azops_signal]--}"
done

__azops_verb=begin
until [[ ! $__azops_sound ]]; do
  case $__azops_verb in
    begin)
      [[ ! $__azops_aliases ]] || builtin shopt -s expand_aliases
      if [[ $__azops_mode == once ]]; then
        __azops_verb=run __azops_id=1 __azops_options=x
        continue
      fi
      if [[ $__azops_ended_status ]]; then
        __azops_report "end $__azops_ended $__azops_ended_status"
      else
        [[ $__azops_mode ]] || __azops_save
        __azops_report ready
      fi
      ;;
    run)
      __azops_refused='' __azops_unwinding='' __azops_leaving='' __azops_status=0 __azops_line=''
      if [[ $__azops_mode == once ]]; then
        builtin . "$__azops_folder/before"
      else
        builtin . "$__azops_folder/before" 2>"$__azops_folder/stderr"
      fi
      __azops_step=$__azops_id
      for __azops_signal in EXIT ERR; do
        __azops_arm "$__azops_signal" "${__azops_traps[$__azops_signal]--}"
      done
      __azops_write_program
      if [[ $__azops_mode == once ]]; then
        builtin eval "$__azops_program"
      else
        builtin eval "$__azops_program" </dev/null >"$__azops_folder/stdout" 2>"$__azops_folder/stderr"
      fi
      [[ ${__azops_sound-} ]] || break
      builtin . "$__azops_folder/after"
      __azops_save
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
      {
        builtin . "$__azops_folder/large"
        builtin . "$__azops_folder/functions.$__azops_slot"
        builtin . "$__azops_folder/state.$__azops_slot"
      } >/dev/null 2>&1
      __azops_step='' __azops_mode='' __azops_woken='' __azops_sound=sound
      __azops_report "end $__azops_id 0"
      ;;
    close)
      builtin trap - EXIT INT TERM ERR
      [[ ! ${__azops_traps[EXIT]-} ]] || builtin eval "${__azops_traps[EXIT]}"
      builtin exit 0
      ;;
  esac
  IFS=' ' builtin read -r __azops_verb __azops_id __azops_slot __azops_options 0<>"$__azops_folder/commands" || break
done
builtin trap - EXIT
builtin exit "$__azops_code"
