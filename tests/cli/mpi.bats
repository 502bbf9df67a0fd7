# SPDX-FileCopyrightText: The initscope authors
# SPDX-License-Identifier: GPL-3.0-or-later
# mpirun initscope run: the ranks of an MPI job run one experiment together.

load helper

setup() {
    cd "$BATS_TEST_TMPDIR" || return 1
    "$INITSCOPE" --version | grep -q 'MPI: [0-9]' || skip "built without MPI: configure --with-mpi"
    command -v mpirun >/dev/null || skip "no mpirun"
}

# ranks N ARGUMENT...: the program in N processes.
ranks() {
    local n=$1
    shift
    mpirun --oversubscribe --allow-run-as-root -n "$n" "$INITSCOPE" "$@"
}

experiment=(--init=zeros,he_normal --hidden='4 6,6' --seeds=5 --epochs=2)

@test "whatever the number of ranks, the bytes are those of one process" {
    run_ok run -q "${experiment[@]}" --save-weights=ends -o whole
    for n in 1 3; do
        run --separate-stderr ranks "$n" run "${experiment[@]}" --save-weights=ends -o "$n"
        echo "$stderr"
        [ "$status" -eq 0 ]
        [[ "$stderr" == "initscope: 20 runs in "*" s (0 diverged) -> $n" ]]
        same_run whole "$n"
        [ "$(cut -d, -f1 whole/timing.csv)" = "$(cut -d, -f1 "$n/timing.csv")" ]
        [ ! -e "$n.ranks" ]
        [ ! -e "$n.partial" ]
    done
    [ "$(tail -n 1 3/environment.csv)" = "shards,3" ]
    run_ok check --fail-on none 3
}

# The number of the trials that are on disk.
have() { cat s.ranks/*.partial/journal 2>/dev/null | grep -c '^trial '; }
have_some() { [ "$(have)" -ge "$1" ]; }

@test "a rank that is killed loses its run alone; any number of ranks goes on, and one process" {
    # OpenMPI leaves the other ranks two seconds, in which they would end all runs.
    export OMPI_MCA_odls_base_sigkill_timeout=0
    experiment=(--data=digits --hidden=4x64 --init=he_normal --seeds=48 --epochs=10 --threads=1)
    run_ok run -q "${experiment[@]}" -o whole
    for others in 2 4 alone; do
        rm -rf s s.ranks
        ranks 3 run -q "${experiment[@]}" -o s 2>killed &
        job=$!
        await have_some 4
        rank=$(pgrep -f "run -q ${experiment[*]} -o s\$" | while read -r pid; do
            [ "$(cat "/proc/$pid/comm")" != initscope ] || echo "$pid"
        done | sed -n 2p)
        kill -KILL "$rank"
        wait $job || [ $? -gt 0 ]
        [ ! -e s ]
        kept=$(have)
        [ "$kept" -ge 4 ]
        [ "$kept" -lt 48 ]
        if [ $others = alone ]; then
            run_ok run -v "${experiment[@]}" --resume -o s
        else
            run --separate-stderr ranks $others run -v "${experiment[@]}" --resume -o s
            echo "$stderr"
            [ "$status" -eq 0 ]
        fi
        [[ "$stderr" == *"initscope: $kept of 48 runs are complete already"* ]]
        [[ "$stderr" == *"initscope: $((48 - kept)) runs in "* ]]
        same_run whole s
        [ ! -e s.ranks ]
    done
    run --separate-stderr ranks 2 run "${experiment[@]}" --resume -o s
    [ "$status" -eq 0 ]
    [[ "$stderr" == *"initscope: all 48 runs were complete already -> s" ]]
}

@test "what is there is not overwritten, and what is refused is said once" {
    run --separate-stderr ranks 3 run "${experiment[@]}" --time-limit=0.000001 -o t
    [ "$status" -eq 143 ]
    [ "$(grep -c '^initscope: interrupted after 0 of 20 runs; go on with --resume$' <<<"$stderr")" -eq 1 ]
    [ ! -e t.ranks ]
    run --separate-stderr ranks 3 run "${experiment[@]}" --epochs=-1 -o t
    [ "$status" -eq 2 ]
    run --separate-stderr ranks 3 run "${experiment[@]}" --hidden=0 -o t
    [ "$status" -eq 2 ]
    run_ok run -q "${experiment[@]}" -o whole
    run --separate-stderr ranks 3 run "${experiment[@]}" -o whole
    [ "$status" -eq 4 ]
    [ "$(grep -c '^initscope: whole: exists and is not empty' <<<"$stderr")" -eq 1 ]
    cp -r whole kept
    run --separate-stderr ranks 3 run "${experiment[@]}" --data=none.csv --force -o whole
    [ "$status" -eq 3 ]
    [ "$(grep -c '^initscope: none.csv: ' <<<"$stderr")" -eq 1 ]
    diff -r whole kept
    run --separate-stderr ranks 3 run "${experiment[@]}" --seeds=6 --force -o whole
    [ "$status" -eq 0 ]
    [ "$(wc -l <whole/runs.csv)" -eq 25 ]
    # What ranks have left is not for a new run.
    mkdir -p l.ranks/1.partial
    refuses 4 'l.ranks: an interrupted run is here; use --resume or --force' run "${experiment[@]}" -o l
    run --separate-stderr ranks 2 run "${experiment[@]}" -o l
    [ "$status" -eq 4 ]
    [ "$(grep -c '^initscope: l.ranks: an interrupted run is here; use --resume or --force$' <<<"$stderr")" -eq 1 ]
    run --separate-stderr ranks 2 run "${experiment[@]}" --shard=1/2 -o l2
    [ "$status" -eq 2 ]
    [ "$(grep -c '^initscope: --shard: an MPI job divides the runs itself (got "1/2")$' <<<"$stderr")" -eq 1 ]
}

@test "settings that are wrong, and another experiment, do not go on" {
    ranks 2 run -q --data=digits --hidden=8 --init=he_normal --seeds=4000 --epochs=2 --time-limit=2 -o s 2>limit || [ $? -eq 143 ]
    grep -q '^initscope: interrupted after [1-9][0-9]* of 4000 runs; go on with --resume$' limit
    run --separate-stderr ranks 2 run -q --data=digits --hidden=8 --init=he_normal --seeds=4000 --epochs=3 --resume -o s
    [ "$status" -eq 2 ]
    grep -q 'the interrupted run has "epochs = 2" (got "epochs = 3")$' <<<"$stderr"
    "$INITSCOPE" run -q --data=digits --hidden=8 --init=he_normal --seeds=4000 --epochs=2 --time-limit=1 -o one 2>limit || [ $? -eq 143 ]
    run --separate-stderr ranks 2 run -q --data=digits --hidden=8 --init=he_normal --seeds=4000 --epochs=2 --resume -o one
    [ "$status" -eq 4 ]
    [ "$(grep -c '^initscope: one.partial: an interrupted run of one process, which goes on without MPI$' <<<"$stderr")" -eq 1 ]
}
