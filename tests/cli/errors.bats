# SPDX-FileCopyrightText: The initscope authors
# SPDX-License-Identifier: GPL-3.0-or-later
# Bad inputs: the whole message and the exit status of each.

load helper

initializers() { "$INITSCOPE" list initializers | awk 'NR > 1 { printf "%s%s", sep, $1; sep = ", " }'; }

# refuses_data CONTENT MESSAGE: a data file that is refused with status 3.
refuses_data() {
    printf "$1" >d.csv
    refuses 3 "$2" run --data=d.csv -o w
}

@test "no command, an unknown one, an unknown option" {
    refuses 2 'usage: initscope COMMAND [OPTION]...; see `initscope --help`'
    refuses 2 'unknown command (got "rum"); did you mean run? see `initscope --help`' rum
    refuses 2 'unknown option (got "--halp"); did you mean --help? see `initscope --help`' --halp
    refuses 2 'run: unknown option (got "--epocs=3"); did you mean --epochs?' run --epocs=3 -o w
    refuses 2 'run: unknown option (got "--colour"); see `initscope run --help`' run --colour -o w
    refuses 2 'run: unknown option (got "-x"); see `initscope run --help`' run -x -o w
    refuses 2 'run: this option takes no value (got "--force=yes")' run --force=yes -o w
    refuses 2 'run: the value of an option is missing (got "-o")' run -o
    refuses 2 'list: unknown subject (got "tensor"); did you mean tensors? valid: initializers, layers, residual-starts, forget-starts, activations, optimizers, losses, tensors, datasets, generators' list tensor
    refuses 2 'list: unknown subject (got "all"); valid: initializers, layers, residual-starts, forget-starts, activations, optimizers, losses, tensors, datasets, generators' list optimizers all
}

@test "an abbreviated option is refused and told in full" {
    refuses 2 'run: unknown option (got "--dropou"); did you mean --dropout?' run --dropou 0.5 -o w
    refuses 2 'run: unknown option (got "--bias=zeros"); did you mean --bias-init?' run --bias=zeros -o w
    refuses 2 'run: unknown option (got "--batch-siz"); did you mean --batch-size?' run --batch-siz 4 -o w
}

@test "aliases of options, keys and names answer, under the names they stand for" {
    printf 'lr = 0.1\nlearning-rate = 0.2\n' >f.ini
    refuses 2 'f.ini:2: key given twice, first on line 1 (got "learning-rate")' run f.ini -o w
    refuses 2 '--init: the same value is listed twice (got "xavier")' run --init=glorot_uniform,xavier -o w
    printf 'lr = 0.1\nbatch-size = 16\ninit = he xavier\n' >e.ini
    run_ok run -q e.ini --epochs=0 --seeds=1 --activation=swish --optimizer=nag -ow
    grep -qx 'learning-rate = 0.1' w/experiment.ini
    grep -qx 'batch = 16' w/experiment.ini
    grep -qx 'init = he_normal glorot_uniform' w/experiment.ini
    grep -qx 'activation = silu' w/experiment.ini
    grep -qx 'optimizer = nesterov' w/experiment.ini
    run_ok run -q --lr=0.2 e.ini --epochs=0 --seeds=1 -o v
    grep -qx 'learning-rate = 0.2' v/experiment.ini
}

@test "a typing error nearest to an alias is told with the name it stands for" {
    run "$INITSCOPE" run --activation=swih -o w
    [[ "$output" == *'did you mean swish (silu)? valid:'* ]]
    run "$INITSCOPE" run --activation=gleu -o w
    [[ "$output" == *'did you mean gelu? valid:'* ]]
    run "$INITSCOPE" run --init=xaver -o w
    [[ "$output" == *'did you mean xavier (glorot_uniform)? valid:'* ]]
    printf 'lrr = 1\n' >e.ini
    refuses 2 'e.ini:1: unknown key (got "lrr"); did you mean lr?' run e.ini -o w
    refuses 3 '--data: no such file, bundled or generated data set; there are iris, wine, breast_cancer, digits, xor, parity, spirals, adding, copy (got "irsi"); did you mean iris?' run --data=irsi -o w
}

@test "the output directory: missing, in use, not a directory, without a parent" {
    refuses 2 'run: no output directory; name one with -o DIR' run
    mkdir used
    touch used/mark
    refuses 4 'used: exists and is not empty; use --force to replace it or --resume to go on' run -o used
    [ "$(ls used)" = mark ]
    touch file
    refuses 4 'file: Not a directory' run -o file
    refuses 4 'none/x.partial: No such file or directory' run -o none/x
    refuses 2 'run: --force and --resume exclude each other' run --force --resume -o w
}

