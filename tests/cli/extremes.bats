# SPDX-FileCopyrightText: The initscope authors
# SPDX-License-Identifier: GPL-3.0-or-later
# Networks that explode, vanish or are dead, and settings at the ends of their ranges.

load helper

setup_file() {
    : "${INITSCOPE:=./initscope}"
    cd "$BATS_FILE_TMPDIR" || return 1
    "$(realpath "$INITSCOPE")" run -q --data="$(realpath "${srcdir:-.}")/data/iris.csv" --hidden=100x32 --epochs=1 --seeds=2 \
        --init='zeros random_normal(stddev=1) random_normal(stddev=0.001) he_normal' --optimizer=sgd -o deep
}

# column NAME FILE: its number.
column() { head -n 1 "$2" | tr , '\n' | grep -nx "$1" | cut -d: -f1; }

# cells FILE RUN EPOCH TENSOR NAME: of all layers, one a line.
cells() {
    awk -F, -v run="$2" -v epoch="$3" -v tensor="$4" -v c="$(column "$5" "$1")" \
        '$1 == run && $4 == epoch && $6 == tensor { print $c }' "$1"
}

@test "depth 100: what explodes diverges, the others finish, and every layer says how" {
    cd "$BATS_FILE_TMPDIR"
    [ "$(sed 1d deep/runs.csv | cut -d, -f2,12-13 | uniq | tr '\n' ' ')" = \
        "zeros,completed,1 random_normal(stddev=1),diverged,0 random_normal(stddev=0.001),completed,1 he_normal,completed,1 " ]
    # Exploding: the first layers are finite, the last ones are not.
    cells deep/layers.csv 3 0 preactivation nonfinite >nonfinite
    [ "$(wc -l <nonfinite)" -eq 101 ]
    [ "$(head -n 1 nonfinite)" -eq 0 ]
    [ "$(tail -n 1 nonfinite)" -gt 0 ]
    # Vanishing: the numbers fall until there is nothing left, and denormal ones are taken as 0.
    cells deep/layers.csv 5 0 activation variance >variance
    [ "$(sed -n 100p variance)" = 0 ]
    [ "$(cells deep/layers.csv 5 0 activation zero_fraction | sed -n 100p)" = 1 ]
    [ "$(cells deep/layers.csv 5 0 gradient variance | sed -n 1p)" = 0 ]
    [ "$(uname -m)" != x86_64 ] || grep -qx 'flush_to_zero,yes' deep/environment.csv
    # Dead: variance 0, and no shape to speak of.
    [ "$(cells deep/layers.csv 1 0 preactivation variance | sort -u)" = 0 ]
    [ "$(cells deep/layers.csv 1 0 preactivation skewness | sort -u)" = nan ]
    [ "$(cells deep/layers.csv 1 0 preactivation kurtosis | sort -u)" = nan ]
    # C prints the nan of 0/0 with a sign; a reader need not know that.
    run grep -lE -e '-nan|-0\.0,|NaN|Inf' deep/layers.csv deep/epochs.csv deep/runs.csv
    [ "$output" = "" ]
}

@test "depth 100: the report says who diverged" {
    command -v gnuplot >/dev/null && command -v pdftotext >/dev/null || skip "gnuplot or pdftotext not found"
    run_ok report -q "$BATS_FILE_TMPDIR/deep" -o report
    pdftotext -layout report/report.pdf text
    grep -q -i 'diverged' text
    awk -F, -v c="$(column diverged report/summary.csv)" 'NR > 1 { print $1, $c }' report/summary.csv >diverged
    grep -q '^"\?random_normal(stddev=1)"\? 2$' diverged
    grep -q '^he_normal 0$' diverged
}

@test "all runs diverge at epoch 0: a report, and status 0" {
    run_ok run --hidden=100x32 --init='random_normal(stddev=1)' --epochs=3 --seeds=2 -o w
    [[ "$stderr" == *"2 runs in "*" s (2 diverged) -> w" ]]
    [ "$(grep -c ',diverged,0,' w/runs.csv)" -eq 2 ]
    command -v gnuplot >/dev/null && command -v pdftotext >/dev/null || skip "gnuplot or pdftotext not found"
    run_ok report -q w
    pdftotext -layout w/report/report.pdf text
    grep -q -i 'diverged' text
}

