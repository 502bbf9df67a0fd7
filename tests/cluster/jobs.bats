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
epochs = 8
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
    run_ok run -q depth.ini -o whole
    bash ./line >out 2>&1 3>&- &
    await finished 1 part2
    scancel --state=running --signal=KILL --full "$(squeue -h -o %F | sort -u)_2"
    wait $! || killed=$?
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

@test "GNU parallel: the same on the cores of one machine" {
    command -v parallel >/dev/null || skip "parallel not found: install parallel"
    example parallel >line
    run_ok run -q depth.ini -o whole
    bash ./line
    same_run whole depth
}
