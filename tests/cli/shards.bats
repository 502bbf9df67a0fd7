# SPDX-FileCopyrightText: The initscope authors
# SPDX-License-Identifier: GPL-3.0-or-later
# initscope run --shard, initscope merge: parts of an experiment, and the whole that they make.

load helper

experiment=(--init=zeros,he_normal --hidden='4 6,6' --seeds=3 --epochs=2)

# shards N: the experiment in N directories.
shards() {
    local i
    for ((i = 1; i <= $1; i++)); do
        "$INITSCOPE" run -q "${experiment[@]}" --shard "$i/$1" -o "s$i"
    done
}

@test "whatever the number of shards, merging them gives the bytes of one process" {
    run_ok run -q "${experiment[@]}" --save-weights=ends -o whole
    [ "$(wc -l <whole/runs.csv)" -eq 13 ]
    for n in 1 2 5 12; do
        mkdir -p "s/$n"
        for ((shard = 1; shard <= n; shard++)); do
            run_ok run -q "${experiment[@]}" --save-weights=ends --threads=2 --shard "$shard/$n" -o "s/$n/$shard"
        done
    done
    # One of one is no part.
    same_run whole s/1/1
    for n in 2 5 12; do
        run_ok merge s/"$n"/* -o "$n"
        [ "$stderr" = "initscope: 12 runs of $n shards -> $n" ]
        [ "$output" = "" ]
        same_run whole "$n"
        [ "$(cut -d, -f1 whole/timing.csv)" = "$(cut -d, -f1 "$n/timing.csv")" ]
        [ "$(tail -n 1 "$n/environment.csv")" = "shards,$n" ]
    done
    # The order in which they are named, and by how many they were divided, does not matter.
    run_ok merge s/12/{12,10,8,6,4,2} s/2/1 -q -o mixed
    [ "$stderr" = "" ]
    same_run whole mixed
}

@test "a shard has the trials whose number is its own modulo N, and says so" {
    run_ok run -v "${experiment[@]}" --shard 2/5 --threads=1 -o s
    [ "$(cut -d, -f1 s/runs.csv | tr '\n' ' ')" = "run 2 7 12 " ]
    [[ "$stderr" == *"initscope: run 7 of 12: "* ]]
    [[ "$stderr" == *"initscope: 3 runs in "* ]]
    # It is not part of the experiment, and does not get into the file of it.
    refute grep -q shard s/experiment.ini
    refuses 2 '--shard: there are 12 trials in all (got "13/13")' run "${experiment[@]}" --shard 13/13 -o w
    for shard in 0/3 4/3 3 1/ /2 1/2/3 1/-2 1.5/2 1/1000001; do
        refuses 2 "--shard: must be I/N, two integers with 1 <= I <= N <= 1000000 (got \"$shard\")" run --shard "$shard" -o w
    done
}

@test "a shard is resumed as itself alone" {
    shards 2
    run_ok run "${experiment[@]}" --shard 2/2 --resume -o s2
    [ "$stderr" = "initscope: all 6 runs were complete already -> s2" ]
    [ -s s2/journal ]
    refuses 2 's2: the finished run has "shard = 2/2" (got "shard = 1/2")' run "${experiment[@]}" --shard 1/2 --resume -o s2
    refuses 2 's2: the finished run has "shard = 2/2" (got "")' run "${experiment[@]}" --resume -o s2
    refuses 2 's2: the finished run has "epochs = 2" (got "epochs = 3")' run "${experiment[@]}" --epochs 3 --shard 2/2 --resume -o s2
    run_ok run -q "${experiment[@]}" -o whole
    refuses 2 'whole: the finished run is no shard' run "${experiment[@]}" --shard 1/2 --resume -o whole
}

@test "an interrupted shard goes on, and until then the merge tells what is missing" {
    experiment=(--data=digits --hidden=4x32 --init=he_normal --seeds=12 --epochs=16 --threads=1)
    run_ok run -q "${experiment[@]}" -o whole
    run_ok run -q "${experiment[@]}" --shard 1/2 -o s1
    "$INITSCOPE" run -q "${experiment[@]}" --shard 2/2 -o s2 &
    await finished 1 s2
    kill -KILL $!
    wait $! || [ $? -eq 137 ]
    [ -d s2.partial ]
    have=$(grep -c '^trial ' s2.partial/journal)
    [ "$have" -lt 6 ]
    missing=$(for ((i = 2 * have + 2; i <= 12; i += 2)); do echo -n "${sep-}$i" && sep=', '; done)
    said="$((6 - have)) of 12 runs are missing: $missing
s2.partial: shard 2/2 has $have of its 6 runs; --resume goes on"
    refuses 3 "$said" merge s1 s2 -o w
    refuses 3 "$said" merge s1 s2.partial -o w
    run_ok merge s1 s2 --partial -o part
    [ "$(wc -l <part/runs.csv)" -eq $((1 + 6 + have)) ]
    grep -vxFf part/runs.csv whole/runs.csv | cut -d, -f1 >gone
    [ "$(paste -sd, gone | sed 's/,/, /g')" = "$missing" ]
    # What is there can be read, but is no run to go on with.
    run_ok check --fail-on none part
    refuses 4 "part: is a finished run with $((6 + have)) of 12 runs" run -q "${experiment[@]}" --resume -o part
    run_ok run -q "${experiment[@]}" --shard 2/2 --resume -o s2
    run_ok merge -q s1 s2 -o all
    same_run whole all
}

@test "shards that are not there, and directories that are none" {
    shards 3
    refuses 3 '4 of 12 runs are missing: 2, 5, 8, 11
not given: shard 2 of 3' merge s1 s3 -o w
    refuses 3 's9: there is no such directory' merge s1 s9 s2 s3 -o w
    run_ok merge s1 s9 --partial -o part
    [ "$stderr" = "initscope: warning: 8 of 12 runs are missing: 2-3, 5-6, 8-9, 11-12
initscope: warning: not given: shard 2-3 of 3
initscope: 4 runs of 1 shard -> part" ]
    refuses 3 'there are no shards' merge s9 --partial -o w
    refuses 3 's1: run 1 is in s1 as well' merge s1 s1 s2 s3 -o w
    refuses 3 'part: is no shard of an experiment' merge part s2 -o w
    refuses 2 'merge: no shards; see `initscope merge --help`' merge -o w
    refuses 2 'merge: no output directory; name one with -o DIR' merge s1 s2 s3
    refuses 4 'part: exists and is not empty; use --force to replace it or --resume to go on' merge s1 s2 s3 -o part
    run_ok merge -q s1 s2 s3 --force -o part
    [ "$(wc -l <part/runs.csv)" -eq 13 ]
}

@test "shards of other experiments, data and kernels are refused" {
    shards 2
    run_ok run -q "${experiment[@]}" --epochs=3 --shard 2/2 -o other
    refuses 3 'other: is of another experiment: s1 has "epochs = 2" (got "epochs = 3")' merge s1 other -o w
    sed -i 's/^version = .*/version = 0.9/' s2/identity
    run --separate-stderr "$INITSCOPE" merge s1 s2 -o w
    [ "$status" -eq 3 ]
    [[ "$stderr" == 'initscope: s2: is of another experiment: s1 has "version = '*'" (got "version = 0.9")' ]]
    sed -i "s/^version = .*/$(grep ^version s1/identity)/" s2/identity
    sed -i 's/^blas,.*/blas,OpenBLAS of another CPU/' s2/environment.csv
    run --separate-stderr "$INITSCOPE" merge s1 s2 -o w
    [ "$status" -eq 3 ]
    [[ "$stderr" == 'initscope: s2: blas differs, and with it the last digits: s1 has "'*'" (got "OpenBLAS of another CPU"); OPENBLAS_CORETYPE gives all machines one kernel' ]]
    [ ! -e w ]
}

