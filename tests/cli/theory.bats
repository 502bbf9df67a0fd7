# SPDX-FileCopyrightText: The initscope authors
# SPDX-License-Identifier: GPL-3.0-or-later
# initscope theory: what is predicted without training; theory.csv and spectrum.csv of a run.

load helper

# near EXPECTED TOLERANCE VALUE
near() { awk -v e="$1" -v t="$2" -v v="$3" 'BEGIN { exit !(v != "" && v - e <= t && e - v <= t) }' || { echo "$3 is not $1"; return 1; }; }

# cell FILE COLUMN CONDITION...: the cell of the only row where every COLUMN=VALUE holds.
cell() {
    local file=$1 column=$2
    shift 2
    awk -F, -v column="$column" -v conditions="$*" '
        NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i; n = split(conditions, c, " "); next }
        {
            for (k = 1; k <= n; k++) {
                split(c[k], pair, "=")
                if ($at[pair[1]] != pair[2]) next
            }
            found++
            value = $at[column]
        }
        END { if (found == 1) print value }' "$file"
}

@test "theory: one row a layer and tensor of each initializer and activation" {
    run_ok theory --init=he_normal,zeros --activation=relu,tanh --hidden=64,64
    [ "$stderr" = "" ]
    [ "${lines[0]}" = initializer,activation,layer,tensor,second_moment,variance ]
    [ "${#lines[@]}" -eq $((1 + 2 * 2 * 3 * 7)) ]
    [ "$(cut -d, -f1,2 <<<"$output" | uniq | tail -n +2 | paste -sd' ')" = "he_normal,relu zeros,relu he_normal,tanh zeros,tanh" ]
    [ "$(cut -d, -f4 <<<"$output" | sed -n 2,8p | paste -sd' ')" = "weight preactivation activation delta gradient signal delta_ratio" ]
    # Backward from 3 outputs: 3 Var(W_3) / 2 with Var(W_3) = 2/64, then 64 Var(W_2) / 2 = 1.
    echo "$output" >t
    [ "$(cell t second_moment initializer=zeros activation=relu layer=2 tensor=delta_ratio)" = 0 ]
    [ "$(cell t second_moment initializer=he_normal activation=relu layer=3 tensor=delta_ratio)" = 1 ]
    near 0.046875 1e-12 "$(cell t second_moment initializer=he_normal activation=relu layer=2 tensor=delta_ratio)"
    near 0.046875 1e-12 "$(cell t second_moment initializer=he_normal activation=relu layer=1 tensor=delta_ratio)"
}

@test "of an option that is given twice the last counts" {
    "$INITSCOPE" theory --init=he_normal --input-moment=1 --input-moment=3 >last
    "$INITSCOPE" theory --init=he_normal --input-moment=3 >once
    cmp last once
    run ! cmp -s once <("$INITSCOPE" theory --init=he_normal --input-moment=1)
}

@test "theory: the textbook's network, 4-64-64-3 with ReLU on standardised inputs" {
    # He: W 2/4, 2/64; z 2; a^2 1; He et al. 2015. delta by quadrature of an independent program.
    "$INITSCOPE" theory --init=he_normal,glorot_uniform --input-moment=1 >t
    he() { cell t second_moment initializer=he_normal "layer=$1" "tensor=$2"; }
    near 0.5 1e-12 "$(he 1 weight)"
    near 2 1e-12 "$(he 1 preactivation)"
    near 1 1e-12 "$(he 1 activation)"
    near 0.6816901138162093 1e-12 "$(cell t variance initializer=he_normal layer=1 tensor=activation)"
    near 2 1e-12 "$(he 3 preactivation)"
    near 0.013949 6e-7 "$(he 2 delta)"
    near 0.013949 6e-7 "$(he 1 delta)"
    near 0.29757 6e-6 "$(he 3 delta)"
    near 0.056190 6e-7 "$(cell t variance initializer=glorot_uniform layer=3 tensor=preactivation)"
    near 0.005066 6e-7 "$(cell t variance initializer=glorot_uniform layer=1 tensor=delta)"
    # From the data: the probe rows are standardised.
    "$INITSCOPE" theory --init=he_normal >d
    near 2 1e-6 "$(cell d second_moment layer=1 tensor=preactivation)"
    "$INITSCOPE" theory --init=he_normal --scale=none >raw
    # Unscaled iris: mean of squares of the training rows, 15.8; z is half of 4 times that.
    near 31.6 0.5 "$(cell raw second_moment layer=1 tensor=preactivation)"
}

