# What the README shows works as shown: its commands are run here, in its order, in one directory,
# where flowers.csv stands for the reader's own data.

setup_file() {
    readme_dir=$(mktemp -d "${TMPDIR:-/tmp}/readme.XXXXXX")
    export readme_dir
    cp "$srcdir/data/iris.csv" "$readme_dir/flowers.csv"
    sed 's/label species/label species --epochs 2/' "$srcdir/README.md" >"$readme_dir/README.md"
    PATH=$(dirname "$INITSCOPE"):$PATH
    export PATH
}

teardown_file() { rm -rf "$readme_dir"; }

setup() { cd "$readme_dir" || return 1; }

# The lines of all code blocks of a language.
blocks() { awk -v fence="\`\`\`$1" '/^```/ { inside = ($0 == fence); next } inside' README.md; }

@test "the quick start is two lines, of targets and options that exist" {
    run blocks sh
    [ "${lines[0]}" = "./autogen.sh --install-deps && ./configure && make report" ]
    [ "${lines[1]}" = "make check" ]
    "$srcdir/autogen.sh" --help | grep -q -e --install-deps
    grep -q '^report:' "$srcdir/Makefile.am"
}

@test "the commands run" {
    blocks sh | grep '^initscope' >commands
    [ "$(wc -l <commands)" -ge 4 ]
    if ! command -v gnuplot >/dev/null; then sed -i.bak '/^initscope report/d' commands; fi
    while read -r command; do
        echo "$command"
        eval "$command -q" 2>stderr || eval "$command"
    done <commands
    [ -s flowers/layers.csv ]
    [ -s grid/runs.csv ]
}

@test "the report is where it is said to be" {
    command -v gnuplot >/dev/null || skip "gnuplot not found"
    [ -s flowers/report/report.pdf ]
}

@test "the files of the run directory are the documented ones" {
    for file in flowers/*.csv; do
        grep -q "\`$(basename "$file")\`" README.md
    done
    for file in $(sed -n '/^| file/,/^$/p' README.md | grep -o '[a-z]*\.csv'); do
        [ -s "flowers/$file" ]
    done
    [ -s flowers/schema.json ]
    [ -s flowers/experiment.ini ]
}

@test "the gnuplot example draws" {
    command -v gnuplot >/dev/null || skip "gnuplot not found"
    blocks gnuplot >example.gp
    [ -s example.gp ]
    run gnuplot -d example.gp
    [ "$status" -eq 0 ]
    [[ $output == *A*A* ]]
    [[ $output != *warning* ]]
}

@test "the pandas example prints a table" {
    python3 -c 'import pandas' 2>/dev/null || skip "pandas not found"
    blocks python >example.py
    run python3 example.py
    [ "$status" -eq 0 ]
    [[ $output == *he_uniform* ]]
}

@test "the R example prints a table" {
    command -v Rscript >/dev/null || skip "R not found"
    blocks r >example.r
    run Rscript example.r
    [ "$status" -eq 0 ]
    [[ $output == *he_uniform* ]]
}

@test "every option and file that is mentioned exists" {
    "$INITSCOPE" run --help >help
    for option in $(blocks sh | grep '^initscope run' | grep -o -e '--[a-z-]*') --threads --resume; do
        grep -q -e "$option" help
    done
    for link in $(grep -o '](\([^)]*\))' README.md | tr -d '])(' | grep -v '^http'); do
        [ -e "$srcdir/$link" ]
    done
}
