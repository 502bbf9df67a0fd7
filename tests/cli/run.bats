# SPDX-FileCopyrightText: The initscope authors
# SPDX-License-Identifier: GPL-3.0-or-later
# initscope run: what it writes, where it writes it, and what it says meanwhile.

load helper

@test "the default run is four initializers, five seeds, ten epochs on Iris" {
    run_ok run -o w
    [ "$output" = "" ]
    [[ "$stderr" =~ ^"initscope: 20 runs in "[0-9.]+" s (0 diverged) -> w"$ ]]
    [ "$(ls w | tr '\n' ' ')" = "depth.csv environment.csv epochs.csv experiment.ini features.csv histograms.csv layers.csv manifest.csv outputs.csv phase.csv runs.csv schema.json spectrum.csv symmetry.csv theory.csv timing.csv " ]
    [ "$(wc -l <w/runs.csv)" -eq 21 ]
    [ "$(wc -l <w/timing.csv)" -eq 21 ]
    [ "$(wc -l <w/epochs.csv)" -eq $((1 + 20 * 11)) ]
    # Layer 0 has one tensor; layers 1 to 3 have six at epoch 0 and seven afterwards.
    [ "$(wc -l <w/layers.csv)" -eq $((1 + 20 * (19 + 10 * 22))) ]
    # Histograms of epochs 0 and 10: the inputs, then five tensors a layer, 60 bins each. Symmetry of
    # epochs 0, 1 and 10.
    [ "$(wc -l <w/histograms.csv)" -eq $((1 + 20 * 2 * (1 + 3 * 5) * 60)) ]
    [ "$(wc -l <w/symmetry.csv)" -eq $((1 + 20 * 3 * 3)) ]
    # Singular values of epochs 0 and 10: four Jacobians 3 x 4; layers 64 x 4, 64 x 64, 3 x 64.
    [ "$(wc -l <w/spectrum.csv)" -eq $((1 + 20 * 2 * (4 * 3 + 4 + 64 + 3))) ]
    [ "$(cut -d, -f2 w/runs.csv | uniq | tr '\n' ' ')" = "initializer zeros random_uniform glorot_uniform he_uniform " ]
    [ ! -e w.partial ]
}

@test "the grid: hidden slowest, then activation, optimizer, rate, dropout, decay, batch, init; seed fastest" {
    run_ok run -q --epochs=0 --hidden='4 3x5' --activation=relu,tanh --optimizer='sgd adam' \
        --learning-rate=default,0.5 --dropout=0,0.5 --weight-decay=0,0.1 --batch=16,full \
        --init='zeros he_normal' --seeds=2 --seed=7 -o w
    [ "$(wc -l <w/runs.csv)" -eq $((1 + 2 ** 9)) ]
    rows() { tail -n +2 w/runs.csv | cut -d, -f2-11; }
    [ "$(rows | sed -n 1p)" = "zeros,relu,4,4,sgd,0.01,0,0,16,7" ]
    [ "$(rows | sed -n 2p)" = "zeros,relu,4,4,sgd,0.01,0,0,16,8" ]
    [ "$(rows | sed -n 3p)" = "he_normal,relu,4,4,sgd,0.01,0,0,16,7" ]
    [ "$(rows | sed -n 5p)" = "zeros,relu,4,4,sgd,0.01,0,0,120,7" ]
    [ "$(rows | sed -n 9p)" = "zeros,relu,4,4,sgd,0.01,0,0.1,16,7" ]
    [ "$(rows | sed -n 17p)" = "zeros,relu,4,4,sgd,0.01,0.5,0,16,7" ]
    [ "$(rows | sed -n 33p)" = "zeros,relu,4,4,sgd,0.5,0,0,16,7" ]
    [ "$(rows | sed -n 65p)" = "zeros,relu,4,4,adam,0.001,0,0,16,7" ]
    [ "$(rows | sed -n 129p)" = "zeros,tanh,4,4,sgd,0.01,0,0,16,7" ]
    [ "$(rows | sed -n 257p)" = "zeros,relu,3x5,3x5,sgd,0.01,0,0,16,7" ]
    [ "$(cut -d, -f1 w/runs.csv | tail -n 1)" = 512 ]
}

