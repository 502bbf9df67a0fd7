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

@test "one PDF, its script, a CSV, script, PNG and SVG for each figure, three tables" {
    need gnuplot
    report w
    [ "$status" -eq 0 ]
    [ "$output" = "" ]
    [ "$(head -c 5 w/report/report.pdf)" = "%PDF-" ]
    [ ! -e w/report/report.unfinished ]
    for file in summary comparisons findings; do
        [ "$(wc -l <w/report/$file.csv)" -gt 1 ]
    done
    [ "$(wc -l <w/report/summary.csv)" -eq 5 ]
    figures=$(cd w/report/figures && ls [0-9]*.gp | wc -l)
    [ "$figures" -ge 10 ]
    for figure in w/report/figures/[0-9]*.gp; do
        [ "$(wc -l <"${figure%.gp}.csv")" -gt 1 ]
        [ -s "${figure%.gp}.png" ]
        tail -c 12 "${figure%.gp}.svg" | grep -q '</svg>'
    done
}

@test "the pages say what the numbers say" {
    need gnuplot pdftotext pdfinfo
    report w
    [ "$(pdfinfo w/report/report.pdf | awk '/^Pages:/ { print $2 }')" -ge 8 ]
    pdfinfo w/report/report.pdf | grep -q '^Page size:.*A4'
    pdftotext -layout w/report/report.pdf text
    for words in 'A title' 'At a glance' 'What this run shows' 'Contents' 'no signal' 'Figure 1' \
        'Two things an initializer must do' 'Forward signal' 'Backward signal' 'Method' 'Thresholds'; do
        echo "words: $words"
        grep -q "$words" text
    done
    for name in zeros random_uniform glorot_uniform he_uniform; do grep -q "$name" text; done
    # the accuracy on page 1 is the one of summary.csv, in percent with one decimal
    shares=$(awk -F, 'NR == 1 { for (i = 1; i <= NF; i++) if ($i == "accuracy") c = i }
        NR > 1 && c { printf "%.1f%%\n", 100 * $c }' w/report/summary.csv)
    [ "$(echo "$shares" | wc -l)" -eq 4 ]
    for share in $shares; do grep -q -F "$share" text; done
}

@test "the pages of the optional files, and a note for each that is missing" {
    need gnuplot pdftotext
    run_ok run -q --epochs=2 --seeds=3 --hidden=3x8 --spectrum=0,last --output-init=glorot_uniform \
        --init='constant glorot_uniform' -o w
    run_ok report w -q
    pdftotext -layout w/report/report.pdf text
    for words in 'Theory and measurement' 'Breaking symmetry' 'Distributions' 'Isometry' \
        'Does a layer move' 'Variance between units' 'gain, theory' 'Marchenko'; do
        echo "words: $words"
        grep -q "$words" text
    done
    [ "$(grep -c 'Not in this report' text)" -eq 0 ]
    # below a random output layer, the last hidden layer alone gets units of its own
    grep -q 'distinct units at epoch 2: 1 in layers 1 to 2, 8 in layer 3' text
    for name in distinct-units distributions theory-forward singular-values update-size; do
        [ -s w/report/figures/[0-9][0-9]-$name.png ]
    done
    rm w/symmetry.csv w/histograms.csv w/theory.csv w/spectrum.csv
    run_ok report w -q
    pdftotext -layout w/report/report.pdf text
    for words in 'Breaking symmetry. There is no symmetry.csv' 'Isometry. There is no spectrum.csv' \
        'Theory and measurement. There is no theory.csv' 'There is no histograms.csv'; do
        echo "words: $words"
        grep -q "Not in this report: .*$words\|$words" text
    done
    [ ! -e w/report/figures/[0-9][0-9]-distributions.csv ]
    pdftotext -bbox w/report/report.pdf boxes
    run awk -F'"' '/<word/ && ($2 < 56 || $6 > 539.3) { print }' boxes
    [ "$output" = "" ]
}

@test "distinct units on page 1 are those of symmetry.csv" {
    need gnuplot pdftotext
    report w
    pdftotext -layout -l 1 w/report/report.pdf text
    grep -q -w '1 of 64' text
    [ "$(grep -c -w '64 of 64' text)" -ge 3 ]
    rm w/symmetry.csv
    run_ok report w -q
    pdftotext -layout -l 1 w/report/report.pdf text
    grep -q 'Symmetric' text
    grep -q -w '2 of 2' text
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
    [[ "${lines[1]}" =~ ^initializer\ +forward\ +backward\ +units\ +test\ accuracy$ ]]
    [[ "${lines[2]}" =~ ^zeros\ +no\ signal\ +no\ signal\ +1\ of\ 64\ +.*%.*\]$ ]]
    [[ "${lines[3]}" =~ ^\ +symmetric,\ no\ signal,\ did\ not\ learn$ ]]
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
    [ "$(grep -c '<item page' outline.xml)" -ge 8 ]
    grep -q '<a href="[^"]*#3">Background' outline.xml || grep -q 'href' outline.xml
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
    [ -s w/report/figures/01-glance.png ]
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
    fake "exec $real \"\$@\"" "$real \"\$@\"; case \"\$*\" in *png*) head -c 900 figures/02-forward.png >x && mv x figures/02-forward.png ;; esac"
    run --separate-stderr env GNUPLOT=./fake "$INITSCOPE" report w
    echo "status $status: $stderr"
    [ "$status" -eq 5 ]
    [[ "$stderr" == *"w/report/figures/02-forward.gp: not rendered as PNG and SVG"* ]]
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

@test "the closing chapter: numbers of the logs, and pages that are what they are cited for" {
    need gnuplot pdftotext
    cp -r "$BATS_FILE_TMPDIR/run" a
    run_ok run -q --init='zeros glorot_normal' --activation='relu tanh' --hidden=10x16 --epochs=3 --seeds=3 -o b
    run_ok report a b -o both -q
    pdftotext -layout both/report.pdf text
    tr -s ' \n' ' ' <text >words
    for question in 'Why does initialization matter' 'What goes wrong' 'What has variance to do' 'When are zeros wrong' \
        'Random, but how large' 'When is Glorot’s rule' 'When is He’s' 'How sure is the comparison' 'How do I choose'; do
        echo "question: $question"
        grep -q "^ *[1-9] *$question" text
    done
    # what the verdicts cost: settings and those that learned, counted from the summaries
    grep -h -o -E ',[a-z_ ]*learn[a-z_ ]*,"' both/?-summary.csv | tr ',"' '  ' >verdicts
    [ "$(wc -l <verdicts)" -eq 8 ]
    for verdict in symmetric vanishing preserving; do
        all=$(grep -c " $verdict " verdicts) learned=$(grep " $verdict " verdicts | grep -c ' learned ') || true
        echo "$verdict: $all, $learned"
        grep -E "^ *$verdict +$all +$learned " text
    done
    # each cited page bears the name that it is cited for, in its running header
    pages=0
    while read -r name page; do
        [ "$name" != Summary ] || continue
        pages=$((pages + 1))
        pdftotext -layout -f "$page" -l "$page" both/report.pdf - | sed 3q | tr -s ' ' | grep -q -F "${name//_/ }"
    done < <(sed -n 's/^ *→ .* · \([A-Z][a-z ]*[a-z]\) *page \([0-9]*\)$/\1 \2/p' text |
        sed 's/ \([a-z]\)/_\1/g')
    [ "$pages" -ge 8 ]
    # the other way round for other data: the best of the pair is the worst
    high='with zeros ([^)]*) against\|with zeros against'
    refute grep -q "$high" words
    awk -F, -v OFS=, 'FNR > 1 { $9 = ($2 == "zeros" ? 0.99 + $3 / 10000 : 0.01 + $3 / 10000) } { print }' a/epochs.csv >new
    mv new a/epochs.csv
    run_ok report a b -o both -q
    pdftotext -layout both/report.pdf - | tr -s ' \n' ' ' | grep -q "$high"
}

@test "the closing chapter without evidence says so" {
    need gnuplot pdftotext
    mkdir w
    printf 'run,epoch,initializer,seed,test_accuracy\n1,0,mine,1,0.5\n' >w/epochs.csv
    printf 'run,initializer,seed,epoch,layer,tensor,variance\n1,mine,1,0,1,preactivation,2.5\n' >w/layers.csv
    run_ok report w w -o both -q
    pdftotext -layout both/report.pdf text
    [ "$(grep -c 'No experiment of this report tells' text)" -ge 7 ]
    [ "$(sed -n '/WHAT ALL EXPERIMENTS SAY/,$p' text | grep -c -i -w -E 'nan|inf')" -eq 0 ]
}

@test "logs of another program: only epochs.csv and layers.csv, one run, one epoch, one layer" {
    need gnuplot
    mkdir w
    cat >w/epochs.csv <<'EOF'
run,epoch,initializer,seed,test_accuracy
1,0,mine,1,0.5
EOF
    cat >w/layers.csv <<'EOF'
run,initializer,seed,epoch,layer,tensor,variance
1,mine,1,0,1,preactivation,2.5
EOF
    run_ok report w -q
    [ "$(head -c 5 w/report/report.pdf)" = "%PDF-" ]
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
    [ "$stderr" = "initscope: mine: holds figures, pages or report.pdf of something else; choose another -o" ]
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
