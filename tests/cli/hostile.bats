# SPDX-FileCopyrightText: The initscope authors
# SPDX-License-Identifier: GPL-3.0-or-later
# What others have put in the way: their directories, links, files without end, chosen names; and
# what a caller leaves to the program.

load helper

small=(run -q --hidden=3 --seeds=1 --epochs=0 --init=he_normal,zeros)

# Two users, of whom one is root.
needs_nobody() {
    command -v setpriv >/dev/null && setpriv --reuid=65534 --clear-groups true 2>/dev/null || skip "not root, or no setpriv"
    chmod 1777 .
}
as_nobody() { setpriv --reuid=65534 --regid=65534 --clear-groups "$@"; }

# refused MESSAGE COMMAND...: with status 4 and this message alone.
refused() {
    local message=$1
    shift
    run --separate-stderr "$@"
    echo "status: $status, stderr: $stderr"
    [ "$status" -eq 4 ]
    [ "$stderr" = "initscope: $message" ]
}

@test "a staging directory, a result or a report that belongs to another user is not written to" {
    needs_nobody
    as_nobody mkdir -m 777 w.partial
    as_nobody touch w.partial/lock
    for policy in '' --force --resume; do
        refused 'w.partial: belongs to another user' "$INITSCOPE" "${small[@]}" $policy -o w
        [ "$(ls w.partial)" = lock ]
        [ ! -s w.partial/lock ]
    done
    refused 'w.partial: belongs to another user' "$INITSCOPE" "${small[@]}" --shard=1/2 -o w
    rm -r w.partial
    as_nobody mkdir -m 777 w
    refused 'w: belongs to another user' "$INITSCOPE" "${small[@]}" -o w
    refused 'w: belongs to another user' "$INITSCOPE" "${small[@]}" --force -o w
    [ ! -e w.partial ]
    rm -r w
    run_ok "${small[@]}" -o w
    as_nobody mkdir -m 777 report elsewhere
    mv report w
    refused 'w/report: belongs to another user' "$INITSCOPE" report -q w
    refused 'elsewhere: belongs to another user' "$INITSCOPE" report -q w -o elsewhere
    rm -r w/report
    mkdir w/report
    as_nobody mkdir -m 777 report.unfinished
    mv report.unfinished w/report
    refused 'w/report/report.unfinished: belongs to another user' "$INITSCOPE" report -q w
    [ "$(find w/report elsewhere -type f | wc -l)" -eq 0 ]
    for i in 1 2; do run_ok "${small[@]}" --shard=$i/2 -o s$i; done
    as_nobody mkdir -m 777 m.partial
    refused 'm.partial: belongs to another user' "$INITSCOPE" merge s1 s2 -o m
}

