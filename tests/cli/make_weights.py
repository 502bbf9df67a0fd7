# SPDX-FileCopyrightText: The initscope authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Files of weights for audit.bats, by the standard library alone: sound ones, and those that must be
refused. Formats: numpy.lib.format; github.com/huggingface/safetensors."""

import json
import random
import struct
import zipfile

generator = random.Random(1)


def uniform(bound, count):
    return [generator.uniform(-bound, bound) for _ in range(count)]


def normal(deviation, count):
    return [generator.gauss(0, deviation) for _ in range(count)]


def truncated(deviation, count):
    drawn = []
    while len(drawn) < count:
        z = generator.gauss(0, 1)
        if abs(z) <= 2:
            drawn.append(z * deviation / 0.87962566103423978)
    return drawn


def packed(values, kind):
    if kind == "BF16":
        words = [struct.unpack("<I", struct.pack("<f", v))[0] for v in values]
        return b"".join(struct.pack("<H", (w + 0x7FFF + (w >> 16 & 1)) >> 16) for w in words)
    letter = {"F64": "d", "F32": "f", "F16": "e", "I64": "q", "U8": "B"}[kind]
    return struct.pack("<%d%s" % (len(values), letter), *values)


def framed(header, data=b""):
    if isinstance(header, dict):
        header = json.dumps(header)
    if isinstance(header, str):
        header = header.encode()
    return struct.pack("<Q", len(header)) + header + data


def write(path, data):
    with open(path, "wb") as file:
        file.write(data)


def safetensors(path, tensors):
    header, data = {"__metadata__": {"format": "pt"}}, b""
    for name, kind, shape, values in tensors:
        piece = packed(values, kind)
        header[name] = {"dtype": kind, "shape": shape, "data_offsets": [len(data), len(data) + len(piece)]}
        data += piece
    write(path, framed(header, data))


def npy(shape, values, descr="<f4"):
    header = "{'descr': '%s', 'fortran_order': False, 'shape': %s, }" % (descr, tuple(shape))
    header += " " * (-(len(header) + 11) % 64) + "\n"
    letter = {"<f4": "f", "<f2": "e", "<f8": "d", "<i8": "q"}[descr]
    return (b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header.encode()
            + struct.pack("<%d%s" % (len(values), letter), *values))


def npz(path, arrays, method=zipfile.ZIP_STORED):
    with zipfile.ZipFile(path, "w", method) as archive:
        for name, data in arrays:
            archive.writestr(name, data)


def sound():
    torch = [("fc%d.weight" % n, "F32", [units, inputs], uniform(inputs ** -0.5, units * inputs))
             for n, units, inputs in ((1, 64, 32), (2, 48, 64), (10, 10, 48))]
    biases = [("fc1.bias", "F32", [64], [0.0] * 64)]
    safetensors("torch.safetensors", torch + biases)
    safetensors("half.safetensors", [(n, "BF16", s, v) for n, _, s, v in torch])
    safetensors("mixed.safetensors", torch + [
        ("steps", "I64", [1], [3]), ("mask", "U8", [2], [0, 1]), ("bn1.weight", "F32", [64], [1.0] * 64)])
    safetensors("packed.safetensors", [
        ("lstm.weight_ih_l0", "F32", [192, 20], uniform(48 ** -0.5, 192 * 20)),
        ("lstm.weight_hh_l0", "F32", [192, 48], uniform(48 ** -0.5, 192 * 48)),
        ("attn.in_proj_weight", "F32", [192, 64], uniform((6 / 256) ** 0.5, 192 * 64)),
        ("embed.weight", "F32", [100, 64], normal(1, 6400))])
    twins = uniform(32 ** -0.5, 64 * 32)
    twins[32:64] = twins[0:32]
    twins[96:128] = [0.0] * 32
    safetensors("twins.safetensors", [("fc.weight", "F32", [64, 32], twins)])
    safetensors("nan.safetensors", [("fc.weight", "F32", [8, 8], [float("nan")] * 2 + normal(1, 62))])
    safetensors("names.safetensors", [
        ("a\x1b[31m\n.weight", "F32", [8, 8], normal(1, 64)), ("=cmd()", "F32", [8, 8], normal(1, 64))])
    safetensors("empty.safetensors", [])
    kernel = truncated((2 / 50) ** 0.5, 50 * 200)
    npz("keras.npz", [("dense/kernel.npy", npy((50, 200), kernel)), ("dense/bias.npy", npy((200,), [0] * 200))])
    npz("unnamed.npz", [("arr_0.npy", npy((50, 200), kernel))], zipfile.ZIP_DEFLATED)
    npz("integers.npz", [("ids.npy", npy((4,), [1, 2, 3, 4], "<i8"))])
    write("w.npy", npy((50, 200), kernel))
    write("half.npy", npy((50, 200), kernel, "<f2"))
    safetensors("model-00001-of-00002.safetensors", torch[:1])
    safetensors("model-00002-of-00002.safetensors", torch[1:])


def refused():
    good = {"dtype": "F32", "shape": [2, 2], "data_offsets": [0, 16]}
    data = bytes(16)

    def one(path, header, rest=data):
        write("bad-" + path + ".safetensors", framed(header, rest))

    def changed(path, **keys):
        one(path, {"a": dict(good, **keys)})

    write("bad-short.safetensors", b"\x01\x00")
    write("bad-longer.safetensors", struct.pack("<Q", 1 << 40) + b"{}")
    write("bad-cut.safetensors", framed({"a": good}, data)[:-1])
    with open("bad-hundred.safetensors", "wb") as file:
        file.write(struct.pack("<Q", 100000001) + b"{")
        file.truncate(8 + 100000001)
    one("twice", '{"a":%s,"a":%s}' % (json.dumps(good), json.dumps(good)))
    one("brackets", '{"a":' + "[" * 200000)
    one("list", "[]", b"")
    one("text", "not json", b"")
    one("latin", b'{"\xe9":1}', b"")
    one("number", '{"a":1}', b"")
    one("open", '{"a":', b"")
    changed("huge", shape=[1 << 31, 1 << 31])
    changed("overflow", shape=[1 << 62, 1 << 62])
    changed("negative", shape=[-2, -2])
    changed("fraction", shape=[2.0, 2])
    changed("nine", shape=[1] * 9)
    changed("dtype", dtype="F31")
    changed("beyond", data_offsets=[16, 32])
    changed("backwards", data_offsets=[16, 0])
    changed("minus", data_offsets=[-16, 0])
    changed("fewer", data_offsets=[0, 12])
    one("three", {"a": dict(good, data_offsets=[0, 16, 16])})
    one("overlap", {"a": good, "b": dict(good, data_offsets=[8, 24])}, bytes(24))
    one("hole", {"a": good, "b": dict(good, data_offsets=[20, 36])}, bytes(36))
    one("behind", {"a": good}, bytes(20))
    write("bad-text.npy", b"1,2,3\n")
    write("bad-cut.npy", npy((4, 4), [0.0] * 16)[:-1])
    write("bad-empty.npz", b"")
    npz("bad-member.npz", [("a.npy", npy((2, 2), [1.0] * 4)), ("readme.txt", b"hello")])
    npz("bad-array.npz", [("a.npy", b"hello")])
    npz("bad-other.zip", [("readme.txt", b"hello")])
    npz("bomb.npz", [("a.npy", npy((1 << 40, 1), []) + bytes(1 << 20))], zipfile.ZIP_DEFLATED)
    npz("model.pt", [("archive/data.pkl", b"\x80\x02.")])
    npz("model.keras", [("config.json", b"{}"), ("model.weights.h5", b"\x89HDF")])
    write("old.pth", b"\x80\x02.")
    write("weights.h5", b"\x89HDF\r\n\x1a\n")


sound()
refused()