@test "--force does not remove the data it reads" {
    mkdir v
    cp "$srcdir/data/iris.csv" v/
    refuses 4 'v: holds the data file, which --force would remove (got "v/iris.csv")' run --data=v/iris.csv --force -o v
    [ -s v/iris.csv ]
}

@test "missing files" {
    refuses 3 'no.csv: No such file or directory' run --data=no.csv -o w
    refuses 3 '--data: no such file, bundled or generated data set; there are iris, wine, breast_cancer, digits, xor, parity, spirals, adding, copy (got "iriss"); did you mean iris?' run --data=iriss -o w
    refuses 2 'no.ini: No such file or directory' run no.ini -o w
    refuses 2 'run: takes one experiment file (got "b.ini")' run a.ini b.ini -o w
    mkdir dir
    refuses 3 './dir: Is a directory' run --data=./dir -o w
}

@test "data: empty, header only, ragged, text, not finite" {
    refuses_data '' 'd.csv:1: no rows'
    refuses_data 'a,b\n' 'd.csv:1: no data rows after the header'
    refuses_data 'a,b,c\n1,2,x\n1,2\n1,2,3,y\n3,4,y\n' 'd.csv: rows with other than the 3 fields of the first line: 2 of 4 (lines 3, 4)'
    refuses_data 'a,b,c\n1,2,x\n1,abc,y\n3,4,y\n' 'd.csv: column "b": 1 of 3 cells no number (line 3, got "abc"): mend, or add --drop b'
    refuses_data 'a,b\n1,x\n\033[31m,y\n' 'd.csv: column "a": 1 of 2 cells no number (line 3, got "\x1b[31m"): mend, or add --drop a'
    refuses_data 'a,b\n1,x\n1e999,y\n' 'd.csv: column "a": 1 of 2 cells not finite (line 3): mend, or add --drop a'
    refuses_data 'a,b\n1,x\n"2,y\n3,x\n' 'd.csv:3:1: quote opened here is never closed'
}

@test "data: one class, unknown label" {
    refuses_data 'a,b\n1,x\n2,x\n3,x\n' 'd.csv: column "b": all 3 rows have one label (got "x")'
    printf 'a,b\n1,x\n2,y\n3,x\n4,y\n' >d.csv
    refuses 2 'd.csv:1: --label: no such column (got "z"); columns: a, b' run --data=d.csv --label=z -o w
}

@test "twenty problems of a file are listed, the others counted" {
    { echo "$(seq -s, -f a%g 30),b"; for i in 1 2 x; do echo "$(yes $i | head -n 30 | paste -sd,),y$i"; done; } >d.csv
    run --separate-stderr "$INITSCOPE" run --data=d.csv -o w
    [ "$status" -eq 3 ]
    [ "${#stderr_lines[@]}" -eq 21 ]
    [ "${stderr_lines[0]}" = 'initscope: d.csv: column "a1": 1 of 3 cells no number (line 4, got "x"): mend, or add --drop a1' ]
    [ "${stderr_lines[20]}" = 'initscope: ... and 10 more' ]
}

@test "names: an unknown one lists the valid ones and the nearest" {
    refuses 2 "--init: unknown initializer (got \"he_norml\"); did you mean he_normal? valid: $(initializers)" run --init=he_norml -o w
    refuses 2 "--output-init: unknown initializer (got \"he_norml\"); did you mean he_normal? valid: $(initializers)" run --output-init=he_norml -o w
    refuses 2 '--activation: relu takes no parameters (got "3")' run '--activation=relu(3)' -o w
    refuses 2 '--init: the same value is listed twice (got "zeros")' run --init=zeros,ones,zeros -o w
    refuses 2 '--init: the same value is listed twice (got "random_normal(0, 0.05)")' run --init='random_normal random_normal(0, 0.05)' -o w
    refuses 2 '--init: must be initializers, see `initscope list initializers` (got "")' run --init= -o w
    refuses 3 'no/layer01.W.npy: No such file or directory' run '--init=file(no)' -o w
}

@test "initializers: a path that an experiment file cannot hold" {
    local problem='a path with " ;" or control characters cannot be written to an experiment file'
    refuses 2 "--init: $problem (got \"file(a ;b)\")" run --init='zeros file(a ;b)' -o w
    refuses 2 "--output-init: $problem (got \"file(a\\x0ab)\")" run --output-init=$'file(a\nb)' -o w
}