@test "damaged shards are refused" {
    shards 2
    cp -r s2 kept
    printf x | dd of=s2/layers.csv bs=1 seek=3000 conv=notrunc status=none
    run --separate-stderr "$INITSCOPE" merge s1 s2 -o w
    [ "$status" -eq 3 ]
    [ "$stderr" = "initscope: s2/layers.csv: the rows of run 2 are not as they were written" ]
    # Those before it are kept, and gone on with when the shard is whole.
    [ ! -e w ]
    rm -r s2
    cp -r kept s2
    run_ok merge -q s1 s2 --resume -o w
    run_ok run -q "${experiment[@]}" -o whole
    same_run whole w
    truncate -s -10 s2/layers.csv
    run --separate-stderr "$INITSCOPE" merge s1 s2 -o v
    [ "$stderr" = "initscope: s2/layers.csv: the rows of run 12 are not as they were written" ]
    echo 'shard = 3/2' >s2/identity
    run --separate-stderr "$INITSCOPE" merge s1 s2 -o u
    [ "$stderr" = "initscope: s2/identity: is not as it was written" ]
}

@test "a shard tells nothing of the whole: it is not reported, and not judged" {
    shards 2
    for command in report check; do
        run --separate-stderr "$INITSCOPE" $command s1
        [ "$status" -eq 3 ]
        [ "$stderr" = 'initscope: s1: is shard 1/2 of an experiment, which tells nothing of the whole; `initscope merge` joins the shards' ]
    done
}