@test "theory: the signal, from the correlation of the inputs" {
    "$INITSCOPE" theory --init=he_normal --input-moment=1 --input-correlation=0.25 >t
    # 120 probe rows: one pair in 120 is a row with itself.
    near 1.4875 1e-12 "$(cell t variance layer=1 tensor=signal)"
    near 1.4875 1e-12 "$(cell t second_moment layer=1 tensor=signal)"
    "$INITSCOPE" theory --init=he_normal --input-moment=4 --input-correlation=1 >t
    [ "$(cell t variance layer=3 tensor=signal)" = 0 ]
    # From the data: features of mean 0 and variance 1 over all rows, so that the signal of the first
    # layer is its size; raw, the rows are more alike.
    "$INITSCOPE" theory --init=he_normal >d
    near 2 1e-6 "$(cell d variance layer=1 tensor=signal)"
    "$INITSCOPE" theory --init=he_normal --scale=none >raw
    awk "BEGIN { exit !($(cell raw variance layer=1 tensor=signal) < 0.2 * $(cell raw variance layer=1 tensor=preactivation)) }"
    # It depends on the inputs' correlation alone where biases keep the size up.
    "$INITSCOPE" theory --init=torch_default --hidden=20x64 >t
    awk "BEGIN { exit !($(cell t variance layer=20 tensor=signal) < 1e-12) }"
    refuses 2 '--input-correlation: must be a number from -1 to 1 (got "1.5")' theory --input-correlation=1.5
    refuses 2 '--input-correlation: must be a number from -1 to 1 (got "x")' theory --input-correlation=x
}

@test "theory: a row that draws the bias itself" {
    # PyTorch's default: Var(W) = Var(b) = 1/(3 n), so with ReLU q* = 1/192 / (1 - 1/6) = 0.00625.
    "$INITSCOPE" theory --init=torch_default --hidden=20x64 >t
    near 0.00625 1e-9 "$(cell t variance layer=20 tensor=preactivation)"
    ratio=$(awk "BEGIN { print $(cell t variance layer=9 tensor=delta) / $(cell t variance layer=10 tensor=delta) }")
    near 0.1666667 1e-6 "$ratio"
}

@test "theory: nan where an initializer promises nothing" {
    "$INITSCOPE" theory --init=ones >t
    [ "$(cell t variance layer=2 tensor=delta)" = nan ]
}

@test "theory: takes an experiment file, overruled by the command line" {
    "$INITSCOPE" theory "$srcdir/reports/iris.ini" --init=he_uniform >t
    near 31.6 0.5 "$(cell t second_moment layer=1 tensor=preactivation)"
    near 0.029851 6e-7 "$(cell t variance layer=3 tensor=weight)" # output-init = glorot_uniform
}

@test "theory.csv of a run is what theory prints, for every seed" {
    options=(--data=wine '--init=he_normal lsuv critical(sigma_b=0.1)' --activation=tanh --hidden=8,9
        '--bias-init=random_normal(stddev=0.3)' --output-init=lecun_normal --probe=50)
    run_ok run -q "${options[@]}" --seeds=2 --epochs=0 -o w
    "$INITSCOPE" theory "${options[@]}" | tail -n +2 | cut -d, -f1,3- >printed
    [ "$(wc -l <printed)" -eq 63 ]
    for run in 1 2; do grep "^$run," w/theory.csv | cut -d, -f2-; done | sort -u >first
    grep '^he_normal,' printed | sort | diff - first
    cut -d, -f2- w/theory.csv | tail -n +2 | sort -u >all
    sort -u printed | diff - all
    [ "$(wc -l <w/theory.csv)" -eq $((1 + 6 * 21)) ]
}

@test "theory --critical: the edge of chaos" {
    run_ok theory --critical --activation=tanh
    [ "${lines[0]}" = activation,sigma_b,sigma_b_square,sigma_w_square,sigma_w,q_star,chi_parallel,xi_q,xi_c,stable ]
    echo "$output" >t
    # Two independent programs; Schoenholz et al. 2017 use sigma_w^2 = 1.76 at 0.05.
    [ "$(printf %.6f "$(cell t sigma_w_square sigma_b_square=0.05)")" = 1.760955 ]
    near 1.327010 6e-7 "$(cell t sigma_w sigma_b_square=0.05)"
    near 0.57005 6e-6 "$(cell t q_star sigma_b_square=0.05)"
    near 0.518 6e-4 "$(cell t chi_parallel sigma_b_square=0.05)"
    near 1.52 6e-3 "$(cell t xi_q sigma_b_square=0.05)"
    [ "$(cell t xi_c sigma_b_square=0.05)" = inf ]
    near 3.443211 6e-7 "$(cell t sigma_w_square sigma_b=1)"
    [ "$(cell t sigma_w_square sigma_b=0)" = 1 ]
    "$INITSCOPE" theory --critical --activation=relu,silu,softplus >t
    [ "$(grep -c ^relu t)" -eq 1 ]
    near 2 1e-12 "$(cell t sigma_w_square activation=relu)"
    [ "$(grep -c ^softplus t)" -eq 0 ]
    # With sigma_b = 0.2 SiLU is critical at 2.8208 only, where chi_parallel is 1.099: unstable.
    near 2.8208 6e-5 "$(cell t sigma_w_square activation=silu sigma_b=0.2)"
    near 1.099 6e-4 "$(cell t chi_parallel activation=silu sigma_b=0.2)"
    [ "$(cell t stable activation=silu sigma_b=0.2)" = no ]
}

