# SPDX-FileCopyrightText: The initscope authors
# SPDX-License-Identifier: GPL-3.0-or-later
# initscope report: what it writes, that all of it can be drawn again by itself, and that nothing in the
# logs is executed.

load helper

# One small run for all tests: four initializers, of which one is exactly zero, over three epochs.
setup_file() {
    : "${INITSCOPE:=./initscope}"
    "$(realpath "$INITSCOPE")" run -q --epochs=3 --seeds=3 --title='A title' -o "$BATS_FILE_TMPDIR/run"
}

need() {
    local program
    for program; do
        command -v "$program" >/dev/null || skip "$program not found"
    done
}

# report DIR [ARGUMENT]...: of a fresh copy of the run, in DIR.
report() {
    local directory=$1
    shift
    cp -r "$BATS_FILE_TMPDIR/run" "$directory"
    run --separate-stderr "$INITSCOPE" report "$directory" "$@"
    echo "status $status, stderr: $stderr"
}

@test "one PDF, one page for a screen, a CSV, script, PNG and SVG for each figure, three tables" {
    need gnuplot
    report w
    [ "$status" -eq 0 ]
    [ "$output" = "" ]
    [ "$(head -c 5 w/report/report.pdf)" = "%PDF-" ]
    [ ! -e w/report/report.unfinished ]
    [ "$(ls w/report | tr '\n' ' ')" = "comparisons.csv figures figures.gp findings.csv pages report.gp report.html report.pdf summary.csv " ]
    for file in summary comparisons findings; do
        [ "$(wc -l <w/report/$file.csv)" -gt 1 ]
    done
    [ "$(wc -l <w/report/summary.csv)" -eq 5 ]
    figures=$(cd w/report/figures && ls [0-9]*.gp | wc -l)
    [ "$figures" -ge 5 ]
    for figure in w/report/figures/[0-9]*.gp; do
        [ "$(wc -l <"${figure%.gp}.csv")" -gt 1 ]
        [ "$(head -n 1 "${figure%.gp}.csv" | cut -d, -f1-6)" = panel,series,x,y,lower,upper ]
        [ -s "${figure%.gp}.png" ]
        tail -c 12 "${figure%.gp}.svg" | grep -q '</svg>'
    done
    # figures are numbered without a gap, and each is told of on the pages
    [ "$(cd w/report/figures && ls [0-9]*.csv | cut -c1-2)" = "$(seq -f %02g "$figures")" ]
    for number in $(seq "$figures"); do grep -q "Figure $number\." w/report/pages/*-text.csv; done
}

@test "the pages say what the numbers say" {
    need gnuplot pdftotext pdfinfo
    report w
    pages=$(pdfinfo w/report/report.pdf | awk '/^Pages:/ { print $2 }')
    [ "$pages" -ge 5 ]
    [ "$pages" -le 9 ]
    pdfinfo w/report/report.pdf | grep -q '^Page size:.*A4'
    pdftotext -layout w/report/report.pdf text
    for words in 'A title' 'AT A GLANCE' 'What it shows' 'SIGNAL' 'SYMMETRY' 'COMPARISON' 'METHOD' \
        'Figure 1' 'Thresholds' 'Statistics'; do
        echo "words: $words"
        grep -q "$words" text
    done
    for name in zeros random_uniform glorot_uniform he_uniform; do grep -q "$name" text; done
    # the accuracy on page 1 is the one of summary.csv, in percent with one decimal
    shares=$(awk -F, 'NR == 1 { for (i = 1; i <= NF; i++) if ($i == "accuracy") c = i }
        NR > 1 && c { printf "%.1f %%\n", 100 * $c }' w/report/summary.csv)
    [ "$(echo "$shares" | wc -l)" -eq 4 ]
    pdftotext -layout -l 1 w/report/report.pdf first
    while read -r share; do grep -q -F "$share" first; done <<<"$shares"
    # the curves are the means of epochs.csv over the seeds
    for name in zeros he_uniform; do
        expected=$(awk -F, -v name=$name 'NR == 1 { for (i = 1; i <= NF; i++) if ($i == "test_accuracy") c = i }
            $2 == name && $4 == 3 { n++; sum += $c } END { printf "%.9f", sum / n }' w/epochs.csv)
        shown=$(awk -F, -v name=$name '$1 == "Test accuracy" && $2 == name && $3 == 3 { printf "%.9f", $4 }' \
            w/report/figures/01-learning.csv)
        echo "$name: expected $expected, shown $shown"
        [ "$shown" = "$expected" ]
    done
}

@test "what an optional file tells is left out where it is missing" {
    need gnuplot pdftotext
    run_ok run -q --epochs=3 --seeds=3 --hidden=5x8 --spectrum=0,last --output-init=glorot_uniform \
        --init='constant glorot_uniform he_uniform' -o w
    run_ok report w -q
    pdftotext -layout w/report/report.pdf text
    for words in SYMMETRY DISTRIBUTIONS 'measured /' 'theory predicts'; do
        echo "words: $words"
        grep -q "$words" text
    done
    for name in rank distributions distributions-delta signal time gradients; do
        [ -s w/report/figures/[0-9][0-9]-$name.png ]
    done
    # below a random output layer, the last hidden layer alone gets units of its own
    grep -q 'constant  *1 of 8  *1 of 8  *1 of 8  *1 of 8  *1 of 8  *8 of 8' text
    grep -q theory w/report/figures/[0-9][0-9]-signal.csv
    rm w/symmetry.csv w/histograms.csv w/theory.csv w/spectrum.csv
    run_ok report w -q
    pdftotext -layout w/report/report.pdf text
    for words in DISTRIBUTIONS 'measured /' 'theory predicts' ISOMETRY; do refute grep -q "$words" text; done
    for name in rank distributions isometry; do refute compgen -G "w/report/figures/*-$name.csv"; done
    refute grep -q theory w/report/figures/[0-9][0-9]-signal.csv
    pdftotext -bbox w/report/report.pdf boxes
    run awk -F'"' '/<word/ && ($2 < 56 || $6 > 539.3) { print }' boxes
    [ "$output" = "" ]
}

@test "distinct units are those of symmetry.csv" {
    need gnuplot pdftotext
    report w
    pdftotext -layout w/report/report.pdf text
    grep -q 'zeros  *1 of 64  *1 of 64  *1 of 64  *1 of 64  *0' text
    grep -q 'he_uniform  *64 of 64  *64 of 64  *64 of 64  *64 of 64  *[1-9]' text
    # with other counts other cells, and red ones for what is below all
    awk -F, -v OFS=, 'NR == 1 { for (i = 1; i <= NF; i++) if ($i == "distinct_units") c = i }
        $2 == "he_uniform" && $4 == 3 { $c = 60 + $3 } { print }' w/symmetry.csv >new
    mv new w/symmetry.csv
    run_ok report w -q
    pdftotext -layout w/report/report.pdf text
    grep -q 'he_uniform  *64 of 64  *64 of 64  *61 to 63 of 64  *61 to 63 of 64 ' text
    rm w/symmetry.csv
    run_ok report w -q
    pdftotext -layout w/report/report.pdf text
    refute grep -q ' of 64 ' text
}

@test "an optional file that is no log is refused" {
    cp -r "$BATS_FILE_TMPDIR/run" w
    echo '1,zeros,1,0' >>w/symmetry.csv
    run --separate-stderr "$INITSCOPE" report w
    [ "$status" -eq 3 ]
    [[ "$stderr" == "initscope: w/symmetry.csv:"* ]]
}

@test "--summary: the table and the findings on stdout, without colour, and no report" {
    cp -r "$BATS_FILE_TMPDIR/run" w
    run_ok report --summary w
    [ "${lines[0]}" = "A title" ]
    [[ "${lines[1]}" =~ ^initializer\ +forward\ +backward\ +learned\ +test\ accuracy$ ]]
    [[ "${lines[2]}" =~ ^zeros\ +none\ +–\ +0\ of\ 3\ +[0-9.]+\ % ]]
    tr -s ' \n' ' ' <<<"$output" | grep -q 'symmetric, dead, collapsed, vanishing forward, did not learn random_uniform'
    echo "$output" | grep -q '^ 1\. '
    [ "$(echo "$output" | grep -c $'\033')" -eq 0 ]
    # no line is wider than a terminal
    [ "$(echo "$output" | wc -L)" -le 80 ]
    [ ! -e w/report ]
    run_ok report --summary w w
    [ "$(echo "$output" | grep -c '^A title$')" -eq 2 ]
    run --separate-stderr "$INITSCOPE" report --summary w -o x
    [ "$status" -eq 2 ]
    [ "$stderr" = "initscope: --output: --summary writes no report" ]
    [ ! -e x ]
}

@test "no nan, no inf and no endless digits are printed" {
    need gnuplot pdftotext
    report w
    pdftotext -layout w/report/report.pdf text
    # the data dictionary explains what nan means: before it, no number is one
    sed '/What every column of the log means/,$d' text >numbers
    grep -q 'Statistics' numbers
    run grep -i -w -E -e '-?(nan|inf)' numbers
    echo "$output"
    [ "$output" = "" ]
    run grep -E '[0-9]\.[0-9]{6,}' numbers
    [ "$output" = "" ]
}

@test "no word leaves the margins" {
    need gnuplot pdftotext
    report w
    pdftotext -bbox w/report/report.pdf boxes
    [ "$(grep -c '<word' boxes)" -gt 500 ]
    # 20 to 190 mm are 56.7 to 538.6 points; a glyph's side bearing may reach 0.7 points further
    run awk -F'"' '/<word/ && ($2 < 56 || $6 > 539.3) { print }' boxes
    echo "$output"
    [ "$output" = "" ]
}

@test "each figure draws itself again, to the same bytes" {
    need gnuplot
    report w
    cp -r w/report/figures before
    rm w/report/figures/*.png w/report/figures/*.svg
    cd w/report/figures
    for figure in [0-9]*.gp; do
        gnuplot -d "$figure" </dev/null
    done
    for figure in [0-9]*.png; do cmp "$figure" "$BATS_TEST_TMPDIR/before/$figure"; done
    [ "$(ls [0-9]*.png | wc -l)" -eq "$(ls [0-9]*.gp | wc -l)" ]
    [ "$(ls [0-9]*.svg | wc -l)" -eq "$(ls [0-9]*.gp | wc -l)" ]
}

@test "a report.gp without an end is nobody's report, and is not read to find that out" {
    cp -r "$BATS_FILE_TMPDIR/run" w
    mkdir w/report
    ln -s /dev/zero w/report/report.gp
    echo mine >w/report/report.pdf
    run --separate-stderr timeout 20 "$INITSCOPE" report w
    [ "$status" -eq 4 ]
    [ "$stderr" = "initscope: w/report: holds figures, pages, report.pdf or report.html of something else; choose another -o" ]
    [ "$(cat w/report/report.pdf)" = mine ]
}

@test "report.gp makes the PDF again" {
    need gnuplot pdfinfo
    report w
    pages=$(pdfinfo w/report/report.pdf | awk '/^Pages:/ { print $2 }')
    rm w/report/report.pdf
    (cd w/report && gnuplot -d report.gp)
    [ "$(pdfinfo w/report/report.pdf | awk '/^Pages:/ { print $2 }')" -eq "$pages" ]
}

@test "the data and scripts of two reports of one run are the same" {
    need gnuplot
    report w
    run_ok report w -o again -q
    diff -r -x '*.pdf' w/report again
}

@test "the PDF has a title, bookmarks, links and a date of its own, and is the same each time" {
    need gnuplot pdfinfo pdftohtml
    report w
    cp w/report/report.pdf first.pdf
    sleep 1
    run_ok report w -q
    cmp first.pdf w/report/report.pdf
    [ "$(pdfinfo first.pdf | sed -n 's/^Title: *//p')" = "A title" ]
    pdftohtml -xml -i -stdout first.pdf >outline.xml
    # each bookmark leads to the page that has its section
    sed -n 's/.*<item page="\([0-9]*\)">\([^<]*\)<.*/\1 \2/p' outline.xml >items
    [ "$(wc -l <items)" -ge 6 ]
    while read -r page name; do
        echo "page $page: $name"
        [ "$name" != "A title" ] || continue
        pdftotext -layout -f "$page" -l "$page" first.pdf - | grep -q "${name^^}"
    done <items
    SOURCE_DATE_EPOCH=86400 run_ok report w -q
    TZ=UTC0 pdfinfo w/report/report.pdf | grep -q '^CreationDate: *Fri Jan  2 00:00:00 1970'
}

