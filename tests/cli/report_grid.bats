# SPDX-FileCopyrightText: The initscope authors
# SPDX-License-Identifier: GPL-3.0-or-later
# initscope report: settings, where factors beside the initializer vary, the map of accuracy, the data
# dictionary; and the experiments in reports/.

load helper

# Two factors besides the initializer: activation, and depth in an order that is not that of numbers.
setup_file() {
    : "${INITSCOPE:=./initscope}"
    "$(realpath "$INITSCOPE")" run -q --init='zeros glorot_normal he_normal' --activation='tanh relu' \
        --hidden='10x8 2x8' --epochs=8 --seeds=5 --histograms=none --probe=32 -o "$BATS_FILE_TMPDIR/grid"
    "$(realpath "$INITSCOPE")" run -q --init='zeros he_normal' --epochs=7 --seeds=3 --histograms=none \
        -o "$BATS_FILE_TMPDIR/single"
    "$(realpath "$INITSCOPE")" run -q --activation=tanh --hidden='2x8 6x8 12x8' --epochs=2 --seeds=2 \
        --init="$(printf 'variance_scaling(scale=%s) ' 0.5 1 1.5 2 3 4)" --histograms=none --probe=32 \
        -o "$BATS_FILE_TMPDIR/map"
}

need() {
    local program
    for program; do
        command -v "$program" >/dev/null || skip "$program not found"
    done
}

# report NAME: of a copy of the run NAME, in w; its text, also with all blanks alike, in words.
report() {
    [ -e w ] || cp -r "$BATS_FILE_TMPDIR/$1" w
    run_ok report w -q
    pdftotext -layout w/report/report.pdf text
    tr -s ' \n' ' ' <text >words
}

@test "tiles: the means of runs.csv, depths in the order of numbers, and who learned" {
    need gnuplot pdftotext
    report grid
    for activation in tanh relu; do
        for name in zeros glorot_normal he_normal; do
            row=$(sed -n "/^ *$activation\$/,\$p" text | sed -n '/^ *2 hidden layers  *10 hidden layers$/,$p' | grep -m 1 -E "^ *$name +[0-9]+ ")
            read -r -a shown <<<"$row"
            shallow=$(awk -F, -v n=$name -v a=$activation '$2 == n && $3 == a && /"8,8"/ { k++; sum += $NF } END { printf "%.0f", 100 * sum / k }' w/runs.csv)
            deep=$(awk -F, -v n=$name -v a=$activation '$2 == n && $3 == a && !/"8,8"/ { k++; sum += $NF } END { printf "%.0f", 100 * sum / k }' w/runs.csv)
            echo "$activation $name: shown ${shown[*]}, expected $shallow $deep"
            [ "${shown[1]}" = "$shallow" ]
            [ "${shown[3]}" = "$deep" ]
            [[ "${shown[2]}" == [0-5]/5 ]]
        done
    done
    # zeros learns in no run of any setting
    [ "$(grep -c -E '^ *zeros +[0-9]+ +0/5 +[0-9]+ +0/5' text)" -eq 2 ]
}

