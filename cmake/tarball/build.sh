#!/usr/bin/env bash
# Makes the tarball for any Linux of this processor with glibc 2.31 or later: it compiles against an
# older Debian's C library (sysroot.sh) and links everything else into the program. TLS trusts the
# authorities of the system that it runs on. The same sources give the same bytes.
#
#   cmake/tarball/build.sh BUILD OUT
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

readonly oldest=2.31
. cmake/tarball/libraries.sh
build=$1 out=$2
version=$(sed -nE 's/^project\(agm VERSION ([0-9.]+).*/\1/p' CMakeLists.txt)
name=agm-$version-linux-$(uname -m)
: "${SOURCE_DATE_EPOCH:=$(git log -1 --format=%ct)}"
export SOURCE_DATE_EPOCH LC_ALL=C
umask 022
mkdir -p "$build" "$out"

if [ ! -e "$build/sysroot/.complete" ]; then
  rm -rf "$build/sysroot"
  cmake/tarball/sysroot.sh "$build/sysroot"
  touch "$build/sysroot/.complete"
fi
cmake --preset release -B "$build" -DAGM_STATIC=ON -DAGM_SNDFILE=OFF \
  -DAGM_SYSROOT="$(realpath "$build/sysroot")" \
  -DCMAKE_TOOLCHAIN_FILE="$PWD/cmake/tarball/toolchain.cmake" >"$build/configure.log" 2>&1 ||
  { cat "$build/configure.log" >&2; exit 1; }
cmake --build "$build" --parallel "$(nproc)" >&2

root=$build/root
rm -rf "$root"
cmake --install "$build" --prefix "$root/$name" --strip >/dev/null
program=$root/$name/bin/agm
strip --strip-all --remove-section=.comment --remove-section=.note "$program"
newest=$(objdump -T "$program" | grep -oE 'GLIBC_[0-9.]+' | sort -Vu | tail -n 1)
printf '%s\nGLIBC_%s\n' "$newest" "$oldest" | sort -CV ||
  { echo "tarball: the program needs $newest, later than $oldest" >&2; exit 1; }
needed=$(objdump -p "$program" | sed -n 's/^ *NEEDED *//p' | sort | paste -sd ' ')
if grep -qvE '^(ld-linux.*|lib(c|dl|m|pthread|rt|gcc_s))\.so\.[0-9]+$' <(tr ' ' '\n' <<<"$needed"); then
  echo "tarball: the program needs more than the C library: $needed" >&2
  exit 1
fi
# CMake leaves out a library that it does not find; this program must have every one of them.
for library in hiredis jemalloc libcurl OpenSSL SQLite zlib; do
  "$program" --version | grep -q "$library" || { echo "tarball: the program was built without $library" >&2; exit 1; }
done
install -d "$root/$name/share/systemd/user"
sed "s,^ExecStart=.*,ExecStart=%h/.local/bin/agm serve," cmake/systemd/agm.user.service \
  >"$root/$name/share/systemd/user/agm.service"
install -m 644 LICENSE README.md CHANGELOG.md "$root/$name/"
install -d "$root/$name/man"
install -m 644 man/*.md "$root/$name/man/"
"$program" --version >"$root/$name/LIBRARIES"
cmake/notices.sh "$build/sysroot/usr/share/doc/curl/copyright" "libstdc++-$(gcc -dumpversion)-dev" \
  "${dev_packages[@]}" >"$root/$name/NOTICES"
tar --sort=name --owner=0 --group=0 --numeric-owner --mtime="@$SOURCE_DATE_EPOCH" -C "$root" -cf - "$name" |
  gzip -9n >"$out/$name.tar.gz"
echo "$name.tar.gz: needs $newest and $needed"