@test "integers: out of range, not integers" {
    local range='must be an integer from 0 to 1000000'
    for value in -1 1000001 0x10 1e3 ' 5 5' 99999999999999999999999999 ''; do
        refuses 2 "--epochs: $range (got \"${value# }\")" run "--epochs=$value" -o w
    done
    refuses 2 '--seeds: must be an integer from 1 to 1000000 (got "0")' run --seeds=0 -o w
    for value in -1 4294967296 abc; do
        refuses 2 "--seed: must be an integer from 0 to 4294967295 (got \"$value\")" run --seed "$value" -o w
        refuses 2 "--split-seed: must be an integer from 0 to 4294967295 (got \"$value\")" run --split-seed "$value" -o w
    done
    refuses 2 '--seed: 2 seeds from 4294967295 on pass the largest seed, 4294967295 (got "4294967295")' run --seed=4294967295 --seeds=2 -o w
    refuses 2 '--batch: must be an integer from 1 to 2147483647, or full (all training rows) (got "0")' run --batch=32,0 -o w
    refuses 2 '--batch: full is the same number of rows (got "120")' run --batch=120,full -o w
    refuses 2 '--probe: must be an integer from 1 to 2147483647 (got "0")' run --probe=0 -o w
    refuses 2 '--record-every: must be an integer from 1 to 1000000 (got "0")' run --record-every=0 -o w
    local epochs='must be none, all, or a list of last and of epochs from 0 to 1000000, each once' option
    for option in histograms symmetry; do
        for value in '' none,0 all,0 -1 1.5 lst 0,0 last,last 1000001; do
            refuses 2 "--$option: $epochs (got \"$(sed 's/,0$//; s/0,//; s/last,//' <<<"$value")\")" run "--$option=$value" -o w
        done
    done
    for value in 1 10001 x; do refuses 2 "--bins: must be an integer from 2 to 10000 (got \"$value\")" run --bins=$value -o w; done
    refuses 2 '--save-weights: must be none, ends (epoch 0 and the last) or all (that are recorded) (got "yes")' run --save-weights=yes -o w
    refuses 2 '--threads: must be an integer from 1 to 10000, or all (got "0")' run --threads=0 -o w
}

