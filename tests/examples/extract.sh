#!/bin/sh
# Copies the usage examples in header comments into files that tests/examples/*.cc include, so that
# the compiler checks them. Fails if an example is not included anywhere.
#
#   tests/examples/extract.sh OUT     writes OUT/examples/HEADER.inc for each HEADER with an
#                                     example, and their list to OUT/examples.txt
#
# An example is a run of `///   ` lines of which at least one ends a statement. `...` stands for code
# that is left out: a line that begins with it is dropped, elsewhere it becomes an empty block.
set -eu
out=$(mkdir -p "$1" && cd "$1" && pwd)
cd "$(dirname "$0")/../.."

find core cli tests/support tests/allocations -name '*.h' | LC_ALL=C sort | xargs awk -v out="$out" '
  function finish() {
    if (block ~ /;[ \t]*(\/\/[^\n]*)?\n/ && block !~ /^[ \t]*[*0-9]/) text = text block
    block = ""
  }
  function write_file() {
    finish()
    if (text != "") {
      file = out "/examples/" header ".inc"
      folder = file
      sub(/\/[^\/]*$/, "", folder)
      system("mkdir -p " folder)
      printf "%s", text > (file ".new")
      close(file ".new")
      system("cmp -s " file ".new " file " && rm " file ".new || mv " file ".new " file)
      print header
    }
    text = ""
  }
  FNR == 1 { if (header != "") write_file(); header = FILENAME }
  !/^ *\/\/\/   / { finish(); next }
  {
    line = $0
    sub(/^ *\/\/\/ /, "", line)
    if (line ~ /^ *[.][.][.]/) next
    gsub(/ [.][.][.]/, " {}", line)
    block = block line "\n"
  }
  END { write_file() }
' > "$out/examples.new"

missing=$(while read -r header; do
  grep -qF "\"examples/$header.inc\"" tests/examples/*.cc || echo "$header"
done < "$out/examples.new")
if [ -n "$missing" ]; then
  printf '%s: its example is not compiled; include it in tests/examples/*.cc\n' $missing >&2
  exit 1
fi
mv "$out/examples.new" "$out/examples.txt"
