# SPDX-FileCopyrightText: The initscope authors
# SPDX-License-Identifier: GPL-3.0-or-later
# Commands that meet on one directory: each ends right, or says who is there.

load helper

small=(run -q --hidden=3 --seeds=1 --epochs=0 --init=he_normal,zeros)

needs_gnuplot() { command -v gnuplot >/dev/null || skip "no gnuplot"; }

# whole DIR: a report that is all there.
whole() {
    [ "$(tail -c 6 "$1/report.pdf")" = "%%EOF" ]
    [ -s "$1/report.gp" ]
    [ -s "$1/summary.csv" ]
    [ ! -e "$1/report.unfinished" ]
}

# slow_gnuplot SECONDS: $PWD/gnuplot does what gnuplot does, but begins to draw later.
slow_gnuplot() {
    printf '#!/bin/sh\ncase "$*" in *report.gp*) sleep %s ;; esac\nexec %s "$@"\n' "$1" "$(command -v gnuplot)" >gnuplot
    chmod +x gnuplot
}

@test "two reports into one directory, twenty times: right, or locked by the other" {
    needs_gnuplot
    run_ok "${small[@]}" -o w
    right=0
    locked=0
    for i in $(seq 20); do
        [ $((i % 2)) -eq 0 ] || rm -rf w/report
        "$INITSCOPE" report -q --format pdf w 2>err1 3>&- &
        first=$!
        "$INITSCOPE" report -q --format pdf w 2>err2 3>&- &
        second=$!
        status1=0
        wait "$first" || status1=$?
        status2=0
        wait "$second" || status2=$?
        echo "$i: $status1 $(cat err1), $status2 $(cat err2)"
        case $status1,$status2 in
        0,0) right=$((right + 2)) ;;
        0,4)
            locked=$((locked + 1))
            [ "$(cat err2)" = "initscope: w/report: locked by process $first" ]
            ;;
        4,0)
            locked=$((locked + 1))
            [ "$(cat err1)" = "initscope: w/report: locked by process $second" ]
            ;;
        *) false ;;
        esac
        whole w/report
    done
    echo "$right right, $locked locked"
    [ "$locked" -gt 0 ]
}

@test "who holds the lock and is killed leaves nothing that is in the way" {
    needs_gnuplot
    run_ok "${small[@]}" -o w
    slow_gnuplot 60
    "$INITSCOPE" report -q --gnuplot ./gnuplot --format pdf w 3>&- &
    first=$!
    await test -s w/report/report.unfinished/report.gp
    run --separate-stderr "$INITSCOPE" report -q --format pdf w
    [ "$status" -eq 4 ]
    [ "$stderr" = "initscope: w/report: locked by process $first" ]
    # Into another directory it goes.
    run_ok report -q --format pdf w -o elsewhere
    whole elsewhere
    kill -KILL "$first"
    wait "$first" || true
    run_ok report -q --format pdf w
    whole w/report
}

@test "run --force does not take a directory away from a report that is being written in it" {
    needs_gnuplot
    run_ok "${small[@]}" -o w
    slow_gnuplot 60
    "$INITSCOPE" report -q --gnuplot ./gnuplot --format pdf w 3>&- &
    first=$!
    await test -s w/report/report.unfinished/report.gp
    run --separate-stderr "$INITSCOPE" "${small[@]}" --force -o w
    kill -KILL "$first"
    wait "$first" || true
    [ "$status" -eq 4 ]
    [ "$stderr" = "initscope: w/report: locked by process $first" ]
    [ ! -e w.partial ]
    run_ok "${small[@]}" --force -o w
}

@test "a report during run --force is not written where it would be lost" {
    needs_gnuplot
    run_ok "${small[@]}" -o w
    "$INITSCOPE" run -q --data=digits --hidden=128,128 --epochs=1000 --seeds=1 --init=he_normal --force -o w 3>&- &
    first=$!
    await test -s w.partial/journal
    run --separate-stderr "$INITSCOPE" report -q --format pdf w
    [ "$status" -eq 4 ]
    [ "$stderr" = "initscope: w/report: process $first writes the run directory anew, and this would go with the old one; choose another -o" ]
    [ ! -e w/report ]
    run_ok report -q --format pdf w -o elsewhere
    whole elsewhere
    kill -TERM "$first"
    wait "$first" || true
}

@test "reports of a directory that is replaced again and again" {
    needs_gnuplot
    run_ok "${small[@]}" -o w
    (for i in $(seq 40); do "$INITSCOPE" "${small[@]}" --force -o w || exit 1; done; touch ready) 2>errors 3>&- &
    loop=$!
    reports=0
    until [ -e ready ] || [ -s errors ]; do
        run_ok report -q --summary w
        [ "$stderr" = "" ]
        reports=$((reports + 1))
    done
    wait "$loop"
    [ "$reports" -gt 1 ]
}