@test "links where the program writes: none is written through, but a report goes where the user's own leads" {
    mkdir target
    ln -s target w.partial
    for policy in '' --force --resume; do
        refused 'w.partial: is a link' "$INITSCOPE" "${small[@]}" $policy -o w
        [ "$(ls -A target)" = "" ]
    done
    rm w.partial
    run_ok "${small[@]}" -o w
    mkdir w/report
    ln -s ../../target w/report/report.unfinished
    refused 'w/report/report.unfinished: is a link' "$INITSCOPE" report -q w
    [ "$(ls -A target)" = "" ]
    rm -r w/report
    echo precious >file
    mkdir v.partial
    ln file v.partial/lock
    run --separate-stderr "$INITSCOPE" "${small[@]}" -o v
    [ "$status" -eq 4 ]
    [ "$(cat file)" = precious ]
    command -v gnuplot >/dev/null || skip "no gnuplot"
    ln -s ../target w/report
    run_ok report -q --format pdf w
    [ -s target/report.pdf ]
    rm -r target/*
    if [ "$(id -u)" -eq 0 ]; then
        chown -h 65534 w/report
        refused 'w/report: belongs to another user' "$INITSCOPE" report -q --format pdf w
        [ "$(ls -A target)" = "" ]
    fi
}

@test "gnuplot gets none of the descriptors that the caller has open" {
    run_ok "${small[@]}" -o w
    printf '#!/bin/sh\nfor i in 5 6 7 8 9; do [ ! -e /proc/$$/fd/$i ] || echo $i >>%s/leaked; done\ntouch %s/called\n' "$PWD" "$PWD" >gnuplot
    chmod +x gnuplot
    [ -e /proc/$$/fd ] || skip "no /proc"
    echo secret >secret
    run "$INITSCOPE" report -q --gnuplot ./gnuplot w 5<secret 7<secret 9>>secret
    [ "$status" -eq 5 ]
    [ -e called ]
    [ ! -e leaked ]
}

@test "limits that are small: an end with a message, or success, and no signal" {
    run_ok "${small[@]}" -o kept
    command -v gnuplot >/dev/null || skip "no gnuplot"
    tried=0
    for limit in 's 64' 's 96' 's 128' 's 255' 's 256' 's 300' 'n 3' 'n 6' 'n 10' 'n 14' 'n 30' 'f 0' 'f 8' 't 1'; do
        for command in "${small[*]} --threads=2 --force -o w" 'report -q --format=pdf kept -o r' 'report --summary kept' list; do
            status=0
            # The environment lies on the stack, too.
            env -i PATH="$PATH" INITSCOPE_DATA_DIR="$INITSCOPE_DATA_DIR" \
                bash -c "ulimit -$limit; exec '$INITSCOPE' $command" >out 2>err || status=$?
            echo "ulimit -$limit, $command: $status $(cat err)"
            # A limit of nothing at all is one of the loader as well.
            [ "$status" -eq 0 ] || [ "$status" -le 5 ] || [[ "$(cat err)" == *"error while loading shared libraries"* ]]
            [ "$status" -eq 0 ] || [ -s err ] || [[ $limit == "f "* ]]
            tried=$((tried + 1))
        done
    done
    [ "$tried" -eq 56 ]
    run env -i bash -c "ulimit -s 64; exec '$INITSCOPE' list"
    [ "$status" -eq 1 ]
    [ "$output" = "initscope: out of memory (need 256 KiB of stack, of which the limit is 64)" ]
}

@test "labels that were chosen to fall together cost what others cost" {
    command -v python3 >/dev/null || skip "no python3"
    # 2^15 texts of which the FNV-1a hashes agree in the low 32 bits.
    python3 - <<'END'
import itertools, random
random.seed(3)
letters, h, blocks = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ", 0xcbf29ce484222325 & 0xffffffff, []
while len(blocks) < 15:
    seen = {}
    while True:
        block = "".join(random.choice(letters) for _ in range(4))
        x = h
        for c in block.encode():
            x = (x ^ c) * 0x1b3 + ((x ^ c) << 40) & 0xffffffff
        if seen.setdefault(x, block) != block:
            blocks.append((seen[x], block))
            h = x
            break
with open("flood.csv", "w") as flood, open("plain.csv", "w") as plain:
    for file in flood, plain:
        file.write("a,kind\n")
    for n, text in enumerate(itertools.product(*blocks)):
        flood.write(f"{n % 7},{''.join(text)}\n")
        plain.write(f"{n % 7},{n:x<60d}\n")
END
    seconds_of() {
        local before after
        before=$(date +%s%N)
        run "$INITSCOPE" data "./$1.csv" --label kind
        after=$(date +%s%N)
        [ "$status" -le 3 ]
        echo $(((after - before) / 1000000))
    }
    plain=$(seconds_of plain)
    flood=$(seconds_of flood)
    echo "plain $plain ms, flood $flood ms"
    [ "$flood" -lt $((5 * plain + 500)) ]
}

@test "files without end at every name that is read: a message, little memory, at once" {
    run_ok "${small[@]}" -o kept
    rm kept/manifest.csv
    truncate -s 4G sparse
    tried=0
    # ends STATUS COMMAND...: within 10 seconds and 600 MB of address space above what is mapped.
    ended() {
        local expected=$1 status=0
        shift
        (ulimit -v 3000000 && exec timeout 30 "$INITSCOPE" "$@") >out 2>err || status=$?
        echo "$endless: $*: $status $(cat err)"
        [ "$status" -eq "$expected" ]
        [ "$(wc -l <err)" -eq $((expected > 0)) ]
        tried=$((tried + 1))
    }
    for endless in /dev/zero "$PWD/sparse"; do
        mkdir w
        ln -s "$endless" w/layer01.W.npy
        ended 3 "${small[@]/--init=*/--init=file(w)}" -o new
        rm -r w
        for name in x.csv x.npy x.npz x.safetensors; do
            ln -sf "$endless" $name
            ended 3 data ./$name
        done
        ended 3 audit ./x.npz
        ended 3 audit ./x.safetensors
        ln -sf "$endless" x.ini
        ended 2 run ./x.ini -o new
        for file in epochs.csv layers.csv runs.csv environment.csv outputs.csv manifest.csv symmetry.csv factors.csv network.csv experiment.ini identity; do
            cp -r kept w
            ln -sf "$endless" w/$file
            ended 3 report --summary w
            rm -r w
        done
        for file in journal lock schema.json; do
            cp -r kept w
            ln -sf "$endless" w/$file
            ended 0 report --summary w
            rm -r w
        done
        for file in environment.csv manifest.csv; do
            cp -r kept w
            ln -sf "$endless" w/$file
            ended 3 "${small[@]}" --resume -o w
            rm -r w
        done
        for file in experiment.ini identity; do
            cp -r kept w
            ln -sf "$endless" w/$file
            ended 4 "${small[@]}" --resume -o w
            rm -r w
        done
    done
    [ "$tried" -eq 52 ]
}
