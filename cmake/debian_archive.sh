# Reads Debian's archive without touching the machine's own sources, package lists and caches. Scripts
# source this file, call make_state, write "$state/sources.list" and use private_apt. `dates` may hold
# apt's options about lists past their date.
keyring=/usr/share/keyrings/debian-archive-keyring.gpg
[ -r "$keyring" ] || keyring=${keyring%.gpg}.pgp
readonly keyring
dates=()

# Prints the address of every Debian archive in the system's sources, in the deb822 and in the
# one-line format, the main archive first. Security and update mirrors carry no newer suites.
mirrors() {
  local codename
  codename=$(. /etc/os-release && printf '%s' "${VERSION_CODENAME:-}")
  {
    find /etc/apt/sources.list.d -maxdepth 1 -name '*.sources' -print0 2>/dev/null |
      xargs -0 -r awk -v codename="$codename" '
        function flush(  i, j, n, m, u, s, hit) {
          n = split(uris, u, " "); m = split(suites, s, " "); hit = 0
          for (j = 1; j <= m; j++) if (s[j] == codename || s[j] ~ /^(sid|unstable|testing|stable)$/) hit = 1
          if (hit && !off) for (i = 1; i <= n; i++) print u[i]
          uris = ""; suites = ""; off = 0; field = ""
        }
        FNR == 1 { flush() }
        /^[ \t]*$/ { flush(); next }
        /^#/ { next }
        /^[^ \t:]+:/ {
          field = tolower($0); sub(/:.*/, "", field)
          value = $0; sub(/^[^:]*:[ \t]*/, "", value)
          if (field == "uris") uris = value
          else if (field == "suites") suites = value
          else if (field == "enabled" && tolower(value) ~ /^(no|false|0)/) off = 1
          next
        }
        { if (field == "uris") uris = uris " " $0; else if (field == "suites") suites = suites " " $0 }
        END { flush() }'
    { cat /etc/apt/sources.list 2>/dev/null || true
      find /etc/apt/sources.list.d -maxdepth 1 -name '*.list' -exec cat {} + 2>/dev/null || true
    } | awk -v codename="$codename" '
        $1 == "deb" || $1 == "deb-src" {
          sub(/\[[^]]*\]/, "")
          if ($3 == codename || $3 ~ /^(sid|unstable|testing|stable)$/) print $2
        }'
  } | sed 's,/*$,,' | awk 'NF && !seen[$0]++'
}

# Makes the private folder, which is removed when the script ends.
make_state() {
  state=$(mktemp -d)
  trap 'rm -rf "$state"' EXIT
  mkdir -p "$state/lists/partial" "$state/cache/archives/partial"
}

# Runs an apt tool with its sources, lists and cache in the private folder.
private_apt() {
  local tool=$1
  shift
  "$tool" -qq \
    -o Dir::Etc::sourcelist="$state/sources.list" -o Dir::Etc::sourceparts=- \
    -o Dir::State::lists="$state/lists" -o Dir::Cache="$state/cache" \
    -o APT::Sandbox::User=root -o Acquire::Languages=none -o Acquire::Retries=3 \
    -o Acquire::PDiffs=false -o Dpkg::Use-Pty=0 "${dates[@]}" "$@"
}
