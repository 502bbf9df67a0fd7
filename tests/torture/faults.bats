# SPDX-FileCopyrightText: The initscope authors
# SPDX-License-Identifier: GPL-3.0-or-later
# Whatever call fails: one message, the right status, nothing earlier lost, and the run can go on.

load torture

setup_file() { make_reports; }

same_as_reference() { diff -r -x environment.csv -x timing.csv -x manifest.csv reference "$1" >/dev/null; }

# --- Runs

# What a run is, clean: reference, and the numbers of its calls.
prepare_run() {
    fault '' "${command[@]}" -o w
    cp log counts
    mv w reference
    fault "rename,$(logged calls rename)" "${command[@]}" -o w 2>err || [ $? -eq 4 ]
    threads_live=$(($(logged live) - idle_live))
    rm -r w.partial
    mkdir aside
    cp -r reference aside/kept
    cp -r reference kept
}

# Of the files that are read only the data and the logs are the user's; what gnuplot made, and
# gnuplot itself, are the rendering, until they are opened again to be brought to the disk.
expected_status() {
    case $event in
    *"/data/"*.csv* | *[\ /]new/*.csv | *[\ /]new/*.ini) echo 3 ;;
    *" start "* | *" read "*".p"[dn][fg] | *" read "*.svg) echo 5 ;;
    *" open "*".p"[dn][fg] | *" open "*.svg) echo 4 or 5 ;;
    *) echo 4 ;;
    esac
}

# The state after a fault: kept as it was; w absent, or whole; the run can be resumed.
check_run() {
    local plan=$1
    diff -r kept aside/kept >/dev/null || problem "$plan ($event): an earlier result has changed"
    [ ! -e w ] || same_as_reference w || problem "$plan ($event): half a run directory"
    "$INITSCOPE" "${command[@]}" --resume -o w 2>err || problem "$plan ($event): not resumed: $(cat err)"
    same_as_reference w || problem "$plan ($event): other bytes after --resume"
    [ -z "$(ls -A | grep '^w[.]')" ] || problem "$plan ($event): left $(ls -d w.*)"
    rm -rf w w.*
}

# run_under PLAN: false when nothing failed.
run_under() {
    local plan=$1 status=0
    fault "$plan" "${command[@]}" -o w 2>err >out || status=$?
    event=$(grep -m 1 ^fired log) || return 1
    tried=$((tried + 1))
    [ "$status" -eq 0 ] || judge "$status" "$plan"
    [ "$status" -ne 0 ] || same_as_reference w || problem "$plan ($event): status 0, other bytes"
    check_run "$plan"
}

@test "run: what cannot be had, opened, read, written, synced, renamed, closed, made, cut" {
    local command=("${small[@]}")
    prepare_run
    for kind in memory open list read write sync rename close make cut; do
        count=$(sed -n "s/^calls $kind //p" counts)
        tried=0
        for n in $(points "$count"); do run_under "$kind,$n" || problem "$kind,$n: did not happen"; done
        no_problems "run, $kind"
    done
}

@test "run: what cannot be had or written any more from one moment on" {
    long_only
    local command=("${small[@]}")
    prepare_run
    for kind in memory write; do
        count=$(sed -n "s/^calls $kind //p" counts)
        tried=0
        for n in $(points "$count" 5); do run_under "$kind,$n,on" || problem "$kind,$n,on: did not happen"; done
        no_problems "run, $kind, from the n-th on"
    done
}

# --- Reports

# The earlier report, of the run old, in earlier; the next, of the run new, in next. replay is a
# gnuplot that makes again what the real one made for next.
make_reports() {
    local gnuplot
    cd "$BATS_FILE_TMPDIR"
    gnuplot=$(command -v gnuplot) || return 0
    "$INITSCOPE" "${small[@]}" --seed=7 -o old
    "$INITSCOPE" "${small[@]}" -o new
    "$INITSCOPE" report -q old -o earlier
    mkdir made
    cat >replay <<END
#!/bin/sh
case \$* in
*report.gp) test -e "$PWD/made/report.pdf" || { "$gnuplot" "\$@" && cp report.pdf "$PWD/made/"; } && cp "$PWD/made/report.pdf" . ;;
*.web/figures.gp)
    test -e "$PWD/made/web" || { "$gnuplot" "\$@" && mkdir "$PWD/made/web" && cp .web/*.svg "$PWD/made/web/"; } &&
        cp "$PWD/made/web"/* .web/ ;;
*figures.gp)
    kind=png
    case \$* in *svg*) kind=svg ;; esac
    test -e "$PWD/made/\$kind" || {
        "$gnuplot" "\$@" && mkdir "$PWD/made/\$kind" && cp figures/*.\$kind "$PWD/made/\$kind/"
    } && cp "$PWD/made/\$kind"/* figures/ ;;
*) echo 5.4.4 >&2 ;;
esac
END
    chmod +x replay
    "$INITSCOPE" report -q new -o next --gnuplot=./replay
}

prepare_report() {
    command=(report -q new -o out "--gnuplot=$BATS_FILE_TMPDIR/replay")
    [ -d "$BATS_FILE_TMPDIR/next" ] || skip "gnuplot is not installed"
    cp -r "$BATS_FILE_TMPDIR"/{new,earlier,next} .
    [ -z "$1" ] || cp -r "$1" out
    fault '' "${command[@]}"
    cp log counts
    diff -r next out
    rm -r out
    [ "$(ls next | tr '\n' ' ')" = "comparisons.csv figures figures.gp findings.csv pages report.gp report.html report.pdf summary.csv " ]
    [ -s next/report.pdf ]
    [ -s next/report.html ]
    run diff -rq earlier next
    [ "$status" -eq 1 ]
}

# report_under PLAN EARLIER: false when nothing failed. EARLIER is a directory or nothing.
report_under() {
    local plan=$1 status=0
    [ -z "$2" ] || cp -r "$2" out
    fault "$plan" "${command[@]}" 2>err >stdout || status=$?
    event=$(grep -m 1 ^fired log) || return 1
    tried=$((tried + 1))
    [ "$status" -eq 0 ] || judge "$status" "$plan"
    # Without memory the program ends where it is; the next report cleans up.
    [ "${plan%%,*}" != memory ] || rm -rf out/report.unfinished
    if [ "$status" -eq 0 ]; then
        # Without fc-list only the letters of the own font are known; a gnuplot that does not tell
        # its version is not named at the foot of the pages.
        [[ "$event" == *" start "[1-4]\ * || "$event" == *" pipe:"* ]] || diff -r next out >/dev/null || problem "$plan ($event): status 0, another report"
    elif [ -n "$2" ]; then
        rm -rf out/report.unfinished # scripts that were not rendered
        diff -r "$2" out >/dev/null || diff -r next out >/dev/null || problem "$plan ($event): the earlier report has changed"
    elif [ -e out/report.pdf ] || [ -e out/report.html ]; then
        diff -r next out >/dev/null || problem "$plan ($event): half a report"
    fi
    rm -rf out
}

# report_faults EARLIER KIND...: of the many calls for memory every 41st.
report_faults() {
    local earlier=$1 n count command step kind
    shift
    prepare_report "$earlier"
    for kind; do
        count=$(sed -n "s/^calls $kind //p" counts)
        step=1
        [ "$kind" != memory ] || step=41
        tried=0
        for n in $(points "$count" "$step"); do report_under "$kind,$n" "$earlier" || problem "$kind,$n: did not happen"; done
        no_problems "${earlier:-first} report, $kind"
    done
}

@test "report: the earlier one, or the next, is there and whole" {
    report_faults earlier memory sync rename
}

@test "report: what cannot be opened, listed, read, written, closed, made, started" {
    long_only
    report_faults earlier open list read write close make start
}

@test "the first report is there whole, or not at all" {
    long_only
    report_faults '' sync rename make
}

# --- What only prints

# print_faults COMMAND...: memory, input
print_faults() {
    local n kind status
    fault '' "$@" >expected
    cp log counts
    tried=0
    for kind in memory open read; do
        for n in $(points "$(sed -n "s/^calls $kind //p" counts)"); do
            status=0
            fault "$kind,$n" "$@" >out 2>err || status=$?
            event=$(grep -m 1 ^fired log) || problem "$kind,$n: did not happen"
            tried=$((tried + 1))
            [ "$status" -eq 0 ] || judge "$status" "$kind,$n"
            [ "$status" -ne 0 ] || cmp -s out expected || problem "$kind,$n ($event): status 0, other output"
        done
    done
    no_problems "$*"
}

@test "theory" { print_faults theory --hidden=4,4 --activation=relu,tanh; }
@test "list" { print_faults list; }
@test "--version" { print_faults --version; }
