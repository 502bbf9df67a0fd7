# SPDX-FileCopyrightText: The initscope authors
# SPDX-License-Identifier: GPL-3.0-or-later
# initscope report at its extremes: each of them renders, no line of text lies on another or leaves the
# margins, no panel is empty, and no sentence says what the data does not.

load helper

need() {
    local program
    for program; do
        command -v "$program" >/dev/null || skip "$program not found"
    done
}

# layout DIR: the report of DIR without a renderer. Its pages tell the rectangle of each line of text,
# by the font's own widths: none may leave the margins, and no two may overlap.
layout() {
    run --separate-stderr "$INITSCOPE" report "$1" -q --gnuplot=/nonexistent
    echo "status $status, stderr: $stderr"
    [ "$status" -eq 5 ]
    [ "$(cat "$1"/report/pages/*-text.csv | wc -l)" -gt 100 ]
    run awk -F, 'FNR == 1 { n = 0; next }
        {
            text = $0
            for (i = 0; i < 8; i++) sub(/^[^,]*,/, "", text)
            if ($5 < 19.9 || $6 > 190.2 || $7 < 8 || $8 > 290) print FILENAME ": outside: " text
            for (i = 0; i < n; i++) {
                x = ($6 < right[i] ? $6 : right[i]) - ($5 > left[i] ? $5 : left[i])
                y = ($8 < bottom[i] ? $8 : bottom[i]) - ($7 > top[i] ? $7 : top[i])
                if (x > 0.2 && y > 0.8) print FILENAME ": " what[i] " lies on " text
            }
            left[n] = $5; right[n] = $6; top[n] = $7; bottom[n] = $8; what[n++] = text
        }' "$1"/report/pages/*-text.csv
    echo "$output"
    [ "$output" = "" ]
}