@test "over all settings: the main effect is that of comparisons.csv" {
    need gnuplot pdftotext
    report grid
    effect=$(awk -F, '$1 == "main effect" && ($2 == "he_normal" && $3 == "zeros") { printf "%.1f", 100 * $5 }
        $1 == "main effect" && ($3 == "he_normal" && $2 == "zeros") { printf "%.1f", -100 * $5 }' w/report/comparisons.csv)
    echo "effect $effect"
    [ "$effect" != "" ]
    grep -q -F "+$effect over zeros" words
    # one value a seed, one family; every setting is a family of its own
    [ "$(grep -c '^main effect,' w/report/comparisons.csv)" -eq 3 ]
    [ "$(grep -c '^"setting: ' w/report/comparisons.csv)" -eq 12 ]
    [ "$(grep -o '^"setting: [^"]*"' w/report/comparisons.csv | sort -u | wc -l)" -eq 4 ]
}

@test "one point a setting: accuracy by total and by rank" {
    need gnuplot
    cp -r "$BATS_FILE_TMPDIR/grid" w
    run_ok report w -q
    figure=$(ls w/report/figures/*-accuracy-by.csv)
    # twelve settings have a rank; those of zeros have no total
    [ "$(grep -c '^Accuracy by the effective rank,' "$figure")" -eq 12 ]
    [ "$(grep -c '^Accuracy by the forward total,' "$figure")" -eq 8 ]
    expected=$(awk -F, 'NR > 1 && $4 == "glorot_normal" { print $7 }' w/report/summary.csv | sort -g)
    shown=$(awk -F, '$1 ~ /total/ && $2 == "glorot_normal" { print $3 }' "$figure" | sort -g)
    echo "expected $expected, shown $shown"
    [ "$(wc -l <<<"$shown")" -eq 4 ]
    [ "$shown" = "$expected" ]
}

@test "the answer turns over when the labels do" {
    need gnuplot pdftotext
    # one initializer is right in every run, the others never: no doubt about the best
    cp -r "$BATS_FILE_TMPDIR/grid" w
    awk -F, -v OFS=, 'NR == 1 { for (i = 1; i <= NF; i++) if ($i ~ /^t.*_accuracy/) c[i] }
        NR > 1 { for (i in c) $i = ($2 == "he_normal" ? 0.9 : 0.3) + $3 / 100 } { print }' w/epochs.csv >new
    mv new w/epochs.csv
    report grid
    answer=$(grep -m 1 '^0,answer,' w/report/findings.csv)
    echo "$answer"
    [[ "$answer" == *he_normal* && "$answer" != *glorot_normal* ]]
    grep -q 'he_normal 4 of 4' words
    grep -q 'glorot_normal 0 of 4' words
    for file in w/*.csv; do
        sed -i.bak 's/,he_normal,/,swap,/; s/,glorot_normal,/,he_normal,/; s/,swap,/,glorot_normal,/' "$file"
    done
    report grid
    answer=$(grep -m 1 '^0,answer,' w/report/findings.csv)
    echo "$answer"
    [[ "$answer" == *glorot_normal* && "$answer" != *he_normal* ]]
    grep -q 'glorot_normal 4 of 4' words
    grep -q 'he_normal 0 of 4' words
}

@test "no factor varies: no settings" {
    need gnuplot pdftotext
    report single
    refute grep -q '^SETTINGS' text
    refute compgen -G 'w/report/figures/*-accuracy-by*'
    grep -q '^SIGNAL' text
}

@test "a learning rate that goes with its optimizer is no factor of its own" {
    need gnuplot pdftotext
    run_ok run -q --init='he_normal glorot_normal' --optimizer='sgd adam' --hidden=4 --epochs=1 --seeds=2 -o w
    report w
    grep -q '^SETTINGS' text
    refute grep -q 'learning rate 0.01 *learning rate' text
    [ "$(grep -c -E '^ *(he|glorot)_normal +[0-9]+ ' text)" -ge 2 ]
}

@test "the map: tiles are the means of runs.csv, and dashed lines 6 times the depth scale of depth.csv" {
    need gnuplot pdftotext
    report map
    figure=$(ls w/report/figures/*-map.csv)
    [ "$(awk -F, '$2 == "accuracy"' "$figure" | wc -l)" -eq 18 ]
    # the tile of scale 1.5 and 6 layers: from half way to its neighbours, with its number
    expected=$(awk -F, '/scale=1.5/ && /,6x8,/ { n++; sum += $NF } END { printf "%.0f", 100 * sum / n }' w/runs.csv)
    shown=$(awk -F, '$2 == "per cent" && $3 > 1.2 && $3 < 1.25 && $4 == 6 { print $8 }' "$figure")
    echo "expected $expected, shown $shown"
    [ "$shown" = "$expected" ]
    # xi_gradient of scale 0.5 is 1.4427: chi_1 = 1/2
    shown=$(awk -F, '$2 == "6 xi of the error" && $3 < 0.71 { printf "%.4f", $4 }' "$figure")
    [ "$shown" = 8.6562 ]
    # another depth scale, another line
    awk -F, -v OFS=, '/scale=0.5/ { $NF = 1 } { print }' w/depth.csv >new
    mv new w/depth.csv
    run_ok report w -q
    shown=$(awk -F, '$2 == "6 xi of the error" && $3 < 0.71 { printf "%.4f", $4 }' "$figure")
    [ "$shown" = 6.0000 ]
    grep -q '^MAP' text
}

@test "the data dictionary has every column of the log, once in a book" {
    need gnuplot pdftotext
    cp -r "$BATS_FILE_TMPDIR/grid" grid
    report single
    refute grep -q 'DATA DICTIONARY' text
    run_ok report w grid -o both -q
    pdftotext -layout both/report.pdf text
    [ "$(grep -c '^DATA DICTIONARY' text)" -eq 1 ]
    sed -n '/^DATA DICTIONARY/,$p' text | tr -s ' \n' ' ' >dictionary
    for file in runs epochs layers symmetry theory features; do
        columns=$(head -1 w/$file.csv | tr ',' ' ')
        [ -n "$columns" ]
        for column in $columns; do
            echo "$file.csv: $column"
            grep -q -w -- "$column" dictionary
        done
    done
}

@test "no word of these pages leaves the margins, and none is nan" {
    need gnuplot pdftotext
    for name in grid single map; do
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
