# SPDX-FileCopyrightText: The initscope authors
# SPDX-License-Identifier: GPL-3.0-or-later
# Logs that other programs wrote: what is said of them, and that nothing is said that they do not tell.

load helper

# A log of our own, of which each test makes another program's.
setup_file() {
    : "${INITSCOPE:=./initscope}"
    "$(realpath "$INITSCOPE")" run -q --init he_normal,'random_normal' --network 6x16 --seeds 3 --epochs 4 \
        -o "$BATS_FILE_TMPDIR/own"
}

# foreign: in the directory f the files that everybody has; the lines on stdin are its experiment.ini.
foreign() {
    mkdir f
    cp "$BATS_FILE_TMPDIR"/own/{runs,epochs,layers,symmetry,histograms}.csv f
    cat >f/experiment.ini
}

# edit FILE PROGRAM: the file of f through awk, its cells in $1, $2, ..., and of a name in $at["name"].
edit() {
    awk -F, -v OFS=, 'NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i } '"$2" "f/$1" >edited
    mv edited "f/$1"
}

# pages: all that the report on f says, in one line, in said; titles of figures are in drawn.
pages() {
    local page
    rm -rf r
    run "$INITSCOPE" report -q --gnuplot /nonexistent f -o r
    echo "status $status: $output"
    [ "$status" -eq 5 ]
    for page in r/pages/*-text.csv; do
        tail -n +2 "$page" | sort -s -t, -k3,3n -k2,2n | cut -d, -f9- | tr -d '"'
    done | tr '\n' ' ' >said
    cat r/figures/*.gp >drawn
}

# summary: the report on f in words, in one line.
summary() {
    run_ok report --summary f
    tr -s '\n ' '  ' <<<"$output" >said
}

# names: a network.csv of six hidden dense layers and the output, with these names of the hidden ones.
names() {
    awk -v names="$*" 'BEGIN {
        print "run,layer,name,kind,block,activation,inputs,units,fan_in,fan_out,parameters,trainable"
        split(names, name, " ")
        for (run = 1; run <= 6; run++)
            for (l = 1; l <= 7; l++)
                printf "%d,%d,%s,dense,,%s,%d,%d,%d,16,1,1\n", run, l, l < 7 ? name[l] : "head",
                       l < 7 ? "relu" : "", l - 1, l < 7 ? 16 : 3, l == 1 ? 4 : 16
    }' >f/network.csv
}

@test "without a loss nothing is said of classes, of chance and of ln C" {
    foreign </dev/null
    pages
    grep -q 'Training loss, log scale' drawn
    refute grep -qiE 'dashed|ln 3|classes|cross-entropy|majority|rarely_learned' said
    refute grep -qE 'same split|hidden layers \(,|, ,' said
    summary
    grep -q 'initializer forward backward test accuracy' said
    grep -q 'The logs do not tell what a run would reach without learning' said
}

@test "of a cross-entropy over so many classes, ln C is the loss of knowing nothing" {
    printf 'loss = cross_entropy\nclasses = 3\n' | foreign
    pages
    grep -q 'Dashed: ln 3 = 1.10, the loss of giving every class the same probability' said
    refute grep -q 'Dashed: chance' said
}

@test "another loss, and a score by its name, on the training rows where there are no others" {
    printf 'loss = huber\nscore = f1_macro\n' | foreign
    edit epochs.csv 'NR == 1 { $at["train_accuracy"] = "x"; $at["test_accuracy"] = "y" } NR > 1 { $at["test_score"] = "" } { print }'
    pages
    grep -q 'Training f1 macro' drawn
    refute grep -qE 'ln 3|accuracy|chance' said
    edit epochs.csv '{ $at["train_score"] = NR == 1 ? "train_score" : ""; print }'
    pages
    refute grep -qE 'f1 macro|accuracy' said
    refute grep -qE 'f1 macro|accuracy' drawn
}

@test "steps in the place of epochs, over many orders on a logarithmic axis that has a place for 0" {
    printf 'loss = cross_entropy\n' | foreign
    for file in epochs layers symmetry histograms; do
        edit $file.csv 'BEGIN { split("0 1 10 100 1000", step, " ") } { $at["epoch"] = NR == 1 ? "step" : step[$at["epoch"] + 1]; print }'
    done
    pages
    grep -q '1000 steps' said
    grep -q 'Effective rank by step\|hidden layer (1 at the bottom) and step' said
    refute grep -q 'epoch' said
    gp=(r/figures/*-learning.gp)
    grep -q '^set nonlinear x via ' "${gp[0]}"
    grep -q '^set xrange \[0:1000\]$' "${gp[0]}"
    [ "$(grep -c '("0" 0, "1" 1, "10" 10, "100" 100, "1000" 1000)' "${gp[0]}")" -eq 2 ]
    # up to 50 times the first step it stays as it is
    rm -r f
    printf 'time = step\n' | foreign
    pages
    grep -q '4 steps' said
    refute grep -q '^set nonlinear' r/figures/*-learning.gp
}

@test "a log with steps is drawn" {
    command -v gnuplot >/dev/null || skip "gnuplot not found"
    printf 'time = step\n' | foreign
    edit epochs.csv 'NR > 1 { $at["epoch"] *= 1000; if ($at["epoch"] > 1000) $at["epoch"] *= 40 } { print }'
    edit layers.csv 'NR > 1 { $at["epoch"] *= 1000; if ($at["epoch"] > 1000) $at["epoch"] *= 40 } { print }'
    run_ok report -q f -o drawn
    [ "$(head -c 5 drawn/report.pdf)" = "%PDF-" ]
    grep -q '^set nonlinear' drawn/figures/*-learning.gp
}

@test "layers by their names, shortened from the left; a name of digits is none" {
    foreign </dev/null
    names encoder.layers.block1.linear1 encoder.layers.block1.linear2 a.b c.d e.f decoder.layers.last.linear
    pages
    # "…linear1": what stands before the last point is left out
    grep -qF '\342\200\246linear1' r/figures/*-signal.gp
    run --separate-stderr "$INITSCOPE" check --fail-on vanishing f
    [ "$status" -eq 6 ]
    grep -qE '^f: random_normal: vanishing_forward: total [0-9.e-]+, the largest step before layer [0-9] \([a-z.0-9]+\) \(3 of 3 runs\)$' <<<"$output"
    names 0 2 4 6 8 10
    pages
    grep -q '("1" 1, "2" 2, ' r/figures/*-signal.gp
    refute grep -q '"10"' r/figures/*-signal.gp
}

@test "norms with a row are no layers of products: no verdict looks at them, no curve has them" {
    foreign </dev/null
    names a b c d e f
    edit network.csv '$2 == 3 { $4 = "norm" } { print }'
    # the norm's units are all alike, and nothing of it is large
    edit symmetry.csv '$at["layer"] == 3 && NR > 1 { $at["distinct_units"] = 1; $at["effective_rank"] = 1; $at["dead_units"] = 16 } { print }'
    run --separate-stderr "$INITSCOPE" check --fail-on symmetric,dead,saturated f
    echo "$output"
    refute grep -q 'layer 3' <<<"$output"
    refute grep -q 'he_normal: symmetric' <<<"$output"
    pages
    grep -q '6 layers of weights' said
    csv=(r/figures/*-signal.csv)
    [ "$(awk -F, '$2 == "he_normal signal" && $4 != ""' "${csv[0]}" | wc -l)" -eq 5 ]
    [ "$(awk -F, '$2 == "he_normal signal" && $3 == 3 && $4 != ""' "${csv[0]}" | wc -l)" -eq 0 ]
    # as a dense layer it is what the verdict says
    edit network.csv '$2 == 3 { $4 = "dense" } { print }'
    run --separate-stderr "$INITSCOPE" check --fail-on symmetric f
    grep -q 'he_normal: symmetric: 1 of 16 units of layer 3 (c) differ' <<<"$output"
    # and frozen it is none of training's doing
    edit network.csv '$2 == 3 { $12 = 0 } { print }'
    run --separate-stderr "$INITSCOPE" check --fail-on symmetric f
    refute grep -q 'he_normal: symmetric' <<<"$output"
}

@test "a layer without rows ends no curve and no total" {
    foreign </dev/null
    summary
    whole=$(grep -oE 'he_normal [0-9.]+ [0-9.]+' said)
    edit layers.csv '$at["layer"] != 3 || NR == 1 { print }'
    summary
    [ "$(grep -oE 'he_normal [0-9.]+ [0-9.]+' said)" = "$whole" ]
    pages
    csv=(r/figures/*-signal.csv)
    [ "$(awk -F, '$2 == "he_normal signal" && $4 != ""' "${csv[0]}" | wc -l)" -eq 5 ]
}

@test "own gains stand beside fan_in Var W + Var b where there is no theory" {
    foreign </dev/null
    names a b c d e f
    pages
    grep -q 'Crosses: fan_{in} Var W + Var b / E x²' said
    csv=(r/figures/*-gains.csv)
    [ "$(awk -F, '$2 == "he_normal theory" && $4 != "" && $3 > 1 && $3 < 3' "${csv[0]}" | wc -l)" -ge 5 ]
}

@test "runs of other factors are other arms, by whichever file tells them" {
    foreign </dev/null
    { echo run,factor,value; for run in 1 2 3 4 5 6; do echo "$run,width,$((run % 2 == 0 ? 32 : 64))"; done; } >f/factors.csv
    summary
    for arm in 'he_normal, width 64' 'he_normal, width 32' 'random_normal, width 64' 'random_normal, width 32'; do
        grep -qF "$arm" said
    done
    refute grep -q '3 of 3' said
}

@test "runs that have not ended are listed on the method page, and in nothing else" {
    foreign </dev/null
    summary
    cp said before
    head -n 1 f/runs.csv >header
    tail -n 1 f/runs.csv | awk -F, -v OFS=, 'NR == FNR { for (i = 1; i <= NF; i++) at[$i] = i; next }
        { $1 = 7; $at["seed"] = 9; $at["status"] = "running"; print
          $1 = 8; $at["seed"] = 10; $at["status"] = "interrupted"; print
          $1 = 9; $at["seed"] = 11; print; $1 = 10; $at["status"] = "completed"; print }' header - >more
    # run 9 was begun again as run 10; run 8 has a row, the others none
    head -n 3 more >>f/runs.csv
    awk -F, -v OFS=, 'NR == 2 { $1 = 8; print }' f/epochs.csv >>f/epochs.csv
    mkdir -p f/running/123.1
    touch f/journal f/lock
    summary
    diff before said
    pages
    grep -qF 'they have not ended: runs 7 (random_normal, seed 9, running), 8 (random_normal, seed 10, interrupted) and 9 (random_normal, seed 11, interrupted)' said
    tail -n 1 more >>f/runs.csv
    awk -F, -v OFS=, 'NR == 2 { $1 = 10; print }' f/epochs.csv >>f/epochs.csv
    pages
    grep -qF 'runs 7 (random_normal, seed 9, running) and 8 (random_normal, seed 10, interrupted)' said
    edit runs.csv 'NR > 1 { $at["status"] = "running" } { print }'
    refuses 3 'f: no run has ended yet (10 running, 0 interrupted)' check f
}

@test "a header alone is as no file" {
    foreign </dev/null
    summary
    cp said before
    for file in theory depth phase spectrum features network factors environment timing; do
        case $file in network | factors) continue ;; esac
        head -n 1 "$BATS_FILE_TMPDIR/own/$file.csv" >f/$file.csv
    done
    echo run,factor,value >f/factors.csv
    echo run,layer,name,kind,block,activation,inputs,units,fan_in,fan_out,parameters,trainable >f/network.csv
    summary
    diff before said
    pages
}

@test "a key of environment.csv stands on the method page once" {
    foreign </dev/null
    { echo key,value; for i in 1 2 3; do echo 'framework,PyTorch 2.1'; done; echo 'framework,NumPy'; } >f/environment.csv
    pages
    [ "$(grep -oF 'framework: PyTorch 2.1, NumPy.' said | wc -l)" -eq 1 ]
    [ "$(grep -oF 'framework' said | wc -l)" -eq 1 ]
}
