# SPDX-FileCopyrightText: The initscope authors
# SPDX-License-Identifier: GPL-3.0-or-later
# What the documents show works as shown. The commands of README.md, HACKING.md, tests/README.md,
# reports/README.md and of the manual pages are run here, in their order, in one directory, where
# flowers.csv stands for the reader's own data and bundled files lie in data/ and reports/. What
# builds or tests the program cannot be run by a test of it: there the target, the option and the
# file must exist.

setup_file() {
    documents=$(mktemp -d "${TMPDIR:-/tmp}/documents.XXXXXX")
    export documents
    cd "$documents" || return 1
    mkdir reports tests
    cp "$srcdir/data/iris.csv" flowers.csv
    cp -R "$srcdir/data" data
    cp -R "$srcdir/reports/"*.ini "$srcdir/reports/"*.md "$srcdir/reports/style.gp" reports
    cp "$srcdir/tests/README.md" tests
    cp "$srcdir/HACKING.md" HACKING.md
    chmod -R u+w .
    # Two epochs show the same as ten.
    sed '/initscope run/s/label species/label species --epochs 2/' "$srcdir/README.md" >README.md
    PATH=$(dirname "$INITSCOPE"):$PATH
    export PATH
}

teardown_file() { rm -rf "$documents"; }

setup() { cd "$documents" || return 1; }

# blocks LANGUAGE FILE: the lines of all code blocks, those that go on with "\" joined.
blocks() {
    awk -v fence="\`\`\`$1" '/^```/ { inside = ($0 == fence); next } inside' "$2" |
        sed -e ':join' -e '/\\$/N; s/ *\\\n */ /; t join'
}

# The commands among the code of running text.
inline() { grep -oE '`(make|\./configure|gnuplot) [^`]*`|`make`' "$1" | tr -d '`'; }

# examples PAGE: the displays of a manual page, as they are read.
examples() {
    awk '/^\.nf/ { inside = 1; next } /^\.fi/ { inside = 0 } inside' "$1" |
        sed -e 's/\\-/-/g; s/\\(aq/'"'"'/g; s/\\e$/\\/' -e ':join' -e '/\\$/N; s/ *\\\n */ /; t join'
}

have() { command -v "$1" >/dev/null; }

# A target of the Makefile, with the values that are given to it.
try_make() {
    local word
    for word in "${@:-all}"; do
        case $word in
        -j*) ;;
        TESTS=*) grep -qE "^	${word#*=}( |\$)" "$srcdir/Makefile.am" ;;
        REPORT=*) [ -f "$srcdir/reports/${word#*=}.ini" ] || [ -d "$srcdir/reports/${word#*=}" ] ;;
        *=*) ;;
        *) grep -qE "^$word( [^=]*)?:" "$builddir/Makefile" ;;
        esac || return 1
    done
}

try_configure() {
    local word
    "$srcdir/configure" --help >configure.help
    for word; do
        case $word in
        --enable-* | --disable-*)
            word=${word#--*able-}
            grep -qE -e "--(en|dis)able-${word%%=*}([[ ]|\$)" configure.help
            ;;
        --with-*) grep -qE -e "^ *${word%%=*}(=|[[ ]|\$)" configure.help ;;
        --prefix=*) grep -q -e --prefix configure.help ;;
        CC=* | CFLAGS=* | PYTHON=*) grep -q "^  ${word%%=*} " configure.help ;;
        *) return 1 ;;
        esac || return 1
    done
}

# try COMMAND-LINE: fails when it is none of those that the documents may show.
try() {
    echo "$1"
    case $1 in
    "./autogen.sh --install-deps && ./configure && make report")
        "$srcdir/autogen.sh" --help | grep -q -e --install-deps || return 1
        try_make report ;;
    './autogen.sh --install-deps') "$srcdir/autogen.sh" --help | grep -q -e --install-deps ;;
    './configure '*) eval "try_configure ${1#* }" ;;
    'make' | 'make '*) eval "try_make ${1#make}" ;;
    'initscope '*' traced') [ ! -d traced ] || ! have gnuplot || eval "$1" ;;
    'initscope report'*) ! have gnuplot || eval "$1" ;;
    'INITSCOPE_DATA_DIR='*report*) ! have gnuplot || eval "$1" ;;
    'initscope '* | 'mkdir -p house' | 'cp -R reports data house') eval "$1" ;;
    'gnuplot report.gp') ! have gnuplot || (cd flowers/report && gnuplot -d report.gp && [ -s report.pdf ]) ;;
    'pdftoppm '*) ! have gnuplot || ! have pdftoppm || (cd flowers/report && eval "$1" && ls page-*.png) ;;
    'awk '*) [ "$(eval "$1" | wc -l)" -ge 60 ] ;;
    'man initscope' | 'man -l src/cli/initscope.1') [ -s "$builddir/src/cli/initscope.1" ] ;;
    'source src/cli/initscope.bash') bash -c "cd '$builddir' && $1 && complete -p initscope" ;;
    'git ls-files '*'| xargs clang-format -i') [ -f "$srcdir/.clang-format" ] ;;
    'bats tests/cli/'*) (cd "$srcdir" && [ "$(${1/bats/bats --count})" -ge 1 ]) ;;
    'CK_RUN_CASE='*gdb*) [ "${HAVE_CHECK:-no}" = no ] || (cd "$builddir" && eval "${1/gdb/}" | grep -q '^ok 1') ;;
    *) echo "no such command is known here" && return 1 ;;
    esac
}

try_all() {
    [ "$(wc -l <commands)" -ge "$1" ]
    while IFS= read -r command <&3; do
        try "$command" 2>stderr || { cat stderr && return 1; }
    done 3<commands
}

