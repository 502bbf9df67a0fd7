# SPDX-FileCopyrightText: The initscope authors
# SPDX-License-Identifier: GPL-3.0-or-later
# Data files that must be refused, or read in spite of what they are: the whole message, the exit
# status, and that an earlier run in the same place stays as it is, byte for byte.

load helper

# A network of one weight: what is looked at is the reading.
small=(--init=zeros --hidden=1 --epochs=0 --seeds=1 --histograms=none --spectrum=none --test-fraction=0)

setup() {
    cd "$BATS_TEST_TMPDIR" || return 1
    ln -s "$srcdir/tests/bad" bad
    "$INITSCOPE" run -q "${small[@]}" --data=bad/plain.csv -o w && cp -r w kept
}

# each_case FUNCTION: calls it with every case on standard input: a line in column 1, then its
# indented lines as one text.
each_case() {
    local line head='' body='' count=0
    while IFS= read -r line || [ -n "$head" ]; do
        if [[ $line == '    '* ]]; then
            body+=${body:+$'\n'}${line#    }
            continue
        fi
        if [ -n "$head" ]; then
            echo "case: $head"
            "$1" "$head" "$body" </dev/null || return 1
            count=$((count + 1))
        fi
        head=$line body=''
    done
    [ "$count" -gt 5 ]
}

# told PATH LINES: the messages are these, each after the path; "warning: " stands before it.
told() {
    local line kind
    diff <([ -z "$2" ] || while IFS= read -r line; do
        kind=''
        [[ $line == 'warning: '* ]] && kind='warning: '
        echo "initscope: $kind$1${line#"$kind"}"
    done <<<"$2") message
}

# refused_data PATH LINES OPTION...: status 3 and these messages, even where --force may replace.
refused_data() {
    local path=$1 lines=$2 status=0
    shift 2
    "$INITSCOPE" run --data="$path" "${small[@]}" --force "$@" -o w >output 2>message || status=$?
    told "${path/#-//dev/stdin}" "$lines" || return 1
    [ "$status" -eq 3 ] && [ ! -s output ] && [ ! -e w.partial ] && diff -r kept w
}

# Files of tests/bad, with options.
refused_file() {
    local words
    read -ra words <<<"$1"
    refused_data "bad/${words[0]}" "$2" "${words[@]:1}"
}

# Bytes as printf takes them.
refused_bytes() {
    printf "$1" >made.csv
    refused_data made.csv "$2"
}

# names_in FILE: those of outputs.csv, joined by ", ", as one cell.
names_in() {
    awk 'function unquoted(cell) {
             if (cell ~ /^"/) { cell = substr(cell, 2, length(cell) - 2); gsub(/""/, "\"", cell) }
             return cell ~ /^\047+[-=+@\t\r]/ ? substr(cell, 2) : cell
         }
         NR > 1 {
             cell = open ? cell "\n" $0 : substr($0, index($0, ",") + 1)
             rest = cell
             open = gsub(/"/, "", rest) % 2
             if (!open) { joined = joined separator unquoted(cell); separator = ", " }
         }
         END {
             if (joined ~ /^\047*[-=+@\t\r]/) joined = "\047" joined
             if (joined ~ /[",\r\n]/) { gsub(/"/, "\"\"", joined); joined = "\"" joined "\"" }
             print joined
         }' "$1"
}

# Accepted: rows, features, classes as in environment.csv and their names, then the warnings.
accepted() {
    local path=$1 facts=${2%%$'\n'*} warnings='' got
    [ "$facts" = "$2" ] || warnings=$(sed '1d; s/^/warning: /' <<<"$2")
    rm -rf new
    "$INITSCOPE" run --data="$path" "${small[@]}" -o new 2>message || return 1
    sed -i.bak '$d' message
    diff <([ -z "$warnings" ] || sed "s|^warning: |initscope: warning: $path|" <<<"$warnings") message || return 1
    got=$(sed -n 's/^\(data_rows\|features\|classes\),//p' new/environment.csv | tr '\n' ' ')
    got+=$(names_in new/outputs.csv | tr '\r\n' '^~')
    [ "$got" = "$facts~" ] || { echo "facts: $got" && return 1; }
}
accepted_file() { accepted "bad/$1" "$2"; }
accepted_bytes() {
    printf "$1" >made.csv
    accepted made.csv "$2"
}

