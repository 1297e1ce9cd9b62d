#!/usr/bin/env bash
# The completion scripts in the shells that they are for: live names of accounts, models and rules.
# A shell that is not installed is passed over; bash always is.
set -u

agm=${AGM_BIN:?names the program}
scripts=$(cd "$(dirname "$0")/../../completions" && pwd)
home=$(mktemp -d) || exit 1
trap 'rm -rf "$home"' EXIT
export HOME=$home AGM_CONFIG=$home/config.toml AGM_STATE_DIR=$home/state AGM_PORT=1 NO_COLOR=1
ln -s "$agm" "$home/agm"
cat >"$AGM_CONFIG" <<'TOML'
[proxy.custom_mapping]
"my-model" = "gemini-x-pro"
"my-*" = "gemini-x-flash"
[[accounts]]
name = "work"
kind = "mock"
[[accounts]]
name = "me@home"
kind = "mock"
TOML

# One line typed, what it completes to: a word a line, sorted. The program is given by its path, as
# somebody has it who has not installed it.
in_bash() {
  bash --norc -c '
    source "$1/agm.bash"
    COMP_LINE=$2 COMP_POINT=${#2}
    read -ra COMP_WORDS <<<"$(sed "s/[@=:]/ & /g" <<<"$2")"
    [[ $2 == *[[:space:]] ]] && COMP_WORDS+=("")
    COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
    word=${COMP_WORDS[COMP_CWORD]}
    [[ $word == [=:] ]] && word=""
    ((COMP_CWORD > 1)) && [[ ${COMP_WORDS[COMP_CWORD - 1]} == @ ]] && word=@$word
    compopt() { :; }
    _agm "${COMP_WORDS[0]}" "$word" "${COMP_WORDS[COMP_CWORD - 1]}"
    printf "%s\n" "${COMPREPLY[@]}"' bash "$scripts" "$1" | sort
}

in_fish() { fish --no-config -c 'source $argv[1]/agm.fish; complete -C $argv[2]' "$scripts" "$1" | cut -f1 | sort; }

# Only a terminal makes zsh complete: one of its own, where Ctrl-D lists what fits.
in_zsh() {
  zsh -f -c '
    zmodload zsh/zpty
    zpty shell zsh -f -i
    zpty -w shell "PS1=; fpath=($1 \$fpath); autoload -Uz compinit; compinit -u -D; stty -echo
      zstyle \":completion:*\" list-separator \"\"; zle_bracketed_paste=(); LISTMAX=1000; COLUMNS=20
      setopt no_beep no_always_last_prompt; print -r re\"\"ady"
    zpty -r -m shell seen "*ready*" || exit 1
    zpty -w -n shell "$2"$'"'\004'"'
    # The list has come when something has, and then nothing more for a while.
    text="" quiet=0
    for ((i = 0; i < 80 && quiet < 6; i++)); do
      sleep 0.25
      quiet=$((quiet + 1))
      while zpty -r -t shell piece; do text+=$piece quiet=0; done
      [[ $text == *$'"'\n'"'* ]] || quiet=0
    done
    print -r -- "$text"' zsh "$scripts" "$1" | tr -d '\r' | sed 's/\x1b\[[0-9;?]*[A-Za-z]//g'
}

completed() { # SHELL LINE WORDS...
  local shell=$1 line=$2
  shift 2
  if [ "$shell" != zsh ]; then
    "in_$shell" "$line"
    return
  fi
  # Its list stands between the line and the prompt; colours and columns are its own affair.
  grep -oxF -f <(printf '%s\n' "$@") <<<"$(in_zsh "$line" | tr -s ' \t' '\n')" | sort -u
}

failed=0
expect() { # SHELL LINE WORDS...
  local shell=$1 line=$2 want got try
  want=$(printf '%s\n' "${@:3}" | sort)
  for try in 1 2 3; do # a terminal may be late on a busy machine
    got=$(completed "$@")
    [ "$got" = "$want" ] && return
  done
  printf 'completions_test: %s: "%s"\n  expected: %s\n  found: %s\n' "$shell" "$line" \
    "$(tr '\n' ' ' <<<"$want")" "$(tr '\n' ' ' <<<"$got")" >&2
  failed=1
}

# As expect, but other words may be offered too.
offers() { # SHELL LINE WORDS...
  local missing
  missing=$(grep -vxF -f <(completed "$@") <(printf '%s\n' "${@:3}"))
  [ -z "$missing" ] && return
  printf 'completions_test: %s: "%s" does not offer %s\n' "$1" "$2" "$missing" >&2
  failed=1
}

for shell in bash fish zsh; do
  command -v "$shell" >/dev/null || continue
  expect $shell "$home/agm accounts show " work me@home
  offers $shell "$home/agm map set " my-model gemini-x-pro gemini-x-flash
  offers $shell "$home/agm map set x gem" gemini-x-pro gemini-x-flash
  expect $shell "$home/agm accounts list --" --watch --wide --json --help --config --quiet --verbose --no-color --version
done
expect bash "$home/agm accounts show me@h" @home
expect bash "$home/agm probe --model=gemini-x-p" gemini-x-pro
expect bash "$home/agm map unset my" my-model 'my-\*'
command -v fish >/dev/null && expect fish "$home/agm map unset my" my-model 'my-*'
exit $failed