@test "zero initialization: every moment is exactly zero and no unit ever differs from another" {
    run_ok run -q --init=zeros --output-init=zeros --bias-init=zeros --seeds=1 --epochs=3 -o w
    awk -F, '$5 >= 1 && $6 == "weight" && ($10 != 0 || $12 != 0) { bad = 1 }
             $6 == "weight" { seen++ } END { exit bad || seen != 12 }' w/layers.csv
}

@test "variance is the sum of its two parts; saturation is recorded where there is a rule" {
    run_ok run -q --init=he_normal --activation=relu,tanh --seeds=1 --epochs=2 -o w
    awk -F, 'NR > 1 { d = $10 - $11 - $12; if (d < 0) d = -d; if (d > 1e-12 * (1 + $10)) bad = 1; seen++ }
             END { exit bad || seen < 100 }' w/layers.csv
    # Run 2 is tanh: only the activations of hidden layers 1 and 2 have the fraction.
    [ "$(awk -F, 'NR > 1 && $19 != "" { print $1, $5, $6 }' w/layers.csv | sort -u | tr '\n' ';')" = \
        "2 1 activation;2 2 activation;" ]
}

@test "record-every records epoch 0, every k-th and the last, and changes no number" {
    run_ok run -q --seeds=1 --epochs=7 -o all
    run_ok run -q --seeds=1 --epochs=7 --record-every=3 -o some
    [ "$(awk -F, '$1 == 1 { print $4 }' some/epochs.csv | tr '\n' ' ')" = "0 3 6 7 " ]
    diff all/runs.csv some/runs.csv
    grep -E '^[0-9]+,[a-z_]+,1,(0|3|6|7),' all/epochs.csv >expected
    tail -n +2 some/epochs.csv | diff expected -
    # An update reaches back to the previous record: the others agree row by row.
    grep -E '^[0-9]+,[a-z_]+,1,(0|3|6|7),' all/layers.csv | grep -v ,update, >expected
    tail -n +2 some/layers.csv | grep -v ,update, | diff expected -
}

# epochs_of FILE: the epochs that have rows.
epochs_of() { tail -n +2 "$1" | cut -d, -f4 | uniq | tr '\n' ' '; }

@test "histograms and symmetry are written at their epochs, when those are recorded" {
    run_ok run -q --init=he_normal --seeds=1 --epochs=7 --record-every=3 --histograms=0,2,3 --symmetry=last --bins=5 -o w
    [ "$(epochs_of w/histograms.csv)" = "0 3 " ]
    [ "$(epochs_of w/symmetry.csv)" = "7 " ]
    [ "$(wc -l <w/histograms.csv)" -eq $((1 + 2 * (1 + 3 * 5) * 5)) ]
    grep -q '^histograms = 0,2,3$' w/experiment.ini
    # A run without a row has no file, and its schema does not speak of it.
    run_ok run -q --init=he_normal --seeds=1 --epochs=1 --histograms=none --symmetry=5 -o none
    [ ! -e none/histograms.csv ]
    [ ! -e none/symmetry.csv ]
    refute grep -E 'histograms.csv|symmetry.csv' none/schema.json
    grep -q histograms.csv w/schema.json
    # Watching changes nothing.
    run_ok run -q --init=he_normal --seeds=1 --epochs=1 --histograms=all --symmetry=all --save-weights=all -o all
    diff none/layers.csv all/layers.csv
    [ "$(epochs_of all/histograms.csv)" = "0 1 " ]
}

@test "a histogram counts what layers.csv counts, diverged or not, and the last epoch of a diverged run is last" {
    run_ok run -q --init='he_uniform random_normal(stddev=1)' --hidden=8x32 --scale=none --optimizer=sgd --learning-rate=1e6 \
        --seeds=1 --epochs=4 -o w
    [ "$(awk -F, 'NR == 2 { print $12 }' w/runs.csv)" = diverged ]
    last=$(awk -F, 'NR == 2 { print $13 }' w/runs.csv)
    [ "$last" -ge 1 ]
    [ "$last" -lt 4 ]
    [ "$(grep '^1,' w/histograms.csv | cut -d, -f4 | uniq | tr '\n' ' ')" = "0 $last " ]
    awk -F, 'FNR == 1 { file++; next }
             file == 1 { counted[$1, $4, $5, $6] += $10; next }
             ($1, $4, $5, $6) in counted { seen++; if (counted[$1, $4, $5, $6] != $8) bad = 1 }
             END { exit bad || seen < 150 }' w/histograms.csv w/layers.csv
}

