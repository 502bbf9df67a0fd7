# SPDX-FileCopyrightText: The initscope authors
# SPDX-License-Identifier: GPL-3.0-or-later
# Killed, cut off, damaged: what is resumed ends with the bytes of a run that nothing disturbed.

load torture

same_as_reference() { diff -r -x environment.csv -x timing.csv -x manifest.csv reference "$1" >/dev/null; }

# What a run is, clean: reference, and the numbers of its calls in counts.
make_reference() {
    fault '' "$@" -o w
    cp log counts
    mv w reference
    tried=0
}

calls() { sed -n "s/^calls $1 //p" counts; }

@test "killed before each of its file operations, then resumed" {
    make_reference "${small[@]}"
    for n in $(points "$(calls any)"); do
        status=0
        fault "any,$n,kill" "${small[@]}" -o w 2>err || status=$?
        event=$(grep ^fired log)
        [ "$status" -eq 137 ] || problem "$n ($event): status $status"
        tried=$((tried + 1))
        [ ! -e w ] || same_as_reference w || diff -rq w reference | grep -v -e environment.csv -e timing.csv -e manifest.csv -e '^Only in w: \(journal\|identity\|lock\)$' | sed "s/^/$n: /" >>problems
        "$INITSCOPE" "${small[@]}" --resume -o w 2>err || problem "$n ($event): $(cat err)"
        same_as_reference w || problem "$n ($event): other bytes"
        [ ! -e w.partial ] || problem "$n ($event): w.partial is left"
        rm -r w
    done
    no_problems "kills of a run"
}

@test "killed while it replaces an earlier run: that one, or the new one, is there" {
    replacing=("${small[@]}" --save-weights=none --seed=5)
    make_reference "${replacing[@]}"
    "$INITSCOPE" "${small[@]}" --epochs=0 -o old
    cp -r old w
    fault '' "${replacing[@]}" --force -o w
    cp log counts
    rm -r w
    for n in $(points "$(calls any)"); do
        cp -r old w
        fault "any,$n,kill" "${replacing[@]}" --force -o w 2>err || :
        event=$(grep ^fired log) || problem "$n: did not happen"
        tried=$((tried + 1))
        status=0
        "$INITSCOPE" "${replacing[@]}" --resume -o w 2>err || status=$?
        # Killed before it had begun, there is nothing to go on with but the other run.
        if [ "$status" -eq 2 ] && diff -r old w; then
            "$INITSCOPE" "${replacing[@]}" --force -o w || problem "$n ($event): not replaced"
        elif [ "$status" -ne 0 ]; then
            problem "$n ($event): status $status, $(cat err)"
        fi
        same_as_reference w || problem "$n ($event): other bytes"
        [ "$(ls -d w*)" = w ] || problem "$n ($event): left $(ls -d w*)"
        rm -rf w w.*
    done
    no_problems "kills of a run that replaces one"
}

@test "killed at random moments, again and again" {
    long_only
    long=(run -q --data=digits --hidden=96,96 --epochs=3 --seeds=3 --threads=2 --save-weights=ends --spectrum=none)
    start=$(date +%s%N)
    "$INITSCOPE" "${long[@]}" -o reference
    whole=$((($(date +%s%N) - start) / 1000000))
    RANDOM=42
    tried=0
    while [ "$tried" -lt 50 ]; do
        moment=$((RANDOM * whole / 32768 * 6 / 10 + 1))
        status=0
        timeout --foreground -s KILL "$(printf '%d.%03d' $((moment / 1000)) $((moment % 1000)))" "$INITSCOPE" "${long[@]}" --resume -o w || status=$?
        # 124: it had ended when its moment came, the next round looks at what it left
        case $status in 0 | 124 | 137) ;; *) problem "status $status" ;; esac
        [ "$status" -ne 137 ] || tried=$((tried + 1))
        [ "$status" -ne 0 ] || { same_as_reference w && rm -r w; } || problem "other bytes"
    done
    "$INITSCOPE" "${long[@]}" --resume -o w
    same_as_reference w
    no_problems "kills at random moments"
}

