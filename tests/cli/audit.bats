# SPDX-FileCopyrightText: The initscope authors
# SPDX-License-Identifier: GPL-3.0-or-later
# initscope audit: which rule drew the weights of files that others wrote.

load helper

setup() {
    cd "$BATS_TEST_TMPDIR" || return 1
    command -v python3 >/dev/null || skip "python3 not found"
    [ -e "$BATS_FILE_TMPDIR/w.npy" ] || (cd "$BATS_FILE_TMPDIR" && python3 "$srcdir/tests/cli/make_weights.py")
    ln -s "$BATS_FILE_TMPDIR" files
}

# cell TENSOR COLUMN: of the rows of CSV in $output.
cell() {
    awk -F, -v tensor="$1" -v name="$2" '
        NR == 1 { for (i = 1; i <= NF; i++) if ($i == name) column = i }
        $2 == tensor { print $column; found = 1 }
        END { exit !found }' <<<"$output"
}

# refuses_file FILE MESSAGE
refuses_file() { refuses 3 "files/$1: $2" audit "files/$1"; }

@test "a network as PyTorch draws it: the rule, its p, gains, the vote, what depth makes of it" {
    run_ok audit files/torch.safetensors
    [ "${lines[0]}" = files/torch.safetensors ]
    grep -qE '^fc1.weight +\(64, 32\) +0\.3[0-9]* +0\.[0-9]+ +0\.1[0-9]+ +0\.3[0-9]+ +drawn by torch_default$' <<<"$output"
    [[ "${lines[4]}" == 'fc10.weight '* ]]
    grep -qE "^network: drawn by torch_default \(PyTorch's default\); log odds [0-9.e+]+ to .*; 3 of 3 weight tensors drawn by it$" <<<"$output"
    grep -qE '^depth: 3 dense and convolutional layers behind each other, relu between, make E\[z\^2\] times 0\.00[0-9]+, 0\.1[0-9]+ a layer' <<<"$output"
    grep -qxF 'not weights, and not looked at: 1 of biases, norms and the like' <<<"$output"
    refute grep -q 'not audited' <<<"$output"
}

@test "rows of CSV, on standard output and in a file" {
    run_ok audit --format csv -o rows.csv files/torch.safetensors
    [ "${lines[0]}" = file,tensor,kind,units,fan_in,fan_out,rule,also,family,scale,trained,p,duplicate_pairs,zero_units,forward_gain,backward_gain ]
    [ "${#lines[@]}" -eq 4 ]
    [ "$(cell fc2.weight rule)" = torch_default ]
    [ "$(cell fc2.weight family)" = uniform ]
    [ "$(cell fc2.weight fan_in)" = 64 ]
    [ "$(cell fc2.weight fan_out)" = 48 ]
    [ "$(cell fc2.weight trained)" = 0 ]
    [ "$(cell fc2.weight file)" = files/torch.safetensors ]
    [ "$output" = "$(cat rows.csv)" ]
    run_ok audit -o again.csv files/torch.safetensors
    cmp rows.csv again.csv
    [ "${lines[0]}" = files/torch.safetensors ]
}

@test "the activation decides the gains" {
    run_ok audit --format csv --activation linear files/torch.safetensors
    linear=$(cell fc2.weight forward_gain)
    run_ok audit --format csv files/torch.safetensors
    relu=$(cell fc2.weight forward_gain)
    awk -v a="$linear" -v b="$relu" 'BEGIN { exit !(a > 0.3 && a / b > 1.9999 && a / b < 2.0001) }'
    run_ok audit --activation tanh files/torch.safetensors
    grep -q 'tanh between' <<<"$output"
}

@test "half precision is read, and is no movement" {
    run_ok audit --format csv files/half.safetensors files/half.npy
    [ "$(cell fc2.weight rule)" = torch_default ]
    [ "$(cell fc2.weight trained)" = 0 ]
    [ "$(cell half rule)" = he_normal ]
    [ "$(cell half trained)" = 0 ]
}

@test "layouts: by the name, by the likelihood, by the option" {
    run_ok audit --format csv files/keras.npz files/unnamed.npz files/w.npy
    [ "$(cell dense/kernel rule)" = he_normal ]
    [ "$(cell dense/kernel fan_in)" = 50 ]
    [ "$(cell dense/kernel units)" = 200 ]
    [ "$(cell arr_0 rule)" = he_normal ]
    [ "$(cell arr_0 units)" = 200 ]
    [ "$(cell w rule)" = "" ]
    run_ok audit --format csv --layout keras files/w.npy
    [ "$(cell w rule)" = he_normal ]
    run_ok audit --format csv --layout torch files/keras.npz
    [ "$(cell dense/kernel units)" = 50 ]
    [ "$(cell dense/kernel rule)" = "" ]
}