@test "zero initialization: one kind of unit for ever, and no unit of it alive" {
    run_ok run -q --init=zeros --output-init=zeros --seeds=1 --epochs=3 --symmetry=all -o w
    [ "$(awk -F, '$5 < 3 && NR > 1 { print $6, $7, $8, $11 }' w/symmetry.csv | sort -u)" = "64 1 2016 64" ]
    [ "$(wc -l <w/symmetry.csv)" -eq 13 ]
    # A random initializer has 64 kinds.
    run_ok run -q --init=he_uniform --seeds=1 --epochs=3 --symmetry=all -o he
    [ "$(awk -F, '$5 < 3 && NR > 1 { print $6, $7, $8 }' he/symmetry.csv | sort -u)" = "64 64 0" ]
}

@test "saved weights: where they are, and that file() traces the same network" {
    run_ok run -q --init=he_normal,zeros --bias-init=random_normal --seeds=2 --epochs=4 --record-every=2 --save-weights=ends -o w
    [ "$(ls w/weights | tr '\n' ' ')" = "000001 000002 000003 000004 " ]
    [ "$(ls w/weights/000002 | tr '\n' ' ')" = "$(printf 'epoch%s.layer0%d.%s.npy ' \
        0000 1 W 0000 1 b 0000 2 W 0000 2 b 0000 3 W 0000 3 b 0004 1 W 0004 1 b 0004 2 W 0004 2 b 0004 3 W 0004 3 b)" ]
    for epoch in 0 4; do
        run_ok run -q --init="file(w/weights/000002/epoch000$epoch)" --seeds=1 --epochs=0 -o again
        grep "^2,he_normal,2,$epoch," w/layers.csv | grep -v ,update, | cut -d, -f5- >expected
        [ "$(wc -l <expected)" -eq 19 ]
        tail -n +2 again/layers.csv | rev | cut -d, -f1-16 | rev | diff expected -
        rm -r again
    done
    run_ok run -q --init=zeros --seeds=1 --epochs=4 --record-every=2 --save-weights=all -o all
    [ "$(ls all/weights/000001 | cut -d. -f1 | uniq | tr '\n' ' ')" = "epoch0000 epoch0002 epoch0004 " ]
    # A directory with the plain names, as other programs export them.
    mkdir plain
    for file in w/weights/000002/epoch0000.*; do cp "$file" "plain/${file#*epoch0000.}"; done
    run_ok run -q --init="file(plain)" --seeds=1 --epochs=0 -o again
    grep "^2,he_normal,2,0," w/layers.csv | cut -d, -f5- >expected
    tail -n +2 again/layers.csv | rev | cut -d, -f1-16 | rev | diff expected -
}

@test "weights that cannot be written: status 4, and the run can be resumed" {
    command -v prlimit >/dev/null || skip "prlimit is not installed"
    run --separate-stderr prlimit --fsize=16384 "$INITSCOPE" run -q --init=zeros --seeds=1 --epochs=0 --histograms=none --save-weights=all -o w
    echo "$status $stderr"
    [ "$status" -eq 4 ]
    [[ "$stderr" == "initscope: w.partial/weights/000001/epoch0000.layer02.W.npy: "* ]]
    [ ! -e w ]
}

@test "a run that diverges is a result: its last epoch is recorded, the others go on, status 0" {
    run_ok run --init='zeros random_normal(stddev=1)' --hidden=100x32 --seeds=1 --epochs=4 --record-every=3 -o w
    [[ "$stderr" == *"2 runs in "*" s (1 diverged) -> w" ]]
    [ "$(awk -F, 'NR > 1 { print $12, $13 }' w/runs.csv | tr '\n' ';')" = "completed 4;diverged 0;" ]
    [ "$(awk -F, '$1 == 2 { print $4, $6 }' w/epochs.csv)" = "0 nan" ]
    grep -q '^2,random_normal(stddev=1),1,0,100,preactivation,.*,[1-9][0-9]*$' w/layers.csv
}

