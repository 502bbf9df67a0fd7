#!/bin/sh
# SPDX-FileCopyrightText: The initscope authors
# SPDX-License-Identifier: GPL-3.0-or-later
# The page as a browser shows it, as TAP: page.mjs on the report of one run, on a book of three, and
# on the same book with hostile names everywhere. Runs are as small as their reports allow.
here=$(cd "${srcdir:-.}/tests/browser" && pwd)
program=${INITSCOPE:-./initscope}
data=${INITSCOPE_DATA_DIR:-${srcdir:-.}}

skip() {
    echo "1..0 # SKIP $1"
    exit 0
}
has() { command -v "$1" >/dev/null 2>&1; }

for name in chromium chromium-browser google-chrome; do
    CHROMIUM=${CHROMIUM:-$(command -v "$name")}
done
export CHROMIUM
has node || skip 'node not found: install nodejs'
has "$CHROMIUM" || skip 'chromium not found: install chromium, or say in CHROMIUM where one is'
has gnuplot || skip 'gnuplot not found: install gnuplot-nox (Debian) or gnuplot (Fedora)'
[ -d "$here/node_modules/playwright-core" ] || skip "playwright-core not found: npm ci --prefix $here"

work=$(mktemp -d "${TMPDIR:-/tmp}/initscope-browser-XXXXXX") || exit 99
trap 'rm -rf "$work"' EXIT
trap 'exit 99' HUP INT TERM

# run NAME FILE OPTION...: a run of an experiment.
run() {
    name=$1 file=$2
    shift 2
    "$program" run -q -o "$work/runs/$name" "$@" "$data/reports/$file.ini"
}

# report NAME RUN...
report() {
    name=$1
    shift
    "$program" report -q --format=html -o "$work/reports/$name" "$@"
}

mkdir "$work/runs" "$work/reports" &&
    run iris iris --seeds=5 &&
    run residual networks/residual --seeds=2 --epochs=2 &&
    run blocks sequences/blocks --seeds=2 --epochs=1 &&
    node "$here/hostile.mjs" "$work/hostile" "$work"/runs/* &&
    report iris "$work/runs/iris" &&
    report book "$work"/runs/* &&
    report hostile "$work"/hostile/* || exit 99
node "$here/page.mjs" "$work/reports"