@test "README: the quick start is two lines" {
    run blocks sh README.md
    [ "${lines[0]}" = "./autogen.sh --install-deps && ./configure && make report" ]
    [ "${lines[1]}" = "make check" ]
}

@test "README: a PyTorch training is traced in ten lines" {
    blocks py README.md >traced.py
    [ "$(wc -l <traced.py)" -eq 10 ]
    run "$srcdir/tests/python/run.sh" -c 'import torch'
    [ "$status" -eq 0 ] || skip "PyTorch not found: install python3-torch"
    run "$srcdir/tests/python/run.sh" traced.py
    echo "$output"
    [ "$status" -eq 0 ]
    [ "$(wc -l <traced/runs.csv)" -eq 4 ]
    run initscope check --fail-on none traced
    [ "$status" -eq 0 ]
}

@test "README: the commands run" {
    { blocks sh README.md && inline README.md; } >commands
    try_all 10
    [ -s flowers/layers.csv ]
    [ -s grid/runs.csv ]
}

@test "README: the report is where it is said to be" {
    have gnuplot || skip "gnuplot not found"
    [ -s flowers/report/report.pdf ]
}

@test "README: the files of the run directory are the documented ones" {
    for file in flowers/*.csv; do
        grep -q "\`$(basename "$file")\`" README.md
    done
    for file in $(sed -n '/^| file/,/^$/p' README.md | grep -o '[a-z]*\.csv'); do
        case $file in network.csv | factors.csv | steps.csv | tokens.csv) continue ;; esac # of other networks
        [ -s "flowers/$file" ]
    done
    [ -s flowers/schema.json ]
    [ -s flowers/experiment.ini ]
}

@test "README: the gnuplot example draws" {
    have gnuplot || skip "gnuplot not found"
    blocks gnuplot README.md >example.gp
    [ -s example.gp ]
    run gnuplot -d example.gp
    [ "$status" -eq 0 ]
    [[ $output == *A*A* ]]
    [[ $output != *warning* ]]
}

@test "README and manual: the pandas examples print a table" {
    python3 -c 'import pandas' 2>/dev/null || skip "pandas not found"
    blocks python README.md >example.py
    examples "$builddir/src/cli/initscope-log.5" | sed '/^awk/d' >page.py
    for program in example.py page.py; do
        run python3 $program
        [ "$status" -eq 0 ]
        [[ $output == *he_uniform* ]]
    done
}

@test "README: the R example prints a table" {
    have Rscript || skip "R not found"
    blocks r README.md >example.r
    run Rscript example.r
    [ "$status" -eq 0 ]
    [[ $output == *he_uniform* ]]
}

@test "README: the columns that a pivot table needs are there" {
    for column in layer initializer variance epoch tensor; do
        head -n 1 flowers/layers.csv | tr , '\n' | grep -qx "$column"
    done
}

@test "HACKING: the commands are those of the build" {
    { blocks sh HACKING.md && inline HACKING.md; } >commands
    try_all 20
}

@test "HACKING: the tables of rows are where they are said to be" {
    sed -n '/^| to add/,/^$/p' HACKING.md >table
    [ "$(wc -l <table)" -ge 12 ]
    for file in $(grep -o '`[a-z./_A-Z*]*\.[a-z]*`' table | tr -d '`' | grep -v NAME); do
        # shellcheck disable=SC2086 # a pattern
        ls $srcdir/$file
    done
    # `NAME` in `FILE`: NAME is defined there
    grep -oE '`[a-z_]+`(, `[a-z_]+`)? in `src/[a-z/_]*\.c`' table | tr -d '`,' >places
    [ "$(wc -l <places)" -ge 9 ]
    while read -r -a place; do
        for name in "${place[@]:0:${#place[@]}-2}"; do
            grep -qE "[ *]$name\[.*\] = \{" "$srcdir/${place[-1]}"
        done
    done <places
}

@test "HACKING: the tree is formatted" {
    clang-format --version 2>/dev/null | grep -q 'version 14\.' || skip "clang-format 14 not found"
    (cd "$srcdir" && find include src tests -name '*.[ch]' | xargs clang-format --dry-run --Werror)
}

@test "tests/README: the commands are those of the build" {
    { blocks sh tests/README.md && inline tests/README.md; } >commands
    try_all 3
}

@test "reports/README: the commands run" {
    { blocks sh reports/README.md && inline reports/README.md; } >commands
    try_all 6
    [ -s few-seeds/runs.csv ]
    have gnuplot || skip "gnuplot not found"
    [ -s few-seeds/report/report.pdf ]
}

@test "the manual pages: the examples run" {
    { examples "$builddir/src/cli/initscope.1" && examples "$builddir/src/cli/initscope-log.5"; } >shown
    # An experiment file, and a program in Python that has its own test.
    sed -n '/^# depth.ini/,/^seeds/p' shown >depth.ini
    grep -E '^(initscope|awk) ' shown >commands
    try_all 4
    run initscope run depth.ini --epochs=0 --seeds=1 -q -o of-file
    [ "$status" -eq 0 ]
    [ "$(wc -l <of-file/runs.csv)" -eq 5 ]
}

@test "every option that is mentioned, and every file that is linked, exists" {
    initscope run --help >help
    for option in $(blocks sh README.md | grep '^initscope run' | grep -o -e '--[a-z-]*') --threads --resume; do
        grep -q -e "$option" help
    done
    for file in README.md HACKING.md reports/README.md tests/README.md data/README.md; do
        for link in $(grep -o '](\([^)]*\))' "$srcdir/$file" | tr -d '])(' | grep -v '^http'); do
            [ -e "$srcdir/$(dirname "$file")/$link" ]
        done
    done
}