@test "packed kernels: PyTorch's default of each is torch_default" {
    run_ok audit files/packed.safetensors
    for tensor in lstm.weight_ih_l0 lstm.weight_hh_l0 attn.in_proj_weight embed.weight; do
        grep -qE "^$tensor .* drawn by torch_default" <<<"$output"
    done
    grep -qE '^network: drawn by torch_default .* 4 of 4 weight tensors drawn by it$' <<<"$output"
    run_ok audit --format csv files/packed.safetensors
    [ "$(cell lstm.weight_ih_l0 fan_in)" = 20 ]
    [ "$(cell lstm.weight_ih_l0 fan_out)" = 48 ]
    [ "$(cell lstm.weight_ih_l0 kind)" = recurrent ]
    [ "$(cell attn.in_proj_weight fan_out)" = 192 ]
    [ "$(cell attn.in_proj_weight forward_gain)" = "" ]
    [ "$(cell embed.weight fan_in)" = "" ]
    [ "$(cell embed.weight kind)" = embedding ]
}

@test "equal and zero units, elements that are not finite, and the exit status" {
    run_ok audit files/twins.safetensors files/nan.safetensors
    grep -qE '^fc.weight .* drawn by torch_default +1 pair of equal units, 1 zero unit$' <<<"$output"
    grep -qE '^fc.weight .* 2 elements are not finite$' <<<"$output"
    run_ok audit --fail-on none files/twins.safetensors
    run_ok audit --fail-on nonfinite files/twins.safetensors
    run_ok audit --fail-on symmetric files/nan.safetensors
    run -6 "$INITSCOPE" audit --fail-on symmetric,nonfinite files/twins.safetensors
    grep -q 'equal units' <<<"$output"
    run -6 "$INITSCOPE" audit --fail-on symmetric,nonfinite files/nan.safetensors
    refuses 2 '--fail-on: must be symmetric, nonfinite or none (got "dead")' audit --fail-on symmetric,dead files/w.npy
}

@test "what is no floating-point number is named, and no more" {
    run_ok audit files/mixed.safetensors
    grep -qxF 'not audited: 2 tensors: mask (U8), steps (I64)' <<<"$output"
    grep -qxF 'not weights, and not looked at: 1 of biases, norms and the like' <<<"$output"
    grep -q 'norms set sizes anew' <<<"$output"
    run_ok audit files/integers.npz
    [ "${lines[1]}" = 'not audited: 1 tensor: ids (whole numbers)' ]
    run_ok audit files/empty.safetensors
    [ "$output" = files/empty.safetensors ]
}

@test "names of foreign origin do no harm" {
    run_ok audit files/names.safetensors
    refute grep -q "$(printf '\033')" <<<"$output"
    grep -qF 'a\x1b[31m\x0a.weight ' <<<"$output"
    run_ok audit --format csv files/names.safetensors
    refute grep -q '^[^,]*,=cmd' <<<"$output"
    grep -qF ',a\x1b[31m\x0a.weight,' <<<"$output"
    [ "${#lines[@]}" -eq 3 ]
}

@test "parts of one network, directories, and what initscope run wrote" {
    mkdir -p model/part
    cp files/model-0000* model/part
    cp files/w.npy model/part/a.npy
    run_ok audit model
    [ "${lines[0]}" = model/part ]
    grep -qxF model/part/model <<<"$output"
    grep -qE '3 of 3 weight tensors drawn by it$' <<<"$output"
    run_ok run -q --init he_uniform --seeds 1 --epochs 3 --hidden 64,64 --save-weights ends -o logs
    run_ok audit logs
    [ "${lines[0]}" = logs/weights/000001/epoch0000 ]
    grep -qxF logs/weights/000001/epoch0003 <<<"$output"
    grep -qE '^network: drawn by he_uniform ' <<<"$output"
    grep -qE '^epoch0003.layer02.W .* (began as|drawn by) he_uniform, moved about 0' <<<"$output"
    mkdir nothing
    refuses 3 'nothing: holds no .npy, .npz or .safetensors file' audit nothing
    refuses 3 'nowhere: No such file or directory' audit nowhere
    refuses 2 'audit: no file of weights; see `initscope audit --help`' audit
}

