#!/usr/bin/env bash
# Fetches the header of cpp-httplib, with its licence, from the Debian source package of a newer suite.
#
#   cmake/fetch_httplib.sh TARGET_DIR      writes httplib.h, LICENSE and VERSION into TARGET_DIR
#
# Debian 12 and 13 ship releases that lack fixes which the gateway relies on (man/building.md). A
# newer suite has them, and its source package is a single header. apt fetches it and checks its
# signatures with the Debian archive keyring, all in a private state folder: the machine's own
# sources, package lists and caches stay untouched. The mirror is the one that the machine's own
# sources name.
#
# A mirror that stands still (a snapshot) serves lists past their date, which apt rightly refuses. From
# such lists only the very header that is known here by its hash is taken.
set -euo pipefail

readonly minimum=0.41.0
readonly suites=(forky sid)
readonly known_header=e9112546cbae828180f72c2ae6da4bfd8d15ae38138bd99b898e5e30128acc28  # 0.41.0
. "$(dirname "${BASH_SOURCE[0]}")/debian_archive.sh"

die() {
  printf 'fetch_httplib: %s\n' "$*" >&2
  exit 1
}

# Prints the newest version of the source package that the given mirror's suite has, if that is new
# enough. What apt does not like about the suite goes to the file `complaints`.
usable_version() {
  local mirror=$1 suite=$2 version
  printf 'deb-src [signed-by=%s] %s %s main\n' "$keyring" "$mirror" "$suite" >"$state/sources.list"
  private_apt apt-get update 2>>"$state/complaints" >&2 || return 1
  version=$(private_apt apt-cache showsrc cpp-httplib 2>/dev/null |
    awk '$1 == "Version:" { print $2 }' | sort -V | tail -n 1)
  [ -n "$version" ] || return 1
  printf 'cpp-httplib: %s has %s\n' "$suite" "$version" >&2
  dpkg --compare-versions "$version" ge "$minimum" || return 1
  printf '%s\n' "$version"
}

# Takes the one header and the licence out of the original tarball of the source package.
take_header() {
  local version=$1 tarball name member
  rm -rf "$state/source"
  mkdir "$state/source"
  (cd "$state/source" && private_apt apt-get source --download-only "cpp-httplib=$version" >&2)
  tarball=$(find "$state/source" -maxdepth 1 -name '*.orig.tar.*' ! -name '*.asc' -print -quit)
  [ -n "$tarball" ] || die "the source package of cpp-httplib $version has no original tarball"
  for name in httplib.h LICENSE; do
    member=$(tar -tf "$tarball" | grep -E "^[^/]+/${name//./\\.}\$" || true)
    [ -n "$member" ] || die "the tarball of cpp-httplib $version has no $name"
    tar -xOf "$tarball" "$member" >"$state/$name"
  done
}

# Looks for a new enough version in every suite of every mirror, and takes the first into $target.
# With `dates` set, apt takes lists past their date too.
search() {
  local mirror suite version
  for mirror in "${mirrors[@]}"; do
    for suite in "${suites[@]}"; do
      version=$(usable_version "$mirror" "$suite") || continue
      take_header "$version"
      if [ ${#dates[@]} -gt 0 ] && ! sha256sum --status -c <<<"$known_header  $state/httplib.h"; then
        printf 'cpp-httplib: %s %s is from lists past their date, and is not the known header\n' \
          "$suite" "$version" >&2
        continue
      fi
      cp "$state/LICENSE" "$target/LICENSE"
      cp "$state/httplib.h" "$target/httplib.h.new"
      mv "$target/httplib.h.new" "$target/httplib.h"
      printf '%s\n' "$version" >"$target/VERSION"
      printf 'cpp-httplib %s is in %s\n' "$version" "$target" >&2
      return 0
    done
  done
  return 1
}

[ $# -eq 1 ] || die "usage: cmake/fetch_httplib.sh TARGET_DIR"
[ -r "$keyring" ] || die "$keyring is missing (package debian-archive-keyring)"
mapfile -t mirrors < <(mirrors)
[ ${#mirrors[@]} -gt 0 ] ||
  die "no Debian mirror in /etc/apt/sources.list and /etc/apt/sources.list.d"
mkdir -p "$1"
target=$(cd "$1" && pwd)
make_state

search && exit 0
dates=(-o Acquire::Check-Valid-Until=false)
grep -q 'is expired' "$state/complaints" && search && exit 0
cat "$state/complaints" >&2
die "no suite of ${suites[*]} offers cpp-httplib $minimum or later"
