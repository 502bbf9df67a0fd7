# SPDX-FileCopyrightText: The initscope authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Moments of a watched training: which are recorded, what of them is wanted, how runs end."""
import contextlib
import math
import time
import unittest
import warnings

import tap

try:
    import torch
except ImportError:
    print("1..0 # SKIP PyTorch not found: install python3-torch")
    raise SystemExit(0)

from torch import nn

import initscope
from networks import Recurrent, Transformer, cross_entropy, mlp, x, y
from recording import recording

ALL = {"symmetry", "histograms", "spectrum"}


@contextlib.contextmanager
def watched(model=None, probe=None, loss=cross_entropy, **options):
    with recording() as runs:
        with initscope.watch(model or mlp(), "logs", probe or (x[:64], y[:64]), loss,
                             **options) as watch:
            yield watch, runs[0]


def moved(model):
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.mul_(1.01)


class Moments(unittest.TestCase):
    def setUp(self):
        warnings.simplefilter("error")

    def times(self, run):
        return [moment.time for moment in run.moments]

    def test_begin(self):
        """the start is recorded at once, before anything else"""
        with watched(initializer="he", seed=4, learning_rate=0.1, score="accuracy") as (_, run):
            self.assertEqual(run.factors, {"initializer": "he", "seed": "4",
                                           "learning_rate": "0.1"})
            self.assertEqual(self.times(run), [0])
            self.assertEqual((run.notes["score"], run.notes["time"]), ("accuracy", "epoch"))
            self.assertEqual(run.moments[0].record, ALL)
        self.assertEqual(run.outcome, "completed")

    def test_every(self):
        """one in `every`; the last one that was left out is recorded at the end"""
        with watched(every=3) as (watch, run):
            for epoch in range(1, 8):
                watch.record(epoch, updates=10 * epoch, train_loss=torch.tensor(1.0 / epoch),
                             test_score=0.5)
            self.assertEqual(self.times(run), [0, 3, 6])
        self.assertEqual(self.times(run), [0, 3, 6, 7])
        last = run.moments[-1]
        self.assertEqual((last.updates, last.record, last.test_score), (70, ALL, 0.5))
        self.assertAlmostEqual(last.train_loss, 1 / 7)
        self.assertEqual(run.moments[1].record, {"symmetry"})

    def test_last(self):
        """what is wanted at the ends, always, never"""
        with watched(every=5, histograms="all", spectrum="none", symmetry=False) as (watch, run):
            watch.record(1)
            watch.record(5)
            watch.record(7, last=True)
        self.assertEqual(self.times(run), [0, 5, 7])
        self.assertEqual([moment.record for moment in run.moments], [{"histograms"}] * 3)
        for options in ({"histograms": "last"}, {"spectrum": True}, {"time": "steps"},
                        {"reduction": "none"}):
            with self.assertRaisesRegex(ValueError, f"{next(iter(options))} is one of"):
                with watched(**options):
                    pass

    def test_steps(self):
        """step() counts updates, and records them when the axis is one of steps"""
        with watched(time="step", every=10) as (watch, run):
            for _ in range(25):
                watch.step(train_loss=0.5)
        self.assertEqual(self.times(run), [0, 10, 20, 25])
        self.assertEqual([moment.updates for moment in run.moments], [0, 10, 20, 25])
        self.assertEqual(run.moments[1].train_loss, 0.5)
        self.assertEqual(run.notes["time"], "step")
        with watched() as (watch, run):
            for _ in range(25):
                watch.step()
            watch.record(1)
        self.assertEqual([(m.time, m.updates) for m in run.moments], [(0, 0), (1, 25)])

    def test_loss(self):
        """a loss that is not given is that of the probe"""
        model = mlp()
        expected = float(cross_entropy(model(x[:64]), y[:64]))
        for loss in (cross_entropy, nn.CrossEntropyLoss(reduction="sum")):
            with watched(model, loss=loss) as (_, run):
                self.assertAlmostEqual(run.moments[0].train_loss, expected, 5)

    def test_outcomes(self):
        """diverged, interrupted, discarded"""
        model = mlp()
        with watched(model) as (watch, run):
            model[0].weight.data[0, 0] = math.nan
            watch.record(1)
        self.assertEqual(run.outcome, "diverged")
        with watched() as (watch, run):
            watch.record(1, train_loss=math.inf)
        self.assertEqual(run.outcome, "diverged")
        with self.assertRaises(KeyboardInterrupt):
            with watched(every=2) as (watch, run):
                watch.record(1)
                raise KeyboardInterrupt
        self.assertEqual((run.outcome, self.times(run)), ("interrupted", [0]))

    def test_done(self):
        """a run that the log has is neither recorded nor disturbed, and that is said"""
        with recording() as runs:
            for _ in range(2):
                watch = initscope.watch(mlp(), "logs", (x[:64], y[:64]), cross_entropy, seed=1)
                if not watch.done:
                    watch.record(1)
                    watch.close()
            with self.assertWarnsRegex(UserWarning, "logs has the run initializer=default seed=1"):
                watch.record(1)
            watch.record(2)
            watch.step()
            watch.close()
        self.assertEqual(len(runs), 1)

    def test_one_log(self):
        """several models in one log"""
        with recording() as runs:
            with initscope.open("logs") as log:
                for seed in (1, 2):
                    initscope.watch(mlp(seed), log, (x[:64], y[:64]), cross_entropy,
                                    seed=seed).close()
                log.note("title", "Two")
        self.assertEqual([run.factors["seed"] for run in runs], ["1", "2"])
        self.assertEqual(runs[1].notes["title"], "Two")

    def test_slow(self):
        """what recording costs is measured, and said once when it is much"""
        initscope._said.discard("slow")
        model = mlp()

        def probe():
            time.sleep(0.6)
            return cross_entropy(model(x[:64]), y[:64])
        with self.assertWarnsRegex(UserWarning, r"recording took \d+ % of the time") as caught:
            with watched(model, probe) as (watch, _):
                watch.record(1)
        self.assertEqual(caught.filename, __file__)
        self.assertGreater(watch.seconds, 1.2)
        with watched(model, probe) as (watch, _):
            watch.record(1)

    def test_without_gradients(self):
        """called where gradients are switched off"""
        model = mlp()
        with watched(model) as (watch, run):
            for number, mode in enumerate((torch.no_grad, torch.inference_mode), 1):
                with mode():
                    watch.record(number)
        for moment in run.moments[1:]:
            for key, tensor in run.moments[0].tensors.items():
                self.assertTrue((tensor.array == moment.tensors[key].array).all())

    def test_half_inside(self):
        """gates and attention in bfloat16 are recorded as whole ones are"""
        for make in (Recurrent, Transformer):
            model = make()

            def probe():
                with torch.autocast("cpu", dtype=torch.bfloat16):
                    return cross_entropy(model(x[:64]).float(), y[:64])
            with watched(model, probe) as (_, run):
                pass
            with watched(make()) as (_, whole):
                pass
            self.assertEqual(run.moments[0].tensors.keys(), whole.moments[0].tensors.keys())

    def test_overridden(self):
        """a class that computes in another way keeps its weights' rows"""
        class Other(nn.LSTM):
            def forward(self, tokens):
                return super().forward(tokens.flip(1))

        class Model(nn.Module):
            def __init__(self):
                super().__init__()
                self.rnn, self.head = Other(8, 6, batch_first=True), nn.Linear(6, 10)

            def forward(self, x):
                return self.head(self.rnn(x.view(-1, 8, 8))[0].mean(1))
        with watched(Model()) as (_, run):
            pass
        roles = {role for name, role in run.moments[0].tensors if name == "rnn.i"}
        self.assertEqual(roles, {"weight", "bias", "gradient"})

    def test_outputs(self):
        """modules that put out tuples or mappings, and sparse gradients"""
        class Pair(nn.Module):
            def __init__(self):
                super().__init__()
                self.weight = nn.Parameter(torch.randn(16, 8))

            def forward(self, x):
                return {"out": x @ self.weight.T, "more": None}

        class Model(nn.Module):
            def __init__(self):
                super().__init__()
                self.embed = nn.Embedding(3, 8, sparse=True)
                self.pair, self.head = Pair(), nn.Linear(16, 10)

            def forward(self, x):
                h = self.embed((x * 10).long().abs() % 3).mean(1)
                return self.head(torch.relu(self.pair(h)["out"]))
        with watched(Model()) as (_, run):
            pass
        self.assertEqual(run.inputs("head"), ["pair"])
        self.assertEqual(run.layer("pair")["activation"], "relu")
        self.assertIn(("pair", "delta"), run.moments[0].tensors)
        self.assertEqual(run.moments[0].tensors["embed", "gradient"].units_first.shape, (8, 3))

    def test_updates_are_seen(self):
        """moments show the weights of their time"""
        model = mlp()
        with watched(model) as (watch, run):
            moved(model)
            watch.record(1)
        one, two = (moment.tensors["0", "weight"].array for moment in run.moments)
        self.assertAlmostEqual(float((two / one).mean()), 1.01, 5)


if __name__ == "__main__":
    tap.main()
