# SPDX-FileCopyrightText: The initscope authors
# SPDX-License-Identifier: GPL-3.0-or-later
# Faults of the machine and its user: exit status, message, and earlier results byte for byte.

load helper

# A network of one weight: what is looked at is everything around it.
small=(--init=zeros --hidden=1 --epochs=0 --seeds=1)

setup() {
    cd "$BATS_TEST_TMPDIR" || return 1
    printf '%s\n' a,kind 1,x 3,y 2,x 5,y 4,x 7,y 6,x 9,y 8,x 1,y >d.csv
    small+=(--data=./d.csv --test-fraction=0)
}

as_nobody() { setpriv --reuid=65534 --regid=65534 --clear-groups "$@"; }

# Tests of permissions need somebody who is not root.
needs_nobody() {
    command -v setpriv >/dev/null && as_nobody true 2>/dev/null || skip "not root, or no setpriv"
    local directory=$PWD
    while [[ $directory == "$BATS_RUN_TMPDIR"* ]]; do
        chmod a+x "$directory"
        directory=$(dirname "$directory")
    done
    as_nobody test -r "$PWD/d.csv" && as_nobody test -x "$INITSCOPE" || skip "nobody has no way to here"
}

# small_disk SIZE: an empty file system of that size in disk/.
small_disk() {
    mkdir -p disk
    mount -t tmpfs -o "size=$1" tmpfs disk 2>/dev/null || skip "cannot mount a file system"
}

teardown() { umount disk 2>/dev/null || true; }

# tree DIR: names, modes of files and sums of all that is in it.
tree() { (cd "$1" && find . -type f -exec md5sum {} + | sort -k 2); }

# ends STATUS MESSAGE COMMAND...: it ends so, with exactly this message.
ends() {
    local expected_status=$1 expected=$2
    shift 2
    run --separate-stderr "$@"
    echo "status: $status, stderr: $stderr"
    [ "$status" -eq "$expected_status" ]
    [ "$stderr" = "${expected:+initscope: $expected}" ]
}

@test "each standard stream closed: nothing lands in a file" {
    local streams
    run_ok run -q "${small[@]}" -o kept
    for streams in '<&-' '>&-' '2>&-' '<&- >&-' '>&- 2>&-' '<&- >&- 2>&-'; do
        echo "closed: $streams"
        eval '"$INITSCOPE" run "${small[@]}" -o w' "$streams"
        same_run kept w
        rm -r w
    done
}

@test "a closed pipe: a quiet end, or status 4, and the logs whole" {
    run_ok run -q "${small[@]}" --seeds=40 -o kept
    { "$INITSCOPE" run -v "${small[@]}" --seeds=40 -o w 2>&1 || true; } | head -n 1 >first
    await test -e w
    same_run kept w
    { "$INITSCOPE" theory --hidden 2000x10 --init=he_normal 2>message && echo 0 >status || echo $? >status; } | head -n 1 >first
    [ "$(cat status)" -eq 4 ]
    [ "$(cat message)" = "initscope: write error: Broken pipe" ]
}

@test "names of the output: empty, of the directory itself, too long, with a newline" {
    refuses 2 'run: no output directory; name one with -o DIR' run "${small[@]}" -o ''
    for name in . .. /; do
        refuses 4 "$(realpath "$name"): exists and is not empty; use --force to replace it or --resume to go on" run "${small[@]}" -o "$name"
    done
    refuses 4 "$(printf '%0300d' 7): File name too long" run "${small[@]}" -o "$(printf '%0300d' 7)"
    refuses 4 "$(printf '%0250d' 7).partial: File name too long" run "${small[@]}" -o "$(printf '%0250d' 7)"
    run_ok run -q "${small[@]}" -o $' a\nb '
    [ -s $' a\nb /runs.csv' ]
    ln -s loop loop
    refuses 4 'loop: Too many levels of symbolic links' run "${small[@]}" -o loop
    refuses 4 'd.csv: Not a directory' run "${small[@]}" -o d.csv
    refuses 4 'd.csv/x: Not a directory' run "${small[@]}" -o d.csv/x
    refuses 4 'none/x.partial: No such file or directory' run "${small[@]}" -o none/x
    run_ok run -q "${small[@]}" -o slashes//
    [ -s slashes/runs.csv ] && [ ! -e slashes/.partial ]
}

