#!/bin/sh
# SPDX-FileCopyrightText: The initscope authors
# SPDX-License-Identifier: GPL-3.0-or-later
# A Slurm of four nodes on this machine, and in it jobs.bats, as TAP: the examples of the manual are
# submitted as they stand there. It has a directory, ports and a munge of its own, and whatever way it
# ends nothing of it goes on running.
here=$(cd "${srcdir:-.}/tests/cluster" && pwd)
PATH=$PATH:/usr/sbin:/sbin

skip() {
    echo "1..0 # SKIP $1"
    exit 0
}
has() { command -v "$1" >/dev/null 2>&1; }

[ -r /proc/self/environ ] || skip 'no /proc: it tells what is left running'
has "${BATS:-bats}" || skip 'bats not found: install bats'
for program in slurmctld slurmd sbatch srun; do
    has $program || skip "$program not found: install slurm-wlm (Debian) or slurm-slurmctld slurm-slurmd (Fedora)"
done
has munged || skip 'munged not found: install munge'

work=$(mktemp -d "${TMPDIR:-/tmp}/initscope-cluster-XXXXXX") || exit 99
SLURM_CONF=$work/slurm.conf
export SLURM_CONF

# Processes of this cluster: all have its configuration in their environment, and no others do.
ours() { grep -lszxF "SLURM_CONF=$SLURM_CONF" /proc/[0-9]*/environ | sed 's|^/proc/||; s|/environ$||'; }

# Of these the ones that are still there: what a pipe ran has ended by now.
left() {
    for process in $(ours); do
        [ ! -e "/proc/$process" ] || echo "$process"
    done
}

stop() {
    trap '' HUP INT TERM
    for signal in TERM KILL; do
        tries=0
        while remaining=$(left) && [ -n "$remaining" ] && [ $((tries += 1)) -le 50 ]; do
            # shellcheck disable=SC2086 # several
            kill -$signal $remaining 2>/dev/null
            sleep 0.1
        done
    done
    rm -rf "$work"
}
trap stop EXIT
trap 'exit 99' HUP INT TERM

# Five ports PORT0 to PORT4 that nobody listens at, below those that the system gives away.
free_ports() {
    try=0
    while [ $((try += 1)) -le 100 ]; do
        port=$((1100 + ($$ + try * 37) % 1900))
        hex=$(for i in 0 1 2 3 4; do printf ':%04X |' "$port$i"; done)
        grep -qE "(${hex%|})" /proc/net/tcp /proc/net/tcp6 2>/dev/null || return 0
    done
    return 1
}

# await COMMAND...: until it succeeds, at most 30 seconds.
await() {
    end=$(($(date +%s) + 30))
    while [ "$(date +%s)" -lt $end ]; do
        "$@" >/dev/null 2>&1 && return 0
        sleep 0.1
    done
    return 1
}

# Without its controller sinfo tries for minutes.
nodes_idle() { [ "$(timeout 2 sinfo -h -N -t idle -o %N | sort -u | wc -l)" -eq 4 ]; }

start() {
    free_ports || return 1
    mkdir "$work/state" "$work/spool" "$work/tmp" || return 1
    for node in n1 n2 n3 n4; do
        mkdir "$work/spool/$node" "$work/tmp/$node" || return 1
    done
    sed "s|@WORK@|$work|; s|@HOST@|$(hostname -s)|; s|@USER@|$(id -un)|; s|@PORT@|$port|g" \
        "$here/slurm.conf.in" >"$SLURM_CONF"
    (umask 077 && head -c 1024 /dev/urandom >"$work/munge.key") || return 1
    # The socket is asked for by whoever runs jobs, here one user alone.
    munged -F --force --key-file="$work/munge.key" --socket="$work/munge.socket" --pid-file="$work/munged.pid" \
        --log-file="$work/munged.log" --seed-file="$work/munged.seed" >/dev/null 2>&1 &
    await test -S "$work/munge.socket" || return 1
    slurmctld -D >/dev/null 2>&1 &
    for node in n1 n2 n3 n4; do
        slurmd -D -N $node >/dev/null 2>&1 &
    done
    await nodes_idle
}

if ! start; then
    tail -n 5 "$work"/*.log 2>&1 | sed 's/^/# /'
    echo 'Bail out! Slurm does not start'
    exit 1
fi
TMPDIR=$work "${BATS:-bats}" --tap "$here/jobs.bats" &
wait $! && exit 0
grep -ih error "$work"/*.log | tail -n 20 | sed 's/^/# /'
exit 1