@test "files that are refused" {
    each_case refused_file <<'EOT'
after-quote.csv
    :2:2: text after the closing quote
backslash-quote.csv
    :2:2: text after the closing quote
bars.csv
    :1: only 1 column; something to learn from and something to predict are needed, separated by comma, semicolon or tab (got "a|b|kind")
blanks-between.csv
    :1: only 1 column; something to learn from and something to predict are needed, separated by comma, semicolon or tab (got "a b  kind")
blanks-only.csv
    :1: no rows
bom-only.csv
    :1: no rows
comment-lines.csv
    : column "a": 1 of 3 cells no number (line 4, got "# two"): mend, or add --drop a
decimal-comma.csv
    :1: the names of the columns, or a row of data? Add --header yes or --header no (got "a,b")
dos-end.csv
    : rows with other than the 2 fields of the first line: 1 of 2 (line 3)
empty-cells.csv
    : column "a": 2 of 3 cells missing (lines 3, 4): add --missing mean, --missing drop or --drop a
    : column "b": 1 of 3 cells missing (line 2): add --missing mean, --missing drop or --drop b
empty-labels.csv
    : column "kind": all 2 rows have one label (got "y")
empty.csv
    :1: no rows
half-numbers.csv
    : column "a": not numbers, whose decimal point is '.' (got "1e"): mend, or add --drop a
header-only.csv
    :1: no data rows after the header
hexadecimal.csv
    :1: the names of the columns, or a row of data? Add --header yes or --header no (got "a,kind")
hostile-label-column.csv
    : column "\x1b[31m`touch PWNED`\x0a%s": all 2 rows have one label (got "x")
infinite.csv
    : column "a": 6 of 6 cells not finite (lines 2, 3, 4, ...): mend, or add --drop a
missing.csv
    : no column is left to learn from: every cell is missing in a
nan.csv
    : column "a": 3 of 5 cells missing (lines 2, 3, 4): add --missing mean, --missing drop or --drop a
newlines-only.csv
    :1: no rows
no-name.csv
    :1:2: column without a name: name it, or add --drop x2
not-numbers.csv
    : column "a": not numbers, whose decimal point is '.' (got "1,234"): mend, or add --drop a
one-class.csv
    : column "kind": all 3 rows have one label (got "x")
one-column.csv
    :1: only 1 column; something to learn from and something to predict are needed, separated by comma, semicolon or tab (got "a")
one-row.csv
    : column "kind": all 1 rows have one label (got "x")
open-quote.csv
    :2:2: quote opened here is never closed
overflow.csv
    : column "a": 2 of 2 cells do not fit float32 (lines 2, 3): mend, or add --drop a
plain.csv --delimiter=semicolon
    :1: only 1 column; the line has 2 ',': try --delimiter comma
plain.csv --test-fraction=0.999
    : no training rows of 8 are left, test fraction (got "0.999")
quote-in-number.csv
    : column "a": 1 of 2 cells no number (line 2, got "1"3"): mend, or add --drop a
quoted-newlines-error.csv
    : column "a\x0ab": 2 of 4 cells no number (lines 5, 8, got "abc"): mend, or add --drop x1
ragged.csv
    : rows with other than the 3 fields of the first line: 3 of 4 (lines 3, 4, 6)
same-names-blank.csv
    :1:2: columns 1 and 2 have the same name: add --drop x2 (got "a")
same-names.csv
    :1:3: columns 1 and 3 have the same name: add --drop x3 (got "a")
semicolons.csv --delimiter=comma
    :1: only 1 column; the line has 2 ';': try --delimiter semicolon
single-quotes.csv
    : column "age": 1 of 2 cells no number (line 2, got "'40-49'"): mend, or add --drop age
tabs.csv --delimiter=comma
    :1: only 1 column; the line has 2 '\t': try --delimiter tab
EOT
}

@test "bytes that are no text are refused" {
    each_case refused_bytes <<'EOT'
a,b\n1\0,2\n3,4\n
    :2:1: NUL byte in field (not a text file?)
\xff\xfea\0,\0b\0\n\0
    :1: UTF-16LE text; convert with iconv -f UTF-16 -t UTF-8
\xfe\xff\0a\0,\0b\0\n
    :1: UTF-16BE text; convert with iconv -f UTF-16 -t UTF-8
\xff\xfe\0\0a\0\0\0
    :1: UTF-32LE text; convert with iconv -f UTF-32 -t UTF-8
a\0,\0b\0\n\0001\0,\0002\0\n\0
    :1: UTF-16LE text; convert with iconv -f UTF-16LE -t UTF-8
\x1f\x8b\x08\0\0
    : the gzip file is cut short; get it again
PK\3\4\x14\0
    : looks like a zip file or a spreadsheet; unpack it or save it as CSV first
\xe9,b\n1,x\n\xe9,y\n2,x\n3,y\n
    : column "\xe9": 1 of 4 cells no number (line 3, got "\xe9"): mend, or add --drop '\xe9'
EOT
}

@test "files that are read in spite of what they are" {
    each_case accepted_file <<'EOT'
big-integers.csv
    5 1 2 "9007199254740992, 9007199254740993"
    : column "a" counts the rows: --drop a leaves it out
    : labels 9007199254740992 and 9007199254740993 are the same number but two classes
comment-first.csv
    2 1 2 "x, y"
    : comments, left out (line 1)
constant.csv
    5 2 2 "x, y"
    : column "a" counts the rows: --drop a leaves it out
    : constant in the training rows, scaled to 0: b
doubled-quotes.csv
    5 1 2 """, a""b"
    : column "a" counts the rows: --drop a leaves it out
foreign-digits.csv
    6 6 2 "x, y"
    : column "a" has another text in every row: --drop a leaves it out
    : categories, each a column of 0 and 1: a (6)
formulas.csv
    5 6 2 "'-y, =cmd|'/c calc'!A1"
    : column "=1+1" counts the rows: --drop =1+1 leaves it out
    : column "+b" counts the rows: --drop +b leaves it out
    : column "@c" counts the rows: --drop @c leaves it out
    : column "-d" counts the rows: --drop -d leaves it out
    : column "'=e" counts the rows: --drop ''\''=e' leaves it out
inches.csv
    5 1 2 "37""N, 5"""
    : column "width" counts the rows: --drop width leaves it out
lonely-class.csv
    10 1 3 "x, y, z"
    : column "a" counts the rows: --drop a leaves it out
    : classes of one row: z (line 10)
no-header.csv
    2 4 2 "setosa, virginica"
    :1: no header, but data: the columns are x1 to x5; --header yes takes this line for their names
    : constant in the training rows, scaled to 0: x3, x4
number-labels.csv
    6 1 3 "'-1, 9, 10"
    : column "a" counts the rows: --drop a leaves it out
quoted-newlines.csv
    5 1 2 "x^~y, z"
    : column "a\x0ab" counts the rows: --drop x1 leaves it out
same-number-labels.csv
    5 1 2 "1, 1.0"
    : column "a" counts the rows: --drop a leaves it out
    : labels 1 and 1.0 are the same number but two classes
single-quoted-labels.csv
    5 1 2 "'40-49', '50-59'"
    : column "a" counts the rows: --drop a leaves it out
trailing-comma.csv
    2 1 2 "2, 4"
    : a separator at every line's end, left out
underflow.csv
    6 2 2 "x, y"
    : column "b" counts the rows: --drop b leaves it out
EOT
}

@test "names in another encoding are kept byte for byte, with a warning" {
    printf 'a\xe9,b\n1,caf\xe9\n2,\xc3(\n3,caf\xe9\n4,\xc3(\n5,\xed\xa0\x80\n6,\xf8\n7,\xed\xa0\x80\n8,\xf8\n9,ok\n10,ok\n' >made.csv
    run_ok run --data=made.csv "${small[@]}" -o new
    [ "${stderr_lines[1]}" = "initscope: warning: made.csv: names that are not UTF-8, kept as they are: 5" ]
    LC_ALL=C grep -q $'^a\xe9,' new/features.csv
    diff new/outputs.csv <(printf 'output,name\n1,caf\xe9\n2,ok\n3,\xc3(\n4,\xed\xa0\x80\n5,\xf8\n')
}

@test "a byte order mark, line ends, quotes, blanks, separators and ways to write a number change nothing" {
    local file table count=0
    for file in bom bom-quoted crlf cr mixed-ends no-final-newline blank-lines quoted blanks-around semicolons tabs number-forms; do
        echo "file: $file"
        run_ok run -q --data=bad/$file.csv "${small[@]}" -o new
        [ "$stderr" = "" ]
        for table in runs epochs layers symmetry theory features; do
            cmp kept/$table.csv new/$table.csv
            count=$((count + 1))
        done
        [ "$(grep ^data_hash, new/environment.csv)" = "$(grep ^data_hash, kept/environment.csv)" ]
        rm -r new
    done
    [ "$count" -eq 72 ]
}

@test "hostile class names are read, neither executed nor cut, and the logs are CSV" {
    run_ok run --data=bad/hostile-labels.csv "${small[@]}" -o new
    [ "${stderr_lines[0]}" = "initscope: warning: bad/hostile-labels.csv: column \"a\" counts the rows: --drop a leaves it out" ]
    [ "$(find . -name PWNED | wc -l)" -eq 0 ]
    for name in '`touch PWNED`' "'; system(\"\"touch PWNED\"\")" '%n%s' '{/=999 x}' '<script>' '../../x' '100%' '_x^y' '$(touch PWNED)'; do
        grep -qF -e "$name" new/outputs.csv
    done
    # A name of 64 KB as well.
    printf 'a,kind\n1,x\n2,%065536d\n3,x\n4,%065536d\n5,x\n' 7 7 >made.csv
    run_ok run -q --data=made.csv "${small[@]}" -o long
    [ "$(grep -c '^1,0*7$' long/outputs.csv)" -eq 1 ]
    [ "$(wc -l <long/outputs.csv)" -eq 3 ]
    # Many long ones: no cell is longer than one of them.
    { echo a,kind; for i in $(seq 2000); do printf '%d,x%0199d\n' $((i % 7)) $((i % 900)); done; } >made.csv
    run_ok run -q --data=made.csv --loss=cross_entropy "${small[@]}" -o many
    [ "$(wc -l <many/outputs.csv)" -eq 901 ]
    [ "$(wc -L <many/outputs.csv)" -eq 204 ]
    [ "$(wc -c <many/environment.csv)" -lt 10000 ]
    # Line ends of other alphabets end no line.
    run_ok run -q --data=bad/other-line-ends.csv "${small[@]}" -o ends
    grep -q '^classes,4$' ends/environment.csv
}

@test "what a spreadsheet would run gets an apostrophe, and the report reads the name without it" {
    run_ok run -q --data=bad/formulas.csv "${small[@]}" -o new
    [ "$(cut -d, -f1 new/features.csv | tr '\n' ' ')" = "feature '=1+1 '+b '@c '-d ''=e 'f " ]
    grep -qxF "1,'-y" new/outputs.csv
    grep -qxF "2,'=cmd|'/c calc'!A1" new/outputs.csv
    command -v gnuplot >/dev/null || skip "gnuplot not found"
    # A log of another program, whose initializers have such names.
    for file in runs epochs layers; do
        awk 'BEGIN { FS = OFS = "," } NR > 1 { $2 = "=1+1" } { print }' new/$file.csv >edited
        mv edited new/$file.csv
    done
    rm new/theory.csv new/symmetry.csv
    run_ok report -q new
    [ "$(sed -n 2p new/report/summary.csv | cut -d, -f1,2)" = "'=1+1,'=1+1" ]
    # The words of the pages are for gnuplot, drawn as they stand.
    run grep -rlE '(^|,)"?[=@]' new/report --include='*.csv' --exclude-dir=pages
    [ "$output" = "" ]
    run_ok report --summary new
    grep -q '^=1+1 ' <<<"$output"
}

@test "a field without end is refused at the limit: in a file, a pipe, a device" {
    local limit=':2:1: field longer than 1048576 bytes'
    { printf 'a,b\n' && head -c 100000000 /dev/zero | tr '\0' x; } 2>none >wide || true
    refused_data wide "$limit"
    rm wide
    { printf 'a,b\n"' && head -c 3000000 /dev/zero | tr '\0' x; } >made.csv
    refused_data made.csv ':2:1: quote opened here is never closed, or field longer than 1048576 bytes'
    refused_data /dev/zero ':1:1: field longer than 1048576 bytes'
    mkfifo pipe
    yes x 2>none | tr -d '\n' >pipe 3>&- &
    refused_data ./pipe ':1:1: field longer than 1048576 bytes'
    head -c 5000000 /dev/zero | tr '\0' , >made.csv
    refused_data made.csv ':1: more than 4194304 columns'
    # The quote is found before the end of a file that is larger than the limit.
    { printf 'a,b\n1,2\n3,"4\n' && seq -f '%g,1' 300000; } >made.csv
    refused_data made.csv ':3:2: quote opened here is never closed, or field longer than 1048576 bytes'
}

@test "rows without end stop at the memory that there is" {
    ldd "$INITSCOPE" | grep -q 'lib[a-z]*san' && skip "sanitizers"
    { seq -f 'c%g' -s, 500 && yes "$(seq -s, 500)" 2>none; } | {
        status=0
        (ulimit -v 400000 && OPENBLAS_NUM_THREADS=1 "$INITSCOPE" run --data=- "${small[@]}" --force -o w 2>message) || status=$?
        echo "$status" >status
    }
    [ "$(cat status)" -eq 1 ]
    [[ "$(cat message)" =~ ^"initscope: out of memory (need "[0-9]+" bytes for the data)"$ ]]
    diff -r kept w
    # Nor is anything read below a line of one field.
    yes 2>none | refused_data - ':1: only 1 column; something to learn from and something to predict are needed, separated by comma, semicolon or tab (got "y")'
}

@test "many columns, many classes" {
    for row in 1 2 3 4 5 6 7 8 9 10; do
        seq -s, "$row" 100 $((row + 9999900)) | tr -d '\n'
        [ "$row" -eq 1 ] && echo ,kind || echo ",$((row % 2))"
    done >made.csv
    # Each column is warned of, found by its name: a second, not half a minute.
    began=$SECONDS
    run_ok run -q --data=made.csv "${small[@]}" --label=kind --header=yes -o new
    [ $((SECONDS - began)) -le 12 ]
    grep -q '^features,100000$' new/environment.csv
    { echo x,price && seq 1203 | sed 's/.*/&,2&/'; } >made.csv
    refused_data made.csv ': column "price": 1203 different whole numbers, a quantity or classes? Add --loss mse or --loss cross_entropy'
    run_ok run -q --data=made.csv "${small[@]}" --loss=cross_entropy -o classes
    grep -q '^classes,1203$' classes/environment.csv
}

@test "standard input, pipes and process substitution are read once" {
    run_ok run -q --data=- "${small[@]}" -o in <bad/plain.csv
    grep -q '^data = /.*/tests/bad/plain.csv$' in/experiment.ini # the file behind it
    mkfifo pipe
    cat bad/plain.csv >pipe 3>&- &
    run_ok run -q --data=./pipe "${small[@]}" -o fifo
    run_ok run -q --data=<(cat bad/plain.csv) "${small[@]}" -o fd
    run_ok run -q --data=- "${small[@]}" -o piped < <(cat bad/plain.csv)
    grep -q '^data = /dev/stdin$' piped/experiment.ini
    for run in in fifo fd piped; do
        for file in runs layers features; do cmp kept/$file.csv $run/$file.csv; done
    done
}

@test "packed by gzip: the same numbers from a file, a pipe and standard input, and nothing from half of one" {
    gzip -c bad/plain.csv >made.csv.gz
    cp made.csv.gz made.csv # the content tells, not the name
    cat made.csv.gz made.csv.gz >twice.gz
    run_ok run -q --data=made.csv.gz "${small[@]}" -o packed
    run_ok run -q --data=made.csv "${small[@]}" -o named
    run_ok run -q --data=- "${small[@]}" -o piped < <(cat made.csv.gz)
    for run in packed named piped; do
        for file in runs layers features; do cmp kept/$file.csv $run/$file.csv; done
    done
    # Members one after the other are one file, in which the header stands again.
    run_ok run --data=twice.gz "${small[@]}" -o twice
    [ "${stderr_lines[0]}" = "initscope: warning: twice.gz: the header again, left out (line $(($(wc -l <bad/plain.csv) + 1)))" ]
    grep -q "^data_rows,$((2 * $(wc -l <bad/plain.csv) - 2))$" twice/environment.csv
    head -c 40 made.csv.gz >cut.gz
    refused_data cut.gz ': the gzip file is cut short; get it again'
    { cat made.csv.gz && echo more; } >more.gz
    refused_data more.gz ': bytes that are no gzip follow the gzip file'
}

@test "weights without end are refused at their first bytes" {
    local status=0
    mkdir weights
    ln -s /dev/zero weights/layer01.W.npy
    timeout 20 "$INITSCOPE" run --data=bad/plain.csv "${small[@]}" --init='file(weights)' --force -o w 2>message || status=$?
    [ "$status" -eq 3 ]
    told weights/layer01.W.npy ': not a NumPy .npy file'
    diff -r kept w
}

@test "a label that is no column" {
    local status=0
    "$INITSCOPE" run --data=bad/plain.csv "${small[@]}" --label=kin --force -o w 2>message || status=$?
    [ "$status" -eq 2 ]
    told bad/plain.csv ':1: --label: no such column (got "kin"); did you mean kind? columns: a, b, kind'
    diff -r kept w
}

@test "paths of data: of any bytes, and none that can be opened" {
    local name
    for name in $'new\nline.csv' "quo'te.csv" 'dou"ble.csv' '`touch PWNED`.csv' '%s%n.csv' -x.csv '<x.csv' '|x.csv' '=x.csv' '$(touch PWNED).csv'; do
        echo "name: $name"
        cat bad/plain.csv >"$name"
        run_ok run -q --data "$name" "${small[@]}" -o new
        cmp kept/layers.csv new/layers.csv
        rm -r new
        printf 'a,b\n1,x\n2,y\n3\n' >"$name"
        run --separate-stderr "$INITSCOPE" run --data "$name" "${small[@]}" -o new
        [ "$status" -eq 3 ]
        [[ "$stderr" == *": rows with other than the 2 fields of the first line: 1 of 3 (line 4)" ]]
    done
    [ ! -e PWNED ]
    mkdir dir
    ln -s loop loop
    refused_data ./absent.csv ': No such file or directory'
    refused_data ./dir ': Is a directory'
    refused_data ./loop ': Too many levels of symbolic links'
    refused_data "./$(printf '%0300d' 1)" ': File name too long'
    refused_data bad/plain.csv/x ': Not a directory'
}

@test "every file of tests/bad has a case here and a line in its README" {
    local file count=0
    for file in "$srcdir"/tests/bad/*.csv; do
        file=$(basename "$file" .csv)
        echo "file: $file"
        grep -qE "(^|[ /])$file(\.csv|[ ;])" "$BATS_TEST_FILENAME"
        [ "$(grep -c "^| \`$file.csv\` |" "$srcdir/tests/bad/README.md")" -eq 1 ]
        count=$((count + 1))
    done
    [ "$count" -gt 50 ]
    [ "$(grep -c '^| `' "$srcdir/tests/bad/README.md")" -eq "$count" ]
}
