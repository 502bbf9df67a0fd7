# SPDX-FileCopyrightText: The initscope authors
# SPDX-License-Identifier: GPL-3.0-or-later
# libinitscope from outside: what it exports, its header in two languages, its example, and processes
# that add to one log at the same time and are killed.

load ../cli/helper

setup_file() {
    : "${builddir:=.}"
    builddir=$(realpath "$builddir")
    export builddir
}

writer() { "$builddir/tests/lib/writer" "$@"; }

shared_library() {
    local found
    found=$(find "$builddir/.libs" -name 'libinitscope.so.*.*.*' | head -n 1)
    [ -n "$found" ] || skip "no shared library was built"
    echo "$found"
}

# column FILE NAME: the cells of a column.
column() {
    awk -F, -v name="$2" 'NR == 1 { for (i = 1; i <= NF; i++) if ($i == name) at = i; next } { print $at }' "$1"
}

@test "program, header, module and the head of the NEWS are of one version" {
    version=$("$INITSCOPE" --version | sed -n '1s/^initscope //p')
    [[ $version =~ ^[0-9]+\.[0-9]+\.[0-9]+$ ]]
    IFS=. read -r major minor patch <<<"$version"
    grep -q "^#define INITSCOPE_VERSION $((major * 10000 + minor * 100 + patch)) /\* $version," "$srcdir/include/initscope.h"
    grep -qxF "__version__ = \"$version\"" "$srcdir/src/lib/initscope.py"
    [ "$(sed -n 's/^initscope \([0-9]\)/\1/p' "$srcdir/NEWS" | head -n 1)" = "$version" ]
}

@test "it exports what its header has, of this version, and nothing else" {
    local library
    library=$(shared_library)
    # shellcheck disable=SC2086 # nm may be several words
    ${NM:-nm} -D --defined-only "$library" | awk '$2 == "T" || $2 == "D" || $2 == "R" { print $3 }' |
        sort >exported
    cat exported
    diff "$srcdir/tests/lib/symbols" exported
    sed 's/@.*//' exported >names
    sed -n 's/^INITSCOPE_API .*[ *]\(initscope_[a-z_]*\)(.*/\1/p' "$srcdir/include/initscope.h" | sort >declared
    diff declared names
}

@test "it has no threads and no printing of its own" {
    local library
    library=$(shared_library)
    # shellcheck disable=SC2086
    ${NM:-nm} -D --undefined-only "$library" | awk '{ print $2 }' | sed 's/@.*//' >needed
    grep -qx gsl_set_error_handler_off needed
    refute grep -E '^(GOMP_|omp_|openblas_set_num_threads|signal$|sigaction$|setlocale$|atexit$|printf$|puts$)' needed
}

@test "the header is C11 and C++17" {
    local compiler
    printf '#include <initscope.h>\nint main(void) { return initscope_version() == 0; }\n' >use.c
    cp use.c use.cc
    # shellcheck disable=SC2086
    ${CC:-cc} -std=c11 -pedantic -Wall -Wextra -Werror -I"$srcdir/include" -fsyntax-only use.c
    compiler=$(command -v g++ || command -v clang++) || skip "no C++ compiler"
    "$compiler" -std=c++17 -pedantic -Wall -Wextra -Werror -I"$srcdir/include" -fsyntax-only use.cc
}

@test "the example writes a log that can be reported" {
    "$builddir/tests/lib/example"
    [ "$(column logs/runs.csv status)" = completed ]
    [ "$(column logs/layers.csv tensor | tr '\n' ' ')" = "weight update weight " ]
    run_ok check logs
    "$builddir/tests/lib/example" && status=0 || status=$?
    [ "$status" -eq 1 ]
}

@test "the example of the manual is the one that is tested" {
    sed -n '/^\.\\" example/,/^\.\\" end/p' "$srcdir/src/lib/initscope.3" | grep -v '^\.' |
        sed 's/\\e/\\/g; s/\\-/-/g' >manual.c
    sed 1,3d "$srcdir/tests/lib/example.c" | diff manual.c -
}

@test "processes add to one log at the same time" {
    local p
    for p in 0 1 2 3; do writer log 5 4 "$((1 + 5 * p))" & done
    wait
    [ "$(column log/runs.csv run | sort -n | tr '\n' ' ')" = "1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 " ]
    [ "$(column log/runs.csv seed | sort -n | uniq | wc -l)" -eq 20 ]
    [ "$(column log/runs.csv status | sort -u)" = completed ]
    [ "$(column log/epochs.csv run | sort | uniq -c | awk '{ print $1 }' | sort -u)" = 4 ]
    # Rows of a run stand together, and so does its number with its seed.
    [ "$(awk -F, 'NR > 1 { print $1, $3 }' log/layers.csv | uniq | wc -l)" -eq 20 ]
    [ -z "$(ls log/running)" ]
    run_ok check --fail-on none log
}

