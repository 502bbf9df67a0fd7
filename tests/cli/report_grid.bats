# initscope report: profile cards, grids of factors that vary, the data dictionary; and the
# experiments in reports/.

load helper

# Two factors besides the initializer: activation, and depth in an order that is not that of numbers.
setup_file() {
    : "${INITSCOPE:=./initscope}"
    "$(realpath "$INITSCOPE")" run -q --init='zeros glorot_normal he_normal' --activation='tanh relu' \
        --hidden='10x8 2x8' --epochs=8 --seeds=3 --histograms=none --probe=32 -o "$BATS_FILE_TMPDIR/grid"
    "$(realpath "$INITSCOPE")" run -q --init='zeros he_normal' --epochs=7 --seeds=3 --histograms=none \
        -o "$BATS_FILE_TMPDIR/cards"
}

need() {
    local program
    for program; do
        command -v "$program" >/dev/null || skip "$program not found"
    done
}

# report NAME: of a copy of the run NAME, in w, and its text.
report() {
    cp -r "$BATS_FILE_TMPDIR/$1" w
    run_ok report w -q
    pdftotext -layout w/report/report.pdf text
}

@test "a grid for each factor: its cells are the means of runs.csv" {
    need gnuplot pdftotext
    report grid
    cd w/report/figures
    for factor in activation hidden; do
        ls ./*-grid-$factor-accuracy.csv ./*-grid-$factor-gain.csv
    done
    # initializer,block,level,...: 3 initializers x 2 levels x 2 blocks
    [ "$(wc -l <./*-grid-activation-accuracy.csv)" -eq 13 ]
    expected=$(awk -F, 'NR > 1 && $2 == "he_normal" && $3 == "relu" && $4 == "10x8" { n++; sum += $NF }
        END { printf "%.1f%%", 100 * sum / n }' ../../runs.csv)
    [ "$expected" != "0.0%" ]
    shown=$(awk -F, '$1 == "he_normal" && $2 == "10 hidden layers" && $3 == "relu" { print $10 }' \
        ./*-grid-activation-accuracy.csv)
    echo "expected $expected, shown $shown"
    [ "$shown" = "$expected" ]
}

@test "depths stand in the order of numbers" {
    need gnuplot pdftotext
    report grid
    levels=$(awk -F, 'NR > 1 && $1 == "zeros" && $2 == "relu" { printf "%s ", $3 }' \
        w/report/figures/*-grid-hidden-accuracy.csv)
    [ "$levels" = "2 10 " ]
    grep -q 'hidden layers of 8 units' text
}

@test "the phase plane: networks at their places, the edge of chaos, what depth.csv says" {
    need gnuplot pdftotext
    report grid
    # relu, then tanh: N(0, 1/n) loses half a layer with relu, is critical with tanh; and so on
    tr -s ' \n' ' ' <text | grep -q 'Two of 6 networks on the edge of chaos; three in order; one in chaos'
    grep -E '2 +glorot_normal, relu +1 +0 +0 +0.5 +∞ +1.44 +8.66 +2–10' text
    # the edge of relu is sigma_w^2 = 2 whatever sigma_b is
    [ "$(grep -A 1 '^array LINE_X' w/report/figures/*-phase-plane.gp | grep -o '1\.41[0-9]*' | wc -l)" -eq 9 ]
    # the place of a network is that of the log
    sed -i.bak 's/^\([0-9]*\),glorot_normal,.*/\1,glorot_normal,2,0,1,0.3,1.5,0.2,0.5,4,-2.466/' w/depth.csv
    run_ok report w -q
    pdftotext -layout w/report/report.pdf text
    grep -E '2 +glorot_normal, relu +2 +0 +1 +1.5 +4 +−2.47 +14.8 +2–10' text
    rm w/phase.csv
    run_ok report w -q
    pdftotext -layout w/report/report.pdf text
    grep -q 'Edge of chaos. There is no phase.csv' text
}

@test "the advice turns over when the labels do" {
    need gnuplot pdftotext
    # one initializer is right in every run, the others never: no doubt about the best
    cp -r "$BATS_FILE_TMPDIR/grid" w
    awk -F, -v OFS=, 'NR > 1 { $9 = ($2 == "he_normal" ? 0.9 + $3 / 100 : 0.3 + $3 / 100) } { print }' \
        w/epochs.csv >new
    mv new w/epochs.csv
    run_ok report w -q
    pdftotext w/report/report.pdf - | tr -s ' \n' ' ' >before
    grep -q 'he_normal: the best, or not told apart from it, whatever the activation' before
    for file in runs epochs layers symmetry theory; do
        sed -i.bak 's/,he_normal,/,swap,/; s/,glorot_normal,/,he_normal,/; s/,swap,/,glorot_normal,/' w/$file.csv
    done
    run_ok report w -q
    pdftotext w/report/report.pdf - | tr -s ' \n' ' ' >after
    grep -q 'glorot_normal: the best, or not told apart from it, whatever the activation' after
    refute grep -q 'he_normal: the best' after
}

