# SPDX-FileCopyrightText: The initscope authors
# SPDX-License-Identifier: GPL-3.0-or-later
# The examples of the manual for clusters, as they stand there, in the Slurm of cluster.sh.

load ../cli/helper

# Never those of a cluster that others use.
: "${SLURM_CONF:?tests/cluster/cluster.sh starts a Slurm for these tests}"

setup() {
    cd "$BATS_TEST_TMPDIR" || return 1
    PATH=$(dirname "$INITSCOPE"):$PATH
    cat >depth.ini <<'END'
data = digits
network = 4x64
init = zeros he_normal
seeds = 12
spectrum = none
END
}

teardown() { timeout 20 scancel --user="$(id -un)"; }

# example WORD: the display of the manual's section on clusters that has this word.
example() {
    awk -v word="$1" '
        /^\.S[SH] / { here = /ON A CLUSTER/ }
        /^\.nf/ { inside = here; text = ""; next }
        /^\.fi/ { if (inside && index(text, word) > 0) printf "%s", text; inside = 0 }
        inside { text = text $0 "\n" }' "$builddir/src/cli/initscope.1" |
        sed -e 's/\\-/-/g; s/\\e$/\\/' >example
    [ -s example ]
    cat example
}

# Jobs begin late on a machine that has much to do.
patiently() { await "$@" || await "$@" || await "$@"; }

@test "an array of eight tasks, and the line that submits it, give the bytes of one process" {
    example '\-\-array' >array.sh
    example array.sh >line
    run_ok run -q depth.ini -o whole
    bash ./line
    same_run whole depth
    [ "$(tail -n 1 depth/environment.csv)" = "shards,8" ]
    [ "$(cat slurm-*_[1-8].out)" = "" ]
}

@test "of an array with a killed task the rest goes on, and the same line ends it" {
    example '\-\-array' >array.sh
    example array.sh >line
    echo 'epochs = 48' >>depth.ini
    run_ok run -q depth.ini -o whole
    bash ./line >out 2>&1 3>&- &
    line=$!
    patiently finished 1 part2
    kill -KILL "$(cat part2.partial/lock)"
    wait $line || killed=$?
    [ "$killed" -ne 0 ]
    [ ! -e depth ]
    [ -d part2.partial ]
    [ "$(ls -d part? | wc -l)" -eq 7 ]
    have=$(grep -c '^trial ' part2.partial/journal)
    [ "$have" -ge 1 ]
    [ "$have" -lt 3 ]
    run --separate-stderr initscope merge part* -o depth
    [ "$status" -eq 3 ]
    [[ "$stderr" == *"part2.partial: shard 2/8 has $have of its 3 runs; --resume goes on" ]]
    bash ./line
    same_run whole depth
}

# The script is the manual's; its sixteen ranks are two here, of one node, for the nodes are one machine,
# on which the windows of OpenMPI reach no further.
submit_ranks() {
    example '#SBATCH \-\-ntasks' >mpi.sh
    example mpi.sh | sed 's/^sbatch/& --nodes=1 --ntasks=2/' >line
    bash ./line
}

needs_mpi() { initscope --version | grep -q 'MPI: [0-9]' || skip "built without MPI: configure --with-mpi"; }

@test "an MPI job gives the bytes of one process" {
    needs_mpi
    run_ok run -q depth.ini -o whole
    submit_ranks
    same_run whole depth
    [ "$(tail -n 1 depth/environment.csv)" = "shards,2" ]
    [ ! -e depth.ranks ]
}

some_on_disk() { [ "$(cat depth.ranks/*.partial/journal 2>/dev/null | grep -c '^trial ')" -ge 3 ]; }

@test "an MPI job with a killed rank ends, and the same line goes on with it" {
    needs_mpi
    echo 'epochs = 24' >>depth.ini
    run_ok run -q depth.ini -o whole
    submit_ranks >out 2>&1 3>&- &
    line=$!
    patiently some_on_disk
    kill -KILL "$(cat depth.ranks/2.partial/lock)"
    wait $line || killed=$?
    [ "$killed" -ne 0 ]
    [ ! -e depth ]
    some_on_disk
    submit_ranks
    same_run whole depth
}

@test "GNU parallel: the same on the cores of one machine" {
    command -v parallel >/dev/null || skip "parallel not found: install parallel"
    example parallel >line
    run_ok run -q depth.ini -o whole
    bash ./line
    same_run whole depth
}