@test "a sweep that is started again does what is left" {
    writer log 2 3 1
    run writer log 4 3 1
    [ "$status" -eq 0 ]
    [ "$output" = "done 1
done 2" ]
    [ "$(column log/runs.csv seed | tr '\n' ' ')" = "1 2 3 4 " ]
}

@test "killed writers leave nothing torn" {
    local round seed=1 file
    for round in 1 2 3 4 5 6 7 8 9 10 11 12; do
        "$builddir/tests/lib/writer" log 50 3 "$seed" 15000 & first=$!
        "$builddir/tests/lib/writer" log 50 3 "$((seed + 50))" 15000 & second=$!
        sleep "0.$((10 + 7 * (round % 7)))"
        kill -KILL "$first" "$second"
        wait "$first" || true
        wait "$second" || true
        seed=$((seed + 100))
    done
    writer log 1 3 "$seed"
    cut -d, -f1 log/runs.csv | sed 1d >runs
    [ "$(wc -l <runs)" -gt 12 ]
    seq "$(wc -l <runs)" | diff - runs
    for file in epochs layers symmetry histograms network; do
        awk -F, 'NR == 1 { n = NF } NF != n { print FILENAME ": " $0; bad = 1 } END { exit bad }' "log/$file.csv"
    done
    # A completed run has its three moments, an interrupted one those that were whole.
    awk -F, 'FNR == 1 { next } FILENAME ~ /epochs/ { n[$1]++; next } { l[$1]++ }
        END { for (r in n) if (l[r] != 8 * n[r] - 6 + 3 - 2 && l[r] != 3 + 6 * (n[r] - 1)) { print r, n[r], l[r]; bad = 1 } exit bad }' \
        log/epochs.csv log/layers.csv
    paste -d, runs <(column log/runs.csv status) <(column log/runs.csv stopped_epoch) >states
    [ "$(grep -c ',completed,2$' states)" -eq "$(grep -c ',completed,' states)" ]
    grep -q ',interrupted,' states
    [ -z "$(ls log/running)" ]
    run_ok check --fail-on none log
}

@test "what lies beyond the journal is not read" {
    writer log 2 3 1
    run_ok report log -o before
    cp log/epochs.csv whole
    printf '3,made,9,0' >>log/epochs.csv
    printf 'trial 3 runs.csv 9' >>log/journal
    run_ok report log -o after
    diff before/summary.csv after/summary.csv
    writer log 1 3 3
    head -c "$(wc -c <whole)" log/epochs.csv | diff - whole
    [ "$(column log/runs.csv run | tr '\n' ' ')" = "1 2 3 " ]
}

@test "a full disk is told, and what was complete stays" {
    [ "$(id -u)" -eq 0 ] || skip "only root mounts"
    mkdir disk
    mount -t tmpfs -o size=256k tmpfs disk 2>/dev/null || skip "nothing can be mounted here"
    writer disk/log 1 3 1
    cp disk/log/layers.csv whole
    run writer disk/log 50 3 2
    umount_after=$(cp -R disk/log kept; umount disk; echo done)
    [ "$umount_after" = done ]
    [ "$status" -eq 4 ]
    [[ $output == *": No space left on device" ]]
    head -c "$(wc -c <whole)" kept/layers.csv | diff - whole
    run_ok check --fail-on none kept
}

@test "runs under way are taken as far as they have come when it is asked for" {
    writer log 2 3 1
    "$builddir/tests/lib/writer" log 1 500 7 20000 &
    for i in $(seq 200); do
        [ "$(cat log/running/*/epochs.csv 2>/dev/null | wc -l)" -gt 3 ] && break
        sleep 0.02
    done
    run_ok check --fail-on none log
    [[ $output == *"(2 of 2 runs)"* ]]
    run_ok check --fail-on none --running log
    [[ $output == *"(3 of 3 runs)"* ]]
    kill -KILL $!
    run_ok report --running log -o report -q
    pdftotext -layout report/report.pdf - | tr -s '\n ' ' ' >said
    grep -qF 'Under way, and taken as far as it has come: run 3 (made, seed 7, running).' said
    [ "$(cut -d, -f1 log/runs.csv | tail -n 1)" = 2 ]
}