@test "safetensors that are damaged or hostile are refused, each with what is wrong" {
    refuses_file bad-short.safetensors 'not a safetensors file: too short for a header (got "2")'
    refuses_file bad-longer.safetensors 'cut short, or not a safetensors file: its header is longer than it (got "10")'
    refuses_file bad-cut.safetensors 'the data_offsets of a tensor lie outside of the file (got "a")'
    refuses_file bad-hundred.safetensors 'header longer than 100000000 bytes (got "100000001")'
    refuses_file bad-twice.safetensors "its header is no JSON as safetensors has it (got \"duplicate object key near '\"a\"'\")"
    refuses_file bad-brackets.safetensors "its header is no JSON as safetensors has it (got \"maximum parsing depth reached near '['\")"
    refuses_file bad-list.safetensors 'not a safetensors file: its header is no JSON object'
    refuses_file bad-text.safetensors 'not a safetensors file: its header is no JSON object'
    refuses_file bad-latin.safetensors 'its header is no JSON as safetensors has it (got "unable to decode byte 0xe9 near '"'\"'"'")'
    refuses_file bad-open.safetensors "its header is no JSON as safetensors has it (got \"unexpected token near end of file\")"
    refuses_file bad-number.safetensors 'a tensor needs dtype, shape and two data_offsets (got "a")'
    refuses_file bad-three.safetensors 'a tensor needs dtype, shape and two data_offsets (got "a")'
    for name in overflow negative fraction; do
        refuses_file "bad-$name.safetensors" 'the shape of a tensor is no list of sizes that a file can hold (got "a")'
    done
    refuses_file bad-huge.safetensors 'the shape of a tensor is no list of sizes that a file can hold (got "a")'
    refuses_file bad-nine.safetensors 'a tensor has more than 8 dimensions (got "a")'
    refuses_file bad-dtype.safetensors 'unknown dtype (got "F31")'
    refuses_file bad-beyond.safetensors 'the data_offsets of a tensor lie outside of the file (got "a")'
    refuses_file bad-minus.safetensors 'the data_offsets of a tensor lie outside of the file (got "a")'
    refuses_file bad-backwards.safetensors 'the data_offsets of a tensor do not fit its shape (got "a")'
    refuses_file bad-fewer.safetensors 'the data_offsets of a tensor do not fit its shape (got "a")'
    refuses_file bad-overlap.safetensors 'the bytes of two tensors overlap (got "b")'
    refuses_file bad-hole.safetensors 'bytes before a tensor belong to none (got "b")'
    refuses_file bad-behind.safetensors 'bytes behind the last tensor belong to none (got "4")'
    mkfifo pipe.safetensors
    exec 5<>pipe.safetensors
    refuses 3 'pipe.safetensors: must be a regular file, of which any part can be read' audit pipe.safetensors
}

@test "arrays and archives that are damaged or hostile are refused" {
    refuses_file bad-text.npy 'no file of weights that is read: .npy, .npz and .safetensors are'
    refuses_file bad-cut.npy 'expected 64 bytes of elements (got "63")'
    refuses 3 'files/bad-member.npz(readme.txt): no array: members of an .npz archive are .npy files' audit files/bad-member.npz
    refuses 3 'files/bad-array.npz(a.npy): not a NumPy .npy file' audit files/bad-array.npz
    refuses_file bad-other.zip 'no file of weights that is read: .npy, .npz and .safetensors are'
    refuses_file bad-empty.npz 'no zip archive that can be read: Not a zip archive'
    run -3 "$INITSCOPE" audit files/bomb.npz
    [[ "$output" == 'initscope: files/bomb.npz(a.npy): its shape promises more numbers than memory holds ('*' bytes)' ]]
}

@test "formats that are not read: what does it in Python" {
    for file in model.pt old.pth; do
        refuses_file $file 'a PyTorch file is a pickle, which is a program, and is not read: in Python initscope.audit(torch.load(f, weights_only=True))'
    done
    for file in weights.h5 model.keras; do
        refuses_file $file 'HDF5 and Keras files are not read: in Python initscope.audit({name: array}), or write the arrays with numpy.savez'
    done
}

@test "options that are wrong" {
    refuses 2 '--layout: must be auto, torch or keras (got "tf")' audit --layout tf files/w.npy
    refuses 2 '--format: must be text or csv (got "json")' audit --format json files/w.npy
    run -2 "$INITSCOPE" audit --activation reluu files/w.npy
    grep -q 'did you mean relu' <<<"$output"
    refuses 4 'nowhere/rows.csv: No such file or directory' audit --format csv -o nowhere/rows.csv files/w.npy
}
