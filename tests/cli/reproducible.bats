# SPDX-FileCopyrightText: The initscope authors
# SPDX-License-Identifier: GPL-3.0-or-later
# The same experiment gives the same bytes, whatever the threads, the order, the locale, and
# whatever interrupts it.

load helper

@test "one thread or more: the same bytes" {
    run_ok run -q --threads=1 --dropout=0,0.3 --epochs=4 --save-weights=ends -o one
    run_ok run -q --threads=2 --dropout=0,0.3 --epochs=4 --save-weights=ends -o two
    same_run one two
    OMP_NUM_THREADS=3 OPENBLAS_NUM_THREADS=2 GSL_RNG_SEED=7 GSL_RNG_TYPE=taus run_ok run -q --dropout=0,0.3 --epochs=4 --save-weights=ends -o three
    same_run one three
}

@test "experiment.ini repeats the run, from anywhere" {
    cp "$srcdir/data/wine.csv" 'my wine.csv'
    run_ok run -q --data='my wine.csv' --label=cultivar --delimiter=comma --scale=minmax --test-fraction=0.3 --split-seed=7 \
        --init='random_normal(stddev=0.1) variance_scaling(scale=2,mode=fan_avg)' --activation='leaky_relu(slope=0.2) tanh' \
        --hidden='8,8 3x6' --optimizer='sgd(momentum=0.5) adamw' --learning-rate='default 0.03' --dropout=0.25 \
        --weight-decay=0.001 --batch='full 16' --output-init=lecun_normal --bias-init='constant(0.1)' --epochs=3 \
        --shuffle=no --seeds=2 --seed=11 --probe=50 --record-every=2 --histograms='0 2' --bins=7 --symmetry=all --save-weights=ends --title='A "title", with # and = signs' --question='Which, of "these"?' --note='x' -o w
    mkdir elsewhere
    cd elsewhere
    run_ok run ../w/experiment.ini -q -o w
    same_run ../w w
}

@test "experiment.ini repeats a run of data whose path it cannot hold as it is" {
    local name
    for name in 'a ;b.csv' ';c.csv' ' d.csv' $'e\nf.csv' 'g\x3b ;.csv'; do
        cp "$srcdir/data/iris.csv" "$name"
        run_ok run -q --data="./$name" --init=zeros --seeds=1 --epochs=0 -o w
        mkdir elsewhere
        cd elsewhere
        run_ok run ../w/experiment.ini -q -o w
        same_run ../w w
        cd ..
        rm -r elsewhere w
    done
}

@test "the order of init, and what else is listed, changes no run's numbers" {
    run_ok run -q --init='zeros he_normal glorot_uniform' --epochs=3 -o a
    run_ok run -q --init='glorot_uniform he_normal' --epochs=3 --activation='tanh relu' --seeds=3 --seed=2 -o b
    for file in epochs.csv layers.csv histograms.csv symmetry.csv; do
        rows_of he_normal a/$file | grep -E '^he_normal,[234],' >a_rows
        # In b the runs of relu come after those of tanh: runs 7 to 12.
        awk -F, '$1 >= 7' b/$file | grep ,he_normal, | cut -d, -f2- >b_rows
        [ "$(wc -l <a_rows)" -ge 12 ]
        diff a_rows b_rows
    done
}

@test "a run alone has the numbers of the same run in a grid of all factors, lists turned round" {
    alone=(--hidden=8,8 --activation=tanh --optimizer=adam --learning-rate=0.01 --dropout=0.25 --weight-decay=0.01
        --batch=16 --init=he_normal --seeds=1 --seed=3)
    grid=(--hidden='3x5 8,8' --activation='relu tanh' --optimizer='sgd adam' --learning-rate='0.5 0.01' --dropout='0.5 0.25'
        --weight-decay='0.1 0.01' --batch='full 16' --init='zeros he_normal' --seeds=3 --seed=2)
    same=(--epochs=2 --histograms=last --bins=4 --save-weights=ends)
    run_ok run -q "${alone[@]}" "${same[@]}" --threads=1 -o alone
    run_ok run -q "${grid[@]}" "${same[@]}" --threads=2 -o grid
    factors=he_normal,tanh,'"8,8","8,8"',adam,0.01,0.25,0.01,16,3,
    number=$(grep -F ",$factors" grid/runs.csv | cut -d, -f1)
    # It is the last combination of 256, the second seed of three.
    [ "$number" -eq 767 ]
    for file in runs epochs layers histograms symmetry; do
        grep "^1," alone/$file.csv | cut -d, -f2- >expected
        [ -s expected ]
        grep "^$number," grid/$file.csv | cut -d, -f2- | diff expected -
    done
    diff -r alone/weights/000001 grid/weights/000767
    # And every other run of this initializer has other ones.
    [ "$(grep -c ,he_normal, grid/runs.csv)" -eq 384 ]
    [ "$(grep ,he_normal, grid/runs.csv | rev | cut -d, -f4 | sort -u | wc -l)" -eq 384 ]
}

