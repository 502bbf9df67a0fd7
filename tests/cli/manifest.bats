# SPDX-FileCopyrightText: The initscope authors
# SPDX-License-Identifier: GPL-3.0-or-later
# manifest.csv: what a finished run consists of, and who tells what was changed since.

load helper

small=(run -q --hidden=3 --seeds=1 --epochs=1 --init=he_normal,zeros)

# flip FILE OFFSET MASK: the byte at offset, from 0.
flip() {
    local byte
    byte=$(od -An -tu1 -j"$2" -N1 "$1")
    printf '%b' "\\0$(printf %o $((byte ^ $3)))" | dd of="$1" bs=1 seek="$2" conv=notrunc status=none
}

# told LINE COMMAND...: standard error has this line.
told() {
    local line=$1
    shift
    "$@" >out 2>err || true
    cat err
    grep -qxF "initscope: $line" err
}

@test "it lists every file but itself, as sha256sum sees them" {
    run_ok "${small[@]}" --save-weights=ends -o w
    head -n 1 w/manifest.csv | diff - <(echo file,bytes,sha256)
    (cd w && find . -type f ! -name manifest.csv -printf '%P,%s\n' | sort) | diff - <(tail -n +2 w/manifest.csv | cut -d, -f1,2)
    (cd w && tail -n +2 manifest.csv | awk -F, '{ print $3 "  " $1 }' | sha256sum -c --quiet)
    grep -q '^weights/000002/epoch0001.layer02.W.npy,' w/manifest.csv
    grep -q '"path": "manifest.csv"' w/schema.json
}

@test "one flipped bit in any file of a finished run is told by report and by --resume" {
    run_ok "${small[@]}" -o kept
    files=0
    for file in $(ls kept); do
        size=$(wc -c <"kept/$file")
        for offset in 0 $((size / 3)) $((size - 2)); do
            rm -rf w
            cp -r kept w
            flip "w/$file" "$offset" 1
            status=0
            "$INITSCOPE" report --summary w >out 2>err || status=$?
            echo "$file, byte $offset: $status, $(cat err)"
            [ "$status" -eq 3 ] || [ "$status" -eq 0 ]
            [ -s err ]
            status=0
            "$INITSCOPE" "${small[@]}" --resume -o w 2>err || status=$?
            echo "$file, byte $offset: $status, $(cat err)"
            [ "$status" -eq 3 ] || [ "$status" -eq 2 ]
        done
        files=$((files + 1))
    done
    [ "$files" -eq 16 ]
}

@test "changed, removed and added: report, check and --resume say which" {
    run_ok "${small[@]}" --save-weights=ends -o w
    for command in 'report --summary w' 'check --fail-on none w'; do
        run_ok $command
        [ "$stderr" = "" ]
    done
    run_ok "${small[@]}" --save-weights=ends --resume -o w
    sed -i '2s/,[0-9.]*$/,1/' w/timing.csv
    rm w/phase.csv
    echo 'run,factor,value' >w/factors.csv
    echo '1,colour,red' >>w/factors.csv
    echo '2,colour,red' >>w/factors.csv
    for command in 'report --summary w' 'check --fail-on none w'; do
        for line in 'timing.csv: was changed' 'phase.csv: was removed' 'factors.csv: was added'; do
            told "warning: w/$line since the run was finished" "$INITSCOPE" $command
        done
    done
    [ "$(wc -l <err)" -eq 3 ]
    # What lies in folders is no part of what they read; a resumption looks at it.
    rm w/weights/000001/epoch0000.layer01.W.npy
    told 'warning: w/timing.csv: was changed since the run was finished' "$INITSCOPE" check w
    [ "$(wc -l <err)" -eq 3 ]
    run --separate-stderr "$INITSCOPE" "${small[@]}" --save-weights=ends --resume -o w
    [ "$status" -eq 3 ]
    diff <(sort <<<"$stderr") - <<'END'
initscope: w/factors.csv: was added since the run was finished
initscope: w/phase.csv: was removed since the run was finished
initscope: w/timing.csv: was changed since the run was finished
initscope: w/weights/000001/epoch0000.layer01.W.npy: was removed since the run was finished
END
    # A report, or whatever else a user puts beside them, is no change.
    rm -r w
    run_ok "${small[@]}" -o w
    mkdir w/report
    echo mine >w/report/notes
    echo mine >w/notes
    run_ok check --fail-on none w
    [ "$stderr" = "" ]
}

@test "the report says it where it says how it was made" {
    command -v pdftotext >/dev/null || skip "no pdftotext"
    run_ok "${small[@]}" -o w
    run_ok report -q --format pdf w
    pdftotext w/report/report.pdf - >before
    refute grep -q 'since the run was finished' before
    sed -i '2s/,[0-9.]*$/,1/' w/timing.csv
    run_ok report -q --format pdf w
    [ "$stderr" = "initscope: warning: w/timing.csv: was changed since the run was finished" ]
    pdftotext w/report/report.pdf - | tr '\n' ' ' >after
    grep -q 'timing.csv: was changed since the run was finished' after
}

@test "a directory without a manifest is welcome, and a manifest that is none is not" {
    run_ok "${small[@]}" -o w
    cp w/manifest.csv kept
    rm w/manifest.csv
    run_ok check --fail-on none w
    [ "$stderr" = "" ]
    run_ok "${small[@]}" --resume -o w
    [ "$stderr" = "" ]
    echo 'file,bytes' >w/manifest.csv
    run --separate-stderr "$INITSCOPE" check w
    [ "$status" -eq 3 ]
    [ "$stderr" = "initscope: w/manifest.csv: is not as it was written" ]
    # It does not lead out of the directory, and a link is not followed.
    echo secret >outside
    for name in ../outside "$PWD/outside" weights/../../outside; do
        { cat kept; echo "$name,7,$(sha256sum outside | cut -d' ' -f1)"; } >w/manifest.csv
        told 'warning: w/manifest.csv: was changed since the run was finished' "$INITSCOPE" check w
    done
    cp kept w/manifest.csv
    mv w/timing.csv elsewhere
    ln -s ../elsewhere w/timing.csv
    told 'warning: w/timing.csv: was changed since the run was finished' "$INITSCOPE" check w
}

@test "merge refuses a shard of which a file was changed, and writes a manifest of its own" {
    for i in 1 2; do run_ok "${small[@]}" --shard "$i/2" -o "s$i"; done
    grep -q '^journal,' s1/manifest.csv
    run_ok merge -q s1 s2 -o w
    refute grep -q '^journal,' w/manifest.csv
    (cd w && tail -n +2 manifest.csv | awk -F, '{ print $3 "  " $1 }' | sha256sum -c --quiet)
    rm -r w
    sed -i 's/^threads,.*/threads,77/' s1/environment.csv
    refuses 3 's1/environment.csv: was changed since the run was finished' merge s1 s2 -o w
    rm s1/manifest.csv
    run_ok merge -q s1 s2 -o w
}