@test "without gnuplot: status 5, how to render, and everything else" {
    report w --gnuplot=/nonexistent/gnuplot
    [ "$status" -eq 5 ]
    [ "$stderr" = "initscope: gnuplot not found; render with: cd w/report && gnuplot report.gp" ]
    [ "$output" = "" ]
    [ ! -e w/report/report.pdf ]
    [ -s w/report/summary.csv ]
    need gnuplot
    (cd w/report && gnuplot -d report.gp && gnuplot -d figures.gp)
    [ "$(head -c 5 w/report/report.pdf)" = "%PDF-" ]
    [ -s w/report/figures/01-learning.png ]
}

@test "a report that is not drawn does not replace one that is" {
    need gnuplot
    report w
    [ "$status" -eq 0 ]
    cp -r w/report earlier
    run --separate-stderr "$INITSCOPE" report w --gnuplot=/nonexistent/gnuplot
    [ "$status" -eq 5 ]
    [ "$stderr" = "initscope: gnuplot not found; render with: cd w/report/report.unfinished && gnuplot report.gp" ]
    [ -s w/report/report.unfinished/report.gp ]
    diff -r -x report.unfinished earlier w/report
    run --separate-stderr "$INITSCOPE" report w
    [ "$status" -eq 0 ]
    diff -r earlier w/report
}

