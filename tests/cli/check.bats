# SPDX-FileCopyrightText: The initscope authors
# SPDX-License-Identifier: GPL-3.0-or-later
# initscope check: verdicts as lines, and as an exit status.

load helper

run_logs() {
    run_ok run -q --init zeros,he_uniform --seeds 5 --epochs 10 -o logs
}

# ends STATUS ARGUMENT...: initscope check with this exit status, and nothing on stderr.
ends() {
    local expected=$1
    shift
    run --separate-stderr "$INITSCOPE" check "$@"
    echo "status $status, expected $expected: $output $stderr"
    [ "$status" -eq "$expected" ]
    [ "$stderr" = "" ]
}

@test "a bad verdict is a line with its number and layer, and status 6" {
    run_logs
    ends 6 logs
    [ "${lines[0]}" = 'logs: zeros: symmetric: 1 of 64 units of layer 1 differ (5 of 5 runs)' ]
    grep -qxF 'logs: zeros: dead: 100 % of the units of layer 1 (5 of 5 runs)' <<<"$output"
    refute grep -q he_uniform <<<"$output"
    ends 6 -q logs
    [ "$output" = "" ]
}

@test "what fails is chosen: verdicts by name, both directions by their word, none" {
    run_logs
    ends 0 --fail-on none logs
    [ "${#lines[@]}" -ge 2 ]
    ends 0 --fail-on exploding,diverged logs
    ends 6 --fail-on=dead logs
    ends 6 --fail-on preserving logs
    grep -qxF 'logs: zeros: vanishing_forward: total 0 (5 of 5 runs)' <<<"$output"
    grep -qxF 'logs: he_uniform: preserving (5 of 5 runs)' <<<"$output"
}

@test "what is required and missing is told, and fails" {
    run_logs
    ends 6 --fail-on none --require learned logs
    grep -qxF 'logs: zeros: not learned (0 of 5 runs)' <<<"$output"
    run_ok run -q --init he_uniform --seeds 5 --epochs 10 -o good
    ends 0 --require learned good
    [ "$output" = "" ]
    ends 6 --require learned good logs
}

@test "check reads what report reads, without gnuplot, and refuses what it does" {
    refuses 2 'check: no run directory; see `initscope check --help`' check
    refuses 2 '--fail-on: unknown verdict (got "sad"); see `initscope check --help`' check --fail-on sad x
    refuses 3 'x/epochs.csv: there is no such file
x/layers.csv: there is no such file' check x
    run_logs
    GNUPLOT=/nowhere ends 6 logs
    mkdir foreign
    cp logs/epochs.csv logs/layers.csv foreign
    GNUPLOT=/nowhere ends 6 --fail-on symmetric,collapsed,not_moving,vanishing,dead foreign
}