@test "units of a run that diverged are neither alike nor dead" {
    run_ok run -q --init=he_normal --hidden=8,8 --optimizer=sgd --learning-rate=1e6 --seeds=1 --record-every=100 -o w
    [ "$(awk -F, 'NR > 1 && $4 > 0 { print $6, "[" $7 $8 "]", $11 }' w/symmetry.csv | tr '\n' ';')" = "8 [] 0;8 [] 0;3 [] ;" ]
}

@test "divergence between two recorded epochs is recorded" {
    run_ok run -q --init=he_uniform --hidden=8x32 --scale=none --optimizer=sgd --learning-rate=1e10 --seeds=1 \
        --epochs=50 --record-every=50 -o w
    last=$(awk -F, 'NR == 2 && $12 == "diverged" { print $13 }' w/runs.csv)
    [ "$last" -ge 1 ]
    [ "$last" -lt 50 ]
    [ "$(awk -F, 'NR > 1 { print $4 }' w/epochs.csv | tr '\n' ' ')" = "0 $last " ]
    # It is looked at as an epoch that is due is, the test rows as well.
    run_ok run -q --init=he_uniform --hidden=8x32 --scale=none --optimizer=sgd --learning-rate=1e10 --seeds=1 \
        --epochs=50 --record-every=1 -o each
    diff <(tail -n 1 w/epochs.csv) <(tail -n 1 each/epochs.csv)
    diff <(tail -n 1 w/runs.csv) <(tail -n 1 each/runs.csv)
}

@test "timing.csv: training and recording each take their time" {
    run_ok run -q --init=he_normal --hidden=64,64 --epochs=2 --seeds=2 --spectrum=all -o w
    [ "$(head -n 1 w/timing.csv)" = run,train_seconds,record_seconds ]
    [ "$(awk -F, 'NR > 1 && $2 > 0 && $3 > 0' w/timing.csv | wc -l)" -eq 2 ]
}

@test "epochs=0 records the initial network only" {
    run_ok run -q --epochs=0 --seeds=1 -o w
    [ "$(cut -d, -f4 w/epochs.csv | sort -u | tr '\n' ' ')" = "0 epoch " ]
    [ "$(grep -c ,update, w/layers.csv)" -eq 0 ]
}

@test "experiment file: defaults < file < command line; beside the file lies its data" {
    mkdir there
    cp "$srcdir/data/wine.csv" there/mine.csv
    printf '# a comment\n\nepochs = 2\nseeds=2\ninit = he_normal, zeros\ndata = mine.csv\n' >there/small.ini
    run_ok run there/small.ini --seeds=1 -q -o w
    [ "$(wc -l <w/epochs.csv)" -eq $((1 + 2 * 3)) ]
    grep -q '^title = small$' w/experiment.ini
    grep -q "^data = $BATS_TEST_TMPDIR/there/mine.csv\$" w/experiment.ini
    # A file in the current directory comes first.
    cp "$srcdir/data/iris.csv" mine.csv
    run_ok run there/small.ini --seeds=1 -q -o w2
    grep -q "^data = $BATS_TEST_TMPDIR/mine.csv\$" w2/experiment.ini
}

@test "a directory called like a bundled data set does not hide it; a file does" {
    mkdir iris
    run_ok run -q --epochs=0 --seeds=1 -o iris/w
    grep -q '^data = iris$' iris/w/experiment.ini
    cp "$srcdir/data/wine.csv" wine
    run_ok run -q --epochs=0 --seeds=1 --data=wine -o w2
    grep -q "^data = $BATS_TEST_TMPDIR/wine\$" w2/experiment.ini
}