@test "results that exist are refused without --force, and stay as they are" {
    run_ok run -q "${small[@]}" -o kept
    tree kept >before
    ends 4 'kept: exists and is not empty; use --force to replace it or --resume to go on' "$INITSCOPE" run "${small[@]}" -o kept
    ends 3 './none.csv: No such file or directory' "$INITSCOPE" run "${small[@]}" --data=./none.csv --force -o kept
    ends 2 'run: --force and --resume exclude each other' "$INITSCOPE" run "${small[@]}" --force --resume -o kept
    tree kept | diff before -
    mkdir mine
    echo precious >mine/file
    ends 4 'mine: is not a run directory; nothing to resume' "$INITSCOPE" run "${small[@]}" --resume -o mine
    [ "$(cat mine/file)" = precious ]
    mkdir w.partial
    echo precious >w.partial/file
    ends 4 'w.partial: exists and is not an interrupted run; use --force to replace it' "$INITSCOPE" run "${small[@]}" -o w
    [ "$(cat w.partial/file)" = precious ]
}

@test "a directory without permission, a file system that cannot be written" {
    needs_nobody
    mkdir -m 755 theirs
    mkdir -m 777 open
    ends 4 'theirs/w.partial: Permission denied' as_nobody "$INITSCOPE" run "${small[@]}" -o theirs/w
    [ "$(ls theirs | wc -l)" -eq 0 ]
    chmod 0 d.csv
    ends 3 './d.csv: Permission denied' as_nobody "$INITSCOPE" run "${small[@]}" -o open/w
    chmod 644 d.csv
    mkdir -m 700 secret
    ends 4 'secret/w: Permission denied' as_nobody "$INITSCOPE" run "${small[@]}" -o secret/w
    as_nobody "$INITSCOPE" run -q "${small[@]}" -o open/w
    [ -s open/w/runs.csv ]
    ends 4 'open/w/report: Permission denied' as_nobody bash -c "chmod 500 open/w && exec '$INITSCOPE' report open/w"
    small_disk 1m
    mount -o remount,ro disk
    ends 4 'disk/w.partial: Read-only file system' "$INITSCOPE" run "${small[@]}" -o disk/w
}

@test "links: one to a directory, and one planted at the name of a log" {
    run_ok run -q "${small[@]}" -o kept
    mkdir real
    echo precious >target
    ln -s real w
    run_ok run -q "${small[@]}" -o w
    same_run kept w
    [ "$(ls real | wc -l)" -eq 0 ]
    rm -r w
    ln -s real w
    echo mine >real/file
    ends 4 'w: exists and is not empty; use --force to replace it or --resume to go on' "$INITSCOPE" run "${small[@]}" -o w
    run_ok run -q "${small[@]}" --force -o w
    [ "$(cat real/file)" = mine ]
    [ ! -L w ]
    # Files appear under their names by renaming: a link there gives way, what it points to stays.
    rm w/runs.csv w/epochs.csv
    ln -s ../target w/epochs.csv
    ln -s ../target w/runs.csv
    run_ok run -q "${small[@]}" --force -o w
    same_run kept w
    [ "$(cat target)" = precious ]
    # An interrupted run is not continued into a link.
    mkdir w2.partial
    touch w2.partial/lock
    ln -s ../target w2.partial/layers.csv
    run_ok run -q "${small[@]}" -o w2
    same_run kept w2
    [ "$(cat target)" = precious ]
}

