#!/bin/sh
# SPDX-FileCopyrightText: The initscope authors
# SPDX-License-Identifier: GPL-3.0-or-later
# What the tests need beyond the build, as TAP: what is missing is a skipped test, with the package
# that brings it.
number=0

have() {
    number=$((number + 1))
    if [ "$1" = no ]; then
        echo "ok $number - $2 # SKIP not found: $3"
    else
        echo "ok $number - $2"
    fi
}

found() { command -v "$1" >/dev/null 2>&1 && echo yes || echo no; }

# Any python3 will do.
has_torch() {
    for python in python3 /usr/bin/python3; do
        "$python" -c 'import numpy, torch' 2>/dev/null && echo yes && return
    done
    echo no
}

echo 1..6
have "${HAVE_CHECK:-no}" "check, for the unit tests" "install check (Debian) or check-devel (Fedora)"
have "${BATS:-no}" "bats, for the tests of the command line" "install bats"
have "$(found gnuplot)" "gnuplot, for the tests that render a report" "install gnuplot-nox (Debian) or gnuplot (Fedora)"
have "$(found pdftotext)" "pdftotext, for the tests that read the PDF" "install poppler-utils"
have "$(found perl)" "perl, for the tests with hostile strings" "install perl"
have "$(has_torch)" "PyTorch, for the tests that train runs a second time and of the Python module" "install python3-torch"
