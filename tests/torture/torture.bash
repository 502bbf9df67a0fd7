# SPDX-FileCopyrightText: The initscope authors
# SPDX-License-Identifier: GPL-3.0-or-later
# Shared by the tests that make calls of the program fail. Each problem is a line of the file
# problems, so that one does not hide the next; a test ends with no_problems.

load ../cli/helper

: "${builddir:=.}"
shim=$(realpath "$builddir")/tests/torture/fault.so

setup() {
    cd "$BATS_TEST_TMPDIR" || return 1
    # Interposed on a build with sanitizers, or by another loader, the shim may see nothing.
    fault '' --version >/dev/null 2>&1 && grep -q '^calls memory [1-9]' log || skip "no call can be made to fail here"
    # What the libraries keep after success, and after a failure (the loader keeps the words of an
    # early one for a while); a run that began to train has threads besides.
    fault '' theory >err 2>&1
    done_live=$(logged live)
    fault open,1 theory >err 2>&1 || [ $? -eq 3 ]
    idle_live=$(logged live)
    threads_live=0
    : >problems
}

small=(run -q --init=zeros,he_uniform --hidden=4,4 --seeds=2 --epochs=1 --threads=1 --save-weights=ends)

# fault PLAN ARGUMENT...: the program under tests/torture/fault.c. Leaves log; returns its status,
# 137 when it had to be killed.
fault() {
    local plan=$1
    shift
    rm -f log
    timeout -s KILL 60 env LD_PRELOAD="$shim" FAULT="$plan" FAULT_LOG="$PWD/log" FAULT_TRACE="$trace" "$INITSCOPE" "$@"
}
trace=/dev/null

# logged WORD...: what stands after them in log.
logged() { sed -n "s|^$* ||p" log; }

# points COUNT [STEP]: which of the calls 1 to COUNT are to fail: all, or every STEP-th of a large
# number; in a short run two of them.
points() {
    if [ "$1" -eq 0 ]; then
        return
    elif [ "${TORTURE-}" = all ]; then
        seq 1 "${2:-1}" "$1"
    else
        printf '%s\n' $(($1 / 3 + 1)) "$1" | sort -nu
    fi
}

# For what takes long: not in a short run.
long_only() { [ "${TORTURE-}" = all ] || skip "only in make check-torture"; }

problem() { echo "$*" | tee -a problems; }

no_problems() {
    echo "# $tried points: $*" >&3
    [ "$tried" -gt 0 ]
    [ ! -s problems ]
}

# The file that a message names is the one whose call failed, or lies in it.
names_the_file() {
    local named fired
    named=$(realpath -ms "$(sed -n '1s/^initscope: \([^:]*\):.*/\1/p' err)")
    fired=$(realpath -ms "$(cut -d' ' -f5- <<<"$event")")
    # A picture belongs to its script; where replaced entries wait is in the directory of theirs.
    [[ "$fired" == "${named%.gp}"* || "$named" == "${fired%/report.unfinished/replaced}"* ]]
}

declare -A reasons=(
    [open]="Too many open files" [list]="Too many open files" [read]="Input/output error" [write]="No space left on device"
    [sync]="Input/output error" [rename]="Invalid cross-device link" [close]="Input/output error"
    [make]="No space left on device" [cut]="Input/output error" [start]="Resource temporarily unavailable")

# judge STATUS PLAN: whether a program that failed did it as it should. event is the line "fired ..."
# of the log; expected_status tells the status that goes with it.
judge() {
    local status=$1 plan=$2 kind=${2%%,*} live
    [ "$status" -lt 124 ] || problem "$plan ($event): status $status"
    if [ "$kind" = memory ]; then
        [ "$status" -eq 1 ] || problem "$plan ($event): status $status, not 1"
        grep -qE '^(initscope: out of memory \(|libgomp: )' err || problem "$plan ($event): $(cat err)"
    else
        kind=$(cut -d' ' -f2 <<<"$event")
        [[ " $(expected_status) " == *" $status "* ]] || problem "$plan ($event): status $status, not $(expected_status): $(cat err)"
        grep -q "${reasons[$kind]}" err || problem "$plan ($event): $(cat err)"
        names_the_file || [ "$kind" = start ] || problem "$plan ($event): names another file: $(cat err)"
        live=$(logged live)
        [ "$live" -eq "$idle_live" ] || [ "$live" -eq "$done_live" ] || [ "$live" -eq $((idle_live + threads_live)) ] ||
            problem "$plan ($event): $live blocks of memory left, not $idle_live (+$threads_live)"
    fi
    [ "$(grep -vE 'render with: |go on with --resume$' err | grep -c .)" -eq 1 ] || problem "$plan ($event): $(wc -l <err) lines: $(cat err)"
    # A command that fails while memory is wanted may leave its own files where they are looked for.
    [ "${plan%%,*}" = memory ] || [ -z "$(find . -name '*.tmp' -o -name '*.old')" ] ||
        problem "$plan ($event): left $(find . -name '*.tmp' -o -name '*.old' | tr '\n' ' ')"
}
