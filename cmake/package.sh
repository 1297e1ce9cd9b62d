#!/usr/bin/env bash
# Makes packages of a finished build for the system that it runs on: a .deb, the root file system of
# a container, a list of what is in them (SBOM), the sources, and a Homebrew formula for those. With
# TARBALL, a folder for a second build, it also makes the tarball for other Linux systems on Debian 12
# (tarball/build.sh). The same sources give the same bytes: times come from SOURCE_DATE_EPOCH, or from
# the last commit.
#
#   cmake/package.sh BUILD OUT [TARBALL]
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

build=$1 out=$2 tarball=${3:-}
version=$(sed -nE 's/^project\(agm VERSION ([0-9.]+).*/\1/p' CMakeLists.txt)
arch=$(dpkg --print-architecture)
: "${SOURCE_DATE_EPOCH:=$(git log -1 --format=%ct)}"
export SOURCE_DATE_EPOCH LC_ALL=C
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
umask 022
mkdir -p "$out"

# --- the files of the .deb -----------------------------------------------------------------------

root=$work/deb
DESTDIR=$root cmake --install "$build" --prefix /usr --strip >/dev/null
strip --strip-all --remove-section=.comment --remove-section=.note "$root/usr/bin/agm"
mv "$root/usr/share/zsh/site-functions" "$root/usr/share/zsh/vendor-completions"
put() { install -D -m "$1" "$2" "$root/$3"; }
put 644 cmake/systemd/agm.service usr/lib/systemd/system/agm.service
put 644 cmake/systemd/agm.socket usr/lib/systemd/system/agm.socket
put 644 cmake/systemd/agm.user.service usr/lib/systemd/user/agm.service
put 644 cmake/systemd/agm.sysusers usr/lib/sysusers.d/agm.conf
put 644 cmake/systemd/agm.tmpfiles usr/lib/tmpfiles.d/agm.conf
doc=$root/usr/share/doc/agm
install -d "$doc"
maintainer="${DEBFULLNAME:-$(git log -1 --format=%an)} <${DEBEMAIL:-$(git log -1 --format=%ae)}>"
gzip -9n <CHANGELOG.md >"$doc/NEWS.md.gz"
gzip -9n >"$doc/changelog.gz" <<TEXT
agm ($version) unstable; urgency=medium

  * Release $version; NEWS.md.gz tells what changed.

 -- $maintainer  $(date -uR -d "@$SOURCE_DATE_EPOCH")
TEXT
find "$root/usr/share/man" -type f -name '*.[0-9]' -exec gzip -9n {} +
cat >"$doc/copyright" <<TEXT
Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/
Upstream-Name: agm

Files: *
Copyright: 2025-2026 the authors of agm
License: Apache-2.0
 On Debian systems the full text is in /usr/share/common-licenses/Apache-2.0.
TEXT

# The packages whose libraries the program is linked with, and their versions.
libraries() {
  ldd "$root/usr/bin/agm" | sed -nE 's/.*=> ([^ ]+) .*/\1/p' | while read -r library; do
    dpkg -S "$(readlink -f "$library")" 2>/dev/null || dpkg -S "$library"
  done | sed 's/:.*//' | sort -u
}
# Libraries that come as headers are in the program itself, and so is cpp-httplib.
readonly header_libraries=(libcli11-dev libspdlog-dev libtomlplusplus-dev nlohmann-json3-dev)
entry() {
  printf ',{"name":"%s","SPDXID":"SPDXRef-%s","versionInfo":"%s","downloadLocation":"NOASSERTION"}' \
    "$1" "${1//+/-plus-}" "$2"
}
sbom() {
  local package
  printf '{"spdxVersion":"SPDX-2.3","dataLicense":"CC0-1.0","SPDXID":"SPDXRef-DOCUMENT",'
  printf '"name":"agm-%s","documentNamespace":"urn:agm:%s:%s",' "$version" "$version" "$arch"
  printf '"creationInfo":{"created":"%s","creators":["Tool: agm-package.sh"]},' \
    "$(date -u -d "@$SOURCE_DATE_EPOCH" +%Y-%m-%dT%H:%M:%SZ)"
  printf '"relationships":[{"spdxElementId":"SPDXRef-DOCUMENT","relationshipType":"DESCRIBES",'
  printf '"relatedSpdxElement":"SPDXRef-agm"}],"packages":['
  printf '{"name":"agm","SPDXID":"SPDXRef-agm","versionInfo":"%s","licenseDeclared":"Apache-2.0",' "$version"
  printf '"downloadLocation":"NOASSERTION"}'
  for package in $(libraries) "${header_libraries[@]}"; do
    entry "$package" "$(dpkg-query -W -f='${Version}' "$package")"
  done
  entry cpp-httplib "$("$root/usr/bin/agm" --version | sed -n 's/^ *cpp-httplib //p')"
  printf ']}\n'
}
sbom | gzip -9n >"$doc/sbom.spdx.json.gz"
cmake/notices.sh "${header_libraries[@]}" | gzip -9n >"$doc/NOTICES.gz"

# --- the .deb ------------------------------------------------------------------------------------

mkdir -p "$work/debian"
printf 'Source: agm\n\nPackage: agm\nArchitecture: %s\n' "$arch" >"$work/debian/control"
depends=$(cd "$work" && dpkg-shlibdeps -O --ignore-missing-info deb/usr/bin/agm 2>/dev/null |
  sed -n 's/^shlibs:Depends=//p')