@test "--time-limit begins no run that would not end before; --resume goes on" {
    experiment=(--hidden=8,8 --init=he_normal --seeds=3000 --epochs=20 --threads=2)
    run --separate-stderr "$INITSCOPE" run -q "${experiment[@]}" --time-limit=1.5 -o s
    [ "$status" -eq 143 ]
    have=$(sed -nE 's/^initscope: interrupted after ([0-9]+) of 3000 runs; go on with --resume$/\1/p' <<<"$stderr")
    [ "$have" -gt 0 ]
    [ "$(grep -c '^trial ' s.partial/journal)" -eq "$have" ]
    # From the first run on: what it will take is known before one has ended.
    long=(--hidden=64,64 --data=digits --epochs=1000000)
    start=$SECONDS
    run --separate-stderr timeout -s KILL 60 "$INITSCOPE" run -q "${long[@]}" --time-limit=20 -o w
    [ "$status" -eq 143 ]
    [ $((SECONDS - start)) -lt 15 ]
    [[ "$stderr" == 'initscope: interrupted after 0 of '*' runs; go on with --resume' ]]
    [ ! -e w.partial ]
    # It is none of the experiment: another limit, or none, goes on.
    run --separate-stderr "$INITSCOPE" run -q "${experiment[@]}" --time-limit=0.5 --resume -o s
    [ "$status" -eq 143 ]
    [ "$(grep -c '^trial ' s.partial/journal)" -ge "$have" ]
    refute grep -q time-limit s.partial/experiment.ini
    experiment=(--init=zeros,he_normal --seeds=3 --epochs=2)
    run_ok run -q "${experiment[@]}" --time-limit=600 -o t
    run_ok run -q "${experiment[@]}" -o whole
    same_run whole t
}

@test "what many runs will take is told before they begin, and what one will on a terminal" {
    experiment=(--init=he_normal --hidden=8 --seeds=1000 --epochs=2)
    run_ok run "${experiment[@]}" --threads=1 -o many
    pattern='^initscope: 1000 runs, about [0-9.]+ (s|min) on 1 thread and ([0-9.]+) MB on the disk$'
    [[ "${stderr_lines[0]}" =~ $pattern ]]
    # Bytes are counted, not guessed: within a tenth.
    actual=$(cat many/* | wc -c)
    awk -v said="${BASH_REMATCH[2]}" -v actual="$actual" \
        'BEGIN { exit !(said * 1e6 > 0.9 * actual && said * 1e6 < 1.1 * actual) }'
    run_ok run -q "${experiment[@]}" -o quiet
    [ "$stderr" = "" ]
    # Of a shard, its own; of a resumption, what is left.
    run_ok run "${experiment[@]}" --seeds=3000 --shard=2/3 -o shard
    [[ "${stderr_lines[0]}" == 'initscope: 1000 runs, about '* ]]
    run_ok run "${experiment[@]}" --seeds=999 -o few
    [ "${#stderr_lines[@]}" -eq 1 ]
    needs_terminal
    script -qec "$INITSCOPE run --init=he_normal --seeds=1 --hidden=8 --epochs=1 -o one" /dev/null >screen </dev/null
    grep -qE 'initscope: 1 runs, about .* threads? and .* kB on the disk' screen
    script -qec "$INITSCOPE run -q --init=he_normal --seeds=1 --hidden=8 --epochs=1 -o two" /dev/null >screen </dev/null
    [ ! -s screen ]
}

@test "a grid that cannot end is refused at once, with what makes it so large" {
    {
        echo "hidden = $(seq -s ' ' 1 3000)"
        echo "batch = $(seq -s , 1 3000)"
    } >grid.ini
    init=$(seq -f 'random_normal(stddev=0.%04g)' -s , 1 3000)
    start=$SECONDS
    refuses 2 '2.7e+16 runs are too many: an experiment has at most 100000000, of at most 1000000 combinations; shorten grid.ini:1 (3000), grid.ini:2 (3000), --init (3000), --seeds (1000000)' \
        run grid.ini --init="$init" --seeds=1000000 -o w
    refuses 2 '300000000 runs are too many: an experiment has at most 100000000, of at most 1000000 combinations; shorten --batch (300), --seeds (1000000)' \
        run --init=zeros --batch="$(seq -s , 1 300)" --seeds=1000000 -o w
    refuses 2 '9000000 runs are too many: an experiment has at most 100000000, of at most 1000000 combinations; shorten grid.ini:1 (3000), grid.ini:2 (3000)' \
        run grid.ini --init=zeros --seeds=1 -o w
    [ $((SECONDS - start)) -lt 20 ]
}
