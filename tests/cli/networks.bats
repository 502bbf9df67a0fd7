#!/usr/bin/env bats
# SPDX-FileCopyrightText: The initscope authors
# SPDX-License-Identifier: GPL-3.0-or-later
# Networks of the language: what is refused, logged, saved and predicted.

load helper

# cell FILE COLUMN CONDITION...: of the one row in which each COLUMN=VALUE holds.
cell() {
    awk -F, -v wanted="$2" -v conditions="${*:3}" '
        NR == 1 { for (i = 1; i <= NF; i++) place[$i] = i; n = split(conditions, condition, " "); next }
        {
            for (i = 1; i <= n; i++) {
                split(condition[i], part, "=")
                if ($place[part[1]] != part[2]) next
            }
            print $place[wanted]
            found++
        }
        END { exit found != 1 }' "$1"
}

# near EXPECTED TOLERANCE VALUE
near() { awk -v a="$1" -v t="$2" -v b="$3" 'BEGIN { exit !(b != "" && (a - b)^2 <= t * t) }'; }

# shape FILE: of a NumPy array.
shape() { head -c 128 "$1" | tr -cd ' -~' | sed -nE "s/.*'shape': \(([^)]*)\).*/\1/p"; }

cnn='input(8,8,1),conv(4,3,bias=no),bn,act,depthwise(3,multiplier=2),act,maxpool(2),res(conv(8,3,groups=2),act,conv(8,1)),act,gmean'

@test "network.csv: names, kinds, blocks, what is read, fans, parameters" {
    run_ok run -q --data digits --network "small=$cnn" --init he_normal --seeds 1 --epochs 1 -o w
    cat >expected <<END
run,layer,name,kind,block,activation,inputs,units,fan_in,fan_out,parameters,trainable
1,1,conv1,conv,,relu,0,4,9,36,36,1
1,2,depthwise1,conv,,relu,1,8,9,18,80,1
1,3,conv2,conv,res1,relu,2,8,36,36,296,1
1,4,conv3,conv,res1,,3,8,8,8,72,1
1,5,output,dense,,,2 4,10,8,10,90,1
END
    diff expected w/network.csv
    [ "$(cell w/runs.csv hidden run=1)" = "" ]
    grep -qF "small=$cnn" w/runs.csv
    grep -qF "network = small=$cnn" w/experiment.ini
    [ ! -e w/factors.csv ]
    # Rows of a map are its positions; what no activation row has is there as input and stream.
    [ "$(cell w/layers.csv count epoch=0 layer=1 tensor=preactivation)" -eq $((512 * 64 * 4)) ]
    [ "$(cell w/layers.csv count epoch=0 layer=3 tensor=input)" -eq $((512 * 16 * 8)) ]
    [ "$(cell w/layers.csv count epoch=0 layer=4 tensor=stream)" -eq $((512 * 16 * 8)) ]
    refute grep -q '^1,[^,]*,1,0,1,bias,' w/layers.csv
    refute grep -q '^1,[^,]*,1,0,4,activation,' w/layers.csv
    refute grep -q '^1,[^,]*,1,0,2,input,' w/layers.csv
}

@test "a chain of dense layers has neither network.csv nor factors.csv, by whichever name" {
    run_ok run -q --hidden=8,8 --init he_normal --seeds 1 --epochs 1 -o a
    run_ok run -q --network='2x(dense(8),act)' --init he_normal --seeds 1 --epochs 1 -o b
    same_run a b
    [ ! -e a/network.csv ]
    grep -q '^1,he_normal,relu,"8,8","8,8",' a/runs.csv
}