install -d "$root/DEBIAN"
cat >"$root/DEBIAN/control" <<TEXT
Package: agm
Version: $version
Architecture: $arch
Maintainer: $maintainer
Installed-Size: $(du -ks --apparent-size "$root/usr" | cut -f1)
Depends: $depends, adduser, ca-certificates, init-system-helpers (>= 1.52)
Section: net
Priority: optional
Description: gateway from AI clients to the Gemini API
 One program between AI clients and Google's Gemini API. Clients speak the API
 that they know (OpenAI, Anthropic or Gemini); agm translates, chooses one of
 your own accounts, and moves to the next when that one is out of quota.
TEXT
for script in postinst prerm postrm; do install -m 755 cmake/debian/$script "$root/DEBIAN/$script"; done
(cd "$root" && find usr -type f -print0 | sort -z | xargs -0 md5sum) >"$root/DEBIAN/md5sums"
chmod 644 "$root/DEBIAN/md5sums"
find "$root" -exec touch -h -d "@$SOURCE_DATE_EPOCH" {} +
suite=$(. /etc/os-release && printf '%s' "${VERSION_ID:-sid}")
deb=$out/agm_${version}_debian${suite}_$arch.deb
dpkg-deb --root-owner-group -Zxz --build "$root" "$deb" >/dev/null

# --- the container's root file system, without a daemon --------------------------------------------

image=$work/rootfs
install -d "$image/usr/bin" "$image/etc/ssl/certs" "$image/var/lib/agm" "$image/tmp"
install -m 755 "$root/usr/bin/agm" "$image/usr/bin/agm"
cp -L /etc/ssl/certs/ca-certificates.crt "$image/etc/ssl/certs/"
printf 'agm:x:65532:65532::/var/lib/agm:/usr/bin/agm\n' >"$image/etc/passwd"
printf 'agm:x:65532:\n' >"$image/etc/group"
printf 'hosts: files dns\n' >"$image/etc/nsswitch.conf"
install -d "$image/usr/share/doc/agm"
# shellcheck disable=SC2046
cmake/notices.sh "${header_libraries[@]}" ca-certificates $(libraries) >"$image/usr/share/doc/agm/NOTICES"
loader=$(ldd "$root/usr/bin/agm" | sed -nE 's/^[[:space:]]*(\/[^ ]*ld-linux[^ ]*).*/\1/p')
for library in $(ldd "$root/usr/bin/agm" | sed -nE 's/.*=> ([^ ]+) .*/\1/p') \
  "$loader" $(ls /lib/*/libnss_dns.so.2 /lib/*/libnss_files.so.2 /lib/*/libresolv.so.2 2>/dev/null); do
  install -D -m 755 "$(readlink -f "$library")" "$image$library"
done
pack() {
  tar --sort=name --owner="$2" --group="$2" --numeric-owner --mtime="@$SOURCE_DATE_EPOCH" -C "$1" -cf - . |
    gzip -9n
}
pack "$image" 65532 >"$out/agm-${version}-rootfs-$arch.tar.gz"
zcat "$doc/sbom.spdx.json.gz" >"$out/agm-${version}-sbom.spdx.json"

# --- the sources, and Homebrew's formula for them --------------------------------------------------

# AGM_RELEASES is where the files will be published.
sources=$out/agm-$version.tar.gz
git archive --prefix="agm-$version/" HEAD | gzip -9n >"$sources"
setting() { sed -nE "s/^set\($1 ([^)]*)\)/\1/p" cmake/httplib.cmake; }
httplib_url=$(setting AGM_HTTPLIB_URL)
releases=${AGM_RELEASES:-https://example.org/agm}
sed -e "s,@HOMEPAGE@,$releases," -e "s,@URL@,$releases/agm-$version.tar.gz," \
  -e "s,@SHA256@,$(sha256sum <"$sources" | cut -c1-64)," \
  -e "s,@HTTPLIB_URL@,${httplib_url//\$\{AGM_HTTPLIB_RELEASE\}/$(setting AGM_HTTPLIB_RELEASE)}," \
  -e "s,@HTTPLIB_SHA256@,$(setting AGM_HTTPLIB_SHA256)," cmake/homebrew/agm.rb.in >"$out/agm.rb"

# --- the tarball -----------------------------------------------------------------------------------

if [ -n "$tarball" ] && [ "$suite" = 12 ] && [ "$arch" = amd64 ]; then
  cmake/tarball/build.sh "$tarball" "$out"
elif [ -n "$tarball" ]; then
  echo "the tarball for other Linux systems is made on Debian 12 for amd64"
fi

# --- what was made --------------------------------------------------------------------------------

(cd "$out" && sha256sum -- *.deb *.tar.gz *.json *.rb >SHA256SUMS)
for file in "$out"/*.deb "$out"/*.tar.gz; do
  printf '%-52s %9s bytes  %s\n' "${file##*/}" "$(stat -c %s "$file")" "$(sha256sum <"$file" | cut -c1-16)"
done
printf 'the root file system holds %s kB\n' "$(du -ks --apparent-size "$image" | cut -f1)"
if command -v lintian >/dev/null; then
  lintian --allow-root --fail-on error,warning --display-info "$deb" && echo "lintian: no errors, no warnings"
else
  echo "lintian is not installed: not checked"
fi
