#!/bin/sh
# SPDX-FileCopyrightText: The initscope authors
# SPDX-License-Identifier: GPL-3.0-or-later
# Mutated logs, as TAP: makes the logs and gives them to mutation.c, with the options that this gets.
# MUTATION is the program.
set -eu
# Freed memory is kept for a while; more of it only takes time.
: "${ASAN_OPTIONS:=quarantine_size_mb=16}"
export ASAN_OPTIONS
: "${builddir:=.}" "${srcdir:=.}" "${MUTATION:=$builddir/tests/mutation/mutation}"

work=$(mktemp -d "${TMPDIR:-/tmp}/mutation.XXXXXX")
trap 'rm -rf "$work"' EXIT
MUTATION=$(realpath "$MUTATION")
logs=$(cd "$srcdir" && sh tests/mutation/logs.sh "$work")
cd "$work"
# The names of the logs are those of the mutations, whatever directory is theirs.
# shellcheck disable=SC2086 # a list of words
"$MUTATION" "$@" $(echo "$logs" | sed 's|.*/||')