@test "residual starts are a factor: factors.csv, identities at the start" {
    run_ok run -q --data digits --network 'dense(8),3xres(act,dense(8))' --init he_normal \
        --residual-init none,zero_last,skipinit --seeds 2 --epochs 0 -o w
    [ "$(cat w/factors.csv)" = "run,factor,value
1,residual_init,none
2,residual_init,none
3,residual_init,zero_last
4,residual_init,zero_last
5,residual_init,skipinit
6,residual_init,skipinit" ]
    for run in 3 4 5 6; do
        first=$(cell w/layers.csv second_moment run=$run layer=1 tensor=preactivation)
        [ "$(cell w/layers.csv second_moment run=$run layer=4 tensor=stream)" = "$first" ]
    done
    [ "$(cell w/layers.csv second_moment run=1 layer=4 tensor=stream)" != \
        "$(cell w/layers.csv second_moment run=1 layer=1 tensor=preactivation)" ]
    [ "$(cell w/layers.csv second_moment run=3 layer=4 tensor=weight)" = 0 ]
    [ "$(cell w/layers.csv second_moment run=5 layer=4 tensor=weight)" != 0 ]
}

@test "saved weights: the layout of PyTorch, norms and factors by the names of their layers" {
    run_ok run -q --data digits --network "$cnn" --init he_normal --residual-init 'layerscale(0.1)' --seeds 1 --epochs 0 \
        --save-weights ends -o w
    cd w/weights/000001
    [ "$(ls)" = "epoch0000.bn1.beta.npy
epoch0000.bn1.gamma.npy
epoch0000.layer01.W.npy
epoch0000.layer02.W.npy
epoch0000.layer02.b.npy
epoch0000.layer03.W.npy
epoch0000.layer03.b.npy
epoch0000.layer04.W.npy
epoch0000.layer04.b.npy
epoch0000.layer05.W.npy
epoch0000.layer05.b.npy
epoch0000.res1.scale.npy" ]
    [ "$(shape epoch0000.layer01.W.npy)" = '4, 1, 3, 3' ]
    [ "$(shape epoch0000.layer02.W.npy)" = '8, 1, 3, 3' ]
    [ "$(shape epoch0000.layer03.W.npy)" = '8, 4, 3, 3' ]
    [ "$(shape epoch0000.layer04.W.npy)" = '8, 8, 1, 1' ]
    [ "$(shape epoch0000.layer05.W.npy)" = '10, 8' ]
    [ "$(shape epoch0000.res1.scale.npy)" = '8,' ]
    cd ../../..
    # And back: the same start from the files.
    run_ok run -q --data digits --network "$cnn" --init 'file(w/weights/000001/epoch0000)' --residual-init 'layerscale(0.1)' \
        --seeds 1 --epochs 0 -o again
    diff <(cut -d, -f3- w/layers.csv) <(cut -d, -f3- again/layers.csv)
    printf '\x93NUMPY' >broken
    run --separate-stderr "$INITSCOPE" run -q --data digits --network 'input(8,8,1),conv(8,3),act,gmean' \
        --init 'file(w/weights/000001/epoch0000)' --seeds 1 -o x
    [ "$status" -eq 3 ]
    [[ "$stderr" == *"expected an array of shape (8, 1, 3, 3) (got \"(4, 1, 3, 3)\")" ]]
}

@test "recurrent layers: gates in the logs, their steps, their files and back" {
    local network='input(8,8),gru(6,sequence=yes),lstm(5)' l names
    run_ok run -q --data digits --network "$network" --init glorot_uniform --seeds 1 --epochs 1 --save-weights ends -o w
    names=$(cut -d, -f3,4,6-10 w/network.csv | sed 1d)
    [ "$names" = "gru1.r,recurrent,sigmoid,0,6,8,6
gru1.z,recurrent,sigmoid,0,6,8,6
gru1.n,recurrent,tanh,0,6,8,6
gru1.rr,recurrent,,1 2 3,6,6,6
gru1.rz,recurrent,,1 2 3,6,6,6
gru1.rn,recurrent,,1 2 3,6,6,6
lstm1.i,recurrent,sigmoid,1 2 3,5,6,5
lstm1.f,recurrent,sigmoid,1 2 3,5,6,5
lstm1.g,recurrent,tanh,1 2 3,5,6,5
lstm1.o,recurrent,sigmoid,1 2 3,5,6,5
lstm1.ri,recurrent,,7 8 9 10,5,5,5
lstm1.rf,recurrent,,7 8 9 10,5,5,5
lstm1.rg,recurrent,,7 8 9 10,5,5,5
lstm1.ro,recurrent,,7 8 9 10,5,5,5
output,dense,,7 8 9 10,10,5,10" ]
    [ "$(cell w/layers.csv count epoch=1 layer=8 tensor=delta)" -eq $((512 * 8 * 5)) ]
    [ "$(cell w/layers.csv mean epoch=0 layer=8 tensor=bias)" = 1 ]
    [ "$(grep -c '^1,[^,]*,1,1,4,' w/layers.csv)" -eq 4 ]
    [ "$(grep -c '^1,[^,]*,1,1,14,' w/layers.csv)" -eq 3 ]
    # Statistics over all steps are the means of those of the steps.
    for l in 2 9; do
        near "$(cell w/layers.csv second_moment epoch=1 layer=$l tensor=preactivation)" 1e-6 \
            "$(awk -F, -v l=$l '$2 == 1 && $3 == l && $4 == "preactivation" { s += $6; n++ } END { printf "%.9f", (n == 8) * s / n }' w/steps.csv)"
    done
    [ "$(cut -d, -f3,4 w/steps.csv | sort | uniq -c | awk '$1 == 16' | wc -l)" -eq 16 ]
    [ "$(awk -F, '$4 == "state" { print $3 }' w/steps.csv | sort -nu | tr '\n' ' ')" = "1 7 " ]
    # Theory speaks of the beginning.
    [ "$(awk -F, '$2 == 0 && $8 != ""' w/steps.csv | wc -l)" -eq "$(awk -F, '$2 == 0' w/steps.csv | wc -l)" ]
    [ -z "$(awk -F, '$2 == 1 { print $8 }' w/steps.csv | tr -d '\n')" ]
    refute grep -q nan w/theory.csv
    [ "$(ls w/weights/000001/epoch0000.layer*.W.npy | wc -l)" -eq 15 ]
    [ "$(ls w/weights/000001/epoch0000.layer*.b.npy | wc -l)" -eq 11 ]
    [ "$(shape w/weights/000001/epoch0000.layer06.W.npy)" = '6, 6' ]
    [ "$(shape w/weights/000001/epoch0000.layer07.W.npy)" = '5, 6' ]
    run_ok run -q --data digits --network "$network" --init 'file(w/weights/000001/epoch0000)' --recurrent-init zeros \
        --forget-bias 0 --seeds 1 --epochs 1 -o again
    diff <(cut -d, -f3- w/layers.csv) <(cut -d, -f3- again/layers.csv)
    run_ok report -o r w
    grep -qF lstm1.g r/figures/*gains*.gp
    refute grep -qF lstm1.rg r/figures/*gains*.gp
    run_ok theory --solve --data digits --network "$network"
    grep -q '^13 *lstm1.rg ' <<<"$output"
    [ "$(grep -c 'normal_(' <<<"$output")" -eq 1 ]
}

@test "recurrent layers: factors, threads, and what is refused" {
    for threads in 1 2; do
        run_ok run -q --data digits --network 'input(8,8),lstm(5)' --init he_normal,flax_default --recurrent-init orthogonal,identity \
            --forget-bias '1 chrono(8)' --seeds 1 --epochs 1 --clip 0.5 --threads $threads -o $threads
    done
    same_run 1 2
    [ "$(tail -n +2 1/factors.csv | head -n 6 | tr '\n' ' ')" = "1,recurrent_init,orthogonal 1,forget_bias,1 2,recurrent_init,orthogonal 2,forget_bias,1 3,recurrent_init,orthogonal 3,forget_bias,chrono(8) " ]
    # A framework's rule is the same whatever the factors are, and theirs are not.
    diff <(grep '^2,' 1/epochs.csv | cut -d, -f2-) <(grep '^8,' 1/epochs.csv | cut -d, -f2-)
    refute diff <(grep '^1,' 1/epochs.csv | cut -d, -f2-) <(grep '^3,' 1/epochs.csv | cut -d, -f2-)
    refute diff <(grep '^1,' 1/epochs.csv | cut -d, -f2-) <(grep '^5,' 1/epochs.csv | cut -d, -f2-)
    grep -qx 'clip = 0.5' 1/experiment.ini
    refuses 2 '--network: lstm1: needs a sequence, as input(steps,features) is, and reads 64 (got "lstm(5)")' \
        run -q --data digits --network 'lstm(5)' -o x
    refuses 2 '--network: rnn1: needs a sequence, as input(steps,features) is, and reads 5 (got "input(8,8),gru(5),rnn(4)")' \
        run -q --data digits --network 'input(8,8),gru(5),rnn(4)' -o x
    refuses 2 '--recurrent-init: critical is for all layers: use --init (got "critical")' run -q --recurrent-init critical -o x
    refuses 2 '--network: preserving is for all layers: use --init (got "rnn(5,recurrent=preserving)")' \
        run -q --data digits --network 'input(8,8),rnn(5,recurrent=preserving)' -o x
    refuses 2 '--clip: must be a finite number from 0 up (got "-1")' run -q --clip=-1 -o x
    refuses 2 '--forget-bias: must be one start at a time for the theory (got "0 1")' theory --forget-bias 0,1
}

@test "threads and shapes do not change a run" {
    for threads in 1 2; do
        run_ok run -q --data digits --network "$cnn 16" --init he_normal,delta_orthogonal --residual-init none,fixup \
            --seeds 2 --epochs 1 --threads $threads -o $threads
    done
    same_run 1 2
    [ "$(grep -c , 1/runs.csv)" -eq 17 ]
    run_ok run -q --data digits --network '16' --init he_normal --seeds 1 --epochs 1 -o alone
    diff <(grep '^13,' 1/layers.csv | cut -d, -f2-) <(grep '^1,' alone/layers.csv | cut -d, -f2-)
}

@test "theory: borders, groups, residual growth, the numbers of the literature" {
    local white='--input-moment 1 --input-correlation 0 --data digits' l
    # He, ReLU, 3x3 same on 8x8: mean q over q without a border (exact recursion).
    "$INITSCOPE" theory $white --init he_normal --network 'input(8,8,1),conv(96,3,init=lecun_normal),act,9x(conv(96,3),act),gmean' >t.csv
    while read -r l value; do
        near "$value" 5e-7 "$(cell t.csv second_moment layer=$l tensor=preactivation)"
    done <<<'1 .840278
2 .741512
5 .545653
10 .353025'
    # x + W relu(x): doubled by each block, and the error on its way back.
    "$INITSCOPE" theory $white --init he_normal --network 'dense(64,init=lecun_normal),10xres(act,dense(64))' >t.csv
    near 1024 1e-6 "$(cell t.csv second_moment layer=11 tensor=stream)"
    # Batch norm multiplies the error's square by pi / (pi - 1) a layer.
    "$INITSCOPE" theory $white --init he_normal --network '12x(dense(64,bias=no),bn(eps=0),act)' >t.csv
    near 1.466942 1e-3 "$(awk -v a="$(cell t.csv second_moment layer=5 tensor=delta)" -v b="$(cell t.csv second_moment layer=6 tensor=delta)" 'BEGIN { print a / b }')"
    refuses 2 '--residual-init: must be one start at a time for the theory (got "none fixup")' theory --residual-init none,fixup
}

@test "theory --solve: one scale a layer, as a table and as lines of code; preserving draws from it" {
    local network='input(8,8,1),2x(conv(16,3),act),gmean'
    run_ok theory --solve --data digits --network "$network"
    [ "${lines[0]}" = 'relu, size kept' ]
    [[ "${lines[1]}" == 'layer  name '*'size  slope chi  tenfold error after' ]]
    read -r _ name fan_in sd _ size chi tenfold <<<"${lines[3]}"
    [ "$name $fan_in $size $chi $tenfold" = 'conv2 144 1 1 -' ]
    [ "$(grep -c "torch.nn.init.normal_(conv2.weight, std=$sd)" <<<"$output")" -eq 1 ]
    [ "$(grep -c "stddev=$sd),  # conv2" <<<"$output")" -eq 2 ]
    run_ok run -q --data digits --network "$network" --init preserving --seeds 4 --epochs 0 -o p
    near 1 1e-6 "$(cell p/theory.csv second_moment run=1 layer=2 tensor=activation)"
    near "$(awk -v s="$sd" 'BEGIN { print s * s }')" 1e-7 "$(cell p/theory.csv variance run=1 layer=2 tensor=weight)"
    near 1 0.25 "$(awk -F, '$5 == 2 && $6 == "activation" { s += $13; n++ } END { print s / n }' p/layers.csv)"
    # A bounded function cannot be kept at 1, but its preactivation can.
    run_ok theory --solve --activation tanh --hidden 8
    grep -q '^No scale keeps the size of tanh at 1: with any it stays below 1\.' <<<"$output"
    run_ok theory --solve --keep signal --activation gelu --hidden 8,8
    [ "${lines[0]}" = 'gelu, signal kept' ]
    [[ "${lines[3]}" =~ ' layers'$ ]]
    refuses 2 '--keep: must be size or signal (got "x")' theory --solve --keep x
    refuses 2 'theory: --keep belongs to --solve' theory --keep signal
    refuses 2 'theory: --solve excludes --critical and --phase' theory --solve --critical
}

@test "what does not fit is refused before anything is begun, what is odd is said" {
    refuses_network() { refuses 2 "$1" run -q --data digits --network "$2" -o w; }
    refuses_network '--network: input1: 56 features, but the data have 64 (got "input(7,8,1),conv(4,3),act,gmean")' \
        'input(7,8,1),conv(4,3),act,gmean'
    refuses_network '--network: conv1: the network ends in 8x8x4: add gmean or flatten (got "input(8,8,1),conv(4,3)")' \
        'input(8,8,1),conv(4,3)'
    refuses_network '--network: res1: the branch gives 4x4x8 and the skip 8x8x4: add skip=(conv(8,1,stride=2)) (got "input(8,8,1),conv(4,3),act,res(conv(8,3,stride=2),act),gmean")' \
        'input(8,8,1),conv(4,3),act,res(conv(8,3,stride=2),act),gmean'
    refuses_network '--network: critical is for all layers: use --init (got "dense(8,init=critical)")' 'dense(8,init=critical),act'
    refuses_network '--network: the same network is listed twice (got "8,8")' 'a=8,8 2x(dense(8),act)'
    run_ok run --data digits --network 'dense(4),dense(8),act' --init he_normal --seeds 1 --epochs 0 -o w
    grep -q -- '--network: dense1 and dense2 have no activation between them' <<<"$stderr"
}

@test "a report of a network that is no chain: gains and streams by name" {
    run_ok run -q --data digits --network "$cnn" --init he_normal,torch_default --seeds 3 --epochs 1 -o w
    run_ok report w
    grep -q 'depthwise1' w/report/figures/*-gains.gp
    run_ok report --summary w
    [ -n "$output" ]
}

# tokens: sequences of six different ones in tokens.csv.
tokens() {
    awk 'BEGIN {
        print "a,b,c,d,e,class"
        for (i = 1; i < 200; i++) print i % 6 "," i % 5 "," int(i / 7) % 6 "," int(i / 3) % 4 "," int(i / 2) % 6 "," (i % 6 < 3)
    }' >tokens.csv
}

transformer='embed(6,8),positions(learned),res(ln,attention(2)),res(ln,16,dense(8)),ln,gmean'

@test "attention: q, k, v and o are layers of their own, what they make is logged" {
    tokens
    run_ok run -q --data tokens.csv --scale none --network "$transformer" --init he_normal --seeds 1 --epochs 1 --save-weights ends -o w
    cat >expected <<END
run,layer,name,kind,block,activation,inputs,units,fan_in,fan_out,parameters,trainable
1,1,embed1,embedding,,,0,8,6,8,48,1
1,2,positions1,embedding,,,1,8,5,8,40,1
1,3,attention1.q,attention,res1,,2,8,8,8,72,1
1,4,attention1.k,attention,res1,,2,8,8,8,72,1
1,5,attention1.v,attention,res1,,2,8,8,8,72,1
1,6,attention1.o,attention,res1,,3 4 5,8,8,8,72,1
1,7,dense1,dense,res2,relu,2 6,16,8,16,144,1
1,8,dense2,dense,res2,,7,8,16,8,136,1
1,9,output,dense,,,2 6 8,2,8,2,18,1
END
    diff expected w/network.csv
    # 159 rows: 5 positions of each, 2 heads that look from each of them to each.
    [ "$(cell w/layers.csv count epoch=0 layer=3 tensor=preactivation)" -eq $((159 * 5 * 8)) ]
    [ "$(cell w/layers.csv count epoch=0 layer=6 tensor=logit)" -eq $((159 * 25 * 2)) ]
    [ "$(cell w/layers.csv units epoch=0 layer=6 tensor=attention)" -eq 2 ]
    near 0.2 1e-6 "$(cell w/layers.csv mean epoch=0 layer=6 tensor=attention)"
    near 0 1e-6 "$(cell w/layers.csv mean epoch=0 layer=6 tensor=logit)"
    [ "$(cut -d, -f1-3 w/tokens.csv | tr '\n' ' ')" = 'run,epoch,layer 1,0,6 1,0,8 1,1,6 1,1,8 ' ]
    [ "$(cell w/tokens.csv entropy epoch=0 layer=8)" = '' ]
    awk -v e="$(cell w/tokens.csv entropy epoch=0 layer=6)" 'BEGIN { exit !(0 < e && e < log(5)) }'
    # As PyTorch has them: in_proj in parts, nn.Embedding by rows.
    [ "$(shape w/weights/000001/epoch0000.layer01.W.npy)" = '6, 8' ]
    [ "$(shape w/weights/000001/epoch0000.layer02.W.npy)" = '5, 8' ]
    [ "$(shape w/weights/000001/epoch0001.layer04.W.npy)" = '8, 8' ]
    [ "$(shape w/weights/000001/epoch0001.layer04.b.npy)" = '8,' ]
    run_ok run -q --data tokens.csv --scale none --network "$transformer" --init 'file(w/weights/000001/epoch0000)' \
        --seeds 1 --epochs 1 -o again
    diff <(cut -d, -f3- w/layers.csv) <(cut -d, -f3- again/layers.csv)
    diff w/tokens.csv again/tokens.csv
    run_ok run -q w/experiment.ini -o repeated
    same_run w repeated
    run_ok report w
}

@test "embeddings: tokens alone, an initializer of their own" {
    tokens
    refuses 2 '--network: embed1: tokens must be whole numbers in [0, 4]; with --scale none features stay as they are (got "5")' \
        run -q --data tokens.csv --scale none --network 'embed(5,4),gmean' -o w
    run --separate-stderr "$INITSCOPE" run -q --data tokens.csv --network 'embed(6,4),gmean' -o w
    [ "$status" -eq 2 ]
    [[ "$stderr" == *'embed1: tokens must be whole numbers in [0, 5]; with --scale none features stay as they are (got "'*.*'")' ]]
    refuses 2 '--network: embed1: it reads the tokens of the input: it must be the first layer (got "dense(5),embed(6,4),gmean")' \
        run -q --data tokens.csv --scale none --network 'dense(5),embed(6,4),gmean' -o w
    refuses 2 '--network: attention1: it must read a sequence, and reads 5 (got "attention(1),gmean")' \
        run -q --data tokens.csv --network 'attention(1),gmean' -o w
    run_ok run -q --data tokens.csv --scale none --network "$transformer" --init he_normal --embedding-init 'random_normal(stddev=1)' \
        --seeds 1 --epochs 0 -o w
    grep -q '^embedding-init = random_normal(stddev=1)$' w/experiment.ini
    near 1 0.4 "$(cell w/layers.csv second_moment epoch=0 layer=1 tensor=weight)"
    near 1 0.4 "$(cell w/layers.csv second_moment epoch=0 layer=2 tensor=weight)"
    near 0.25 0.12 "$(cell w/layers.csv second_moment epoch=0 layer=3 tensor=weight)"
}

@test "theory --solve: matrices of attention by their names, no line of code of what is not known" {
    run_ok theory --solve --data digits --network 'input(8,8),dense(8),attention(2),gmean'
    [[ "${lines[3]}" =~ ^2\ +attention1\.q\ +8\  ]]
    [[ "${lines[6]}" =~ ^5\ +attention1\.o\ +8\  ]]
    grep -q '^Matrices of attention and of recurrent layers are not solved for' <<<"$output"
    refute grep -q 'attention1.*std=' <<<"$output"
    refute grep -q 'nan' <<<"$output"
}