@test "the command that renders is quoted where a shell would take it apart" {
    cp -r "$BATS_FILE_TMPDIR/run" w
    run --separate-stderr "$INITSCOPE" report w -o "it's \$(touch PWNED)" --gnuplot=/nonexistent/gnuplot
    [ "$status" -eq 5 ]
    hint=${stderr#*render with: }
    echo "$hint"
    [ "$hint" = "cd 'it'\\''s \$(touch PWNED)' && gnuplot report.gp" ]
    need gnuplot
    eval "$hint"
    cd "$BATS_TEST_TMPDIR"
    [ -s "it's \$(touch PWNED)/report.pdf" ]
    [ "$(find . -name 'PWNED*')" = "" ]
}

@test "a gnuplot that fails, or writes nothing, is no success" {
    printf '#!/bin/sh\necho "it broke" >&2\nexit 3\n' >broken
    printf '#!/bin/sh\nexit 0\n' >silent
    chmod +x broken silent
    report w --gnuplot=./broken
    [ "$status" -eq 5 ]
    [[ "$stderr" == *'(got "it broke")'*"render with: cd w/report && gnuplot report.gp" ]]
    run --separate-stderr "$INITSCOPE" report w --gnuplot=./silent
    [ "$status" -eq 5 ]
    [[ "$stderr" == *"not a whole PDF"* ]]
    [ ! -e w/report/report.pdf ]
}

@test "a gnuplot that writes garbage, half a PDF or too few pages, or half a picture, is no success" {
    need gnuplot
    real=$(command -v gnuplot)
    # The first call asks for the version, then report.gp makes the PDF, then figures.gp the pictures.
    fake() {
        printf '#!/bin/sh\ncase "$*" in *report.gp*) %s ;; *figures.gp*) %s ;; *) exit 0 ;; esac\n' "$1" "$2" >fake
        chmod +x fake
    }
    cp -r "$BATS_FILE_TMPDIR/run" w
    for end in 'echo garbage >report.pdf' ': >report.pdf' 'REAL "$@" && head -c 20000 report.pdf >x && mv x report.pdf' \
        'printf "%%%%PDF-1.5\n/Type /Page\n/BaseFont\n%%%%%%%%EOF\n" >report.pdf'; do
        fake "${end//REAL/$real}" 'exit 0'
        cat fake
        run --separate-stderr env GNUPLOT=./fake "$INITSCOPE" report w
        echo "status $status: $stderr"
        [ "$status" -eq 5 ]
        [[ "$stderr" == *"w/report/report.pdf: not a whole PDF"*"render with: cd w/report && gnuplot report.gp" ]]
        [ ! -e w/report/report.pdf ]
        [ -s w/report/summary.csv ]
    done
    fake "exec $real \"\$@\"" "$real \"\$@\"; case \"\$*\" in *png*) head -c 900 figures/02-signal.png >x && mv x figures/02-signal.png ;; esac"
    run --separate-stderr env GNUPLOT=./fake "$INITSCOPE" report w
    echo "status $status: $stderr"
    [ "$status" -eq 5 ]
    [[ "$stderr" == *"w/report/figures/02-signal.gp: not rendered as PNG and SVG"* ]]
}

@test "a gnuplot does not outlive the report that started it" {
    [ "$(uname)" = Linux ] || skip "elsewhere it ends by itself"
    cp -r "$BATS_FILE_TMPDIR/run" w
    printf '#!/bin/sh\ncase "$*" in *report.gp*) echo $$ >"%s"; exec sleep 60 ;; esac\n' "$PWD/drawing" >fake
    chmod +x fake
    GNUPLOT=./fake "$INITSCOPE" report w 3>&- &
    for ((i = 0; i < 100; i++)); do [ -s drawing ] && break || sleep 0.1; done
    kill -TERM $!
    wait $! || [ $? -eq 143 ]
    for ((i = 0; i < 50; i++)); do kill -0 "$(cat drawing)" || return 0; sleep 0.1; done
    false
}

@test "a gnuplot in a relative directory of PATH is not run" {
    mkdir bin
    printf '#!/bin/sh\ntouch ran\n' >bin/gnuplot
    chmod +x bin/gnuplot
    cp -r "$BATS_FILE_TMPDIR/run" w
    run --separate-stderr env PATH=bin:. "$INITSCOPE" report w
    [ "$status" -eq 5 ]
    [ ! -e ran ]
    [ ! -e w/report/ran ]
}

@test "names with commands, markup and formats are drawn, not executed" {
    need gnuplot pdftotext
    cp -r "$BATS_FILE_TMPDIR/run" w
    cat >nasty.awk <<'EOF'
BEGIN {
    FS = OFS = ","
    name["zeros"] = "\"`touch PWNED1` $(touch PWNED2)\""
    name["random_uniform"] = "\"'; system('touch PWNED3'); '{/=999 x}_{y}\""
    name["glorot_uniform"] = "\"\"\"; system(\"\"touch PWNED4\"\") # 100% %s @MACRO \\n\\101\""
    name["he_uniform"] = "=cmd|' /C calc'!A1"
}
FNR > 1 { $2 = name[$2] }
{ print }
EOF
    for file in runs epochs layers; do
        awk -f nasty.awk w/$file.csv >new
        mv new w/$file.csv
    done
    echo 'title = `touch PWNED5` {/=500 t} %s *t*' >w/experiment.ini
    run_ok report w -q
    [ "$(find . -name 'PWNED*' | wc -l)" -eq 0 ]
    pdftotext -layout w/report/report.pdf text
    grep -q -F '`touch PWNED5` {/=500 t} %s *t*' text
    grep -q -F '`touch PWNED1` $(touch PWNED2)' text
    grep -q -F "=cmd|' /C calc'!A1" text
    (cd w/report/figures && for figure in [0-9]*.gp; do gnuplot -d "$figure"; done)
    [ "$(find . -name 'PWNED*' | wc -l)" -eq 0 ]
}

@test "several experiments make one PDF" {
    need gnuplot pdftotext
    cp -r "$BATS_FILE_TMPDIR/run" a
    cp -r "$BATS_FILE_TMPDIR/run" b
    sed -i.bak 's/^title = .*/title = The second/' b/experiment.ini
    run_ok report a b -o both -q
    pdftotext -layout both/report.pdf text
    grep -q 'A title' text
    grep -q 'The second' text
    [ -s both/1-summary.csv ] && [ -s both/2-summary.csv ]
}

# number_behind TEXT WORDS: the last word of the line that begins with WORDS.
number_behind() { awk -v words="$2" 'index($0, words) == 1 { print $NF; exit }' "$1"; }

@test "a book: an answer for each question, and pages that are what they are cited for" {
    need gnuplot pdftotext
    cp -r "$BATS_FILE_TMPDIR/run" a
    run_ok run -q --init='zeros glorot_normal' --hidden=10x16 --epochs=3 --seeds=3 --title='Deep ones' \
        --question='Does depth matter?' -o b
    run_ok report a b -o both -q
    pdftotext -layout both/report.pdf text
    grep -q 'What each experiment answers' text
    grep -q 'Does depth matter?' text
    # the contents: a chapter's page is the first whose running head has its title
    pages=$(grep -c $'\f' text)
    for ((page = 1; page <= pages; page++)); do
        pdftotext -layout -f "$page" -l "$page" both/report.pdf - | awk -v page="$page" 'NF { print page, $0; exit }'
    done >heads
    for chapter in 'A title' 'Deep ones' Method; do
        page=$(number_behind <(sed -n '/Contents/,$p' text) "$chapter")
        expected=$(grep -m 1 "^[0-9]* $chapter" heads | cut -d' ' -f1)
        echo "$chapter: page $page, expected $expected"
        [ "$page" = "$expected" ]
        [ "$page" -gt 1 ]
    done
    # the answers turn over with the data
    tr -s ' \n' ' ' <text >words
    grep -q 'zeros.* not learn' words
    refute grep -q 'glorot_normal does not learn' words
    awk -F, -v OFS=, 'NR == 1 { for (i = 1; i <= NF; i++) if ($i ~ /_accuracy/) c[i] }
        NR > 1 { for (i in c) $i = ($2 == "zeros" ? 0.9 + $3 / 1000 : 0.1) } { print }' b/epochs.csv >new
    mv new b/epochs.csv
    run_ok report a b -o both -q
    pdftotext -layout both/report.pdf - | tr -s ' \n' ' ' >words
    grep -q 'glorot_normal does not learn' words
}

@test "logs of another program: only epochs.csv and layers.csv, one run, one epoch, one layer" {
    need gnuplot pdftotext
    mkdir w
    cat >w/epochs.csv <<'EOF'
run,epoch,initializer,seed,test_accuracy,weather
1,0,mine,1,0.5,fine
EOF
    cat >w/layers.csv <<'EOF'
mood,run,initializer,seed,epoch,layer,tensor,variance
7,1,mine,1,0,1,preactivation,2.5
EOF
    run_ok report w -q
    [ "$(head -c 5 w/report/report.pdf)" = "%PDF-" ]
    pdftotext -layout w/report/report.pdf text
    grep -q mine text
    refute grep -q -E 'weather|fine|mood' text
    run_ok report w w -o both -q
    [ "$(head -c 5 both/report.pdf)" = "%PDF-" ]
}

@test "two initializers, one seed, no training" {
    need gnuplot
    run_ok run -q --init='he_normal glorot_uniform' --hidden=8 --seeds=1 --epochs=0 -o w
    run_ok report w -q
    [ "$(head -c 5 w/report/report.pdf)" = "%PDF-" ]
}

@test "ten initializers, two activations, runs that diverge: small multiples" {
    need gnuplot pdftotext
    run_ok run -q --init='zeros constant random_normal(stddev=3) glorot_uniform he_normal' \
        --activation='relu tanh' --optimizer=sgd --learning-rate=3 --hidden=5x8 --seeds=2 --epochs=4 -o w
    grep -q diverged w/runs.csv
    run_ok report w -q
    pdftotext -bbox w/report/report.pdf boxes
    run awk -F'"' '/<word/ && ($2 < 56 || $6 > 539.3) { print }' boxes
    echo "$output"
    [ "$output" = "" ]
    pdftotext -layout w/report/report.pdf text
    run grep -i -w -E -e '-?(nan|inf)' <(sed '/What every column of the log means/,$d' text)
    echo "$output"
    [ "$output" = "" ]
}

@test "an output directory of somebody else is left alone" {
    cp -r "$BATS_FILE_TMPDIR/run" w
    mkdir mine
    echo precious >mine/figures
    run --separate-stderr "$INITSCOPE" report w -o mine
    [ "$status" -eq 4 ]
    [ "$stderr" = "initscope: mine: holds figures, pages, report.pdf or report.html of something else; choose another -o" ]
    [ "$(cat mine/figures)" = precious ]
    [ "$(ls mine)" = figures ]
}

@test "a directory without logs" {
    mkdir empty
    run --separate-stderr "$INITSCOPE" report empty
    [ "$status" -eq 3 ]
    [[ "$stderr" == *"empty/epochs.csv"* ]]
    [ ! -e empty/report ]
}

# words_of DIR: the text of the pages that report wrote, drawn or not.
words_of() { cat "$1"/report/pages/*-text.csv | sed 's/^[^"]*"//; s/"$//' | tr '\n' ' '; }

@test "the question stands under the title, and the note what its intervals cover" {
    printf '#!/bin/sh\nexit 1\n' >no-gnuplot
    chmod +x no-gnuplot
    run_ok run -q --init=glorot_uniform --seeds=3 --epochs=1 --question='Which one learns?' -o fixed
    run_ok run -q --init=glorot_uniform --seeds=3 --epochs=1 --split=by-seed -o drawn
    for name in fixed drawn; do
        GNUPLOT=$PWD/no-gnuplot run -5 "$INITSCOPE" report -q $name
        words_of $name >$name.words
    done
    grep -q 'Question: Which one learns?' fixed.words
    refute grep -q 'Question:' drawn.words
    grep -q 'over seeds on one split; another 30 test rows' fixed.words
    refute grep -q 'split of its own' fixed.words
    refute grep -q 'on one split' drawn.words
    [ "$(grep -o 'split of its own' drawn.words | wc -l)" -eq 2 ]
}

@test "networks that differ in width alone have a page of it, and its sentences turn over" {
    printf '#!/bin/sh\nexit 1\n' >no-gnuplot
    chmod +x no-gnuplot
    run_ok run -q --init='he_normal mup(8)' --hidden='2x8 2x16 2x32 2x64' --learning-rate='0.01 0.1' --seeds=5 \
        --epochs=2 -o wide
    GNUPLOT=$PWD/no-gnuplot run -5 "$INITSCOPE" report -q wide
    grep -q 'Powers of the width' <(words_of wide)
    grep -q 'Learning rates among the best' <(words_of wide)
    grep -E ',(answer|width),' wide/report/findings.csv >found
    grep -q 'serves? every width' -E found
    grep -q 'With he_normal the logits after training grow with the width, with mup(8) they' found
    swap() { sed 's/he_normal/@/g; s/mup(8)/he_normal/g; s/@/mup(8)/g' "$@"; }
    swap found >expected
    swap -i wide/runs.csv wide/epochs.csv wide/layers.csv
    rm -f wide/network.csv wide/symmetry.csv wide/theory.csv wide/histograms.csv wide/spectrum.csv wide/manifest.csv
    rm -rf wide/report
    GNUPLOT=$PWD/no-gnuplot run -5 "$INITSCOPE" report -q wide
    diff expected <(grep -E ',(answer|width),' wide/report/findings.csv)
    # of one of the layers the width stays: no page
    run_ok run -q --init=he_normal --hidden='8,8 16,8 32,8' --seeds=5 --epochs=1 -o narrow
    GNUPLOT=$PWD/no-gnuplot run -5 "$INITSCOPE" report -q narrow
    refute grep -q 'Powers of the width' <(words_of narrow)
}

# evidence LOG WHAT: a report of the log, of which WHAT was taken away, is written without a number
# that is none; gnuplot is not asked.
evidence() {
    rm -rf report
    GNUPLOT=$PWD/no-gnuplot run "$INITSCOPE" report -q log -o report
    echo "without $1: status $status, $output"
    [ "$status" -eq 5 ]
    [ -s report/findings.csv ]
    [ -s report/summary.csv ]
    refute grep -qiE '(^|[^a-z])-?(nan|inf|\(null\))([^a-z]|$)' <(cat report/pages/*-text.csv)
}

@test "without any one optional file, or column, or fact there is a report of the rest" {
    local file column tried=0
    printf '#!/bin/sh\nexit 1\n' >no-gnuplot
    chmod +x no-gnuplot
    run_ok run -q --init=zeros,he_normal,glorot_normal --hidden=6,6,6 --seeds=3 --epochs=2 -o whole
    again() { rm -rf log && cp -r whole log; }
    again
    evidence nothing
    for file in $(cd whole && ls *.csv *.ini); do
        again
        if [ $file != epochs.csv ] && [ $file != layers.csv ]; then
            rm log/$file
            evidence $file
        fi
        [ "${file##*.}" = csv ] || continue
        for column in $(head -1 "whole/$file" | tr , ' '); do
            # Those without which a row means nothing are asked for.
            case $file:$column in
            environment.csv:* | manifest.csv:* | epochs.csv:run | epochs.csv:epoch | layers.csv:run | layers.csv:epoch | layers.csv:layer | layers.csv:tensor | layers.csv:variance | *:initializer) continue ;;
            esac
            again
            sed -i.bak "1s/\b$column\b/other/" log/$file
            evidence "$file:$column"
            tried=$((tried + 1))
        done
    done
    [ "$tried" -gt 70 ]
    for column in classes features train_rows test_rows majority_share largest_train_share largest_test_share input_rank; do
        again
        sed -i.bak "/^$column,/d" log/environment.csv
        evidence "environment.csv:$column"
    done
    for column in title data scale split hidden activation optimizer batch; do
        again
        sed -i.bak "/^$column =/d" log/experiment.ini
        evidence "experiment.ini:$column"
    done
}

@test "where units were not counted nothing is said of how many there are" {
    mkdir log
    printf '#!/bin/sh\nexit 1\n' >no-gnuplot
    chmod +x no-gnuplot
    {
        echo run,initializer,seed,epoch,layer,tensor,units,variance,within_unit_variance,between_unit_variance
        for layer in 1 2; do
            for epoch in 0 1; do
                echo "1,a,1,$epoch,$layer,weight,4,1,1,0.5"
                echo "1,a,1,$epoch,$layer,preactivation,4,1,1,0.5"
            done
        done
    } >log/layers.csv
    printf 'run,initializer,seed,epoch,train_loss,test_accuracy\n1,a,1,0,1.1,0.3\n1,a,1,1,0.9,0.7\n' >log/epochs.csv
    printf 'run,initializer,seed,epoch,layer,units,distinct_units,duplicate_pairs\n1,a,1,0,1,4,,\n1,a,1,1,1,4,,\n' >log/symmetry.csv
    evidence counts
    refute grep -q 'equal in bits' report/findings.csv
    refute grep -q symmetric <(tail -n +2 report/summary.csv)
    # and with them
    sed -i.bak '2,$s/,4,,$/,4,1,6/' log/symmetry.csv
    evidence nothing
    grep -q 'equal in bits' report/findings.csv
}
