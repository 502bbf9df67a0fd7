# SPDX-FileCopyrightText: The initscope authors
# SPDX-License-Identifier: GPL-3.0-or-later
# Tables as people have them: shapes made by rules from one table, and all that is said of each.

load helper

setup() {
    cd "$BATS_TEST_TMPDIR" || return 1
    awk -f "$srcdir/tests/bad/shapes.awk" >base
}

# look RULE OPTIONS: what is read, or the status, then the messages, as shapes.txt has them.
look() {
    local words status=0
    read -ra words <<<"${2#options:}"
    LC_ALL=C awk "BEGIN { FS = OFS = \",\" } $1" base >made.csv
    rm -rf new
    "$INITSCOPE" run --data=made.csv --init=zeros --hidden=1 --epochs=0 --seeds=1 --histograms=none --spectrum=none \
        ${words[@]+"${words[@]}"} -o new 2>message </dev/null || status=$?
    if [ "$status" -eq 0 ]; then
        awk -F, '$1 == "data_rows" { r = $2 } $1 == "features" { f = $2 } $1 == "classes" { c = $2 }
            END { print "    read " r, f, c == "" ? "-" : c }' new/environment.csv
        sed '$d' message >messages # the runs
    else
        echo "    status $status"
        cp message messages
    fi
    sed 's/^initscope: /    /' messages
}

@test "shapes of tables: what is read, and all that is said" {
    local line name='' rule='' options='' expected='' count=0
    while IFS= read -r line || [ -n "$name" ]; do
        case $line in
            'shape: '*)
                name=$line
                IFS= read -r rule
                IFS= read -r options
                ;;
            'pandas: '*) ;;
            '    '*) expected+=$line$'\n' ;;
            *)
                echo "$name"
                diff <(printf %s "$expected") <(look "$rule" "$options") || return 1
                count=$((count + 1))
                name='' expected=''
                ;;
        esac
    done <"$srcdir/tests/bad/shapes.txt"
    [ "$count" -gt 60 ]
}

# Where pandas finds as many rows and nothing missing, no row is lost here.
@test "shapes of tables: as many rows as pandas reads" {
    awk '/^shape: / { name = $0 } /^pandas: [0-9]+ rows, 0 missing/ { rows = $2 }
        /^    read / { if (rows && rows != $2 && name !~ /header|title|comment/) print name, rows, $2; if (rows) n++ }
        /^$/ { rows = "" } END { if (n < 20) print "few", n }' "$srcdir/tests/bad/shapes.txt" >differ
    [ ! -s differ ]
}

# The command that `initscope data` prints last reads the table, as it is printed.
@test "the command line that data prints works" {
    local line name='' rule count=0 refused=0
    while IFS= read -r line; do
        case $line in
            'shape: '*)
                name=$line
                IFS= read -r rule
                IFS= read -r options
                ;;
            '    status 3')
                [ "$options" = options: ] || continue
                LC_ALL=C awk "BEGIN { FS = OFS = \",\" } $rule" base >made.csv
                refused=$((refused + 1))
                echo "$name"
                rm -rf OUT
                "$INITSCOPE" data made.csv >said 2>message && return 1
                tail -n 1 said | grep '^initscope run ' >command || continue
                sed "s|^initscope|$INITSCOPE|; s|-o OUT|-q --epochs 0 --seeds 1 --init zeros --hidden 1 -o OUT|" command >try
                sh try || return 1
                count=$((count + 1))
                ;;
        esac
    done <"$srcdir/tests/bad/shapes.txt"
    [ "$refused" -gt 15 ]
    [ "$count" -gt 10 ]
}

@test "what data says of classes fits in 80 columns" {
    for name in iris wine digits; do
        run_ok data $name
        grep -A 2 ' classes of ' <<<"$output" >classes
        [ "$(wc -l <classes)" -eq 3 ]
        [ -z "$(grep -E '.{81}' classes)" ]
    done
    grep -q ' and 2 more$' classes
}