# says DIR: all lines of its pages from top to bottom, row by row, without gnuplot's markup, in said;
# in claimed as one line what they say of the runs, without the method. None of them holds a number
# that is none, or endless digits.
says() {
    local page
    for page in "$1"/report/pages/*-text.csv; do
        awk -F, 'FNR > 1 {
            text = $0
            for (i = 0; i < 8; i++) sub(/^[^,]*,/, "", text)
            printf "%d %.2f %s\n", $8 / 0.3, $5, text
        }' "$page" | sort -k1,1n -k2,2n | cut -d' ' -f3-
    done | sed 's/^"//; s/"$//; s/{\/:Bold \([^{}]*\)}/\1/g' >said
    [ "$(wc -l <said)" -gt 100 ]
    run grep -i -w -E -e '-?(nan|inf)' -e '%[a-z]' said
    echo "$output"
    [ "$output" = "" ]
    run grep -E '[0-9]\.[0-9]{6,}|(^|[^0-9a-f])[0-9]{10,}' said
    echo "$output"
    [ "$output" = "" ]
    sed '/^METHOD$/,$d' said | tr -d '"\\' | tr '\n' ' ' >claimed
    [ "$(wc -w <claimed)" -gt 50 ]
}

# claims_no WORDS: nothing that is said of the runs has them.
claims_no() {
    run grep -o -i -E ".{0,40}\\b($1)\\b.{0,40}" claimed
    echo "$output"
    [ "$output" = "" ]
}

# points FIGURE PANEL SERIES: the "x y" of the series in the panel; a panel's name may hold a comma.
points() {
    sed -E '1d; s/^"([^"]*)",/\1|/; t; s/,/|/' "$1" |
        awk -F'|' -v panel="$2" -v series="$3" '$1 == panel { split($2, cell, ","); if (cell[1] == series) print cell[2], cell[3] }'
}

# column NAME FILE: its cells.
column() { awk -F, -v name="$1" 'NR == 1 { for (i = 1; i <= NF; i++) if ($i == name) c = i } NR > 1 { print $c }' "$2"; }

# rendered DIR: by gnuplot; no word leaves the margins or the page.
rendered() {
    need gnuplot pdftotext
    run_ok report "$1" -q
    pdftotext -bbox "$1/report/report.pdf" boxes
    [ "$(grep -c '<word' boxes)" -gt 300 ]
    run awk -F'"' '/<word/ && ($2 < 56 || $6 > 539.3 || $4 < 0 || $8 > 842) { print }' boxes
    echo "$output"
    [ "$output" = "" ]
}

# log DIR: a log by hand, from lines "NAME FORWARD BACKWARD SCALE" on standard input, of which NAME may
# hold blanks if it stands last; 3 seeds, epochs 0 to 2, $LAYERS (4) hidden layers.
log() {
    mkdir -p "$1"
    sed 's/"/""/g' | awk -v layers="${LAYERS:-4}" -v dir="$1" -v classes="${CLASSES:-3}" '
        function noise() { state = (state * 16807) % 2147483647; return state / 2147483647 }
        BEGIN {
            state = 7
            print "run,initializer,seed,epoch,train_loss,test_accuracy" >(dir "/epochs.csv")
            print "run,initializer,seed,epoch,layer,tensor,units,mean,variance,between_unit_variance" >(dir "/layers.csv")
        }
        {
            forward = $1; backward = $2; scale = $3; name = $0
            sub(/^[^ ]* [^ ]* [^ ]* /, "", name)
            for (seed = 1; seed <= 3; seed++) {
                run++
                for (epoch = 0; epoch < 3; epoch++) {
                    place = run ",\"" name "\"," seed "," epoch
                    print place "," scale * (1.2 - 0.3 * epoch + 0.1 * noise()) "," 0.3 + 0.2 * epoch + 0.05 * noise() >(dir "/epochs.csv")
                    for (l = 1; l <= layers + 1; l++) {
                        units = l > layers ? classes : 8
                        v = scale * forward ^ (l - 1) * (1 + 0.1 * noise())
                        d = scale * backward ^ (layers - l) * (1 + 0.1 * noise())
                        printf "%s,%d,preactivation,%d,0,%.9g,%.9g\n", place, l, units, v, v / 3 >(dir "/layers.csv")
                        printf "%s,%d,delta,%d,0,%.9g,%.9g\n", place, l, units, d, d / 3 >(dir "/layers.csv")
                        printf "%s,%d,weight,%d,0,%.9g,%.9g\n", place, l, units, scale / 8, scale / 24 >(dir "/layers.csv")
                        printf "%s,%d,gradient,%d,0,%.9g,%.9g\n", place, l, units, d * v, d / 3 >(dir "/layers.csv")
                    }
                }
            }
        }'
}

@test "one seed, one epoch, one layer, one initializer" {
    run_ok run -q --init=he_normal --hidden=8 --seeds=1 --epochs=1 -o w
    layout w
    says w
    # one seed has no interval, and one initializer is not compared
    claims_no 'compar[a-z]*|told apart|best of'
    refute grep -q '%* \[' claimed
    [ "$(column accuracy_lower w/report/summary.csv)" = "" ]
    grep -q '1 run ' claimed
    [ "$(ls w/report/pages/*-text.csv | wc -l)" -le 4 ]
    rendered w
}

@test "a log that begins after epoch 0: nothing is said of the start" {
    local before='before (any update|training)|at the start|from the start|, start|Rank start|as good as guessing|Forward total'
    run_ok run -q --init='zeros he_normal glorot_normal' --hidden=4x12 --seeds=3 --epochs=3 -o w
    layout w
    says w
    run grep -o -E "$before" claimed
    echo "$output"
    [ "$(sort -u <<<"$output" | wc -l)" -ge 4 ]

    mkdir f
    for file in w/*.csv; do
        awk -F, 'NR == 1 { for (i = 1; i <= NF; i++) if ($i == "epoch") at = i }
            NR == 1 || !at || $at != "0"' "$file" >"f/${file#w/}"
    done
    [ "$(wc -l <f/epochs.csv)" -eq 28 ]
    layout f
    says f
    run grep -o -E "$before" claimed
    echo "$output"
    [ "$output" = "" ]
    grep -q 'zeros 1 of 12 1 of 12 1 of 12 0' claimed
    run ls f/report/figures
    echo "$output"
    [[ "$output" == *-time.csv* ]]
    for figure in signal gradients distributions isometry spread; do
        [[ "$output" != *-$figure.csv* ]]
    done
    # the epochs that are drawn begin with the first that there is
    [ "$(points f/report/figures/*-learning.csv 'Test accuracy' zeros | cut -d' ' -f1 | tr '\n' ' ')" = '1 2 3 ' ]
    # no total is derived from a later epoch
    for name in forward_total backward_total signal_gain alikeness effective_rank; do
        echo "$name"
        [ "$(column $name w/report/summary.csv | tr -d '\n')" != "" ]
        [ "$(column $name f/report/summary.csv | tr -d '\n')" = "" ]
    done
    rendered f
}

@test "no training: nothing is learned, and nothing is said of training" {
    run_ok run -q --init='zeros he_normal glorot_normal' --hidden=4x12 --seeds=3 --epochs=0 -o w
    layout w
    says w
    claims_no 'learns?|learned|diverges?|after training|after the last epoch|accuracy|layer [0-9], end|rank, end'
    grep -q 'Nothing was trained' claimed
    grep -q 'zeros stays symmetric' claimed
    [ "$(column verdicts w/report/summary.csv | grep -c learn)" -eq 0 ]
    for figure in learning time accuracy-runs; do refute compgen -G "w/report/figures/*-$figure.csv"; done
    ls w/report/figures/*-signal.csv
    rendered w
}

@test "all runs diverge: none learns, and what is left is drawn" {
    run_ok run -q --init='random_normal(stddev=3) he_normal' --optimizer=sgd --learning-rate=1e6 \
        --hidden=4x12 --seeds=3 --epochs=4 -o w
    [ "$(grep -c diverged w/runs.csv)" -eq 6 ]
    layout w
    says w
    grep -q 'In all 6 runs the numbers are not finite any more, from epoch 1 on' claimed
    claims_no '(he_normal|stddev=3\)) (has )?learn[a-z]*|told apart'
    [ "$(column diverged w/report/summary.csv | tr '\n' ' ')" = "3 3 " ]
    # of a curve with one point there is a dot: the loss before training
    [ "$(points w/report/figures/*-learning.csv 'Training loss, log scale' he_normal | grep -v nan | wc -l)" -eq 1 ]
    grep -q 'linespoints' w/report/figures/*-learning.gp
    rendered w
}

@test "all runs stay symmetric" {
    run_ok run -q --init='zeros ones constant' --hidden=4x24 --seeds=3 --epochs=3 -o w
    layout w
    says w
    grep -q 'zeros, ones and constant stay symmetric' claimed
    grep -q 'zeros, ones and constant have units that stay alike Distinct units' claimed
    claims_no 'the others part'
    for name in zeros ones constant; do
        grep -q "$name 1 of 24 1 of 24 1 of 24 1 of 24 1 of 24 1 of 24 " claimed
    done
    [ "$(column verdicts w/report/summary.csv | grep -c symmetric)" -eq 3 ]
    # their rank is that of symmetry.csv: zeros 0, the others one function
    for expected in 'zeros 3 0' 'ones 3 1' 'constant 3 1'; do
        shown=$(points w/report/figures/*-rank.csv 'Effective rank, hidden layer 4' "${expected%% *}" |
            awk '{ last = $1 " " sprintf("%.3g", $2) } END { print last }')
        echo "$expected: $shown"
        [ "$shown" = "${expected#* }" ]
    done
    rendered w
}

@test "thirty initializers, sixty layers: panels with different titles, and no page with a title alone" {
    run_ok run -q --init="$(seq -f 'random_normal(stddev=0.%02g)' 1 30 | tr '\n' ' ')" --hidden=60x4 \
        --seeds=2 --epochs=1 --probe=32 --spectrum=none --histograms=none -o w
    layout w
    says w
    # a page has rules for its table or a figure, or many lines
    for page in w/report/pages/*-text.csv; do
        name=$(basename "$page" -text.csv)
        lines=$(wc -l <"$page")
        figures=$(awk -v page="$((10#$name))" '/^# ---- page/ { on = $4 == page } on && /load DIR/ { n++ } END { print n + 0 }' \
            w/report/report.gp)
        echo "page $name: $lines lines, $figures figures"
        [ "$figures" -gt 0 ] || [ "$lines" -gt 20 ]
    done
    # each panel has a title of its own, however short there is room for it
    for figure in w/report/figures/*-signal.gp w/report/figures/*-error.gp; do
        grep -h '^set label BOLD' "${figure%.gp}"*.gp | sed 's/^set label BOLD("\([^"]*\)").*/\1/' >titles
        echo "$figure: $(wc -l <titles)"
        [ "$(wc -l <titles)" -eq "$(awk -F, 'NR > 1 && NF { print $1 }' "${figure%.gp}.csv" | sort -u | wc -l)" ]
        [ "$(sort -u titles | wc -l)" -eq "$(wc -l <titles)" ]
    done
    rendered w
}