# The state of a run of which two of four trials are finished: interrupted.partial.
interrupt() {
    plain=("${small[@]}" --save-weights=none)
    make_reference "${plain[@]}"
    fault "write,$(($(calls write) * 3 / 4)),kill" "${plain[@]}" -o interrupted || [ $? -eq 137 ]
    [ "$(wc -l <interrupted.partial/journal)" -eq 3 ]
    rm -f interrupted.partial/*.tmp
}

# resume_damaged WHAT: the same bytes, or one message and the status of a refusal.
resume_damaged() {
    local status=0
    tried=$((tried + 1))
    "$INITSCOPE" "${plain[@]}" --resume -o w 2>err || status=$?
    case $status in
    0) same_as_reference w || problem "$1: other bytes" ;;
    [234]) [ "$(wc -l <err)" -eq 1 ] || problem "$1: $(cat err)" ;;
    *) problem "$1: status $status: $(cat err)" ;;
    esac
    outcome[status]=$((outcome[status] + 1))
    rm -rf w w.partial
}

# flip FILE OFFSET MASK
flip() {
    local byte
    byte=$(od -An -tu1 -j"$2" -N1 "$1")
    printf '%b' "\\0$(printf %o $((byte ^ $3)))" | dd of="$1" bs=1 seek="$2" conv=notrunc status=none
}

@test "bits of the state flipped" {
    outcome=(0 0 0 0 0)
    interrupt
    for file in journal identity lock runs.csv experiment.ini environment.csv layers.csv; do
        size=$(wc -c <"interrupted.partial/$file")
        step=1
        case $file in *.*) step=$((size / 40 + 1)) ;; esac
        for offset in $(points "$size" "$step"); do
            for mask in 1 128; do
                [ "${TORTURE-}" = all ] || [ "$mask" -eq 1 ] || continue
                cp -r interrupted.partial w.partial
                flip "w.partial/$file" $((offset - 1)) "$mask"
                resume_damaged "$file, byte $offset ^ $mask"
            done
        done
    done
    [ "${outcome[0]}" -gt 0 ]
    [ "${outcome[2]}" -gt 0 ]
    no_problems "flipped bits: ${outcome[0]} resumed, ${outcome[2]} refused with status 2, ${outcome[4]} with 4"
}

@test "files of the state cut short, torn and lost" {
    outcome=(0 0 0 0 0)
    interrupt
    for file in journal identity lock runs.csv epochs.csv layers.csv timing.csv; do
        size=$(wc -c <"interrupted.partial/$file")
        step=$((size > 3000 ? size / 40 : 1))
        for length in $(points "$size" "$step"); do
            cp -r interrupted.partial w.partial
            head -c $((length - 1)) "interrupted.partial/$file" >"w.partial/$file"
            resume_damaged "$file, first $((length - 1)) bytes"
        done
        cp -r interrupted.partial w.partial
        rm "w.partial/$file"
        resume_damaged "$file lost"
        # A row that was being written, and a block that the disk had for it.
        cp -r interrupted.partial w.partial
        printf '5,zeros,1,0' >>"w.partial/$file"
        resume_damaged "$file with half a row"
        cp -r interrupted.partial w.partial
        head -c 512 /dev/zero >>"w.partial/$file"
        resume_damaged "$file with a block of zeros"
    done
    no_problems "cuts: ${outcome[0]} resumed, ${outcome[2]} refused with status 2, ${outcome[4]} with 4"
}

# refuses_to_resume DIFFERENCE ARGUMENT...
refuses_to_resume() {
    local difference=$1
    shift
    run --separate-stderr "$INITSCOPE" "$@" --resume -o w
    echo "status $status: $stderr"
    [ "$status" -eq 2 ]
    # shellcheck disable=SC2053 # the difference is a pattern
    [[ "$stderr" == "initscope: w"*" run has "$difference ]]
}

@test "with other settings, other data or another version nothing is resumed" {
    interrupt
    cp "$srcdir/data/iris.csv" mine.csv
    mine=("${plain[@]}" --data=mine.csv)
    for state in interrupted finished; do
        fault "write,$(($(calls write) * 3 / 4)),kill" "${mine[@]}" -o w || [ $? -eq 137 ]
        [ "$state" = interrupted ] || "$INITSCOPE" "${mine[@]}" --resume -o w
        mkdir before
        cp -r w* before/
        refuses_to_resume '"epochs = 1" (got "epochs = 2")' "${mine[@]}" --epochs=2
        refuses_to_resume '"init = zeros he_uniform" (got "init = zeros he_normal")' "${mine[@]}" --init=zeros,he_normal
        refuses_to_resume '"seed = 1" (got "seed = 2")' "${mine[@]}" --seed=2
        sed -i 's/5\.1,3\.5/5.2,3.5/' mine.csv
        refuses_to_resume '"data_hash = '????????????????'" (got "data_hash = '????????????????'")' "${mine[@]}"
        cp "$srcdir/data/iris.csv" mine.csv
        for kept in before/*; do diff -r -x lock "$kept" "${kept#before/}"; done
        # Another version of the program had written it.
        sed -i 's/^version = .*/version = 0.9/' w.partial/identity 2>/dev/null || sed -i 's/^version,.*/version,0.9/' w/environment.csv
        refuses_to_resume '"version = 0.9" (got "version = '*'")' "${mine[@]}"
        rm -rf w w.partial before
    done
}