@test "what is read may not lie where the run is written" {
    mkdir v
    cp d.csv v/runs.csv
    ends 4 'v: exists and is not empty; use --force to replace it or --resume to go on' "$INITSCOPE" run "${small[@]}" --data=v/runs.csv -o v
    ends 4 'v: holds the data file, which --force would remove (got "v/runs.csv")' "$INITSCOPE" run "${small[@]}" --data=v/runs.csv --force -o v
    ends 4 'v: is not a run directory; nothing to resume' "$INITSCOPE" run "${small[@]}" --data=v/runs.csv --resume -o v
    cmp d.csv v/runs.csv
    mkdir x.partial
    cp d.csv x.partial/
    for policy in '' --force --resume; do
        ends 4 'x.partial: holds the data file, where the run is written (got "x.partial/d.csv")' "$INITSCOPE" run "${small[@]}" --data=x.partial/d.csv $policy -o x/
    done
    cmp d.csv x.partial/d.csv
    run_ok run -q "${small[@]}" --save-weights=ends -o y
    tree y >before
    ends 4 'y: holds the weights, which --force would remove (got "y/weights/000001")' "$INITSCOPE" run "${small[@]}" --init='file(y/weights/000001/epoch0000)' --force -o y
    tree y | diff before -
}

@test "two processes on one directory: the second is refused" {
    local long=(run -q --data=digits --hidden=128,128 --epochs=1000 --seeds=1 --init=he_normal)
    "$INITSCOPE" "${long[@]}" -o w 3>&- &
    local first=$!
    await test -s w.partial/journal
    ends 4 "w: locked by process $first" "$INITSCOPE" "${long[@]}" -o w
    ends 4 "w: locked by process $first" "$INITSCOPE" "${long[@]}" --resume -o w
    ends 4 "w: locked by process $first" "$INITSCOPE" "${long[@]}" --force -o w
    kill -TERM "$first"
    wait "$first" || true
}

@test "the disk fills: whole rows, status 4, and the run goes on when there is room" {
    local large=(run -q --data=./d.csv --init=he_normal --hidden=8,8 --epochs=2 --seeds=50 --threads=1)
    run_ok "${large[@]}" -o kept
    small_disk 400k
    echo precious >disk/earlier
    run --separate-stderr "$INITSCOPE" "${large[@]}" -o disk/w
    echo "status: $status, stderr: $stderr"
    [ "$status" -eq 4 ]
    [[ "${stderr_lines[0]}" =~ ^"initscope: disk/w.partial/"[a-z]+".csv: No space left on device"$ ]]
    [[ "${stderr_lines[1]}" =~ ^"initscope: interrupted after "([0-9]+)" of 50 runs; go on with --resume"$ ]]
    local done=${BASH_REMATCH[1]}
    [ "$done" -gt 0 ]
    [ "$done" -lt 50 ]
    [ "$(cat disk/earlier)" = precious ]
    [ ! -e disk/w ]
    [ "$(wc -l <disk/w.partial/runs.csv)" -eq $((done + 1)) ]
    for file in runs epochs layers symmetry histograms; do
        cmp "disk/w.partial/$file.csv" <(head -c "$(stat -c %s "disk/w.partial/$file.csv")" kept/$file.csv)
        [ "$(tail -n 1 "disk/w.partial/$file.csv" | cut -d, -f1)" -eq "$done" ]
        [ -z "$(tail -c 1 "disk/w.partial/$file.csv")" ]
    done
    mount -o remount,size=16m disk
    run_ok "${large[@]}" --resume -o disk/w
    same_run kept disk/w
    # No room for even one run: nothing stays.
    umount disk
    small_disk 16k
    run --separate-stderr "$INITSCOPE" "${large[@]}" -o disk/w
    [ "$status" -eq 4 ]
    [[ "${stderr_lines[0]}" =~ ^"initscope: disk/w.partial/"[a-z.]+": No space left on device"$ ]]
    [ "$(ls disk | wc -l)" -eq 0 ]
}

