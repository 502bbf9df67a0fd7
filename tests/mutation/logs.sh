#!/bin/sh
# SPDX-FileCopyrightText: The initscope authors
# SPDX-License-Identifier: GPL-3.0-or-later
# logs.sh DIRECTORY: small logs of many kinds of networks, each with several arms and all that can be
# recorded, one as another program writes it that counts steps. $INITSCOPE is the program.
set -eu
out=$1

log() {
    name=$1
    shift
    "$INITSCOPE" run -q --threads 1 --record-every 1 --probe 8 --bins 4 --histograms 0,last \
        --symmetry all "$@" -o "$out/$name"
    rm "$out/$name/manifest.csv" # which would tell of every mutation alike
    echo "$out/$name"
}

log dense --init 'he_normal constant(0.1) random_normal(stddev=1)' --network 6x5 --seeds 3 --epochs 3 --spectrum all
log tanh --init 'orthogonal random_normal(stddev=1)' --activation tanh --network 6x5 --seeds 3 --epochs 1 --spectrum all
log settings --init 'he_normal glorot_uniform' --network 4,4 --seeds 1 --epochs 1 --learning-rate '0.01 0.03 0.1 1' \
    --activation 'relu tanh' --batch '32 full'
log map --init "$(for s in 2 3 4 5 6 8; do echo "random_normal(stddev=0.$s)"; done)" --network '2x4 4x4 6x4' \
    --seeds 2 --epochs 1 --histograms none
log spread --init he_normal --network '2x4 4x4 6x4 8x4' --seeds 5 --epochs 1 --histograms none
log widths --init 'he_normal mup(4)' --network '4,4 8,8 16,16' --seeds 1 --epochs 1 --learning-rate '0.01 0.1'
log numbers --label x1 --loss mse --init 'he_normal zeros' --network 4,4 --seeds 2 --epochs 2
log diverged --init 'he_normal glorot_uniform' --network 4,4 --seeds 2 --epochs 2 --optimizer sgd \
    --learning-rate 1e30 --symmetry last
log conv --data digits --init 'he_normal zeros' --seeds 2 --epochs 1 --batch 512 \
    --network 'bn=input(8,8,1),conv(2,3),bn,act,conv(3,3),ln,act,gmean plain=input(8,8,1),conv(2,3),act,maxpool(2),flatten,4'
log residual --init he_normal --residual-init 'none zero_last' --seeds 2 --epochs 1 \
    --network 'plain=4x4 res=4,3xres(act,dense(4))'
log recurrent --data 'adding(length=6,rows=60)' --init glorot_uniform --seeds 2 --epochs 2 \
    --network 'rnn=input(6,2),rnn(4) lstm=input(6,2),lstm(4) gru=input(6,2),gru(4,sequence=yes),gmean'
log attention --data digits --init 'keras_default torch_default' --activation gelu --seeds 2 --epochs 1 --batch 512 \
    --network 'input(8,8),dense(4),positions(sine),2x(res(ln,attention(2)),res(ln,8,dense(4))),ln,gmean'

# By steps, 100 an epoch; without what others do not write.
mkdir "$out/foreign"
for file in runs epochs layers network symmetry; do
    awk -F, -v OFS=, 'NR == 1 { for (i = 1; i <= NF; i++) if ($i == "epoch") { at = i; $i = "step" } }
        NR > 1 && at { $at *= 100 } { print }' "$out/conv/$file.csv" >"$out/foreign/$file.csv"
done
echo "$out/foreign"
