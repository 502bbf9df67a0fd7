# SPDX-FileCopyrightText: The initscope authors
# SPDX-License-Identifier: GPL-3.0-or-later
# --help, --version and list: complete, within 80 columns, on standard output.

load helper

# keys: every key of a resolved experiment, and the two that are not part of it.
keys() {
    "$INITSCOPE" run -q --epochs=0 --seeds=1 --init=zeros -o w
    sed 's/ =.*//' w/experiment.ini
    printf "%s\n" threads shard time-limit
    echo output
}

@test "every help fits in 80 columns, ends no line with a blank and goes to standard output" {
    for arguments in --help -h "run --help" "merge --help" "report --help" "theory --help" "list --help" "run -h"; do
        run_ok $arguments
        [ "$stderr" = "" ]
        [ "${lines[0]#Usage: initscope }" != "${lines[0]}" ]
        [ -z "$(grep -nE '.{80}| $' <<<"$output")" ]
    done
}

@test "initscope --help names every command" {
    run_ok --help
    for command in run merge report theory data list; do grep -q "^  $command  " <<<"$output"; done
    grep -q -e --version <<<"$output"
}

@test "run --help shows every key with its default or how it is chosen, and no other" {
    # Without what a run tells beside its keys.
    keys | grep -vxE 'score|time|classes' | sort >keys
    [ "$(wc -l <keys)" -ge 25 ]
    "$INITSCOPE" run --help >help
    sed -nE 's/^ +(-., )?--([a-z-]+)=.*/\2/p' help | sort >shown
    diff keys shown
    # All the words of the options, wrapped or not: as many defaults as options that take a value.
    [ "$(tr '\n' ' ' <help | tr -s ' ' | grep -o '\[default: ' | wc -l)" -eq "$(wc -l <keys)" ]
    tr '\n' ' ' <help | tr -s ' ' | grep -q 'default: 32; an integer from 1 to 2147483647, or full (all training rows); unit: rows'
    for switch in force resume quiet verbose help; do grep -qE -e "--$switch( |\$)" help; done
}