@test "no factor varies: no grid" {
    need gnuplot pdftotext
    report cards
    refute grep -q 'CHOOSING' text
    refute compgen -G 'w/report/figures/*-grid-*'
}

@test "a learning rate that goes with its optimizer is no factor of its own" {
    need gnuplot
    run_ok run -q --init='he_normal glorot_normal' --optimizer='sgd adam' --hidden=4 --epochs=1 --seeds=2 -o w
    run_ok report w -q
    ls w/report/figures/*-grid-optimizer-accuracy.csv
    refute compgen -G 'w/report/figures/*-grid-learning_rate-*'
}

@test "a card for each initializer, with the same axes" {
    need gnuplot pdftotext
    report cards
    grep -q 'zeros .*does not learn' text
    cd w/report/figures
    [ "$(ls ./*-profile-*.gp | wc -l)" -eq 2 ]
    for axis in X1 Y1 Y2 X3 Y3; do
        for end in MIN MAX; do
            [ "$(grep -h "^${axis}_$end = " ./*-profile-*.gp | wc -l)" -eq 2 ]
            [ "$(grep -h "^${axis}_$end = " ./*-profile-*.gp | sort -u | wc -l)" -eq 1 ]
        done
    done
    # eight epochs were recorded, 0 to 7: five of them are drawn, the first two and the last among them
    grep -q '^array NUMBER\[5\] = \[0.0, 1.0, 2.0, 4.0, 7.0\]' ./*-profile-1.gp
}

@test "too many initializers for a card each: a note instead" {
    need gnuplot pdftotext
    run_ok run -q --init="$(seq -f 'constant(value=%g)' 1 13 | tr '\n' ' ')" --hidden=4 --epochs=1 --seeds=1 -o w
    run_ok report w -q
    refute compgen -G 'w/report/figures/*-profile-*'
    pdftotext -layout w/report/report.pdf text
    tr -s ' \n' ' ' <text | grep -q 'Not in this report: Profiles. There are more than 12 initializers'
}

@test "the data dictionary has every column of the log, once in a report" {
    need gnuplot pdftotext
    cp -r "$BATS_FILE_TMPDIR/grid" grid
    report cards
    [ "$(grep -c 'What every column of the log means' text)" -eq 1 ]
    for file in runs epochs layers symmetry theory features; do
        columns=$(head -1 w/$file.csv | tr ',' ' ')
        [ -n "$columns" ]
        for column in $columns; do
            echo "$file.csv: $column"
            grep -q -w -- "$column" text
        done
    done
    run_ok report w grid -o both -q
    pdftotext -layout both/report.pdf text
    [ "$(grep -c 'What every column of the log means' text)" -eq 1 ]
}

@test "no word of these pages leaves the margins, and none is nan" {
    need gnuplot pdftotext
    for name in grid cards; do
        rm -rf w
        report $name
        pdftotext -bbox w/report/report.pdf boxes
        [ "$(grep -c '<word' boxes)" -gt 500 ]
        run awk -F'"' '/<word/ && ($2 < 56 || $6 > 539.3) { print }' boxes
        echo "$output"
        [ "$output" = "" ]
        refute grep -q -i -w -E '^[^"]*>-?(nan|inf)<' boxes
    done
}

@test "every experiment in reports/ has a title, asks a question with seeds enough to answer it, and starts" {
    count=0
    for ini in "$srcdir"/reports/*.ini; do
        count=$((count + 1))
        echo "$ini"
        grep -q '^title = ' "$ini"
        [ "$(grep -c '^question = [A-Z].*?$' "$ini")" -eq 1 ]
        [ "$(sed -n 's/^seeds = //p' "$ini")" -ge 5 ]
        grep -q -F "| \`$(basename "$ini" .ini)\` |" "$srcdir"/reports/README.md
        grep -q -F "| $(sed -n 's/^question = //p' "$ini") |" "$srcdir"/reports/README.md
        run_ok run -q "$ini" --seeds=1 --epochs=0 --probe=16 --histograms=none -o "w$count"
    done
    [ "$count" -ge 15 ]
}