@test "SIGINT, SIGTERM and SIGHUP in mid-run: the process dies by the signal and can be resumed" {
    long_only
    command -v perl >/dev/null || skip "perl is not installed"
    long=(run -q --data=digits --hidden=96,96 --epochs=3 --seeds=3 --spectrum=none)
    "$INITSCOPE" "${long[@]}" -o reference
    cat >send.pl <<'END'
my ($signal, @command) = @ARGV;
$SIG{$_} = 'DEFAULT' for qw(INT TERM HUP);
my $child = fork;
if (!$child) { open STDERR, '>', 'message'; exec @command; }
for (1 .. 1000) {
    my $rows = `cat w.partial/runs.csv 2>/dev/null | wc -l`;
    last if $rows > 1;
    select undef, undef, undef, 0.02;
}
kill $signal, $child;
waitpid $child, 0;
print $? & 127, "\n";
END
    for signal in INT:2 TERM:15 HUP:1; do
        [ "$(perl send.pl "${signal%:*}" "$INITSCOPE" "${long[@]}" --resume -o w)" = "${signal#*:}" ]
        cat message
        [[ "$(cat message)" =~ ^"initscope: interrupted after "[0-9]+" of 12 runs; go on with --resume"$ ]]
        [ ! -e w ]
        [ -s w.partial/journal ]
        rm -rf again.partial again
        cp -r w.partial again.partial
        "$INITSCOPE" "${long[@]}" --resume -o again
        same_as_reference again
        rm -r again w.partial
    done
}

@test "a second SIGINT ends at once what the first cannot stop yet" {
    long_only
    command -v perl >/dev/null || skip "perl is not installed"
    # One singular value decomposition, of minutes.
    cat >twice.pl <<'END'
$SIG{INT} = 'DEFAULT';
my $child = fork;
exec @ARGV if !$child;
$SIG{ALRM} = sub { kill 'KILL', $child };
alarm 100;
for (1 .. 1000) { last if -e 'w.partial/features.csv'; select undef, undef, undef, 0.02; }
sleep 1;
kill 'INT', $child;
sleep 1;
print "stopped at the first\n" if waitpid($child, 1) != 0;
kill 'INT', $child;
my $before = time;
waitpid $child, 0;
print $? & 127, time - $before < 10 ? " at once\n" : " late\n";
END
    [ "$(perl twice.pl "$INITSCOPE" run -q --init=he_normal --hidden=2500,2500 --seeds=1 --epochs=1 --threads=1 -o w)" = "2 at once" ]
}

@test "short and interrupted reads and writes change nothing" {
    "$INITSCOPE" "${small[@]}" -o reference
    fault short "${small[@]}" -o w
    same_as_reference w
    [ "$(logged calls write)" -gt 1000 ]
    "$INITSCOPE" theory --hidden=4,4 >expected
    fault short theory --hidden=4,4 | cmp - expected
    command -v gnuplot >/dev/null || return 0
    "$INITSCOPE" report -q reference -o plain
    fault short report -q reference -o interrupted
    diff -r plain interrupted
}