@test "the defaults that the help shows are those of a run" {
    "$INITSCOPE" run -q --epochs=0 --seeds=1 -o w
    flat=$("$INITSCOPE" run --help | tr '\n' ' ' | tr -s ' ')
    for key in init activation network residual-init recurrent-init forget-bias clip optimizer dropout weight-decay batch data delimiter scale \
        test-fraction split-seed output-init first-init embedding-init bias-init shuffle seed probe record-every; do
        value=$(sed -n "s/^$key = //p" w/experiment.ini)
        [ -n "$value" ]
        [[ "$flat" =~ "--$key="[^[]*"[default: $value;" ]] || { echo "$key: $value"; return 1; }
    done
}

@test "--version: program, GSL, BLAS, compiler, license" {
    run_ok --version
    [[ "${lines[0]}" =~ ^"initscope "[0-9]+\.[0-9]+ ]]
    [[ "${lines[1]}" =~ ^"GSL "[0-9.]+"; BLAS: ".+"; compiler: ".+"; OpenMP: ".+"; MPI: "("no"|[0-9.]+)"; zlib "[0-9.]+"; libzip "[0-9.]+ ]]
    [[ "${lines[2]}" == "License GPLv3+"* ]]
}

@test "list: all subjects, one line each, names first, columns aligned" {
    run_ok list
    for name in he_normal glorot_uniform variance_scaling relu tanh adam nesterov delta gradient breast_cancer; do
        [ "$(grep -c "^$name " <<<"$output")" -eq 1 ]
    done
    "$INITSCOPE" list initializers >table
    column=$(head -n 1 table | grep -bo formula | cut -d: -f1)
    [ "$(cut -c$((column - 1))-$column table | sort -u)" = "  " ]
    [ -z "$(grep ' $' table)" ]
    grep -qE '^random_normal  +N\(mean, stddev\^2\)  +mean=0, stddev=0.05  +Keras$' table
}

@test "list: several subjects are separated by an empty line, and nothing is printed when one is wrong" {
    run_ok list optimizers tensors
    [ "$output" = "$("$INITSCOPE" list optimizers; echo; "$INITSCOPE" list tensors)" ]
    refuses 2 'list: unknown subject (got "x"); valid: initializers, layers, residual-starts, forget-starts, activations, optimizers, losses, tensors, verdicts, datasets, generators' list tensors x
}

@test "list activations: the three gains, which are not the same, and where outputs saturate" {
    # 1 / sqrt(E[phi^2]), 1 / sd(phi), 1 / sqrt(E[phi'^2]) for z ~ N(0, 1), by adaptive quadrature
    # (scipy.integrate.quad) of the formulas; relu also by hand: sqrt 2, sqrt(2 pi / (pi - 1)), sqrt 2.
    run_ok list activations
    gains() { grep "^$1 " <<<"$output" | grep -oE ' [0-9]\.[0-9]{4} ' | tail -n 3 | tr -s ' \n' ' '; }
    [ "$(gains linear)" = " 1.0000 1.0000 1.0000 " ]
    [ "$(gains relu)" = " 1.4142 1.7129 1.4142 " ]
    [ "$(gains tanh)" = " 1.5925 1.5925 1.4674 " ]
    [ "$(gains sigmoid)" = " 1.8462 4.8013 4.7226 " ]
    [ "$(gains selu)" = " 1.0000 1.0000 0.9660 " ]
    [ "$(gains gelu)" = " 1.5335 1.7009 1.4811 " ]
    [ "$(gains softplus)" = " 1.0419 1.9191 1.8462 " ]
    grep -qE '^tanh +tanh z +\|a\|>0.97 ' <<<"$output"
    grep -qE '^sigmoid .* a<0.03 or a>0.97 ' <<<"$output"
    grep -qE '^leaky_relu .*; slope=0.01 +- ' <<<"$output"
}

@test "gain=NAME is the gain that is listed" {
    run_ok run -q --init='xavier_normal(gain=tanh) xavier_normal(gain=1.5925374197228301)' --hidden=16 --seeds=1 --epochs=0 -o w
    # To six digits: the last ones of the quadratures may differ. The number is of scipy, as above.
    six() { awk -F, -v run="$1" '$1 == run && $6 == "preactivation" { printf "%.6g\n", $10 }' w/layers.csv; }
    [ "$(six 1 | wc -l)" -eq 2 ]
    [ "$(six 1)" = "$(six 2)" ]
}

@test "every initializer, activation and optimizer that is listed runs" {
    for table in init:initializers activation:activations optimizer:optimizers; do
        # The initializer file needs files, and tied a layer before.
        names=$("$INITSCOPE" list "${table#*:}" | awk 'NR > 1 && $1 != "file" && $1 != "tied" { printf "%s ", $1 }')
        [ "$(wc -w <<<"$names")" -ge 6 ]
        run_ok run -q --hidden=4 --epochs=1 --seeds=1 --init=he_normal "--${table%:*}=$names" -o "${table%:*}"
        [ "$(wc -l <"${table%:*}/runs.csv")" -eq $((1 + $(wc -w <<<"$names"))) ]
    done
}

@test "list datasets: rows, features and classes as the files have them" {
    run_ok list datasets
    # UCI: Iris 150 x 4, 3 classes; Wine 178 x 13, 3; breast cancer 569 x 30, 2; digits 1797 x 64, 10.
    [ "$(awk 'NR > 1 { print $1, $2, $3, $4 }' <<<"$output")" = "iris 150 4 3
wine 178 13 3
breast_cancer 569 30 2
digits 1797 64 10" ]
}

@test "on a terminal the list is wrapped to its width" {
    needs_terminal
    for subject in initializers activations optimizers; do
        script -qec "stty cols 80; '$INITSCOPE' list $subject" /dev/null </dev/null | tr -d '\r' >wrapped
        [ "$(wc -l <wrapped)" -gt 7 ]
        [ -z "$(grep -nE '.{81}' wrapped)" ]
    done
    script -qec "stty cols 90; '$INITSCOPE' list initializers" /dev/null </dev/null | tr -d '\r' >wrapped
    [ "$(wc -l <wrapped)" -gt "$("$INITSCOPE" list initializers | wc -l)" ]
    [ -z "$(grep -nE '.{91}' wrapped)" ]
    # Lines end between words: each word is there whole.
    words() { tr -s ' \n' '\n' | sort -u; }
    words <wrapped >whole
    [ -z "$("$INITSCOPE" list initializers | words | comm -23 - whole)" ]
}

@test "data are found by the file source-tree beside the program, and only by one that is to be trusted" {
    unset INITSCOPE_DATA_DIR
    "$INITSCOPE" list datasets >beside
    [ "$(awk '$1 == "iris" { print $NF }' beside)" -ef "$srcdir/data/iris.csv" ]
    mkdir -p bin tree/data
    cp "$INITSCOPE" bin
    cp "$srcdir/data/iris.csv" tree/data
    # Those of an installed program, if any.
    run bin/initscope list datasets
    alone=$output
    [[ $alone != *"$srcdir"* ]]
    [[ $alone != *"$PWD/tree"* ]]
    echo "$PWD/tree" >bin/source-tree
    run bin/initscope list datasets
    [[ $output == *"$PWD/tree/data/iris.csv"* ]]
    mv bin/source-tree elsewhere
    ln -s ../elsewhere bin/source-tree
    run bin/initscope list datasets
    [ "$output" = "$alone" ]
    rm bin/source-tree
    [ "$(id -u)" -eq 0 ] || skip "only root gives files away"
    mv elsewhere bin/source-tree
    chown 12345 bin/source-tree
    run bin/initscope list datasets
    [ "$output" = "$alone" ]
}
