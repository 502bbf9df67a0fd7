# SPDX-FileCopyrightText: The initscope authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What makes recording of PyTorch models go wrong or disturb them, each shown not to."""
import copy
import io
import os
import tempfile
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


try:
    LIBRARY = initscope._library()
except ImportError:
    LIBRARY = None


def record(model, probe=None, loss=cross_entropy, **options):
    """The run of a watched model, recorded once."""
    with recording() as runs:
        initscope.watch(model, "logs", probe or (x[:64], y[:64]), loss, **options).close()
    return runs[0]


def state(model):
    return [t.detach().clone() for t in (*model.parameters(), *model.buffers())]


def same(one, two):
    return len(one) == len(two) > 0 and all(map(torch.equal, one, two))


def train(model, data, log=None, epochs=2, evaluates=True):
    """Trains with dropout and batch normalisation, and whatever draws random numbers."""
    torch.manual_seed(5)
    optimizer = torch.optim.SGD(model.parameters(), 0.05, momentum=0.9)
    watch = initscope.watch(model, log, (data[:96], y[:96]), cross_entropy,
                            histograms="all", spectrum="all") if log else None
    for epoch in range(1, epochs + 1):
        model.train()
        for rows in torch.randperm(256).split(64):
            optimizer.zero_grad()
            cross_entropy(model(data[rows]), y[rows]).backward()
            optimizer.step()
        if evaluates:
            model.eval()
        if watch:
            watch.record(epoch, last=epoch == epochs)
    if watch:
        watch.close()
    return state(model)


