#!/usr/bin/env bash
# Makes a folder to compile against instead of this system's root: the C library of an older Debian,
# so that the program runs wherever that version or a later one is, and this system's headers and
# static archives of the other libraries. libcurl is built from Debian's source package with nothing
# but HTTP and TLS, because the packaged one needs 30 further libraries (LDAP, RTMP, Kerberos, SSH).
#
#   cmake/tarball/sysroot.sh FOLDER
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
. "$here/../debian_archive.sh"

readonly suite=bullseye  # glibc 2.31
readonly libc_packages=(libc6 libc6-dev libcrypt1 libcrypt-dev libgcc-s1 linux-libc-dev)
. "$here/libraries.sh"
readonly curl_options=(
  --disable-shared --enable-static --with-openssl --with-zlib --enable-threaded-resolver
  --with-ca-bundle=/etc/ssl/certs/ca-certificates.crt --without-ca-path
  --disable-dict --disable-file --disable-ftp --disable-gopher --disable-imap --disable-ldap
  --disable-ldaps --disable-manual --disable-mqtt --disable-ntlm --disable-pop3 --disable-rtsp
  --disable-smb --disable-smtp --disable-telnet --disable-tftp --disable-unix-sockets
  --without-brotli --without-gssapi --without-libidn2 --without-libpsl --without-librtmp
  --without-libssh --without-libssh2 --without-nghttp2 --without-zstd)

die() {
  printf 'sysroot: %s\n' "$*" >&2
  exit 1
}

[ $# -eq 1 ] || die "usage: cmake/tarball/sysroot.sh FOLDER"
mkdir -p "$1"
root=$(cd "$1" && pwd)
make_state
mirror=$(mirrors | head -n 1)
[ -n "$mirror" ] || die "no Debian mirror in the machine's sources"

# Unpacks the older C library. Links with absolute targets would lead out of the folder.
unpack_libc() {
  local package link
  printf 'deb [signed-by=%s] %s %s main\n' "$keyring" "$mirror" "$suite" >"$state/sources.list"
  touch "$state/status"
  private_apt apt-get update
  (cd "$state" && private_apt apt-get -o Dir::State::status="$state/status" download "${libc_packages[@]}")
  for package in "$state"/*.deb; do dpkg-deb -x "$package" "$root"; done
  find "$root" -type l -lname '/*' | while read -r link; do
    ln -sfn "$root$(readlink "$link")" "$link"
  done
}

# Copies headers, static archives and CMake files of this system's packages, but no shared library.
copy_libraries() {
  dpkg -L "${dev_packages[@]}" | sort -u |
    grep -E '^/usr/(include/|lib/.*\.a$|(lib|share)/.*cmake/(CLI11|nlohmann_json)/)' |
    while read -r file; do
      [ ! -f "$file" ] || cp --parents "$file" "$root"
    done
}

build_curl() {
  local codename
  codename=$(. /etc/os-release && printf '%s' "$VERSION_CODENAME")
  printf 'deb-src [signed-by=%s] %s %s main\n' "$keyring" "$mirror" "$codename" >"$state/sources.list"
  private_apt apt-get update
  (cd "$state" && private_apt apt-get source --download-only curl && dpkg-source -x curl_*.dsc curl) >"$state/source.log" 2>&1 ||
    { cat "$state/source.log" >&2; die "the source package of curl cannot be had"; }
  cd "$state/curl"
  [ -x configure ] || autoreconf -fi >"$state/configure.log" 2>&1
  CC="${CC:-gcc} --sysroot=$root" CFLAGS='-O2 -fPIE -fstack-protector-strong -D_FORTIFY_SOURCE=2 -fcf-protection -ffile-prefix-map='"$state"'=.' \
    LIBS='-ldl -lpthread' ./configure --prefix=/usr --libdir="/usr/lib/$(gcc -print-multiarch)" \
    "${curl_options[@]}" >>"$state/configure.log" 2>&1 || { tail "$state/configure.log" >&2; die "curl cannot be configured"; }
  make -C lib -j"$(nproc)" >"$state/make.log" 2>&1 || { tail "$state/make.log" >&2; die "curl cannot be built"; }
  make -C lib DESTDIR="$root" install >/dev/null 2>&1
  make -C include DESTDIR="$root" install >/dev/null 2>&1
  install -D -m 644 debian/copyright "$root/usr/share/doc/curl/copyright"
}

unpack_libc
copy_libraries
build_curl