@test "seeds 0 and 4294967295 work and differ" {
    run_ok run -q --hidden=64 --seed=0 --seeds=1 --init=he_normal --epochs=1 -o zero
    run_ok run -q --hidden=64 --seed=4294967295 --seeds=1 --init=he_normal --epochs=1 -o last
    [ "$(awk -F, 'NR == 2 { print $11 }' zero/runs.csv)" = 0 ]
    [ "$(awk -F, 'NR == 2 { print $11 }' last/runs.csv)" = 4294967295 ]
    [ "$(awk -F, 'NR == 2 { print $15 }' zero/runs.csv)" != "$(awk -F, 'NR == 2 { print $15 }' last/runs.csv)" ]
}

@test "killed and resumed: the same bytes as in one go" {
    long=(run -q --data=digits --hidden=128,128 --epochs=4 --seeds=3 --threads=2 --save-weights=all)
    "$INITSCOPE" "${long[@]}" -o whole
    for try in 1 2 3; do
        "$INITSCOPE" "${long[@]}" --resume -o w 3>&- &
        await finished $((2 * try)) w
        kill -KILL $!
        wait $! || [ $? -eq 137 ]
        [ ! -e w ]
    done
    run_ok "${long[@]}" --resume -o w
    same_run whole w
    [ ! -e w.partial ]
    # Nothing is left to do.
    run_ok run --resume w/experiment.ini -o w
    [[ "$stderr" == *"initscope: all 12 runs were complete already -> w" ]]
}

@test "SIGTERM and SIGHUP: dies by the signal, says how to go on, and can" {
    # Under nohup a hangup stays ignored, here as in the program.
    ignored=$((16#$(awk '/^SigIgn/ { print $2 }' /proc/self/status)))
    for signal in TERM:143 HUP:129; do
        [ "$signal" = HUP:129 ] && ((ignored & 1)) && continue
        rm -rf w w.partial
        "$INITSCOPE" run --data=digits --hidden=128,128 --epochs=8 --seeds=3 -o w 2>message 3>&- &
        await finished 1 w
        kill -"${signal%:*}" $!
        status=0
        wait $! || status=$?
        [ "$status" -eq "${signal#*:}" ]
        [[ "$(tail -n 1 message)" =~ ^"initscope: interrupted after "[0-9]+" of 12 runs; go on with --resume"$ ]]
        [ ! -e w ]
        [ -d w.partial ]
    done
    run_ok run -v --data=digits --hidden=128,128 --epochs=8 --seeds=3 --resume -o w
    [[ "$stderr" =~ "initscope: "[0-9]+" of 12 runs are complete already" ]]
    [ "$(wc -l <w/runs.csv)" -eq 13 ]
}

@test "resuming with other settings is refused, naming the difference" {
    "$INITSCOPE" run -q --data=digits --hidden=128,128 --epochs=8 -o w 3>&- &
    await finished 1 w
    kill -KILL $!
    wait $! || true
    run --separate-stderr "$INITSCOPE" run -q --data=digits --hidden=128,128 --epochs=9 --resume -o w
    [ "$status" -eq 2 ]
    [ "$stderr" = 'initscope: w.partial: the interrupted run has "epochs = 8" (got "epochs = 9")' ]
    run --separate-stderr "$INITSCOPE" run -q --data=digits --hidden=128,128 --epochs=8 -o w
    [ "$status" -eq 4 ]
    [[ "$stderr" =~ ^"initscope: w.partial: an interrupted run with "[0-9]+" finished trial"s?" is here; use --resume or --force"$ ]]
}

@test "a comma locale changes nothing" {
    if ! locale -a 2>/dev/null | grep -qi '^de_DE.utf-\?8$'; then
        localedef -i de_DE -f UTF-8 "$BATS_TEST_TMPDIR/de_DE.UTF-8" 2>/dev/null || skip "no German locale"
        export LOCPATH=$BATS_TEST_TMPDIR
    fi
    [ "$(LC_ALL=de_DE.UTF-8 locale decimal_point)" = , ] || skip "no German locale"
    run_ok run -q --seeds=1 --learning-rate=0.002 -o c
    LC_ALL=de_DE.UTF-8 run_ok run -q --seeds=1 --learning-rate=0.002 -o de
    same_run c de
    # Nor the data and scripts of a report, which are there without gnuplot too.
    "$INITSCOPE" report c --gnuplot=/none -o c_report || [ $? -eq 5 ]
    LC_ALL=de_DE.UTF-8 "$INITSCOPE" report c --gnuplot=/none -o de_report || [ $? -eq 5 ]
    [ -s c_report/report.gp ]
    diff -r c_report de_report
}
