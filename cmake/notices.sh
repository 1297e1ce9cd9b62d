#!/usr/bin/env bash
# Prints the licences of the libraries whose code is inside a program, each under the library's name:
# those of the Debian packages in the arguments, of cpp-httplib, and last each licence that they only
# name. An argument with a slash is a copyright file itself, in a folder of the library's name.
#
#   cmake/notices.sh PACKAGE|FILE... >NOTICES
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

die() {
  printf 'notices: %s\n' "$*" >&2
  exit 1
}

titled() { printf '==== %s ====\n\n%s\n\n' "$1" "$(<"$2")"; }

notices() {
  local each file
  for each in "$@"; do
    file=$each
    [[ $each == */* ]] || file=/usr/share/doc/$each/copyright
    [ -r "$file" ] || die "$each: there is no $file"
    titled "$(basename "$(dirname "$file")")" "$file"
  done
  file=.deps/httplib/LICENSE
  [ -r "$file" ] || file=/usr/share/doc/libcpp-httplib-dev/copyright
  [ -r "$file" ] || die "cpp-httplib's licence is missing: remove .deps/httplib and run ./dev build"
  titled cpp-httplib "$file"
}

text=$(notices "$@")
printf '%s\n\n' "$text"
named=$(grep -oE '/usr/share/common-licenses/[A-Za-z0-9.+-]*[A-Za-z0-9]' <<<"$text" | sort -u || true)
for file in $named; do
  [ ! -r "$file" ] || titled "$(basename "$file")" "$file"
done