@test "numbers: out of range, not finite" {
    for value in 0 -1 nan inf 1e999 0x1p3 1,5x; do
        shown=${value#1,}
        refuses 2 "--learning-rate: must be a finite number above 0, or default (got \"$shown\")" run "--learning-rate=$value" -o w
    done
    refuses 2 '--learning-rate: default is the same learning rate for adam (got "0.001")' run --learning-rate=0.001,default -o w
    refuses 2 '--dropout: must be a number from 0 to below 1 (got "1")' run --dropout=0,1 -o w
    refuses 2 '--weight-decay: must be a finite number from 0 up (got "-0.1")' run --weight-decay=-0.1 -o w
    for value in -0.1 1 nan; do
        refuses 2 "--test-fraction: must be a number from 0 to below 1 (got \"$value\")" run --test-fraction=$value -o w
    done
}

@test "shapes: zero, empty, too many layers, more memory than there is, at once" {
    cat >shapes <<'END'
0|column 1: must be a width in [1, 1000000], or a count, x and what is repeated (got "0")
4,,4|column 3: must be a layer, a width or a list in parentheses (got ",")
4,|column 3: must be a layer, a width or a list in parentheses (got "")
0x5|column 1: a count must be an integer in [1, 20001] (got "0x5")
5x|column 1: a count must be followed by what it repeats (got "5x")
1000001|column 1: must be a width in [1, 1000000], or a count, x and what is repeated (got "1000001")
4294967296|column 1: must be a width in [1, 1000000], or a count, x and what is repeated (got "4294967296")
1000000000x64|column 1: a count must be an integer in [1, 20001] (got "1000000000x64")
9999x1,20000x1|column 14: a network has at most 20001 layers, a width being two (got "1")
|column 1: must be a layer, a width or a list in parentheses (got "")
END
    while IFS='|' read -r value problem; do
        SECONDS=0
        refuses 2 "--network: $problem" run "--hidden=$value" -o w
        [ "$SECONDS" -le 2 ]
    done <shapes
    [ "$(wc -l <shapes)" -eq 10 ]
    refuses 2 '--network: the same network is listed twice (got "8,8")' run --hidden='8,8 16 2x8' -o w
    run --separate-stderr "$INITSCOPE" run --hidden=10000x1000000 -o w
    [ "$status" -eq 2 ]
    [[ "$stderr" =~ ^"initscope: --network: one run needs "[0-9.]+" PiB of memory, there are "[0-9.]+" "[GT]"iB (got \"10000x1000000\")"$ ]]
    [ ! -e w ]
}

@test "words and texts" {
    refuses 2 '--scale: must be none, standard or minmax (got "std")' run --scale=std -o w
    refuses 2 '--shuffle: must be yes or no (got "true")' run --shuffle=true -o w
    refuses 2 '--delimiter: must be auto, comma, semicolon or tab (got ";")' run '--delimiter=;' -o w
    refuses 2 '--title: must be one line of at most 10000 bytes without " ;", which begins a comment (got "a\x0ab")' run "--title=$(printf 'a\nb')" -o w
    refuses 2 '--note: must be one line of at most 10000 bytes without " ;", which begins a comment (got "a ; b")' run '--note=a ; b' -o w
}

@test "experiment file: unknown and duplicate keys, sections, bad values, each with its line" {
    printf 'epochs = 3\nepoch = 4\n' >e.ini
    refuses 2 'e.ini:2: unknown key (got "epoch"); did you mean epochs?' run e.ini -o w
    printf 'epochs = 3\n\nseeds = 2\nepochs = 4\n' >e.ini
    refuses 2 'e.ini:4: key given twice, first on line 1 (got "epochs")' run e.ini -o w
    printf '# first\nepochs = many\ninit = he_norml\n' >e.ini
    refuses 2 "e.ini:2: must be an integer from 0 to 1000000 (got \"many\")
e.ini:3: unknown initializer (got \"he_norml\"); did you mean he_normal? valid: $(initializers)" run e.ini -o w
    printf '[run]\nepochs = 3\n' >e.ini
    refuses 2 'e.ini:1: there are no sections here (got "[run]")' run e.ini -o w
    printf 'force = yes\n' >e.ini
    refuses 2 'e.ini:1: unknown key (got "force"); see `initscope run --help`' run e.ini -o w
    printf 'seed = 4294967295\n' >e.ini
    refuses 2 'e.ini:1: 5 seeds from 4294967295 on pass the largest seed, 4294967295 (got "4294967295")' run e.ini -o w
}

@test "report: no directory, several without -o, no logs" {
    refuses 2 'report: no run directory; see `initscope report --help`' report
    refuses 2 'report: several run directories need an output directory; name it with -o' report a b
    refuses 3 'none/epochs.csv: there is no such file
none/layers.csv: there is no such file' report none
    refuses 2 'report: unknown option (got "--outptu=x"); did you mean --output?' report --outptu=x none
}

@test "a full disk: exit status 4 and a message, never done" {
    [ -w /dev/full ] || skip "no /dev/full"
    for arguments in --help --version list "run --help"; do
        status=0
        "$INITSCOPE" $arguments >/dev/full 2>message || status=$?
        [ "$status" -eq 4 ]
        [ "$(cat message)" = "initscope: write error: No space left on device" ]
    done
}

@test "a file size limit ends the run with status 4, without a signal" {
    run --separate-stderr bash -c "ulimit -f 64; '$INITSCOPE' run -o w"
    [ "$status" -eq 4 ]
    [[ "$stderr" == *"File too large"* ]]
    [ ! -e w ]
}

@test "too little address space: status 1 and a message at once, no hang" {
    "$INITSCOPE" --version | grep -q OpenBLAS || skip "another CBLAS maps no buffers"
    (ulimit -v 8000000 && "$INITSCOPE" --version >/dev/null 2>&1) || skip "this build needs more address space"
    for threads in 1 2; do
        for kib in 100000 200000 300000; do
            run --separate-stderr bash -c "ulimit -v $kib && OPENBLAS_NUM_THREADS=$threads timeout -s KILL 20 '$INITSCOPE' run -o w"
            [ "$status" -eq 1 ]
            [[ "$stderr" =~ ^"initscope: out of memory (need "[0-9]+" bytes of address space for "("one run"|"matrix products"|"matrix products; less with OPENBLAS_NUM_THREADS=1")")"$ ]]
            [ ! -e w ]
            [ ! -e w.partial ]
        done
    done
    (ulimit -v 1000000 && OPENBLAS_NUM_THREADS=1 timeout -s KILL 20 "$INITSCOPE" run -q --epochs=1 -o w)
    [ -s w/runs.csv ]
}
