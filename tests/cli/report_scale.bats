# SPDX-FileCopyrightText: The initscope authors
# SPDX-License-Identifier: GPL-3.0-or-later
# initscope report: time and memory go with what is read, and what is too much to show is chosen and told.

load helper

need() {
    local program
    for program; do
        command -v "$program" >/dev/null || skip "$program not found"
    done
}

# many INITIALIZERS LAYERS: a log in w, without runs.csv.
many() {
    mkdir w
    awk -v n="$1" -v layers="$2" 'BEGIN {
        epochs = "w/epochs.csv"; rows = "w/layers.csv"
        print "run,initializer,seed,epoch,test_accuracy" >epochs
        print "run,initializer,seed,epoch,layer,tensor,variance" >rows
        for (r = 1; r <= n; r++) {
            print r ",i" r ",1,0,.5" >epochs
            for (l = 1; l <= layers; l++) {
                print r ",i" r ",1,0," l ",preactivation," exp((r % 7 - 3) * l / 9) >rows
                print r ",i" r ",1,0," l ",delta,1" >rows
            }
        }
    }'
}

# cost COMMAND...: the least CPU time of three runs, seconds, and the most memory, KiB.
cost() {
    python3 - "$@" <<'END'
import os, subprocess, sys
seconds, memory = [], []
for _ in range(3):
    process = subprocess.Popen(sys.argv[1:], stdout=subprocess.DEVNULL)
    _, status, used = os.wait4(process.pid, 0)
    assert status == 0, status
    seconds.append(used.ru_utime + used.ru_stime)
    memory.append(used.ru_maxrss)
print(min(seconds), max(memory))
END
}

@test "four times the initializers take about four times as long and as much, not sixteen times" {
    need python3
    many 1500 2
    read -r seconds memory <<<"$(cost "$INITSCOPE" report --summary w)"
    rm -r w
    many 6000 2
    read -r seconds_of_more memory_of_more <<<"$(cost "$INITSCOPE" report --summary w)"
    echo "$seconds s, $memory KiB; of four times as many $seconds_of_more s, $memory_of_more KiB"
    awk -v a="$seconds" -v b="$seconds_of_more" 'BEGIN { exit !(b > a && b < 9 * a) }'
    awk -v a="$memory" -v b="$memory_of_more" 'BEGIN { exit !(b > a && b < 6 * a) }'
}

@test "of more than 60 initializers 60 have panels, which is told; the summary has all" {
    need gnuplot pdftotext
    many 119 4
    run_ok report w -q -o of119 --format pdf
    pdftotext -layout of119/report.pdf - | tr -s ' \n' ' ' >words
    grep -F 'Shown: 60 of 119 initializers, at equal steps from the first of the log to the last; summary.csv has all.' words
    [ "$(cut -d, -f1 of119/figures/01-signal.csv | sort -u | grep -c '^i')" -eq 60 ]
    for name in i1 i3 i117 i119; do grep -q "^$name," of119/figures/01-signal.csv; done
    [ "$(tail -n +2 of119/summary.csv | cut -d, -f1 | sort -u | grep -c '^i[0-9]')" -eq 119 ]
    rm -r w
    many 60 4
    run_ok report w -q -o of60 --format pdf
    pdftotext of60/report.pdf words
    refute grep -q 'Shown:' words
}
