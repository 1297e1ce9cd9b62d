# The packages whose headers and static archives the tarball's program is built with; to be sourced.
readonly dev_packages=(
  libcli11-dev libfmt-dev libhiredis-dev libjemalloc-dev libspdlog-dev libsqlite3-dev libssl-dev
  libtomlplusplus-dev nlohmann-json3-dev zlib1g-dev)
