#!/usr/bin/env bash
# The life of the .deb in a root file system of its own (mmdebstrap, debootstrap): installation, first
# start, an upgrade while streams run, removal and purge. No service manager runs there, so this script
# does what systemd does with the units: it holds the socket, starts the service as its user with its
# environment, and restarts it after the upgrade. It needs root and a copy of the file system that it
# may change.
#
#   tests/package/install_test.sh ROOT DEB
set -euo pipefail
root=$(realpath "$1") deb=$2
[ "$(id -u)" = 0 ] || { echo "only root can change its root folder"; exit 77; }
command -v python3 >/dev/null || { echo "python3 is not installed"; exit 77; }
work=$(mktemp -d)
mounted=()
trap 'for at in "${mounted[@]}"; do umount "$at"; done; rm -rf "$work"' EXIT
bind() { mkdir -p "$root$1"; mount --bind "$1" "$root$1"; mounted=("$root$1" "${mounted[@]}"); }
bind /proc
bind /dev
inside() { chroot "$root" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C DEBIAN_FRONTEND=noninteractive "$@"; }
step() { printf '\n== %s\n' "$*"; }
fail() { printf 'FAILED: %s\n' "$*"; exit 1; }

# The same package under an earlier version, to upgrade from.
dpkg-deb -R "$deb" "$work/old"
sed -i 's/^Version: .*/Version: 0.1.0/' "$work/old/DEBIAN/control"
dpkg-deb --root-owner-group --build "$work/old" "$root/tmp/agm_old.deb" >/dev/null
cp "$deb" "$root/tmp/agm_new.deb"

step "install"
inside apt-get install -y --no-install-recommends /tmp/agm_old.deb >"$work/apt.log" 2>&1 || { tail "$work/apt.log"; fail install; }
inside dpkg -s agm | grep -q '^Version: 0.1.0' || fail "the version"
inside getent passwd agm
[ "$(stat -c '%a %U %G' "$root/etc/agm" | cut -d' ' -f1)" = 2750 ] || fail "the mode of /etc/agm"
inside agm --version | head -n 1
inside agm | head -n 3
inside test -e /usr/share/man/man1/agm.1.gz -a -e /usr/share/bash-completion/completions/agm

step "first start, streams, an upgrade under them, restart"
python3 "$(dirname "$0")/service.py" "$root" /tmp/agm_new.deb

step "an edit by root keeps owner and mode, and the service's user reads it"
inside env AGM_CONFIG=/etc/agm/config.toml AGM_STATE_DIR=/var/lib/agm agm accounts add work --kind mock
inside stat -c '%a %G' /etc/agm/config.toml
inside setpriv --reuid agm --regid agm --clear-groups cat /etc/agm/config.toml | grep -q work || fail "the service cannot read it"

step "remove"
inside apt-get remove -y agm >"$work/apt.log" 2>&1 || { tail "$work/apt.log"; fail remove; }
[ ! -e "$root/usr/bin/agm" ] || fail "the program stays"
[ -e "$root/etc/agm/config.toml" ] || fail "the configuration is gone"

step "purge"
inside apt-get purge -y agm >"$work/apt.log" 2>&1 || { tail "$work/apt.log"; fail purge; }
for path in /etc/agm /var/lib/agm /usr/bin/agm /usr/share/doc/agm; do
  [ ! -e "$root$path" ] || fail "$path stays"
done
! inside dpkg -s agm >/dev/null 2>&1 || fail "dpkg still knows it"
echo
echo "all steps passed"