@test "theory --phase: the plane of sigma_w and sigma_b" {
    run_ok theory --phase=sigma_w=1:2:3,sigma_b=0:0.5:2 --activation=relu,tanh
    [ "${lines[0]}" = activation,sigma_w,sigma_b,q_star,c_star,chi_1,xi_c ]
    [ "${#lines[@]}" -eq $((1 + 2 * 3 * 2)) ]
    [ "$(cut -d, -f1-3 <<<"$output" | sed -n 8,11p | paste -sd' ')" = "tanh,1,0 tanh,1,0.5 tanh,1.5,0 tanh,1.5,0.5" ]
    echo "$output" >t
    # ReLU: q* = sigma_b^2 / (1 - sigma_w^2 / 2), chi_1 = sigma_w^2 / 2.
    near 0.5 1e-9 "$(cell t q_star activation=relu sigma_w=1 sigma_b=0.5)"
    near 0.5 1e-9 "$(cell t chi_1 activation=relu sigma_w=1 sigma_b=0.5)"
    [ "$(cell t q_star activation=relu sigma_w=2 sigma_b=0.5)" = inf ]
}

@test "depth.csv and phase.csv: where a run's networks would go with depth" {
    run_ok run -q --init='glorot_normal he_normal ones critical(sigma_b=0.2)' --activation=tanh --hidden=16,16 --seeds=2 --epochs=0 -o w
    [ "$(head -n 1 w/depth.csv)" = run,initializer,sigma_w,sigma_b,q_star,c_star,chi_1,chi_parallel,xi_q,xi_c,xi_gradient ]
    [ "$(wc -l <w/depth.csv)" -eq 9 ]
    # Two independent programs: tanh with sigma_w^2 = 2 goes to .617965 with chi_1 = 1.1055; critical
    # at sigma_b = 0.2 with sigma_w^2 = 1.700796 and q* = .51208.
    near 1 1e-12 "$(cell w/depth.csv sigma_w run=1)"
    [ "$(cell w/depth.csv xi_gradient run=1)" = inf ]
    near 0.617965 1e-6 "$(cell w/depth.csv q_star run=3)"
    near 1.1055 1e-4 "$(cell w/depth.csv chi_1 run=4)"
    near -9.9677 1e-4 "$(cell w/depth.csv xi_gradient run=4)"
    [ "$(cell w/depth.csv chi_1 run=5)" = nan ]
    near 1.304146 1e-6 "$(cell w/depth.csv sigma_w run=7)"
    near 0.51208 1e-5 "$(cell w/depth.csv q_star run=8)"
    near 1 1e-9 "$(cell w/depth.csv chi_1 run=8)"
    "$INITSCOPE" theory --activation=tanh --phase=sigma_w=0:4:33,sigma_b=0:1:9 | diff - w/phase.csv
    # The last hidden layer tells: 16 inputs and 8 units have sigma_w^2 = 16 * 2 / 24, sigma_b^2 = 1 / 8.
    run_ok run -q --init=glorot_normal --bias-init=lecun_normal --activation=tanh --hidden=16,8 --seeds=1 --epochs=0 -o uneven
    near 1.154700538379 1e-12 "$(cell uneven/depth.csv sigma_w run=1)"
    near 0.353553390593 1e-12 "$(cell uneven/depth.csv sigma_b run=1)"
}