@test "one hundred layers" {
    run_ok run -q --init='he_normal glorot_normal' --hidden=100x6 --seeds=2 --epochs=1 --histograms=0 -o w
    layout w
    says w
    rendered w
}

@test "one thousand epochs: labels of the axes keep apart" {
    need gnuplot pdftotext
    run_ok run -q --init='he_normal glorot_normal' --hidden=6 --seeds=1 --epochs=1000 --record-every=10 \
        --batch=full --histograms=none --probe=16 -o w
    layout w
    says w
    rendered w
    refute grep -q -E '>[0-9]*8001000|1000never' boxes
}

@test "names of any length and script" {
    w200=$(printf 'W%.0s' $(seq 200))
    {
        echo "0.3 0.3 1 x"
        echo "1 1 1 $w200"
        echo "1 1 1 $(printf '初期化方法%.0s' $(seq 40))"
        echo "1 2 1 مُهَيِّئ الأوزان"
        echo "1 1 1 дуже_довга_назва_ініціалізатора_якої_ніхто_не_чекав"
        echo "1 1 1 he normal, \"quoted\" & <b> 100% {/=9 x}_y^z"
    } | log w
    layout w
    says w
    # on the pages a name keeps its two ends, in the data all of it
    grep -q -F 'WWWWW…WWWWW' said
    grep -q "$w200" w/report/figures/*-signal.csv
    {
        echo "1 1 1 a"
        echo "0.2 1 1 अभि $(printf 'n%.0s' $(seq 150))"
    } | log devanagari
    rendered devanagari
    rendered w
}

@test "a character that no font has is written as its number" {
    need gnuplot
    # fc-list tells the characters; a font of ASCII alone is all there is
    mkdir bin
    printf '#!/bin/sh\necho 20-7e\n' >bin/fc-list
    chmod +x bin/fc-list
    printf '1 1 1 a\n1 1 1 名前\n' | log w
    PATH=$PWD/bin:$PATH run --separate-stderr "$INITSCOPE" report w -q
    says w
    grep -q -F '\\u540d\\u524d' said # every backslash is doubled for gnuplot
    refute grep -q '名前' said
}

@test "scales from 1e-30 to 1e30, and very many classes" {
    printf '%s\n' '1 1 1e-30 tiny' '1 1 1 unit' '1 1 1e30 huge' '1e-15 1e15 1 both' | log w
    layout w
    says w
    rendered w
    printf '1 1 1 a\n1 1 1 b\n' | CLASSES=100000 log classes
    layout classes
    says classes
    refute grep -q 'ln 100000' claimed # nobody said how many classes there are
}

# pages DIR OUT: all that a report of DIR writes but pictures, below OUT.
pages() {
    run --separate-stderr "$INITSCOPE" report "$1" -q --gnuplot=/nonexistent -o "$2"
    echo "stderr: $stderr"
    [ "$status" -eq 5 ]
}

# claims OUT: what a report says is different between initializers.
claims() {
    grep -h ',yes$' "$1/comparisons.csv" || :
    grep -h -E ',(contrast|main_effect),| ahead |told apart from' "$1/findings.csv" || :
    cut -d, -f9- "$1"/pages/*-text.csv | grep -i -E 'most evenly|ahead of|is told apart|alone does' |
        grep -v 'nothing is told apart' || :
}

# Names of the same letters are as wide as each other: then even the places of the words are the same.
@test "two names swapped: everything follows the data, to the byte" {
    run_ok run -q --init='zeros he_normal random_uniform' --hidden=4x12 --seeds=5 --epochs=8 \
        --learning-rate=0.01 --spectrum=0,last -o w
    sed -i 's/he_normal/initab/g; s/random_uniform/initba/g' w/*.csv w/experiment.ini
    pages w one
    [ "$(claims one | grep -c initab)" -gt 1 ]
    sed -i 's/initab/initzz/g; s/initba/initab/g; s/initzz/initba/g' w/*.csv w/experiment.ini
    pages w two
    refute cmp -s one/findings.csv two/findings.csv
    # the footer has a hash of the configuration, which holds the names
    sed -i '/ · config [0-9a-f]/d' one/pages/*-text.csv two/pages/*-text.csv
    find two -type f -exec sed -i 's/initab/initzz/g; s/initba/initab/g; s/initzz/initba/g' {} +
    diff -r one two
    [ "$(find one -type f | wc -l)" -gt 30 ]
}

@test "one initializer under four names: no difference is claimed" {
    run_ok run -q --init=he_normal --hidden=4x12 --seeds=5 --epochs=6 -o w
    for file in runs epochs layers symmetry histograms theory spectrum; do
        awk -F, -v OFS=, 'NR == 1 { print; next } { row[NR] = $0 }
            END {
                for (copy = 0; copy < 4; copy++)
                    for (r = 2; r <= NR; r++) {
                        $0 = row[r]
                        $1 += 5 * copy
                        $2 = "copy" copy
                        print
                    }
            }' w/$file.csv >new
        mv new w/$file.csv
    done
    pages w out
    [ "$(grep -c ',copy.,copy.,' out/comparisons.csv)" -eq 6 ]
    run claims out
    echo "$output"
    [ "$output" = "" ]
    # without spread no p is invented
    [ "$(column difference out/comparisons.csv | sort -u)" = 0 ]
    [ "$(column p out/comparisons.csv | tr -d '\n')" = "" ]
    refute grep -q yes <(column told_apart out/comparisons.csv)
}

@test "twenty seeds of one initializer as four arms: noise, and no difference is claimed" {
    run_ok run -q --init=he_normal --hidden=4x12 --seeds=20 --epochs=8 --learning-rate=0.01 -o w
    for file in runs epochs layers symmetry histograms spectrum; do
        # the column of the seed has its name in the header
        awk -F, -v OFS=, 'NR == 1 { for (c = 1; c <= NF; c++) if ($c == "seed") seed = c; print; next }
            { $2 = "arm" int(($seed - 1) / 5); $seed = ($seed - 1) % 5 + 1; print }' w/$file.csv >new
        mv new w/$file.csv
    done
    pages w out
    [ "$(grep -c '^arm[0-9]' out/summary.csv)" -eq 4 ]
    [ "$(grep -c ',arm.,arm.,' out/comparisons.csv)" -eq 6 ]
    run claims out
    echo "$output"
    [ "$output" = "" ]
}

# hook DIR: as a hook in another framework would write it, with the least columns.
hook() {
    mkdir -p "$1"
    awk -v dir="$1" 'BEGIN {
        print "initializer,seed,epoch,test_accuracy" >(dir "/epochs.csv")
        print "initializer,seed,epoch,layer,tensor,variance" >(dir "/layers.csv")
        split("kaiming_normal_ default", name, " ")
        for (a = 1; a <= 2; a++)
            for (seed = 0; seed < 3; seed++)
                for (epoch = 0; epoch < 3; epoch++) {
                    place = name[a] "," seed "," epoch
                    print place "," 0.2 + 0.3 * epoch / a + 0.01 * seed >(dir "/epochs.csv")
                    for (l = 1; l <= 6; l++)
                        print place "," l ",preactivation," (a == 1 ? 1 : 0.4) ^ l * (1 + 0.05 * seed) >(dir "/layers.csv")
                }
    }'
}

@test "a log with the least columns: what there is, and what is missing" {
    hook w
    layout w
    says w
    grep -q 'default 0.026 ' claimed
    grep -q 'Before training, over 5 hidden layers' claimed
    # the signal is that of the log: it falls by 0.4 a layer
    awk -F, '$1 ~ /Signal/ && $2 == "default signal" { print $4 }' w/report/figures/*-signal.csv |
        awk 'NR > 1 { if (($1 / last - 0.4) ^ 2 > 1e-12) bad = 1 } { last = $1 } END { exit bad || NR != 5 }'
    # what was not recorded is neither 0 nor none, and nothing is said of it
    claims_no 'error is 0|signal and error over|symmetr[a-z]*|weights?|data [a-z]+'
    claims_no 'learned|did not learn'
    for figure in rank gradients distributions isometry loss-runs; do
        refute compgen -G "w/report/figures/*-$figure.csv"
    done
    rendered w
}

@test "the same log as a data frame writes it: index, quotes, CRLF, a mark at the start" {
    mkdir lf crlf
    hook lf/w
    mkdir crlf/w
    for file in epochs layers; do
        awk -F, -v OFS=, 'NR == 1 { printf "\357\273\277" }
            {
                for (c = 1; c <= NF; c++) if ($c !~ /^[0-9.e+-]+$/) $c = "\"" $c "\""
                printf "%s,%s\r\n", NR == 1 ? "\"\"" : NR - 2, $0
            }' lf/w/$file.csv >crlf/w/$file.csv
    done
    refute cmp -s lf/w/layers.csv crlf/w/layers.csv
    pages lf/w one
    pages crlf/w two
    diff -r one two
}

@test "--summary: 80 columns whatever the names, and colour on a terminal only" {
    { echo "0.2 1 1 $(printf '名%.0s' $(seq 200))"; echo '1 1 1 b'; } | log w
    run_ok report --summary w
    [ "$(echo "$output" | LC_ALL=C.UTF-8 wc -L)" -le 80 ]
    [ "$(echo "$output" | grep -c $'\033')" -eq 0 ]
    needs_terminal
    script -qec "'$INITSCOPE' report --summary w" /dev/null </dev/null >shown
    [ "$(grep -c $'\033\[31m' shown)" -gt 0 ]
    NO_COLOR=1 script -qec "'$INITSCOPE' report --summary w" /dev/null </dev/null >shown
    [ "$(grep -c $'\033\[31m' shown)" -eq 0 ]
}

@test "layers with a gap of ninety thousand in their numbers cost what other layers cost" {
    "$INITSCOPE" run -q --data iris --network 4x4 --init=he_normal --seeds=2 --epochs=1 -o near
    for file in layers symmetry histograms spectrum theory; do
        awk -F, -v OFS=, 'NR == 1 { for (i = 1; i <= NF; i++) if ($i == "layer") at = i }
            NR > 1 && $at > 2 { $at += 90000 } { print }' near/$file.csv >far.csv
        mv far.csv near/$file.csv
    done
    rm near/manifest.csv
    run --separate-stderr timeout 20 "$INITSCOPE" report near -q --gnuplot=/nonexistent
    echo "status $status, stderr: $stderr"
    [ "$status" -eq 5 ]
}