@test "the disk fills while the report is written or drawn" {
    run_ok run -q --data=./d.csv --init=he_normal --hidden=4 --epochs=1 --seeds=1 -o kept
    tree kept >before
    small_disk 60k
    run --separate-stderr "$INITSCOPE" report kept -o disk/report
    echo "status: $status, stderr: $stderr"
    [ "$status" -eq 4 ]
    [[ "${stderr_lines[0]}" =~ ^"initscope: disk/report/"[^:]+": No space left on device"$ ]]
    command -v gnuplot >/dev/null || skip "gnuplot not found"
    # The scripts fit, the PDF does not: gnuplot calls that a success.
    "$INITSCOPE" report kept --gnuplot=/none -o measure 2>none || true
    umount disk
    small_disk "$(($(du -sk measure | cut -f1) + 40))k"
    run --separate-stderr "$INITSCOPE" report kept -o disk/report
    echo "status: $status, stderr: $stderr"
    [ "$status" -eq 5 ]
    [[ "$stderr" == *"render with: cd disk/report && gnuplot report.gp" || "$stderr" == *"not rendered as PNG and SVG"* ]]
    [ ! -e disk/report/report.part.pdf ]
    tree kept | diff before -
}

@test "descriptors: a thousand runs need no more than one" {
    (ulimit -n 26 && "$INITSCOPE" run -q "${small[@]}" --seeds=1000 --histograms=none --spectrum=none -o w)
    [ "$(wc -l <w/runs.csv)" -eq 1001 ]
    run --separate-stderr bash -c "ulimit -n 8; '$INITSCOPE' run -q --data=./d.csv --init=zeros --hidden=1 --epochs=0 -o few"
    echo "status: $status, stderr: $stderr"
    [ "$status" -eq 4 ]
    [[ "${stderr_lines[0]}" == *": Too many open files" ]]
    [ ! -e few ] && [ ! -e few.partial ]
}

@test "memory: four thousand runs need no more than one thousand" {
    peak() { awk '/^VmHWM:/ { print $2 }' "/proc/$1/status"; }
    skip_lines() { for ((i = 0; i < $1; i++)); do IFS= read -r _ <&"$lines"; done; }
    [ -r /proc/self/status ] || skip "no /proc"
    ldd "$INITSCOPE" | grep -q 'lib[a-z]*san' && skip "sanitizers"
    mkfifo pipe
    "$INITSCOPE" run -v "${small[@]}" --seeds=5000 --threads=1 --histograms=none --spectrum=none -o w 2>pipe 3>&- &
    local child=$! lines early late i
    # A pipe holds some 1200 lines: the program waits while nobody reads.
    exec {lines}<pipe
    skip_lines 500
    early=$(peak "$child")
    skip_lines 2500
    late=$(peak "$child")
    cat <&"$lines" >rest
    wait "$child"
    echo "early $early KiB, late $late KiB"
    [ "$early" -gt 0 ] && [ "$late" -le $((early + early / 10)) ]
}

@test "umask: files for whom it lets" {
    local mask
    for mask in 000:666:777 077:600:700 027:640:750; do
        IFS=: read -r mask file directory <<<"$mask"
        (umask "$mask" && "$INITSCOPE" run -q "${small[@]}" --save-weights=ends -o w)
        [ "$(find w -type f -printf '%m\n' | sort -u)" = "$file" ]
        [ "$(find w -type d -printf '%m\n' | sort -u)" = "$directory" ]
        rm -r w
    done
}

@test "with the rights of another user the program refuses to run" {
    needs_nobody
    cp "$INITSCOPE" borrowed
    chown 65534 borrowed
    chmod 4755 borrowed
    ldd borrowed | grep -q 'lib[a-z]*san' && skip "sanitizers"
    run --separate-stderr ./borrowed --version
    [ "$status" -ne 0 ] || skip "the file system ignores set-user-ID"
    [ "$status" -eq 2 ]
    [ "$stderr" = "initscope: refuses to run with the privileges of another user" ]
    [ "$output" = "" ]
}