@test "scales that are no scale, sizes that are no size" {
    local value
    for value in 0 -1 nan inf 1e999; do
        refuses 2 "--init: variance_scaling: scale must be in (0, inf) (got \"$value\")" run --init="variance_scaling(scale=$value)" -o w
        refuses 2 "--init: random_normal: stddev must be in (0, inf) (got \"$value\")" run --init="random_normal(stddev=$value)" -o w
        refuses 2 "--init: orthogonal: gain must be in (0, inf) (got \"$value\")" run --init="orthogonal(gain=$value)" -o w
    done
    refuses 2 '--init: constant: value must be in (-inf, inf) (got "nan")' run --init='constant(nan)' -o w
    refuses 2 '--init: minval must be below maxval (got "random_uniform(minval=1,maxval=0)")' run --init='random_uniform(minval=1,maxval=0)' -o w
    for value in ' 5 x' +5 5.0 99999999999999999999999999999999999999999; do
        refuses 2 "--seeds: must be an integer from 1 to 1000000 (got \"${value# }\")" run --seeds="$value" -o w
    done
    # A batch above the rows is all of them.
    run_ok run -q --init=he_normal --epochs=1 --seeds=1 --batch=100000 -o large
    run_ok run -q --init=he_normal --epochs=1 --seeds=1 --batch=full -o full
    diff <(cut -d, -f1-4,6- large/epochs.csv) <(cut -d, -f1-4,6- full/epochs.csv)
}

@test "one to ten thousand layers, one unit, one bin more than none" {
    run_ok run -q --hidden=1 --init=orthogonal --epochs=1 --seeds=1 --probe=1 --bins=2 --batch=1 -o one
    [ "$(wc -l <one/runs.csv)" -eq 2 ]
    run_ok run -q --hidden=10000x1 --init=he_normal --epochs=0 --seeds=1 --histograms=none --symmetry=none --spectrum=none -o deep
    [ "$(tail -n 1 deep/layers.csv | cut -d, -f5)" -eq 10001 ]
}

@test "experiment files that are none: each problem with its line" {
    printf 'epochs = 3\0\n' >e.ini
    refuses 2 'e.ini:1: NUL byte (not a text file?)' run e.ini -o w
    printf 'epochs\nseeds =\n= 4\nbatch == 3\n' >e.ini
    refuses 2 "e.ini:1: no '=' in this line (got \"epochs\")
e.ini:2: must be an integer from 1 to 1000000 (got \"\")
e.ini:3: no key before '='
e.ini:4: must be an integer from 1 to 2147483647, or full (all training rows) (got \"=\")" run e.ini -o w
    { printf 'note = ' && head -c 1000000 /dev/zero | tr '\0' x; } >e.ini
    refuses 2 'e.ini:1: line longer than 65536 bytes' run e.ini -o w
    head -c 2000000 /dev/zero | tr '\0' '#' >e.ini
    refuses 2 'e.ini: larger than 1048576 bytes' run e.ini -o w
    refuses 2 '/dev/zero: larger than 1048576 bytes' run /dev/zero -o w
    printf '\xff\xfee\0p\0' >e.ini
    refuses 2 'e.ini:1: NUL byte (not a text file?)' run e.ini -o w
    printf '\033[31m = 3\n' >e.ini
    refuses 2 'e.ini:1: unknown key (got "\x1b[31m"); see `initscope run --help`' run e.ini -o w
    mkdir directory
    refuses 2 'directory: Is a directory' run directory -o w
    printf '\xef\xbb\xbfepochs = 0\r\nseeds = 1\r\n' >e.ini
    run_ok run -q e.ini -o fine
    grep -qx 'epochs = 0' fine/experiment.ini
}