@test "the output directory may exist and be empty; --force replaces a full one" {
    mkdir w
    run_ok run -q --epochs=0 --seeds=1 -o w
    touch w/mark
    run_ok run -q --epochs=1 --seeds=1 --force -o w
    [ ! -e w/mark ]
    [ "$(wc -l <w/epochs.csv)" -eq 9 ]
}

@test "an output directory that exists keeps its permissions" {
    mkdir -m 700 w
    run_ok run -q --init=zeros --epochs=0 --seeds=1 -o w
    [[ "$(ls -ld w)" == drwx------* ]]
    chmod 750 w
    run_ok run -q --init=zeros --epochs=0 --seeds=1 --force -o w
    [[ "$(ls -ld w)" == drwxr-x---* ]]
}

@test "-q is silent, -v has a line a run" {
    run_ok run -q --epochs=0 --seeds=1 -o a
    [ "$stderr" = "" ]
    run_ok run -v --epochs=0 --seeds=1 --init='zeros he_normal' -o b
    [[ "${stderr_lines[0]}" =~ ^"initscope: run 1 of 2: zeros seed 1, test accuracy 0."[0-9]+$ ]]
    [[ "${stderr_lines[1]}" =~ ^"initscope: run 2 of 2: he_normal seed 1, test accuracy 0."[0-9]+$ ]]
    [ "${#stderr_lines[@]}" -eq 3 ]
}

@test "constant columns: one line, the first ones named" {
    echo "$(seq -f 'c%g' -s, 25),x,y" >wide.csv
    for row in $(seq 10); do echo "$(printf '7,%.0s' {1..25})$row,$((row % 2))"; done >>wide.csv
    run_ok run --data=wide.csv --init=zeros --seeds=1 --epochs=0 -o w
    [ "$(grep -c constant <<<"$stderr")" -eq 1 ]
    grep -qx 'initscope: warning: wide.csv: constant in the training rows, scaled to 0: c1, c2, c3, c4, c5, c6, c7, c8 and 17 more' <<<"$stderr"
}

@test "a bar is drawn on a terminal only" {
    needs_terminal
    script -qec "'$INITSCOPE' run --epochs=1 --seeds=2 -o w" /dev/null >bar </dev/null
    grep -q '\[=.*/8 runs  [a-z_]* seed [12]  .* runs/s  .* s left' bar
    run_ok run --epochs=1 --seeds=2 -o w2
    [[ "$stderr" != *runs/s* ]]
}

@test "the bar is as full as runs are done, also when they diverge early" {
    needs_terminal
    # A quarter of the runs stop in epoch 1.
    script -qec "'$INITSCOPE' run --init=zeros,he_normal --hidden=4 --optimizer=sgd --learning-rate=1e38,1e-3 --epochs=1500 --record-every=1500 --seeds=10 --threads=1 -o w" /dev/null >bar </dev/null
    [ "$(grep -c diverged w/runs.csv)" -eq 10 ]
    tr '\r' '\n' <bar | sed -n 's|^\[\(=*\)[> ]*\] \([0-9]*\)/40 .*|\1:\2|p' >drawn
    [ "$(wc -l <drawn)" -ge 3 ]
    # 20 places for 40 runs; the one under way counts by its epochs.
    awk -F: '{ full = length($1) } full < int($2 / 2) || full > $2 / 2 + 1 { bad++ } END { exit bad > 0 }' drawn
}

@test "environment.csv: facts about program and data" {
    SOURCE_DATE_EPOCH=1000000000 run_ok run -q --epochs=0 --seeds=1 --note="it's" -o w
    value() { grep "^$1," w/environment.csv | cut -d, -f2-; }
    [ "$(value date)" = 2001-09-09T01:46:40Z ]
    [ "$(value command_line)" = "initscope run -q --epochs=0 --seeds=1 '--note=it'\\''s' -o w" ]
    [ "$(value data_rows) $(value train_rows) $(value test_rows) $(value probe_rows)" = "150 120 30 120" ]
    [ "$(value features) $(value classes)" = '4 3' ]
    [ "$(tr '\n' ' ' <w/outputs.csv)" = 'output,name 1,setosa 2,versicolor 3,virginica ' ]
    # s = numpy.linalg.svd(z, compute_uv=False) of the standardized training rows z, p = s / s.sum():
    # exp(-(p * log(p)).sum())
    [[ "$(value input_rank)" = 2.98208868* ]]
    # scikit-learn's train_test_split(test_size=0.2, random_state=42): versicolor and virginica
    # have 41 and 39 training rows, so versicolor is the most frequent, with 9 of 30 test rows.
    [ "$(value majority_share)" = 0.3 ]
    # Among the test rows themselves virginica is the most frequent, with 11 of 30.
    [ "$(value largest_train_share)" = 0.3416666666666667 ]
    [ "$(value largest_test_share)" = 0.36666666666666664 ]
    [ "$("$INITSCOPE" --version | sed -n 's/initscope //p')" = "$(value version)" ]
}