class Traps(unittest.TestCase):
    def setUp(self):
        warnings.simplefilter("error")
        warnings.filterwarnings("ignore", "watch: recording took")

    def test_training_is_the_same_to_the_last_bit(self):
        """training with dropout and batch norm is the same, watched or not"""
        for make, data in ((ResNet, images), (Transformer, x), (Recurrent, x)):
            for evaluates in (True, False):
                with recording(LIBRARY) as runs, tempfile.TemporaryDirectory() as log:
                    watched = train(make(), data, log, evaluates=evaluates)
                self.assertEqual(len(runs[0].moments), 3)
                self.assertTrue(same(train(make(), data, evaluates=evaluates), watched))

    def test_generators_modes_and_gradients(self):
        """random generators, modes, .grad and forward are as before"""
        import random
        import numpy
        model = ResNet()
        model.layer1.eval()
        cross_entropy(model(images[:32]), y[:32]).backward()
        gradients = [p.grad.clone() for p in model.parameters()]
        modes = [m.training for m in model.modules()]

        def probe():
            random.random(), numpy.random.rand(), torch.rand(1)
            return cross_entropy(model(images[:64]), y[:64])

        def draws():
            return random.getstate(), numpy.random.get_state()[1].tolist(), torch.get_rng_state()
        before = draws()
        record(model, probe)
        after = draws()
        self.assertEqual(before[:2], after[:2])
        self.assertTrue(torch.equal(before[2], after[2]))
        self.assertEqual(modes, [m.training for m in model.modules()])
        self.assertTrue(same(gradients, [p.grad for p in model.parameters()]))
        self.assertFalse([m for m in model.modules() if "forward" in m.__dict__])

    def test_a_probe_that_fails(self):
        """an error in the probe leaves the model as it was, and no run"""
        model = ResNet()
        model.stem.forward = model.stem.forward
        own = model.stem.__dict__["forward"]
        before = state(model)
        with recording() as runs:
            with self.assertRaises(IndexError):
                initscope.watch(model, "logs", lambda: [model(images[:8])][1])
        self.assertEqual(runs[0].outcome, "discard")
        self.assertTrue(same(before, state(model)))
        self.assertIs(model.stem.__dict__.pop("forward"), own)
        self.assertFalse([m for m in model.modules() if "forward" in m.__dict__])
        self.assertTrue(all(m.training for m in model.modules()))

    def test_batch_norm_at_the_start(self):
        """batch norm goes by the batch's statistics, in eval mode too; frozen by its own"""
        model = ResNet()
        for module in model.modules():
            if isinstance(module, nn.Conv2d):
                nn.init.normal_(module.weight, std=0.5)
        model.train()
        with torch.no_grad():
            normal = model.bn(model.stem(images[:64]))
        model.eval()
        run = record(model, (images[:64], y[:64]))
        expected = F.conv2d(F.relu(normal), model.layer1[0].conv1.weight, padding=1)
        got = run.moments[0].tensors["layer1.0.conv1", "preactivation"].array
        self.assertLess(abs(expected.detach().numpy() - got).max(), 1e-4)
        model.bn.requires_grad_(False)
        run = record(model, (images[:64], y[:64]))
        other = run.moments[0].tensors["layer1.0.conv1", "preactivation"].array
        with torch.no_grad():
            expected = F.conv2d(F.relu(model.bn(model.stem(images[:64]))),
                                model.layer1[0].conv1.weight, padding=1)
        self.assertLess(abs(expected.numpy() - other).max(), 1e-3 * abs(other).max())
        self.assertGreater(abs(got - other).max(), 0.1)

    def test_batch_norm_of_ranks(self):
        """batch norm over several ranks goes by the probe's statistics, and waits for no rank"""
        class Sync(nn.SyncBatchNorm):  # what PyTorch does where it need not wait
            def forward(self, x):
                if self.training and watching:
                    raise AssertionError("waits for the other ranks")
                return F.batch_norm(x, self.running_mean, self.running_var, self.weight, self.bias,
                                    self.training or self.running_mean is None)
        torch.manual_seed(0)
        model = nn.Sequential(nn.Linear(64, 32), Sync(32), nn.ReLU(), nn.Linear(32, 10))
        watching = False
        model(x[:64])
        before, watching = state(model), True
        run = record(model)
        self.assertTrue(same(before, state(model)))
        expected = F.relu(F.batch_norm(model[0](x[:64]), None, None, training=True))
        got = torch.tensor(run.moments[0].tensors["0", "activation"].array)
        self.assertTrue(torch.allclose(got, expected, atol=1e-4))

    def test_in_place(self):
        """activations and sums in place leave what was recorded as it was"""
        torch.manual_seed(0)
        model = nn.Sequential(nn.Linear(64, 32), nn.ReLU(inplace=True), nn.Linear(32, 10))
        tensors = record(model).moments[0].tensors
        z = F.linear(x[:64], model[0].weight, model[0].bias).detach().requires_grad_()
        loss = cross_entropy(model[2](F.relu(z)), y[:64])
        delta, = torch.autograd.grad(loss, z)
        for role, expected in (("preactivation", z), ("activation", F.relu(z)),
                               ("delta", 64 * delta)):
            got = torch.tensor(tensors["0", role].array)
            self.assertTrue(torch.allclose(got, expected.detach(), atol=1e-6), role)
        self.assertLess(tensors["0", "preactivation"].array.min(), -0.1)

    def test_mean_or_sum(self):
        """delta is that of each sample's own loss, whatever the reduction"""
        squares = []
        for loss in (nn.CrossEntropyLoss(), nn.CrossEntropyLoss(reduction="sum"),
                     lambda o, t: F.cross_entropy(o, t),
                     lambda o, t: F.cross_entropy(o, t, reduction="sum")):
            run = record(mlp(), loss=loss)
            squares.append((run.moments[0].tensors["0", "delta"].array ** 2).mean())
            self.assertAlmostEqual(run.moments[0].train_loss, 2.31587, 4)
        for square in squares[1:]:
            self.assertAlmostEqual(square / squares[0], 1, 5)
        tenfold = record(mlp(), loss=lambda o, t: 10 * F.cross_entropy(o, t))
        self.assertAlmostEqual((tenfold.moments[0].tensors["0", "delta"].array ** 2).mean() /
                               squares[0], 100, 3)
        model = mlp()
        closure = record(model, lambda: cross_entropy(model(x[:64]), y[:64]))
        self.assertAlmostEqual((closure.moments[0].tensors["0", "delta"].array ** 2).mean() /
                               squares[0], 1, 5)
        model = mlp()
        total = record(model, lambda: 64 * cross_entropy(model(x[:64]), y[:64]), reduction="sum")
        self.assertAlmostEqual((total.moments[0].tensors["0", "delta"].array ** 2).mean() /
                               squares[0], 1, 5)

    def test_twice_and_never(self):
        """a module used twice has the rows of both calls; one never used is named"""
        class Model(nn.Module):
            def __init__(self):
                super().__init__()
                self.a, self.b = nn.Linear(64, 32), nn.Linear(32, 32)
                self.never, self.c = nn.Linear(3, 3), nn.Linear(32, 10)

            def forward(self, x):
                self.first = self.b(torch.tanh(self.a(x)))
                self.second = self.b(F.relu(self.first))
                return self.c(F.relu(self.second))
        model = Model()
        with self.assertWarnsRegex(UserWarning, "never called, so not recorded: never$"):
            run = record(model)
        both = torch.cat([model.first, model.second]).detach()
        got = run.moments[0].tensors["b", "preactivation"].array
        self.assertTrue(torch.allclose(torch.tensor(got), both, atol=1e-6))
        self.assertEqual(run.names, ["a", "b", "c"])
        self.assertEqual(len(run.moments[0].tensors["b", "delta"].array), 128)
        self.assertEqual(run.inputs("b"), ["a"])
        expected = torch.autograd.grad(cross_entropy(model(x[:64]), y[:64]), model.b.weight)[0]
        self.assertTrue(torch.allclose(torch.tensor(run.moments[0].tensors["b", "gradient"].array),
                                       expected, atol=1e-6))

    def test_one_of_two_calls(self):
        """a call on which the loss does not depend has delta 0"""
        class Model(nn.Module):
            def __init__(self):
                super().__init__()
                self.a, self.b = nn.Linear(64, 32), nn.Linear(32, 10)

            def forward(self, x):
                self.a(x + 1)
                return self.b(torch.tanh(self.a(x)))
        with self.assertWarnsRegex(UserWarning, "no gradient reached the outputs of a:"):
            run = record(Model())
        delta = run.moments[0].tensors["a", "delta"].array
        self.assertEqual(delta.shape, (128, 32))
        self.assertTrue((delta[:64] == 0).all() and (delta[64:] != 0).any())

    def test_later(self):
        """a layer that is first called after the start is left out"""
        class Model(nn.Module):
            def __init__(self):
                super().__init__()
                self.early, self.late, self.c = (nn.Linear(64, 32), nn.Linear(64, 32),
                                                 nn.Linear(32, 10))
                self.is_late = False

            def forward(self, x):
                return self.c(torch.tanh((self.late if self.is_late else self.early)(x)))
        model = Model()
        with recording() as runs, self.assertWarnsRegex(UserWarning, "not recorded: late$"):
            with initscope.watch(model, "logs", (x[:64], y[:64]), cross_entropy) as watch:
                model.is_late = True
                watch.record(1)
        self.assertEqual(runs[0].names, ["early", "c"])
        self.assertIn(("c", "input"), runs[0].moments[1].tensors)

    def test_tied(self):
        """tied weights have rows of both layers, and count once in the gradient's norm"""
        class Model(nn.Module):
            def __init__(self):
                super().__init__()
                self.embed, self.line = nn.Embedding(17, 16), nn.Linear(16, 16)
                self.head = nn.Linear(16, 17, bias=False)
                self.head.weight = self.embed.weight

            def forward(self, x):
                return self.head(torch.tanh(self.line(self.embed(x)))).transpose(1, 2)
        torch.manual_seed(0)
        model, tokens = Model(), torch.randint(0, 17, (32, 8))
        run = record(model, (tokens, tokens))
        got = run.moments[0].tensors
        embed, head = got["embed", "gradient"], got["head", "gradient"]
        self.assertEqual((embed.units_first.shape, head.units_first.shape), ((16, 17), (17, 16)))
        self.assertTrue((embed.units_first.T == head.units_first).all())
        gradients = torch.autograd.grad(cross_entropy(model(tokens), tokens),
                                        list(model.parameters()))
        norm = sum(float((g ** 2).sum()) for g in gradients) ** 0.5
        self.assertAlmostEqual(run.moments[0].gradient_norm / norm, 1, 5)
        self.assertEqual([run.layer("embed")[k] for k in ("kind", "units", "fan_in", "fan_out")],
                         ["embedding", 16, 1, 16])

    def test_attention(self):
        """q, k, v, o of attention, whose output module is never called"""
        for options in ({}, {"batch_first": True}, {"bias": False}, {"kdim": 8, "vdim": 8},
                        {"add_bias_kv": True, "add_zero_attn": True}):
            torch.manual_seed(0)
            module = nn.MultiheadAttention(16, 2, **options)
            query = torch.randn(6, 4, 16)
            other = torch.randn(6, 4, options.get("kdim", 16))
            mask = torch.ones(6, 6).triu(1).bool() if "add_bias_kv" not in options and \
                "batch_first" not in options else None

            class Model(nn.Module):
                def __init__(self):
                    super().__init__()
                    self.attention, self.head = module, nn.Linear(16, 10)

                def forward(self, x):
                    self.out = self.attention(x, other, value=other, attn_mask=mask,
                                              need_weights=False)[0]
                    return self.head(self.out)
            model = Model()
            target = torch.randint(0, 10, (6 * 4,))
            loss = cross_entropy(model(query).flatten(0, 1), target)
            run = record(model, lambda: cross_entropy(model(query).flatten(0, 1), target))
            self.assertEqual(run.names, [f"attention.{p}" for p in "qkvo"] + ["head"], options)
            got = run.moments[0].tensors
            self.assertTrue(torch.allclose(
                torch.tensor(got["attention.o", "preactivation"].array), model.out, atol=1e-5))
            weights = ([module.q_proj_weight, module.k_proj_weight, module.v_proj_weight]
                       if "kdim" in options else module.in_proj_weight.chunk(3))
            gradient = torch.autograd.grad(
                loss, weights if "kdim" in options else module.in_proj_weight)
            gradient = gradient if "kdim" in options else gradient[0].chunk(3)
            for number, (letter, given) in enumerate(zip("qkv", (query, other, other))):
                name = "attention." + letter
                expected = F.linear(given, weights[number])
                if module.in_proj_bias is not None:
                    expected = expected + module.in_proj_bias.chunk(3)[number]
                self.assertTrue(torch.allclose(torch.tensor(got[name, "preactivation"].array),
                                               expected, atol=1e-5))
                grad = torch.tensor(got[name, "gradient"].array)
                self.assertTrue(torch.allclose(grad, gradient[number], atol=1e-6), options)
                delta = torch.tensor(got[name, "delta"].array) / 6
                # The gradient of a product follows from delta and what was given.
                self.assertTrue(torch.allclose(
                    delta.flatten(0, 1).T @ given.flatten(0, 1), grad, atol=1e-5), options)
            self.assertIn(("attention.o", "input"), got)

    def test_fast_path(self):
        """the encoder's fast path without gradients does not hide its layers"""
        model = Transformer().eval()
        with torch.no_grad():
            run = record(model)
        self.assertEqual(len(run.names), 14)
        for parameter in model.parameters():
            parameter.requires_grad_(False)
        model.head.weight.requires_grad_()
        self.assertEqual(len(record(model).names), 14)

    def test_half(self):
        """autocast and models in bfloat16"""
        model = mlp(3)

        def probe():
            with torch.autocast("cpu", dtype=torch.bfloat16):
                return F.cross_entropy(model(x[:128]).float(), y[:128])
        whole = record(model, lambda: cross_entropy(model(x[:128]), y[:128]))
        for run in (record(model, probe),
                    record(copy.deepcopy(model).bfloat16(), (x[:128].bfloat16(), y[:128]),
                           lambda o, t: F.cross_entropy(o.float(), t))):
            for role in ("preactivation", "activation", "delta", "gradient"):
                one = run.moments[0].tensors["2", role].array
                two = whole.moments[0].tensors["2", role].array
                self.assertEqual(one.shape, two.shape)
                self.assertAlmostEqual(float((one ** 2).mean() / (two ** 2).mean()), 1, 1)

    def test_frozen(self):
        """frozen layers are flagged, have delta and no gradient"""
        model = mlp(widths=(64, 32, 32, 10))
        for parameter in model[0].parameters():
            parameter.requires_grad_(False)
        run = record(model)
        self.assertEqual([layer["flags"] for layer in run.layers], [initscope._FROZEN, 0, 0])
        self.assertIn(("0", "delta"), run.moments[0].tensors)
        self.assertIn(("0", "activation"), run.moments[0].tensors)
        self.assertNotIn(("0", "gradient"), run.moments[0].tensors)
        self.assertEqual(run.inputs("2"), ["0"])

    def test_wrappers(self):
        """models in DataParallel and torch.compile are unwrapped"""
        class OptimizedModule(nn.Module):  # as torch.compile makes one
            def __init__(self, model):
                super().__init__()
                self._orig_mod = model
        for model in (nn.DataParallel(mlp()), OptimizedModule(nn.DataParallel(mlp()))):
            self.assertEqual(record(model).names, ["0", "2", "4"])

    def test_one_rank(self):
        """of DistributedDataParallel the first rank alone records, and none waits for another"""
        import torch.distributed as distributed
        import torch.multiprocessing as processes
        if not distributed.is_available():
            self.skipTest("PyTorch without distributed")
        ranks = processes.spawn(_rank, (_free_port(),), 2, join=False)
        try:
            self.assertTrue(any(ranks.join(5) for _ in range(24)), "the ranks wait")
        finally:
            for process in ranks.processes:
                process.kill()

    def test_checkpoint(self):
        """checkpointed layers, of both kinds"""
        from torch.utils.checkpoint import checkpoint

        class Model(nn.Module):
            def __init__(self, reentrant):
                super().__init__()
                self.a, self.b, self.c = nn.Linear(64, 32), nn.Linear(32, 32), nn.Linear(32, 10)
                self.reentrant = reentrant

            def forward(self, x):
                h = torch.relu(self.a(x))
                return self.c(torch.relu(checkpoint(self.b, h, use_reentrant=self.reentrant)))
        for reentrant in (False, True):
            torch.manual_seed(0)
            model = Model(reentrant)
            run = record(model)
            loss = cross_entropy(model(x[:64]), y[:64])
            loss.backward()
            for name in "abc":
                got = torch.tensor(run.moments[0].tensors[name, "gradient"].array)
                self.assertTrue(torch.allclose(got, getattr(model, name).weight.grad, atol=1e-6))
                self.assertIn((name, "delta"), run.moments[0].tensors)

    def test_checkpointed_attention(self):
        """checkpointed layers that are recorded by another way to compute them"""
        from torch.utils.checkpoint import checkpoint

        class Model(nn.Module):
            def __init__(self, reentrant):
                super().__init__()
                self.inward = nn.Linear(8, 16)
                self.attends = nn.TransformerEncoderLayer(16, 2, 32, 0.0, batch_first=True)
                self.gates, self.head = nn.LSTM(16, 6, batch_first=True), nn.Linear(6, 10)
                self.reentrant = reentrant

            def part(self, h):
                return self.gates(self.attends(h))[0]

            def forward(self, x):
                h = torch.tanh(self.inward(x.view(-1, 8, 8)))
                h = self.part(h) if self.reentrant is None else \
                    checkpoint(self.part, h, use_reentrant=self.reentrant)
                return self.head(h.mean(1))
        runs = []
        for reentrant in (None, False, True):
            torch.manual_seed(0)
            runs.append(record(Model(reentrant)))
        plain = runs[0].moments[0].tensors
        self.assertIn(("attends.self_attn.q", "delta"), plain)
        for run in runs[1:]:
            tensors = run.moments[0].tensors
            self.assertEqual(tensors.keys(), plain.keys())
            for key, tensor in tensors.items():
                self.assertTrue(abs(tensor.array - plain[key].array).max() < 1e-5, key)

    def test_no_gradient(self):
        """outputs on which the loss does not depend are named"""
        class Model(nn.Module):
            def __init__(self):
                super().__init__()
                self.a, self.aside, self.c = nn.Linear(64, 32), nn.Linear(32, 5), nn.Linear(32, 10)

            def forward(self, x):
                h = torch.relu(self.a(x))
                self.aside(h)
                return self.c(h)
        with self.assertWarnsRegex(UserWarning, "no gradient reached the outputs of aside:"):
            run = record(Model())
        self.assertNotIn(("aside", "delta"), run.moments[0].tensors)
        self.assertIn(("aside", "preactivation"), run.moments[0].tensors)

    def test_refused(self):
        """scripted, sharded, lazy models and probes without layers are refused in a sentence"""
        class FullyShardedDataParallel(nn.Module):
            def __init__(self):
                super().__init__()
                self.inside = mlp()
        scripted = torch.jit.script(mlp())
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            lazy = nn.Sequential(nn.LazyLinear(10))
        for model, words in ((scripted, "torch.jit"), (torch.jit.trace(mlp(), x[:2]), "torch.jit"),
                             (nn.Sequential(FullyShardedDataParallel()), "FSDP"), (lazy, "lazy")):
            with recording(), self.assertRaisesRegex(initscope.InitscopeError, words) as caught:
                initscope.watch(model, "logs", (x[:8], y[:8]), cross_entropy)
            self.assertEqual(caught.exception.status, 2)
        other = mlp(1)
        with self.assertRaisesRegex(initscope.InitscopeError, "called no layer"):
            record(mlp(), lambda: cross_entropy(other(x[:8]), y[:8]))
        with self.assertRaisesRegex(initscope.InitscopeError, "one number"):
            record(mlp(), loss=nn.CrossEntropyLoss(reduction="none"))
        with self.assertRaisesRegex(ValueError, "loss="):
            record(mlp(), loss=None)

    def test_scripted_parts(self):
        """what torch.jit runs inside of a model is left out, the rest recorded"""
        model = mlp()
        model[2] = torch.jit.script(model[2])
        run = record(model)
        self.assertEqual((run.names, run.inputs("4")), (["0", "4"], ["0"]))
        self.assertIn(("4", "input"), run.moments[0].tensors)

    def test_saving(self):
        """a watched model is saved, copied and scripted"""
        model = mlp()
        with recording():
            watch = initscope.watch(model, "logs", (x[:64], y[:64]), cross_entropy)
            buffer = io.BytesIO()
            torch.save(model, buffer)
            buffer.seek(0)
            self.assertTrue(same(state(torch.load(buffer)), state(model)))
            self.assertTrue(torch.equal(copy.deepcopy(model)(x), model(x)))
            self.assertTrue(torch.equal(torch.jit.script(model)(x), model(x)))
            watch.close()

    def test_effective_weights(self):
        """weight_norm, spectral_norm and parametrizations: the weight as it is used"""
        from torch.nn.utils import parametrizations, parametrize

        class Double(nn.Module):
            def forward(self, weight):
                return 2 * weight
        for wrap in (nn.utils.weight_norm, nn.utils.spectral_norm, parametrizations.spectral_norm,
                     lambda layer: parametrize.register_parametrization(layer, "weight", Double())):
            torch.manual_seed(0)
            model = nn.Sequential(wrap(nn.Linear(64, 32)), nn.ReLU(), nn.Linear(32, 10)).eval()
            run = record(model)
            weight = model[0].weight.detach().requires_grad_()
            out = F.relu(F.linear(x[:64], weight, model[0].bias))
            gradient, = torch.autograd.grad(cross_entropy(model[2](out), y[:64]), weight)
            got = run.moments[0].tensors
            self.assertTrue(torch.allclose(torch.tensor(got["0", "weight"].array), weight))
            self.assertTrue(torch.allclose(torch.tensor(got["0", "gradient"].array), gradient,
                                           atol=1e-6))
            self.assertEqual(run.layer("0")["flags"], 0)

    def test_mixture(self):
        """a layer that is not called at a moment has its weight only"""
        class Model(nn.Module):
            def __init__(self):
                super().__init__()
                self.a, self.b, self.c = nn.Linear(64, 32), nn.Linear(32, 32), nn.Linear(32, 10)
                self.skips = False

            def forward(self, x):
                h = torch.relu(self.a(x))
                return self.c(h if self.skips else torch.relu(self.b(h)))
        model = Model()
        with recording() as runs:
            with initscope.watch(model, "logs", (x[:64], y[:64]), cross_entropy) as watch:
                model.skips = True
                watch.record(1)
        roles = [{role for name, role in moment.tensors if name == "b"} for moment in
                 runs[0].moments]
        self.assertEqual(roles[1], {"weight", "bias"})
        self.assertIn("delta", roles[0])


def _free_port():
    import socket
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


def _rank(rank, port):
    import torch.distributed as distributed
    os.environ.update(MASTER_ADDR="127.0.0.1", MASTER_PORT=str(port))
    distributed.init_process_group("gloo", rank=rank, world_size=2)
    model = nn.parallel.DistributedDataParallel(mlp())
    optimizer = torch.optim.SGD(model.parameters(), 0.1)
    with recording() as runs:
        with initscope.watch(model, "logs", (x[:64], y[:64]), cross_entropy) as watch:
            optimizer.zero_grad()
            rows = slice(64 * rank, 64 * rank + 64)
            cross_entropy(model(x[rows]), y[rows]).backward()
            optimizer.step()
            watch.record(1)
    assert len(runs) == (1 if rank == 0 else 0), len(runs)
    weights = [torch.zeros(10, 32), torch.zeros(10, 32)]
    distributed.all_gather(weights, model.module[4].weight.detach())
    assert torch.equal(*weights)
    os._exit(0)  # PyTorch 1.13 may wait for itself for ever when it takes a group apart


if __name__ == "__main__":
    tap.main()