# on_disk PUBLISHED AT_ONCE FILE...: that the trace shows each of the files, and what is below it, on
# the disk before they were PUBLISHED, the names after, and a file whose name matches AT_ONCE before
# it got that name.
on_disk() {
    local published=$1 at_once=$2
    shift 2
    find "$@" -exec stat -c 'is %i %n' {} + >tree
    [ "$(wc -l <tree)" -gt 10 ]
    stat -c 'holds %i %n' "$(dirname "$1")" >>tree
    awk -v published="$published" -v at_once="$at_once" '
        FILENAME == "trace" && $1 == "change" { changed[$2] = FNR }
        FILENAME == "trace" && $1 == "sync" { synced[$2] = FNR }
        FILENAME == "trace" && $1 == "rename" {
            if ($3 ~ at_once && changed[$2] > synced[$2]) { print "renamed before it was on the disk: " $3; bad = 1 }
            if ($3 == published) at = FNR
        }
        FILENAME == "tree" && $1 == "is" && (!synced[$2] || changed[$2] > synced[$2] || synced[$2] > at) {
            print "not on the disk when it was published: " $3; bad = 1
        }
        FILENAME == "tree" && $1 == "holds" && !(synced[$2] > at) { print "the name is not on the disk"; bad = 1 }
        END { exit bad || !at }' trace tree
}

@test "loss of power: nothing has its name before its bytes are on the disk" {
    trace=$PWD/trace
    fault '' "${small[@]}" -o w
    on_disk w '^(identity|journal|w)$' w
    # The check itself can fail.
    grep -v '^sync' trace >torn
    mv torn trace
    run on_disk w '^(identity|journal|w)$' w
    [ "$status" -eq 1 ]
    rm trace
    command -v gnuplot >/dev/null || return 0
    mkdir out
    fault '' report -q w -o out
    on_disk report.pdf '^report.pdf$' out/report.pdf out/report.html out/figures out/pages out/report.gp
}

@test "a report that is killed before each of its file operations: the earlier or the next one is whole" {
    long_only
    command -v gnuplot >/dev/null || skip "gnuplot is not installed"
    "$INITSCOPE" "${small[@]}" --seed=7 -o old
    "$INITSCOPE" "${small[@]}" -o new
    "$INITSCOPE" report -q old -o earlier
    "$INITSCOPE" report -q new -o next
    cp -r earlier out
    fault '' report -q new -o out
    cp log counts
    rm -r out
    tried=0
    # The moves at the end, which are the last renamings, and what follows.
    names=$(ls next | wc -l)
    for n in $(seq $(($(calls rename) - 2 * names - 1)) "$(calls rename)"); do
        cp -r earlier out
        fault "rename,$n,kill" report -q new -o out || [ $? -eq 137 ]
        event=$(grep ^fired log) || problem "$n: did not happen"
        tried=$((tried + 1))
        "$INITSCOPE" report -q new -o out --gnuplot=/nonexistent/gnuplot 2>err || [ $? -eq 5 ]
        rm -r out/report.unfinished
        diff -r earlier out >/dev/null || diff -r next out >/dev/null || problem "$n ($event): $(diff -rq next out | head -n 3)"
        rm -r out
    done
    no_problems "kills of a report"
}

@test "a limit of the address space: done, or status 1 and one message, never a hang" {
    long_only
    (ulimit -v 8000000 && "$INITSCOPE" --version >/dev/null 2>&1) || skip "this build needs more address space"
    "$INITSCOPE" "${small[@]}" -o reference
    tried=0
    done=0
    for kib in $(seq 60000 20000 700000); do
        for command in "${small[*]} -o w" "theory" "list" "report -q reference --gnuplot=/nonexistent/gnuplot"; do
            status=0
            # shellcheck disable=SC2086 # the words of a command
            (ulimit -v "$kib" && OPENBLAS_NUM_THREADS=1 exec timeout -s KILL 60 "$INITSCOPE" $command >out 2>err) || status=$?
            tried=$((tried + 1))
            case "$status $command" in
            "0 "* | "5 report"*) done=$((done + 1)) ;;
            # 127: the libraries themselves cannot be loaded.
            "1 "*) [ "$(grep -c . err)" -eq 1 ] || problem "$kib $command: $(cat err)" ;;
            "127 "*) ;;
            *) problem "$kib $command: status $status: $(cat err)" ;;
            esac
            rm -rf w w.partial reference/report
        done
    done
    [ "$done" -gt 3 ]
    [ "$done" -lt "$tried" ]
    no_problems "limits"
}