@test "closed standard streams do no harm" {
    "$INITSCOPE" run --epochs=0 --seeds=1 -o a >&- 2>&- <&-
    run_ok run -q --epochs=0 --seeds=1 -o b
    same_run a b
}

# row_set FILE SEED: what layers.csv or epochs.csv has of a seed, without the number of the run.
row_set() { awk -F, -v seed="$2" 'NR > 1 && $3 == seed' "$1" | cut -d, -f2-; }

@test "a split for each seed: every run is that of the split-seed of its own" {
    small=(--init='lsuv glorot_uniform' --hidden=8,8 --epochs=2 --histograms=none -q)
    run_ok run "${small[@]}" --split=by-seed --seeds=3 --threads=2 -o w
    for seed in 1 2 3; do
        run_ok run "${small[@]}" --split-seed=$((41 + seed)) --seed=$seed --seeds=1 -o "fixed$seed"
        for file in layers epochs symmetry spectrum; do
            row_set w/$file.csv $seed >rows
            [ "$(wc -l <rows)" -gt 5 ]
            row_set "fixed$seed/$file.csv" $seed | diff rows -
        done
        # theory.csv and depth.csv have no seed, but the number of the run.
        for file in theory depth; do
            for run in 1 2; do
                awk -F, -v run=$((3 * run - 3 + seed)) '$1 == run' w/$file.csv | cut -d, -f2- >rows
                [ -s rows ]
                awk -F, -v run=$run '$1 == run' "fixed$seed/$file.csv" | cut -d, -f2- | diff rows -
            done
        done
    done
    refute diff -q <(row_set fixed1/layers.csv 1 | grep ',0,0,activation,') <(row_set fixed2/layers.csv 2 | grep ',0,0,activation,')
    # What is told once is that of the first split.
    diff w/features.csv fixed1/features.csv
    diff <(grep share w/environment.csv) <(grep share fixed1/environment.csv)
    grep -q '^split = by-seed$' w/experiment.ini
    run_ok run "${small[@]}" --split=by-seed --seeds=3 --threads=1 -o one
    same_run w one
    run_ok run w/experiment.ini -q -o again
    same_run w again
}

@test "a split for each seed: a seed whose split cannot be is refused before anything is written" {
    printf 'x,y\n1,a\n2,a\n3,a\n4,b\n' >d.csv
    run_ok run -q --data=d.csv --init=zeros --epochs=0 --test-fraction=0.25 --split-seed=2 --seeds=1 -o ok
    run --separate-stderr "$INITSCOPE" run -q --data=d.csv --init=zeros --epochs=0 --test-fraction=0.25 --split=by-seed --split-seed=2 --seeds=20 -o w
    echo "$stderr"
    [ "$status" -eq 3 ]
    [[ "$stderr" == *'all 3 training rows have one label (got "a")'*'--split: the split is that of seed '* ]]
    [ ! -e w ]
    refuses 2 '--split-seed: split-seed + seed - 1 must lie in [0, 4294967295] for every seed (got "4294967295")' run --split=by-seed --split-seed=4294967295 --seeds=2 -o w
    refuses 2 '--split-seed: split-seed + seed - 1 must lie in [0, 4294967295] for every seed (got "0")' run --split=by-seed --split-seed=0 --seed=0 --seeds=2 -o w
    run_ok run -q --split=by-seed --split-seed=4294967295 --seeds=1 --epochs=0 --init=zeros -o last
}
