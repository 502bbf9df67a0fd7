# SPDX-FileCopyrightText: The initscope authors
# SPDX-License-Identifier: GPL-3.0-or-later
# What a report concludes: nothing from noise, and nothing that depends on how an initializer is called.

load helper

# column NAME FILE: the values of a column of a CSV file without quotes in it.
column() {
    awk -F, -v name="$1" 'NR == 1 { for (i = 1; i <= NF; i++) if ($i == name) at = i } NR > 1 { print $at }' "$2"
}

# tables DIR: its report's tables, which are written whether or not gnuplot is there.
tables() { "$INITSCOPE" report -q --gnuplot /nonexistent "$1" 2>/dev/null || [ -s "$1/report/summary.csv" ]; }

# rows SEED CLASS: 90 rows of four random features, and the class that awk's expression CLASS gives.
rows() {
    awk -v seed="$1" "BEGIN {
        srand(seed)
        print \"a,b,c,d,class\"
        for (i = 0; i < 90; i++) {
            for (j = 0; j < 4; j++) printf \"%.4f,\", x[j] = rand()
            print \"class\" int(3 * $2)
        }
    }"
}

@test "of twenty data sets of noise at most one is learned, and all of them when there is something to learn" {
    learned=0
    for seed in $(seq 20); do
        rows "$seed" 'rand()' >noise.csv
        run_ok run -q --force --data=noise.csv --split-seed="$seed" --hidden=16,16 --epochs=20 --seeds=3 \
            --init=glorot_uniform,he_normal -o noise
        tables noise
        [ "$(column runs_undecided noise/report/summary.csv | tr '\n' ' ')" = "0 0 " ]
        if column verdicts noise/report/summary.csv | grep -q -v did_not_learn; then
            learned=$((learned + 1))
        fi
    done
    echo "$learned of 20 learned"
    [ "$learned" -le 1 ]
    for seed in 1 2 3; do
        rows "$seed" 'x[1]' >signal.csv
        run_ok run -q --force --data=signal.csv --split-seed="$seed" --hidden=16,16 --epochs=200 --seeds=3 \
            --init=glorot_uniform,he_normal -o signal
        tables signal
        [ "$(column runs_learned signal/report/summary.csv | tr '\n' ' ')" = "3 3 " ]
    done
}

# numbers SEED EXPRESSION: 90 rows of four random features, and a number.
numbers() {
    awk -v seed="$1" "BEGIN {
        srand(seed)
        print \"a,b,c,d,y\"
        for (i = 0; i < 90; i++) {
            for (j = 0; j < 4; j++) printf \"%.4f,\", x[j] = rand()
            printf \"%.4f\n\", $2
        }
    }"
}

@test "of twenty data sets of numbers that are noise at most one is learned, and all where there is something to learn" {
    learned=0
    for seed in $(seq 20); do
        numbers "$seed" 'rand()' >noise.csv
        run_ok run -q --force --data=noise.csv --split-seed="$seed" --hidden=16,16 --epochs=20 --seeds=3 \
            --init=glorot_uniform,he_normal -o noise
        tables noise
        if column verdicts noise/report/summary.csv | grep -q -v -E 'did_not_learn|learning_undecided'; then
            learned=$((learned + 1))
        fi
    done
    echo "$learned of 20 learned"
    [ "$learned" -le 1 ]
    for seed in 1 2 3; do
        numbers "$seed" 'x[1]' >signal.csv
        run_ok run -q --force --data=signal.csv --split-seed="$seed" --hidden=16,16 --epochs=200 --seeds=3 \
            --init=glorot_uniform,he_normal -o signal
        tables signal
        [ "$(column runs_learned signal/report/summary.csv | tr '\n' ' ')" = "3 3 " ]
        [ "$(column accuracy signal/report/summary.csv | tr -d '\n')" = "" ]
    done
}

@test "the summary of a foreign log of numbers tells of R², and what a log does not tell is not said" {
    mkdir foreign
    {
        echo 'initializer,seed,epoch,train_loss,test_score'
        for seed in 1 2 3 4 5; do printf 'a,%d,0,3,-2\na,%d,5,0.3,0.7%d\n' "$seed" "$seed" "$seed"; done
    } >foreign/epochs.csv
    {
        echo 'initializer,seed,epoch,layer,tensor,variance'
        for seed in 1 2 3 4 5; do printf 'a,%d,0,1,preactivation,1\n' "$seed"; done
    } >foreign/layers.csv
    run_ok report --summary foreign
    [[ "$output" == *'test score'* ]]
    [[ "$output" == *'0.730 [0.7'* ]]
    [[ "$output" != *learned\ in* ]]
    printf 'score = r2\nloss = mse\n' >foreign/experiment.ini
    printf 'key,value\ntrain_rows,100\ntest_rows,30\n' >foreign/environment.csv
    run_ok report --summary foreign
    [[ "$output" == *'test R²'* ]]
    [[ "$output" == *'a learned in all 5 runs.'* ]]
    [[ "$output" == *'has R² 0.730 [0.7'* ]]
    [[ "$output" != *ccuracy* ]]
    [[ "$output" != *hance* ]]
}

# rename FROM TO DIR OUT: the run directory with two labels instead of he_uniform and zeros.
rename() {
    cp -r run "$3"
    sed -i "s/he_uniform/$1/g; s/zeros/$2/g" "$3"/*.csv "$3/experiment.ini"
    tables "$3"
}

@test "two initializers' labels swapped in the logs: names swap, and nothing else does" {
    run_ok run -q --data=iris --hidden=16,16 --activation=relu,tanh --epochs=3 --seeds=5 \
        --init=he_uniform,zeros,glorot_uniform --bias-init=ones -o run
    # Labels of the same letters have the same width in print.
    rename abcde edcba there
    rename edcba abcde back
    rm -r back/report/report.gp there/report/report.gp
    find back/report -type f -exec sed -i 's/abcde/SWAP/g; s/edcba/abcde/g; s/SWAP/edcba/g' {} +
    # The footer has a hash of the experiment.
    find there/report/pages back/report/pages -type f -exec sed -i '/ · config [0-9a-f]* · /d' {} +
    grep -q abcde there/report/findings.csv
    grep -q edcba there/report/findings.csv
    grep -q -r abcde there/report/pages
    diff -r there/report back/report
}
