#!/bin/sh
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

echo 1..5
have "${HAVE_CHECK:-no}" "check, for the unit tests" "install check (Debian) or check-devel (Fedora)"
have "${BATS:-no}" "bats, for the tests of the command line" "install bats"
have "$(found gnuplot)" "gnuplot, for the tests that render a report" "install gnuplot-nox (Debian) or gnuplot (Fedora)"
have "$(found pdftotext)" "pdftotext, for the tests that read the PDF" "install poppler-utils"
have "$(found perl)" "perl, for the tests with hostile strings" "install perl"