@test "theory: what is refused" {
    refuses 2 '--network: must be one network at a time for the theory (got "8,8 16")' theory '--hidden=8,8 16'
    for value in -1 inf x ''; do
        refuses 2 "--input-moment: must be a finite number from 0 up (got \"$value\")" theory "--input-moment=$value"
    done
    local range='must be sigma_w=FROM:TO:COUNT,sigma_b=FROM:TO:COUNT with numbers 0 <= FROM <= TO <= 1000 and a COUNT from 1 to 1000'
    refuses 2 "--phase: $range (got \"sigma_w=1:2:3\")" theory --phase sigma_w=1:2:3
    refuses 2 "--phase: $range (got \"sigma_w=2:1:3,sigma_b=0:1:2\")" theory --phase sigma_w=2:1:3,sigma_b=0:1:2
    refuses 2 'theory: --critical and --phase exclude each other' theory --critical --phase=x
    refuses 2 'theory: unknown option (got "--epochs=3"); see `initscope theory --help`' theory --epochs=3
    refuses 2 'theory: takes one experiment file (got "b.ini")' theory a.ini b.ini
    refuses 3 'no.csv: No such file or directory' theory --data=no.csv
}

@test "theory: a full disk is an error" {
    [ -w /dev/full ] || skip "no /dev/full"
    for arguments in theory "theory --critical" "theory --help"; do
        status=0
        "$INITSCOPE" $arguments >/dev/full 2>message || status=$?
        [ "$status" -eq 4 ]
        [ "$(cat message)" = "initscope: write error: No space left on device" ]
    done
}

@test "critical(sigma_b): where there is no edge of chaos the run is refused" {
    refuses 2 '--init: relu has no critical point with this sigma_b; see `initscope theory --critical --activation relu` (got "critical(sigma_b=0.1)")' run '--init=critical(sigma_b=0.1)' --activation=tanh,relu -o w
    refuses 2 '--bias-init: softplus has no critical point with this sigma_b; see `initscope theory --critical --activation softplus` (got "critical")' run --bias-init=critical --activation=softplus -o w
}

@test "critical(sigma_b): each activation has weights of its own, a run repeats from its experiment" {
    run_ok run -q '--init=critical(sigma_b=0.2)' --activation=tanh,erf --hidden=3x200 --seeds=2 --epochs=0 -o w
    # sigma_w^2 / fan_in of the critical lines: tanh 1.700796, erf 1.328937.
    for run in 1:1.700796 2:1.700796 3:1.328937 4:1.328937; do
        variance=$(cell w/layers.csv variance "run=${run%:*}" layer=2 tensor=weight)
        near "${run#*:}" 0.06 "$(awk "BEGIN { print 200 * $variance }")"
        near 0.04 0.02 "$(cell w/layers.csv variance "run=${run%:*}" layer=2 tensor=bias)"
    done
    run_ok run -q w/experiment.ini -o again
    same_run w again
}

@test "spectrum.csv: epochs 0 and last, or none; orthogonal layers are isometries" {
    run_ok run -q --init=orthogonal --activation=linear --hidden=4,4 --seeds=1 --epochs=2 --spectrum=none -o w
    [ -s w/theory.csv ]
    [ ! -e w/spectrum.csv ]
    run_ok run -q --init=orthogonal --activation=linear --hidden=4,4 --seeds=1 --epochs=3 -o s
    # Ranks: four Jacobians 3 x 4; layers 4 x 4, 4 x 4, 3 x 4.
    [ "$(wc -l <s/spectrum.csv)" -eq $((1 + 2 * (4 * 3 + 4 + 4 + 3))) ]
    [ "$(tail -n +2 s/spectrum.csv | cut -d, -f4 | sort -u | paste -sd' ')" = "0 3" ]
    awk -F, '$4 == 0 && ($7 > 1 + 1e-6 || $7 < 1 - 1e-6) { exit 1 }' s/spectrum.csv
    awk -F, '$4 == 3 && ($7 > 1 + 1e-3 || $7 < 1 - 1e-3) { n++ } END { exit n == 0 }' s/spectrum.csv
}

@test "steps.csv has what is predicted of every step of recurrent layers, at epoch 0 alone" {
    run_ok run -q --data=digits --network='input(8,8),lstm(64)' --init=keras_default --seeds=4 \
        --epochs=1 --probe=128 -o w
    # z and delta of four gates and one state, over eight steps, are within a third of the mean; at
    # the first step there is nothing to forget.
    awk -F, 'NR > 1 && $2 == 0 { of = $3 " " $4 " " $5; m[of] += $6 / 4; t[of] = $8 }
             NR > 1 && $2 > 0 && $8 != "" { bad = 1 }
             END { for (of in m) { seen++; if (m[of] < 0.67 * t[of] || m[of] > 1.5 * t[of]) bad = 1 }
                   if (m["2 delta 1"] != 0 || !(t["2 delta 2"] > 0)) bad = 1
                   exit bad || seen != 72 }' w/steps.csv
}