@test "locale, time zone and the variables of the libraries change no number" {
    local numbers=(run -q --data=./d.csv --init=he_normal --hidden=4 --epochs=1 --seeds=2) setting
    run_ok "${numbers[@]}" -o kept
    for setting in LC_ALL=C LC_ALL=tr_TR.UTF-8 LC_ALL=nonsense LANGUAGE=xx TZ=Nowhere/None TZ=:/dev/zero GSL_RNG_SEED=7 \
        GSL_RNG_TYPE=none GSL_IEEE_MODE=nonsense OPENBLAS_NUM_THREADS=64 OMP_NUM_THREADS=0 OMP_NUM_THREADS=64 POSIXLY_CORRECT=1 \
        SOURCE_DATE_EPOCH=99999999999999999999 SOURCE_DATE_EPOCH=-1 SOURCE_DATE_EPOCH=253402300799; do
        echo "setting: $setting"
        env "$setting" "$INITSCOPE" "${numbers[@]}" -o w
        same_run kept w
        rm -r w
    done
    run_ok run -q "${small[@]}" -o w
    SOURCE_DATE_EPOCH=2208988800 TZ=Nowhere/None run_ok run -q "${small[@]}" -o later # 2040
    grep -qx 'date,2040-01-01T00:00:00Z' later/environment.csv
    awk -F, 'NR > 1 && ($2 < 0 || $3 < 0) { bad = 1 } END { exit bad || NR < 2 }' later/timing.csv
}

@test "another kernel of OpenBLAS: other bits at most, and the log names it" {
    "$INITSCOPE" --version | grep -q 'OpenBLAS [0-9]' || skip "not OpenBLAS"
    local numbers=(run -q --data=iris --init=he_normal --hidden=16 --epochs=0 --seeds=1)
    run_ok "${numbers[@]}" -o kept
    OPENBLAS_CORETYPE=Nehalem run_ok "${numbers[@]}" -o w
    grep -q '^blas,OpenBLAS .* Nehalem$' w/environment.csv || skip "OpenBLAS has no other kernel here"
    [ "$(wc -l <w/layers.csv)" -gt 10 ]
    paste -d, <(cut -d, -f10 kept/layers.csv) <(cut -d, -f10 w/layers.csv) |
        awk -F, 'NR > 1 { d = $1 - $2; if (d < 0) d = -d; if (d > 1e-5 * ($1 + 1e-30)) bad = 1 } END { exit bad }'
}

@test "another arithmetic of the C library: the log tells" {
    run_ok run -q "${small[@]}" -o w
    grep -q '^cpu_features,' w/environment.csv
    grep -q '^libc,' w/environment.csv
    grep -q '^libc,"glibc [0-9.]*, fma"$' w/environment.csv || skip "no glibc, or a CPU without FMA"
    GLIBC_TUNABLES=glibc.cpu.hwcaps=-FMA,-AVX2 run_ok run -q "${small[@]}" -o other
    refute grep -q '^cpu_features,.*fma' other/environment.csv
    grep -q '^libc,"glibc [0-9.]*, \(avx\|sse2\|fma4\)"$' other/environment.csv
}

@test "a matrix product that is wrong is found before anything is trained" {
    printf 'void cblas_sgemm(void);\nvoid cblas_sgemm(void) {}\n' >broken.c
    ${CC:-cc} -shared -fPIC broken.c -o broken.so 2>none || skip "no compiler"
    ldd "$INITSCOPE" | grep -q 'lib[a-z]*san' && skip "sanitizers"
    ldd "$INITSCOPE" | grep -q blas || skip "the product is linked statically"
    run --separate-stderr env LD_PRELOAD="$PWD/broken.so" "$INITSCOPE" run "${small[@]}" -o w
    echo "status: $status, stderr: $stderr"
    [ "$status" -eq 1 ]
    [[ "$stderr" =~ ^"initscope: "[^:]+": wrong matrix product; another kernel may be chosen with the environment variable OPENBLAS_CORETYPE=Haswell (or Nehalem)"$ ]]
    [ ! -e w ] && [ ! -e w.partial ]
}

@test "a signal ends the program while it waits for data" {
    local ignored signal
    ignored=$((16#$(awk '/^SigIgn/ { print $2 }' /proc/self/status)))
    mkfifo pipe
    for signal in TERM:143 HUP:129; do
        [ "$signal" = HUP:129 ] && ((ignored & 1)) && continue
        "$INITSCOPE" run "${small[@]}" --data=./pipe -o w 3>&- &
        sleep 0.2
        kill -"${signal%:*}" $!
        status=0
        wait $! || status=$?
        [ "$status" -eq "${signal#*:}" ]
        [ ! -e w.partial ]
    done
}
