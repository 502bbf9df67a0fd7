# SPDX-FileCopyrightText: The initscope authors
# SPDX-License-Identifier: GPL-3.0-or-later
# Shared by the tests of the command line: each test runs in its own empty directory.

bats_require_minimum_version 1.5.0

: "${INITSCOPE:=./initscope}" "${srcdir:=.}"
INITSCOPE=$(realpath "$INITSCOPE")
srcdir=$(realpath "$srcdir")

setup() { cd "$BATS_TEST_TMPDIR" || return 1; }

# run_ok ARGUMENT...: runs to the end with status 0.
run_ok() {
    run --separate-stderr "$INITSCOPE" "$@"
    echo "status $status, stderr: $stderr"
    [ "$status" -eq 0 ]
}

# refute COMMAND...: the command answers no, with status 1 ("! command" in a test fails nothing, and is
# content with a file that is not there).
refute() {
    local answer=0
    "$@" || answer=$?
    echo "status $answer: $*"
    [ "$answer" -eq 1 ]
}

# refuses STATUS MESSAGE ARGUMENT...: ends with this status, nothing on stdout, and exactly this on
# stderr, every line after "initscope: "; no run directory is left.
refuses() {
    local expected_status=$1 expected=$2 line
    shift 2
    run --separate-stderr "$INITSCOPE" "$@"
    expected=$(while IFS= read -r line; do echo "initscope: $line"; done <<<"$expected")
    echo "status:   $status, expected $expected_status"
    echo "message:  $stderr"
    echo "expected: $expected"
    [ "$status" -eq "$expected_status" ]
    [ "$stderr" = "$expected" ]
    [ "$output" = "" ]
    [ ! -e w ] && [ ! -e w.partial ]
}

# same_run DIR1 DIR2: equal in all but the files of what may differ.
same_run() {
    [ -s "$1/layers.csv" ]
    diff -r -x environment.csv -x timing.csv -x manifest.csv "$1" "$2"
}

# rows_of INITIALIZER FILE: its rows without the number of the run.
rows_of() { grep ",$1," "$2" | cut -d, -f2-; }

# await COMMAND...: until it succeeds, at most 20 seconds.
await() {
    local i
    for ((i = 0; i < 2000; i++)); do
        "$@" && return 0
        sleep 0.01
    done
    return 1
}

# finished N DIR: at least N runs are on disk.
finished() { [ "$(cat "$2.partial/runs.csv" 2>/dev/null | wc -l)" -gt "$1" ]; }

# Skips the test where no pseudo-terminal can be made.
needs_terminal() {
    script -qec true /dev/null </dev/null >/dev/null 2>&1 || skip "script makes no terminal"
}
