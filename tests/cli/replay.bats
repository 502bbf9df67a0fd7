# SPDX-FileCopyrightText: The initscope authors
# SPDX-License-Identifier: GPL-3.0-or-later
# Runs trained a second time by PyTorch, from the same weights and in the same order: tests/golden/replay.py compares
# losses, scores, statistics of all tensors and the last weights.

load helper

setup() {
    local python
    cd "$BATS_TEST_TMPDIR" || return 1
    for python in python3 /usr/bin/python3; do
        "$python" -c 'import numpy, torch' 2>/dev/null && PYTHON=$python && break
    done
    [ -n "${PYTHON:-}" ] || skip "PyTorch not found: install python3-torch"
    mkdir runs
    number=0
}

image='input(8,8,1)'

# trains ARGUMENT...: into runs/N. Smooth functions, where nothing hangs on a rounding, and few rows.
trains() {
    number=$((number + 1))
    run_ok run -q --data digits --test-fraction 0.7 --probe 200 --batch 64 --epochs 2 --seeds 1 --save-weights ends \
        --activation tanh --init he_normal --histograms none --spectrum none --symmetry none "$@" -o "runs/$number"
}

# replays RUNS OPTION...: so many in runs/, and all of them the same.
replays() {
    local runs=$1
    shift
    run "$PYTHON" "$srcdir/tests/golden/replay.py" "$@" runs/*
    echo "$output"
    [ "$status" -eq 0 ]
    [ "$(grep -c ': same, ' <<<"$output")" -eq "$runs" ]
    [ "${#lines[@]}" -eq "$runs" ]
}

@test "convolutions and pools" {
    trains --network "$image,conv(6,3),act,conv(8,2x3,stride=2),act,flatten" --optimizer sgd --learning-rate 0.05
    trains --network "$image,conv(6,3,pad=valid),act,conv(6,3,groups=2,stride=2,bias=no),act,conv(9,1,groups=3),act,gmean"
    trains --network "$image,conv(6,3),act,depthwise(3,multiplier=2),act,depthwise(3x2,stride=2,bias=no),conv(10,1),act,gmean" \
        --optimizer nesterov
    trains --network "$image,conv(4,2,pad=valid),act,conv(6,3,stride=2),act,conv(6,4x2,stride=3),act,flatten"
    trains --network "$image,conv(8,2),act,meanpool(3x2,stride=1),conv(8,3,stride=2),act,meanpool(2),dense(12),act,flatten,20"
    trains --network 'input(8,8),conv(12,3),act,conv(12,4,stride=3,groups=4),act,depthwise(2),act,gmean' --optimizer adamw \
        --weight-decay 0.01
    trains --network 'input(64,1),conv(8,5,stride=2),act,conv(8,4,pad=valid,stride=3),act,meanpool(3,stride=2),flatten' --epochs 3 \
        --batch full
    replays 7
}

sequence='input(8,8)'

@test "recurrent layers" {
    trains --network "$sequence,rnn(16) $sequence,lstm(16) $sequence,gru(16)" --optimizer sgd,adam --learning-rate 0.05
    trains --network "$sequence,lstm(12,sequence=yes),flatten $sequence,gru(9,bias=no,sequence=yes),lstm(8,bias=no)" --save-weights all
    trains --network 'input(16,4),dense(10),act,res(rnn(10,sequence=yes)),res(lstm(10,sequence=yes),scale=0.5),act,gmean' \
        --bias-init 'random_normal(stddev=0.1)' --optimizer momentum --residual-init none,skipinit
    trains --network 'input(16,4),conv(6,3),act,gru(8,sequence=yes),ln,gru(7),12' --optimizer rmsprop --weight-decay 0.01
    replays 11
}

@test "starts of recurrent layers" {
    trains --network "$sequence,lstm(12) $sequence,gru(12,sequence=yes),rnn(9)" --init torch_default,keras_default,flax_default
    trains --network "$sequence,rnn(16) $sequence,lstm(10)" --recurrent-init 'orthogonal identity glorot_uniform' --forget-bias '0 1 chrono(8)'
    trains --network "$sequence,lstm(12,forget=chrono(20),init=orthogonal,recurrent=keras_default,sequence=yes)@first,lstm(9,forget=0)" \
        --init torch_default --first-init glorot_normal
    trains --network "$sequence,lstm(24,sequence=yes),gru(24)" --init 'mup(12)' --optimizer sgd,adam --learning-rate 0.01
    replays 27
}

@test "gradients that are cut" {
    trains --network "$sequence,lstm(12) 24,24" --clip 0.05 --optimizer sgd,adam --learning-rate 0.05
    replays 4
}

# tokens: sequences of six different ones in tokens.csv.
tokens() {
    awk 'BEGIN {
        OFS = ","
        print "a,b,c,d,e,f,g,class"
        for (i = 1; i < 300; i++) {
            number = i * 7919 % 279936
            for (line = j = 0; j < 7; j++) {
                line = (j ? line OFS : "") number % 6
                number = int(number / 6)
            }
            print line, i * 7919 % 6 < 3 ? "low" : "high"
        }
    }' >tokens.csv
}

@test "attention and positions" {
    trains --network "$sequence,dense(12),positions(sine),2x(res(ln,attention(4)),res(ln,24,dense(12))),ln,gmean" --optimizer sgd,adam \
        --init glorot_uniform --save-weights all
    trains --network "$sequence,dense(12),positions(learned),res(attention(3,causal=yes)),ln,res(24,dense(12)),ln,gmean" \
        --optimizer momentum,rmsprop
    trains --network "$sequence,attention(2,bias=no),act,attention(8,causal=yes),flatten" --bias-init 'random_normal(stddev=0.1)'
    trains --network 'input(16,4),conv(6,3),act,positions(sine),res(rms,attention(1),scale=0.5),res(attention(6),act,dense(6),skip=(dense(6))),gmax' \
        --optimizer nesterov --residual-init 'none zero_last rezero depth_scaled' --weight-decay 0.01
    replays 9
}

@test "embeddings" {
    tokens
    trains --data tokens.csv --scale none --network 'embed(6,10),positions(sine),res(ln,attention(2)),res(ln,20,dense(10)),ln,gmean' \
        --init torch_default,keras_default,keras_default_2026,flax_default,gpt2,t_fixup --learning-rate 0.02
    trains --data tokens.csv --scale none --network 'embed(9,8),positions(learned),attention(2),gmean input(7,1),embed(6,4)@table,conv(5,3),act,flatten' \
        --optimizer sgd --learning-rate 0.5
    replays 8
}

@test "recurrent layers and attention" {
    trains --network "$sequence,lstm(12,sequence=yes),attention(3),act,res(ln,gru(12,sequence=yes)),attention(2,causal=yes,bias=no),rnn(9)" \
        --optimizer sgd,adam
    trains --network "$sequence,lstm(12,sequence=yes),attention(3),gru(8)" --init 'mup(6)' --optimizer momentum
    replays 3
}

@test "norms" {
    trains --network "$image,conv(8,3,bias=no),bn,act,conv(12,3,bias=no),bn(eps=1e-5,momentum=0.9),act,flatten"
    trains --network "$image,conv(8,3),bn,act,gmean,dense(20),bn,act" --optimizer sgd
    trains --network "$image,conv(8,3),ln,act,conv(8,3,stride=2),gn(4),act,conv(8,3),rms,act,gmean" --optimizer rmsprop
    trains --network "$image,conv(8,3),gn(1),selu,alpha_dropout(0),conv(8,3,stride=3),gn(8),act,flatten,dropout(0),32"
    trains --network 'input(8,8),dense(12),act,dense(12,bias=no),rms,act,flatten,dense(20),ln(eps=1e-5),act' --optimizer adagrad
    trains --network 'bn,32,bn,16' --data breast_cancer --batch full --epochs 4
    replays 6
}

# A bias whose gradient is rounding noise, which adam makes steps of: what it moves is left out, all else compared.
@test "what norms subtract" {
    trains --network "$image,conv(8,3),meanpool(2),bn,act,res(conv(8,3),act,conv(8,3)),bn,act,gmean" --optimizer adam --save-weights all
    replays 1
    [[ $output == *' of 4'??' at '* ]]
}

@test "starts of residual blocks" {
    local starts='none zero_last zero_gamma skipinit rezero layerscale(0.1) fixup depth_scaled'
    trains --network "$image,conv(6,3,bias=no),2xres(bn,act,conv(6,3,bias=no),bn,act,conv(6,3,bias=no)),bn,act,gmean" \
        --optimizer momentum --learning-rate 0.002 --residual-init "$starts"
    trains --network "$image,conv(6,3),act,res(conv(6,3),act,conv(6,3)),res(conv(8,3,stride=2),ln,act,conv(8,3),skip=(conv(8,1,stride=2))),act,gmean" \
        --residual-init 'none fixup skipinit depth_scaled'
    trains --network "$image,conv(6,3),res(ln,act,conv(6,3),skip=(act,conv(6,1)),scale=0.5),res(res(conv(6,3),act),act,conv(6,3),start=rezero),flatten" \
        --optimizer sgd
    trains --network 'deep=24,res(24,dense(24)),res(ln,16,dense(24),scale=0.3,start=layerscale),16' --weight-decay 0.001
    replays 14
}

@test "initializers" {
    trains --network "$image,conv(8,3),act,conv(16,3),act,gmean" --init delta_orthogonal,dirac,he_normal --output-init glorot_uniform
    trains --network "$image,conv(16,3,bias=no),bn,act,conv(24,3,stride=2,bias=no),bn,act,flatten" --init dcgan
    trains --network "$image,conv(6,3),act,conv(6,3,groups=2),act,depthwise(3),act,gmean" --bias-init 'random_normal(stddev=0.1)' \
        --init keras_default,torch_default,flax_default
    trains --network "$image,conv(8,3)@begin,act,conv(8,3,init=orthogonal),act,conv(8,3,init=torch_default)@end,act,gmean" \
        --first-init glorot_uniform --output-init zeros
    replays 8
}

@test "maximal update" {
    trains --network "$image,conv(24,3),act,conv(24,3),act,gmean,36 48,24 $image,conv(24,3),act,flatten" --init 'mup(16)' \
        --optimizer sgd,adam --learning-rate 0.01
    trains --network "$image,conv(16,3,bias=no),bn,act,conv(16,3,groups=2),ln,act,depthwise(3),act,res(conv(16,3),act,conv(16,3)),gmean" \
        --init 'mup(12)' --optimizer momentum,adamw --residual-init none,skipinit
    trains --network "$image,conv(8,3),act,conv(8,3,init=mup(4)),act,gmean" --output-init 'mup(2)' --optimizer nesterov,rmsprop
    trains --network "$image,conv(8,3),bn,act,conv(8,3),act,gmean" --first-init 'mup(4)' --optimizer sgd
    replays 13
}

@test "numbers: SIREN, several labels, the inputs themselves" {
    awk 'BEGIN {
        OFS = ","
        print "x,y,value"
        for (i = 0; i < 14; i++) for (j = 0; j < 14; j++) print i / 7 - 1, j / 7 - 1, sin(i * i / 20) * cos(j)
    }' >picture.csv
    trains --data picture.csv --network 3x32 --init siren --activation 'sin(30)' --learning-rate 1e-4
    trains --data picture.csv --network 16,16 --label x,value --split by-seed --seed 3 --seeds 2
    trains --data iris --drop species --label features --network 16,2,16 --scale minmax --test-fraction 0 --shuffle no
    replays 4
}

@test "optimizers and functions" {
    trains --data wine --network '24,24' --batch 16 --optimizer \
        'sgd sgd(momentum=0.5) momentum nesterov rmsprop(rho=0.8) adagrad(initial_accumulator=0.1) adam(beta1=0.8) adamw' \
        --weight-decay 0.02
    trains --data iris --network 12,12 --batch 1000 --epochs 4 --record-every 3 --activation \
        'linear elu celu(0.5) gelu gelu_tanh silu mish softplus softsign lecun_tanh sigmoid erf atan sin'
    replays 22
}

# Where a number is at the kink of a function, or two are the largest of a window, a rounding decides which way the
# gradient goes.
@test "functions with kinks" {
    trains --network "$image,conv(8,3),act,conv(8,3,stride=2),relu6,gmax,leaky_relu(0.2),24" --optimizer sgd \
        --activation 'relu selu hard_tanh hard_sigmoid'
    trains --network "$image,conv(8,3),maxpool(2),bn,act,res(act,conv(8,3),maxpool(3,stride=1),skip=(maxpool(3,stride=1))),gmax" \
        --optimizer sgd
    trains --network "$image,conv(8,3),act,maxpool(3x2,stride=2),act,flatten" --optimizer momentum --init zeros,he_normal
    replays 7 --tolerance 0.01
}

# says LINE...: what is printed of the directories in their order begins so.
says() {
    local i=0 line
    echo "$output"
    [ "${#lines[@]}" -eq $# ]
    for line; do
        [[ ${lines[i]} == $line* ]] || return 1
        i=$((i + 1))
    done
}

@test "what is not the same is found" {
    local copy
    trains --network "$image,conv(4,3),bn,act,gmean" --optimizer sgd
    for copy in delta eps weights; do cp -R runs/1 $copy; done
    cp -R runs/1 rows
    trains --network "$sequence,lstm(8)"
    cp -R runs/2 forget
    cp -R runs/2 gates
    cp -R runs/2 steps
    rm -r runs/2
    trains --network "$sequence,attention(2),gmean"
    cp -R runs/3 heads
    cp -R runs/3 tokens
    rm -r runs/3
    trains --network 12 --dropout 0.5
    sed -i -E 's/^(1,he_normal,1,2,1,delta,[^,]*,[^,]*,[^,]*),([^,]*)/\1,1\2/' delta/layers.csv
    sed -i 's/,bn,act,/,bn(eps=1e-2),act,/' eps/runs.csv
    cp weights/weights/000001/epoch0000.layer02.W.npy weights/weights/000001/epoch0002.layer02.W.npy
    sed -i '/^1,he_normal,1,2,2,input/d' rows/layers.csv
    sed -i 's/^forget-bias = 1/forget-bias = 0/' forget/experiment.ini
    sed -i 's/^1,3,lstm1.g,/1,3,lstm1.o,/' gates/network.csv
    sed -i -E 's/^(1,1,3,delta,5),/\1,1/' steps/steps.csv
    sed -i 's/attention(2)/attention(4)/' heads/runs.csv
    sed -i 's/^1,1,4,[^,]*/1,1,4,0.125/' tokens/tokens.csv
    run "$PYTHON" "$srcdir/tests/golden/replay.py" runs/1 delta eps weights steps heads tokens
    [ "$status" -eq 1 ]
    says 'runs/1 1: same, ' 'delta 1: DIFFERS, * at epoch 2, layer 1 delta variance' 'eps 1: DIFFERS, ' \
        'weights 1: DIFFERS, * at epoch 2, layer02.W.npy' 'steps 1: DIFFERS, * at epoch 1, layer 3 delta step 5 second_moment' \
        'heads 1: DIFFERS, ' 'tokens 1: DIFFERS, * at epoch 1, layer 4 tokens correlation'
    run "$PYTHON" "$srcdir/tests/golden/replay.py" rows runs/4 none forget gates
    [ "$status" -eq 2 ]
    says "rows 1: cannot be replayed: epoch 2: layers.csv lacks, or has too much, *(2, 'input')" \
        'runs/4 1: cannot be replayed: dropout is not replayed' 'none: no run directory' \
        'forget 1: cannot be replayed: lstm1 does not begin to forget as 0 says' \
        'gates 1: cannot be replayed: network.csv says name lstm1.o of lstm1.g, not lstm1.g'
}
