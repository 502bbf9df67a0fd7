# SPDX-FileCopyrightText: The initscope authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which modules of PyTorch are layers, how their weights lie, and what the graph tells of them."""
import unittest
import warnings

import tap

try:
    import torch
except ImportError:
    print("1..0 # SKIP PyTorch not found: install python3-torch")
    raise SystemExit(0)

from torch import nn
from torch.nn import functional as F

import initscope
from networks import Recurrent, ResNet, Transformer, cross_entropy, images, mlp, x, y
from recording import recording


def record(model, probe=None, loss=cross_entropy, **options):
    """The run of a watched model, recorded once."""
    with recording() as runs:
        initscope.watch(model, "logs", probe or (x[:64], y[:64]), loss, **options).close()
    return runs[0]


class Then(nn.Module):
    """A module in a network: before it what is given, after it a linear layer."""

    def __init__(self, module, units, before=lambda x: x, after=torch.flatten):
        super().__init__()
        self.module, self.before, self.after = module, before, after
        self.head = nn.Linear(units, 10)

    def forward(self, x):
        self.given = self.before(x)
        self.out = self.module(self.given)
        return self.head(self.after(self.out, 1))


def tensor(run, name, role):
    return torch.tensor(run.moments[0].tensors[name, role].array)


class Kinds(unittest.TestCase):
    def setUp(self):
        warnings.simplefilter("error")
        torch.manual_seed(0)

    def close(self, one, two, what=None, tolerance=1e-5):
        self.assertEqual(tuple(one.shape), tuple(two.shape), what)
        worst = float((one.detach().double() - two.detach().double()).abs().max())
        scale = float(two.detach().abs().max())
        self.assertGreater(scale, 0, what)
        self.assertLess(worst / scale, tolerance, what)

    def test_rows(self):
        """weights as units x fan_in, fans, kinds and units of outputs, of each class of modules"""
        def pairs(x, t=images[:64].view(64, 64)):
            return t
        rows = (  # module, its input, elements after it, kind, units, fan_in, fan_out
            (nn.Linear(64, 7), pairs, 7, "dense", 7, 64, 7),
            (nn.Conv2d(1, 6, 3), None, 216, "conv", 6, 9, 54),
            (nn.Conv2d(1, 6, (3, 2), stride=2, bias=False), None, 72, "conv", 6, 6, 36),
            (nn.Conv1d(8, 6, 3, groups=2), lambda x: x.squeeze(1), 36, "conv", 6, 12, 9),
            (nn.Conv3d(1, 2, 2), lambda x: x.view(-1, 1, 4, 4, 4), 54, "conv", 2, 8, 16),
            (nn.ConvTranspose2d(1, 6, 3), None, 600, "conv", 6, 9, 54),
            (nn.ConvTranspose1d(8, 6, 3, groups=2), lambda x: x.squeeze(1), 60, "conv", 6, 12, 9),
            (nn.Embedding(3, 5), lambda x: x.flatten(1).long() % 3, 320, "embedding", 5, 1, 5),
            (nn.EmbeddingBag(3, 5), lambda x: x.flatten(1).long() % 3, 5, "embedding", 5, 1, 5),
        )
        for module, before, elements, kind, units, fan_in, fan_out in rows:
            model = Then(module, elements, before or (lambda x: x))
            run = record(model, (images[:64], y[:64]))
            row = run.layer("module")
            self.assertEqual((row["kind"], row["units"], row["fan_in"], row["fan_out"]),
                             (kind, units, fan_in, fan_out), str(module))
            self.assertEqual(row["parameters"], sum(p.numel() for p in module.parameters()))
            tensors = run.moments[0].tensors
            weight = tensors["module", "weight"].units_first
            self.assertEqual(len(weight), units, str(module))
            out = tensors["module", "preactivation"]
            self.assertEqual(out.array.shape[out.unit_axis], units, str(module))
            self.close(torch.tensor(out.array), model.out, str(module))
            delta = tensors["module", "delta"]
            self.assertEqual(delta.array.shape, out.array.shape)
            self.assertEqual(tensors["module", "gradient"].units_first.shape, weight.shape)

    def test_units_of_transposed_kernels(self):
        """a unit of a transposed convolution is what comes in to one channel"""
        module = nn.ConvTranspose1d(4, 6, 3, groups=2, bias=False)
        run = record(Then(module, 30, lambda x: x.reshape(64, -1)[:, :12].view(-1, 4, 3)),
                     (images[:64], y[:64]))
        weight = run.moments[0].tensors["module", "weight"].units_first
        with torch.no_grad():
            for unit in range(6):  # its output is all that changes with its slice
                changed = torch.zeros(64, 4, 3)
                changed[:] = 1
                alone = module(changed)[:, unit]
                total = float(torch.tensor(weight[unit]).sum())
                self.assertAlmostEqual(float(alone[0].sum()), 3 * total, 4)

    def test_gpt2(self):
        """a matrix that lies as (in, out), known by its class"""
        class Conv1D(nn.Module):
            def __init__(self, outward, inward):
                super().__init__()
                self.weight = nn.Parameter(torch.randn(inward, outward) * 0.02)
                self.bias = nn.Parameter(torch.zeros(outward))

            def forward(self, x):
                return torch.addmm(self.bias, x, self.weight)
        model = nn.Sequential(Conv1D(32, 64), nn.GELU(), nn.Linear(32, 10))
        run = record(model)
        self.assertEqual([run.layer("0")[k] for k in ("kind", "units", "fan_in", "fan_out")],
                         ["dense", 32, 64, 32])
        self.close(torch.tensor(run.moments[0].tensors["0", "weight"].units_first),
                   model[0].weight.T)
        self.assertEqual(run.layer("0")["activation"], "gelu")

    def test_own_modules(self):
        """modules that are in no table, told of by layers="""
        class Own(nn.Module):
            def __init__(self):
                super().__init__()
                self.weight = nn.Parameter(torch.randn(64, 3, 8))
                self.inside = nn.Identity()

            def forward(self, x):
                return torch.einsum("ni,iku->nuk", x, self.weight)

        class Leaf(nn.Module):
            def __init__(self):
                super().__init__()
                self.weight = nn.Parameter(torch.randn(32, 24))

            def forward(self, x):
                return x @ self.weight.T
        model = nn.Sequential(Own(), nn.Flatten(), Leaf(), nn.ReLU(), nn.Linear(32, 10))
        run = record(model)
        self.assertEqual((run.names, run.layer("2")["kind"]), (["2", "4"], "other"))
        own = {"0": {"kind": "dense", "unit_axis": 2, "output_axis": 1}}
        run = record(model, layers=own)
        self.assertEqual(run.names, ["0", "2", "4"])
        self.assertEqual([run.layer("0")[k] for k in ("kind", "units")], ["dense", 8])
        self.assertEqual(run.moments[0].tensors["0", "weight"].units_first.shape, (8, 192))
        self.assertEqual(run.moments[0].tensors["0", "preactivation"].units_first.shape, (8, 192))
        with self.assertRaisesRegex(ValueError, "axes"):
            record(model, layers={"0": {"axes": 1}})

    def test_filter(self):
        """layers= takes names and patterns"""
        self.assertEqual(record(mlp(), layers="[24]").names, ["2", "4"])
        self.assertEqual(record(Transformer(), layers=["head", "*.linear1"]).names,
                         ["blocks.0.linear1", "blocks.1.linear1", "head"])

    def test_alone(self):
        """a model that is one layer"""
        run = record(nn.Linear(64, 10))
        self.assertEqual((run.names, run.inputs("Linear")), (["Linear"], ["input"]))

    def test_norms(self):
        """norms are layers when asked for"""
        run = record(ResNet(), (images[:64], y[:64]), norms=True)
        self.assertEqual(run.names[:3], ["stem", "bn", "layer1.0.conv1"])
        self.assertEqual([run.layer("bn")[k] for k in ("kind", "units", "fan_in", "activation")],
                         ["norm", 8, 1, "relu"])
        self.assertEqual(run.inputs("bn"), ["stem"])
        self.assertIsNone(run.layer("stem")["activation"])
        run = record(Transformer(), norms=True)
        self.assertIn("blocks.0.norm1", run.names)
        self.assertNotIn("blocks.0.norm1", record(Transformer()).names)

    # Recurrent layers.

    def test_gates(self):
        """gates of LSTM, GRU and RNN: z, activation, delta, gradients; both directions, stacked"""
        for kind, gates in ((nn.LSTM, "ifgo"), (nn.GRU, "rzn"), (nn.RNN, "i")):
            for options in ({}, {"batch_first": False}, {"num_layers": 2, "bidirectional": True},
                            {"bias": False}, {"nonlinearity": "relu"}, {"proj_size": 5},
                            {"num_layers": 2, "dropout": 0.3}):
                if "nonlinearity" in options and kind is not nn.RNN or \
                        "proj_size" in options and kind is not nn.LSTM:
                    continue
                model = Recurrent(kind, **options)
                self.gates(model, gates, f"{kind.__name__} {options}")

    def gates(self, model, gates, what):
        run, rnn = record(model), model.rnn
        got = run.moments[0].tensors
        ends = [(f"_l{k}{way}") for k in range(rnn.num_layers)
                for way in (("", "_reverse") if rnn.bidirectional else ("",))]
        prefixes = ["rnn" if len(ends) == 1 else "rnn." + end[1:] for end in ends]
        projected = ["p"] if rnn.mode == "LSTM" and rnn.proj_size else []
        self.assertEqual(run.names, [f"{p}.{r}{g}" for p in prefixes for r in ("", "r")
                                     for g in gates] + [f"rnn.{p}" for p in projected] + ["head"])
        # The loss is that of the model as it is, so z and h are what it computes inside.
        loss = cross_entropy(model.eval()(x[:64]), y[:64])
        self.assertAlmostEqual(run.moments[0].train_loss, float(loss), 5, what)
        weights = dict(rnn.named_parameters())
        gradient = dict(zip(weights, torch.autograd.grad(loss, list(weights.values()))))
        units = rnn.hidden_size
        for prefix, end in zip(prefixes, ends):
            for number, gate in enumerate(gates):
                rows = slice(number * units, (number + 1) * units)
                name = f"{prefix}.{gate}"
                for row, kernel in ((name, "weight_ih"), (f"{prefix}.r{gate}", "weight_hh")):
                    self.close(tensor(run, row, "weight"), weights[kernel + end][rows], what)
                    self.close(tensor(run, row, "gradient"), gradient[kernel + end][rows], what,
                               1e-4)
                z, delta = tensor(run, name, "preactivation"), tensor(run, name, "delta")
                self.assertEqual((z.shape, delta.shape), ((8, 64, units), (8, 64, units)))
                function = run.layer(name)["activation"]
                self.close(tensor(run, name, "activation"), getattr(torch, function)(z), what)
                given = x[:64].view(64, 8, 8).transpose(0, 1) if end.startswith("_l0") else \
                    tensor(run, name, "input")
                self.assertEqual(got[name, "weight"].units_first.shape[1], given.shape[-1])
                # The gradient of the kernel follows from delta and what was given.
                self.close(torch.einsum("tnu,tni->ui", delta, given) / 64,
                           gradient["weight_ih" + end][rows], what, 1e-4)
                bias = weights.get("bias_ih" + end)
                if bias is None:
                    self.assertNotIn((name, "bias"), got)
                elif rnn.mode == "GRU":
                    self.close(tensor(run, name, "bias"), bias[rows], what)
                    self.close(tensor(run, f"{prefix}.r{gate}", "bias"),
                               weights["bias_hh" + end][rows], what)
                else:
                    self.close(tensor(run, name, "bias"),
                               bias[rows] + weights["bias_hh" + end][rows], what)
                    self.assertNotIn((f"{prefix}.r{gate}", "bias"), got)
            self.assertEqual(run.inputs(f"{prefix}.r{gates[0]}"),
                             [f"{prefix}.{gate}" for gate in gates])
        if not projected:
            self.assertEqual(sum(layer["parameters"] for layer in run.layers),
                             sum(p.numel() for p in model.parameters()), what)

    def test_first_step(self):
        """z of the gates at the first step, from the formulas"""
        for kind in (nn.LSTM, nn.GRU, nn.RNN):
            model = Recurrent(kind)
            run, rnn = record(model), model.rnn
            first = F.linear(x[:64].view(64, 8, 8)[:, 0], rnn.weight_ih_l0, rnn.bias_ih_l0)
            back = rnn.bias_hh_l0.repeat(64, 1)
            if kind is nn.GRU:
                r, u, n = first.chunk(3, -1)
                r_back, u_back, n_back = back.chunk(3, -1)
                expected = [r + r_back, u + u_back, n + torch.sigmoid(r + r_back) * n_back]
            else:
                expected = (first + back).chunk(4 if kind is nn.LSTM else 1, -1)
            gates = [name for name in run.names if len(name) == len("rnn.i")]
            self.assertEqual(len(gates), len(expected))
            for name, z in zip(gates, expected):
                self.close(tensor(run, name, "preactivation")[0], z, name)

    def test_states_and_packs(self):
        """initial states, single sequences; packed sequences keep their weights"""
        class Model(nn.Module):
            def __init__(self):
                super().__init__()
                self.rnn, self.head = nn.LSTM(8, 6), nn.Linear(6, 10)
                self.start = nn.Parameter(torch.randn(1, 6))

            def forward(self, x):
                h, (last, _) = self.rnn(x, (self.start, self.start))
                return self.head(h) + self.head(last)
        model, one = Model(), torch.randn(5, 8)
        expected = cross_entropy(model(one), y[:5])
        run = record(model, lambda: cross_entropy(model(one), y[:5]))
        self.assertAlmostEqual(run.moments[0].train_loss, float(expected), 5)
        self.assertEqual(run.moments[0].tensors["rnn.i", "preactivation"].array.shape, (5, 1, 6))

        class Packed(Model):
            def forward(self, x):
                pack = nn.utils.rnn.pack_sequence([x[:5], x[:3]])
                return self.head(self.rnn(pack)[0].data)
        model = Packed()
        run = record(model, lambda: cross_entropy(model(one), y[:8]))
        roles = {role for name, role in run.moments[0].tensors if name == "rnn.i"}
        self.assertEqual(roles, {"weight", "bias", "gradient"})
        self.assertEqual(len(run.names), 9)

    def test_cells(self):
        """cells that a model steps by itself have the rows of all steps"""
        class Model(nn.Module):
            def __init__(self, kind):
                super().__init__()
                self.cell, self.head = kind(8, 6), nn.Linear(6, 10)

            def forward(self, x):
                state = None
                for step in x.view(-1, 8, 8).unbind(1):
                    state = self.cell(step, state)
                return self.head(state[0] if isinstance(state, tuple) else state)
        for kind, gates in ((nn.LSTMCell, "ifgo"), (nn.GRUCell, "rzn"), (nn.RNNCell, "i")):
            model = Model(kind)
            run = record(model)
            self.assertEqual(run.names, [f"cell.{g}" for g in gates] +
                             [f"cell.r{g}" for g in gates] + ["head"])
            loss = cross_entropy(model(x[:64]), y[:64])
            self.assertAlmostEqual(run.moments[0].train_loss, float(loss), 5)
            gradient, = torch.autograd.grad(loss, model.cell.weight_ih)
            delta = tensor(run, f"cell.{gates[-1]}", "delta")
            steps = x[:64].view(64, 8, 8).transpose(0, 1).flatten(0, 1)
            self.close(delta.T @ steps / 64, gradient[-6:], kind.__name__, 1e-4)

    # The graph.

    def test_functions(self):
        """activation functions by name and value, modules or not, in place or not"""
        def gelu_new(z):
            return 0.5 * z * (1 + torch.tanh(0.7978845608 * (z + 0.044715 * z ** 3)))
        for function, name in (
                (F.relu, "relu"), (torch.tanh, "tanh"), (torch.sigmoid, "sigmoid"),
                (F.gelu, "gelu"), (nn.GELU(approximate="tanh"), "gelu_tanh"), (F.silu, "silu"),
                (F.elu, "elu"), (nn.ELU(0.5, inplace=True), "elu(alpha=0.5)"), (F.selu, "selu"),
                (nn.SELU(True), "selu"), (F.celu, "celu"), (F.leaky_relu, "leaky_relu"),
                (nn.LeakyReLU(0.25, inplace=True), "leaky_relu(slope=0.25)"), (F.mish, "mish"),
                (F.softplus, "softplus"), (nn.ReLU(inplace=True), "relu"), (nn.ReLU6(), "relu6"),
                (nn.Hardtanh(inplace=True), "hard_tanh"), (F.hardsigmoid, "hard_sigmoid"),
                (torch.erf, "erf"), (torch.sin, "sin"), (torch.atan, "atan"),
                (F.hardswish, None), (gelu_new, "gelu_tanh"), (lambda z: z, None)):
            class Between(nn.Module):
                def forward(self, z, function=function):
                    return function(z)
            model = nn.Sequential(nn.Linear(64, 16), Between(), nn.Linear(16, 10))
            # `activation` names what is written out, and that alone.
            run = record(model, activation="gelu_tanh")
            self.assertEqual(run.layer("0")["activation"], name, function)
            a = function(F.linear(x[:64], model[0].weight, model[0].bias).detach())
            got = run.moments[0].tensors
            if name is None and function is F.hardswish:
                self.assertNotIn(("0", "activation"), got)
                self.close(tensor(run, "2", "input"), a)
            else:
                self.close(tensor(run, "0", "activation"), a, name)
                self.assertNotIn(("2", "input"), got)

    def test_turned(self):
        """what lies another way in the next layer is the activation all the same"""
        class Model(nn.Module):
            def __init__(self):
                super().__init__()
                self.a, self.b, self.c = nn.Conv2d(1, 5, 3), nn.Linear(5, 4), nn.Linear(144, 10)

            def forward(self, x):
                h = torch.relu(self.a(x)).permute(0, 2, 3, 1)
                return self.c(torch.tanh(self.b(h)).transpose(1, 3).flatten(1))
        model = Model()
        run = record(model, (images[:64], y[:64]))
        z = model.a(images[:64])
        self.close(tensor(run, "a", "activation"), torch.relu(z))
        self.close(tensor(run, "b", "activation"),
                   torch.tanh(model.b(torch.relu(z).permute(0, 2, 3, 1))))
        self.assertFalse([key for key in run.moments[0].tensors if key[1] == "input" and key[0] !=
                          "input"])

    def test_pooled(self):
        """after pools and norms: the activation of the one, the input of the other"""
        model = nn.Sequential(nn.Conv2d(1, 4, 3, padding=1), nn.BatchNorm2d(4), nn.ReLU(True),
                              nn.MaxPool2d(2), nn.Conv2d(4, 6, 3), nn.Tanh(), nn.BatchNorm2d(6),
                              nn.Flatten(), nn.Linear(24, 10))
        run = record(model, (images[:64], y[:64]))
        outs = [images[:64]]
        for layer in model:
            outs.append(layer(outs[-1]))
        del outs[0]
        self.close(tensor(run, "0", "activation"), outs[2])
        self.close(tensor(run, "4", "input"), outs[3])
        self.close(tensor(run, "4", "activation"), outs[5])
        self.close(tensor(run, "8", "input"), outs[7])
        self.assertEqual([layer["activation"] for layer in run.layers], ["relu", "tanh", None])
        self.assertEqual([run.inputs(name) for name in run.names], [["input"], ["0"], ["4"]])

    def test_sums(self):
        """sums are streams of the last layer in them; what is given is an input"""
        model = ResNet()
        run = record(model, (images[:64], y[:64]))
        got = run.moments[0].tensors
        first = F.relu(model.bn(model.stem(images[:64])))
        second = model.layer1[0](first.clone())
        self.close(tensor(run, "layer1.0.conv2", "stream"), second)
        self.close(tensor(run, "layer1.1.conv1", "input"), second)
        self.assertEqual(run.inputs("layer1.1.conv1"), ["stem", "layer1.0.conv2"])
        self.assertEqual(run.layer("layer1.1.conv1")["block"], "layer1.1")
        self.assertEqual(run.layer("layer2.0.down.0")["block"], "layer2.0")
        self.assertIsNone(run.layer("fc")["block"])
        self.assertEqual({name for name, role in got if role == "stream"},
                         {"layer1.0.conv2", "layer1.1.conv2", "layer2.0.down.0"})
        self.assertIsNone(run.layer("layer1.0.conv2")["activation"])

    def test_transformer(self):
        """the stream of a transformer, its blocks and its functions"""
        model = Transformer().eval()
        run = record(model)
        h = model.embed(x[:64].view(-1, 8, 8)) + model.place
        self.close(tensor(run, "embed", "stream"), h)
        block = model.blocks[0]
        middle = h + block.self_attn(*[block.norm1(h)] * 3)[0]
        self.close(tensor(run, "blocks.0.self_attn.o", "stream"), middle)
        self.close(tensor(run, "blocks.0.self_attn.q", "input"), block.norm1(h))
        hidden = block.linear1(block.norm2(middle))
        self.close(tensor(run, "blocks.0.linear1", "activation"), F.gelu(hidden))
        self.close(tensor(run, "blocks.0.linear2", "stream"), block(h))
        self.assertEqual(run.layer("blocks.1.self_attn.q")["block"], "blocks.1")
        self.assertEqual(run.inputs("blocks.0.linear2"), ["blocks.0.linear1"])

    def test_blocks(self):
        """blocks are the numbered parts with several layers, however they are numbered"""
        class Part(nn.Module):
            def __init__(self, **parts):
                super().__init__()
                for name, part in parts.items():
                    self.add_module(name, part)

            def forward(self, x):
                for part in self.children():
                    x = part(x)
                return x

        def line():
            return nn.Linear(16, 16)

        def block():
            return Part(norm=nn.LayerNorm(16), a=line(), b=nn.Sequential(line(), nn.ReLU(), line()))
        model = nn.Sequential(
            nn.Linear(64, 16), Part(layer_0=block(), layer_1=block()),
            Part(list=nn.Sequential(Part(norm=nn.LayerNorm(16), conv=line()), block())),
            nn.Linear(16, 10))
        run = record(model)
        blocks = {layer["name"]: layer["block"] for layer in run.layers}
        self.assertEqual(blocks, {
            "0": None, "1.layer_0.a": "1.layer_0", "1.layer_0.b.0": "1.layer_0",
            "1.layer_0.b.2": "1.layer_0", "1.layer_1.a": "1.layer_1",
            "1.layer_1.b.0": "1.layer_1", "1.layer_1.b.2": "1.layer_1", "2.list.0.conv": "2",
            "2.list.1.a": "2.list.1", "2.list.1.b.0": "2.list.1", "2.list.1.b.2": "2.list.1",
            "3": None})

    def test_gated(self):
        """a gate times a branch: each with its own function, the product an input"""
        class Model(nn.Module):
            def __init__(self):
                super().__init__()
                self.a, self.b = nn.Linear(64, 16), nn.Linear(64, 16)
                self.c = nn.Linear(16, 10)

            def forward(self, x):
                return self.c(F.silu(self.a(x)) * self.b(x))
        model = Model()
        run = record(model)
        self.assertEqual([layer["activation"] for layer in run.layers], ["silu", None, None])
        self.close(tensor(run, "a", "activation"), F.silu(model.a(x[:64])))
        self.assertEqual(run.inputs("c"), ["a", "b"])
        self.close(tensor(run, "c", "input"), F.silu(model.a(x[:64])) * model.b(x[:64]))
        self.assertFalse([key for key in run.moments[0].tensors if key[1] == "stream"])

    def test_losses(self):
        """the loss by its name, and the classes"""
        target = torch.rand(64, 10)
        for loss, targets, name, classes in (
                (nn.CrossEntropyLoss(), y[:64], "cross_entropy", "10"),
                (lambda o, t: F.cross_entropy(o, t, label_smoothing=0.1), y[:64], "cross_entropy",
                 "10"),
                (nn.MSELoss(), target, "mse", None),
                (nn.BCEWithLogitsLoss(), target, "binary_cross_entropy", None),
                (nn.SmoothL1Loss(), target, "smooth_l1", None),
                (nn.L1Loss(), target, "L1Loss", None),
                (lambda o, t: ((o - t) ** 2).mean(), target, None, None)):
            run = record(mlp(), (x[:64], targets), loss)
            self.assertEqual((run.notes.get("loss"), run.notes.get("classes")), (name, classes))
        self.assertTrue(run.notes["framework"].startswith("PyTorch "))


if __name__ == "__main__":
    tap.main()
