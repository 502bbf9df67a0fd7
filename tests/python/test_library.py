# SPDX-FileCopyrightText: The initscope authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The module with the library: files, statistics, runs of several processes, the program's logs."""
import csv
import multiprocessing
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest
import warnings

import numpy as np
import tap

import initscope
from recording import recording

try:
    library = initscope._library()
except ImportError as error:
    print(f"1..0 # SKIP {error}")
    raise SystemExit(0)

try:
    import torch
    from torch import nn
    from networks import Recurrent, ResNet, Transformer, cross_entropy, images, mlp, x, y
except ImportError:
    torch = None
needs_torch = unittest.skipIf(torch is None, "PyTorch not found: install python3-torch")
PROGRAM = os.environ.get("INITSCOPE", "")
needs_program = unittest.skipUnless(os.access(PROGRAM, os.X_OK), "the program was not built")


def table(directory, name):
    with (pathlib.Path(directory) / name).open(newline="") as file:
        return list(csv.DictReader(file))


def statistics(units):
    """Of an array (units, rest), the columns of layers.csv by NumPy."""
    units = units.astype(np.float64)
    mean, variance = units.mean(), units.var()
    with np.errstate(invalid="ignore", divide="ignore"):
        standard = (units - mean) / np.sqrt(variance)
    return {"units": len(units), "count": units.size, "mean": mean, "variance": variance,
            "within_unit_variance": units.var(1).mean(),
            "between_unit_variance": units.mean(1).var(), "second_moment": (units ** 2).mean(),
            "skewness": (standard ** 3).mean(), "kurtosis": (standard ** 4).mean(),
            "minimum": units.min(), "maximum": units.max(),
            "zero_fraction": (units == 0).mean(), "nonfinite": 0}


def one_run(directory, seed):
    """In a process of its own."""
    random = np.random.default_rng(seed)
    with initscope.open(directory) as log, log.run("he", seed) as run:
        run.layer("a")
        for epoch in range(20):
            run.at(epoch, epoch, 1.0)
            run.tensor("a", "weight", random.normal(size=(32, 32)), 0)


class Library(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.logs = os.path.join(folder.name, "logs")
        warnings.simplefilter("error")
        warnings.filterwarnings("ignore", "watch: recording took")

    def compare(self, got, expected, what):
        """Errors have the scale of their kind: that of a mean of about 0 is the deviation."""
        deviation = float(expected["variance"]) ** 0.5
        scales = {"mean": deviation, "skewness": 1, "kurtosis": 1}
        for name, value in expected.items():
            found = float(got[name])
            if name in ("skewness", "kurtosis") and deviation <= 1e-7 * abs(expected["mean"]):
                continue
            scale = max(abs(value), scales.get(name, 0),
                        1e-9 * expected["second_moment"] if "variance" in name else 0)
            self.assertLessEqual(abs(found - value), 1e-6 * scale, (what, name, found, value))

    def test_measure(self):
        """measure: NumPy's numbers, also of sizes whose powers are no floats"""
        random = np.random.default_rng(0)
        values = random.normal(2, 3, (5, 7, 3)) * (random.random((5, 7, 3)) > 0.2)
        for array, axis in ((values, 0), (values, 1), (values.astype("f4"), -1),
                            (values[::2, ::-1].transpose(2, 0, 1), 0), (values.astype("f2"), 2),
                            (values.T, -1)):
            units = np.moveaxis(array, axis, 0).reshape(array.shape[axis], -1)
            self.compare(initscope.measure(array, axis)._asdict(), statistics(units), axis)
        whole = initscope.measure(values, 1)._asdict()
        for size in (2.0 ** -333, 2.0 ** 333):  # fourth powers of these are no floats
            got = initscope.measure(values * size, 1)._asdict()
            powers = {"mean": 1, "minimum": 1, "maximum": 1, "variance": 2, "second_moment": 2,
                      "within_unit_variance": 2, "between_unit_variance": 2}
            for name, value in whole.items():
                expected = value * size ** powers.get(name, 0)
                self.assertLessEqual(abs(got[name] - expected), 1e-9 * abs(expected), (name, size))
        got = initscope.measure(np.array([1.0, np.nan, np.inf, 3.0]))
        self.assertEqual((got.count, got.nonfinite, got.minimum, got.maximum), (2, 2, 1, 3))

    @needs_torch
    def test_every_statistic(self):
        """every row of layers.csv is what NumPy makes of the tensor that was handed over"""
        for make, data, options in ((mlp, "x", {}), (ResNet, "images", {"norms": True}),
                                    (Transformer, "x", {}), (Recurrent, "x", {})):
            with tempfile.TemporaryDirectory() as folder, recording(library) as runs:
                model, rows = make(), {"x": x, "images": images}[data][:96]
                with initscope.watch(model, folder, (rows, y[:96]), cross_entropy, **options) as w:
                    optimizer = torch.optim.SGD(model.parameters(), 0.1)
                    optimizer.zero_grad()
                    cross_entropy(model(rows), y[:96]).backward()
                    optimizer.step()
                    w.record(1, 1, last=True)
                run = runs[0]
                layers = table(folder, "layers.csv")
                names = ["input"] + run.names
                compared = 0
                for row in layers:
                    name, role = names[int(row["layer"])], row["tensor"]
                    tensors = run.moments[int(row["epoch"])].tensors
                    if role == "update":
                        units = tensors[name, "weight"].units_first - \
                            run.moments[0].tensors[name, "weight"].units_first
                    else:
                        key = "input" if name == "input" else role
                        units = tensors[name, key].units_first
                    self.compare(row, statistics(units), (make.__name__, name, role))
                    compared += 1
                expected = sum(len(moment.tensors) for moment in run.moments) + len(run.names)
                self.assertEqual(compared, expected)
                self.assertEqual([row["name"] for row in table(folder, "network.csv")], run.names)
                norms = [float(row["gradient_norm"]) for row in table(folder, "epochs.csv")]
                self.assertEqual(norms, [moment.gradient_norm for moment in run.moments])

    def test_processes(self):
        """runs that processes add at the same time are all there, whole"""
        with multiprocessing.get_context("spawn").Pool(3) as pool:
            pool.starmap(one_run, [(self.logs, seed) for seed in range(9)], 1)
        rows = table(self.logs, "layers.csv")
        runs = {row["run"] for row in rows}
        self.assertEqual(runs, {str(n) for n in range(1, 10)})
        self.assertEqual(len(rows), 9 * (20 + 19))
        self.assertEqual({row["seed"] for row in table(self.logs, "runs.csv")},
                         {str(n) for n in range(9)})

    def test_again(self):
        """a complete run is there the next time; one that broke off is begun again"""
        one_run(self.logs, 1)
        with self.assertRaises(KeyError), initscope.open(self.logs) as log:
            with log.run("he", 2) as run:
                run.layer("a")
                run.at(0)
                raise KeyError
        status = {row["seed"]: row["status"] for row in table(self.logs, "runs.csv")}
        self.assertEqual(status, {"1": "completed", "2": "interrupted"})
        with initscope.open(self.logs) as log:
            self.assertTrue(log.run("he", 1).done)
            with log.run("he", 2) as run:
                self.assertFalse(run.done)
                run.layer("a")
                run.at(0)
        status = {row["seed"]: row["status"] for row in table(self.logs, "runs.csv")}
        self.assertEqual(status, {"1": "completed", "2": "completed"})

    def test_errors(self):
        """what the library refuses is an exception with its sentence and status"""
        path = pathlib.Path(self.logs)
        path.write_text("a file\n")
        with self.assertRaises(initscope.InitscopeError) as caught:
            initscope.open(path)
        self.assertEqual(caught.exception.status, 4)
        path.unlink()
        with initscope.open(path) as log, log.run() as run:
            run.layer("a")
            for call, words in ((lambda: run.layer("a"), "of this name"),
                                (lambda: run.layer("b", inputs=[7]), "no layer before it"),
                                (lambda: run.tensor(1, "weight", [[1.0]]), "moment")):
                with self.assertRaisesRegex(initscope.InitscopeError, words) as caught:
                    call()
                self.assertEqual(caught.exception.status, 2)
            run.at(0)
            run.tensor("a", "weight", np.ones((2, 2)))
            with self.assertRaisesRegex(initscope.InitscopeError, "given already"):
                run.tensor("a", "weight", np.ones((2, 2)))
            with self.assertRaisesRegex(initscope.InitscopeError, "larger"):
                run.at(0)
        with self.assertRaises(initscope.InitscopeError):
            run.at(1)
        with self.assertRaises(initscope.InitscopeError):
            log.run()

    @unittest.skipUnless(hasattr(os, "fork"), "no fork")
    def test_fork(self):
        """a forked child, as a loader of data is, cannot use the log and does it no harm"""
        with initscope.open(self.logs) as log, log.run() as run:
            run.layer("a")
            run.at(0)
            child = os.fork()
            if child == 0:
                try:
                    run.tensor("a", "weight", np.ones((2, 2)))
                    os._exit(1)
                except initscope.InitscopeError as error:
                    os._exit(0 if error.status == 2 else 2)
            self.assertEqual(os.waitpid(child, 0)[1], 0)
            run.tensor("a", "weight", np.ones((2, 2)))
        self.assertEqual(len(table(self.logs, "layers.csv")), 1)

    def test_not_found(self):
        """without the library the error names the package, and help() works all the same"""
        code = ("import initscope, pydoc\n"
                "assert 'one line to start' in pydoc.plain(pydoc.render_doc(initscope))\n"
                "initscope.ctypes.CDLL = lambda name: (_ for _ in ()).throw(OSError(name))\n"
                "try:\n    initscope.open('logs')\n"
                "except ImportError as error:\n    print(error)\n")
        done = subprocess.run([sys.executable, "-c", code], stdout=subprocess.PIPE,
                              universal_newlines=True, check=True)
        self.assertEqual(done.stdout, "libinitscope.so.1 was not found: install the package "
                                      "initscope, or set INITSCOPE_LIBRARY to its path\n")

    @needs_program
    def test_check(self):
        """check: the lines of the program's verdicts"""
        with initscope.open(self.logs) as log:
            log.note("loss", "cross_entropy")
            for width in (2, 4):
                with log.run("twins", width=width) as run:
                    run.layer("a", activation="relu", units=width, fan_in=8, fan_out=width)
                    run.layer("b", units=2, fan_in=width, fan_out=2)
                    for epoch in (0, 1):
                        run.at(epoch, epoch, train_loss=0.7)
                        z = np.tile(np.linspace(-1, 1, 9)[:, None], width)
                        run.tensor("a", "weight", np.full((width, 8), 0.5), 0)
                        run.tensor("a", "preactivation", z)
                        run.tensor("a", "activation", np.maximum(z, 0))
                        run.tensor("b", "weight", np.full((2, width), 0.5), 0)
        found = initscope.check(self.logs)
        self.assertTrue([line for line in found if "symmetric" in line], found)
        self.assertEqual(initscope.check(self.logs, fail_on="diverged"), [])
        with self.assertRaises(initscope.InitscopeError) as caught:
            initscope.check(self.logs + "/none")
        self.assertEqual(caught.exception.status, 3)

    @needs_torch
    @needs_program
    def test_as_the_program_records(self):
        """the same rows as the program's own recorder, of the same weights and the same data"""
        own = self.logs + "-own"
        subprocess.run([PROGRAM, "run", "--init", "he_normal", "--hidden", "5x32", "--activation",
                        "tanh", "--bias-init", "random_normal(stddev=0.1)", "--seeds", "1",
                        "--epochs", "1", "--save-weights", "ends", "--spectrum", "all",
                        "--histograms", "all", "--symmetry", "all", "--split", "fixed", "--shuffle",
                        "no", "--test-fraction", "0", "--probe", "150", "-q", "-o", own],
                       check=True)
        data = np.genfromtxt(pathlib.Path(os.environ["srcdir"]) / "data/iris.csv", delimiter=",",
                             dtype=str, skip_header=1)
        rows = data[:, :-1].astype(float)
        inputs = torch.tensor(((rows - rows.mean(0)) / rows.std(0)).astype(np.float32))
        targets = torch.tensor(np.unique(data[:, -1], return_inverse=True)[1])
        widths = [4] + [32] * 5 + [3]
        layers = [nn.Linear(a, b) for a, b in zip(widths, widths[1:])]
        model = nn.Sequential(*(m for layer in layers[:-1] for m in (layer, nn.Tanh())), layers[-1])

        def load(epoch):
            for number, layer in enumerate(layers, 1):
                start = f"{own}/weights/000001/epoch{epoch:04d}.layer{number:02d}"
                layer.weight.data = torch.tensor(np.load(start + ".W.npy"))
                layer.bias.data = torch.tensor(np.load(start + ".b.npy"))
        load(0)
        with initscope.watch(model, self.logs, (inputs, targets), cross_entropy, histograms="all",
                             initializer="he_normal", seed=1, spectrum="all") as watch:
            load(1)
            watch.record(1, 5, last=True)
        # What is computed twice, in float32 and in another order, differs in the last digits; a
        # mean of about 0 and symmetric distributions have the scale of the deviation.
        self.same_rows(own, "layers.csv", ("epoch", "layer", "tensor"), 2,
                       {"mean": 1e-3, "skewness": 1e-3, "between_unit_variance": 1e-4})
        for name, key in (("symmetry.csv", ("epoch", "layer")),
                          ("spectrum.csv", ("epoch", "layer", "index"))):
            self.same_rows(own, name, key, None, {})
        one, two = (table(d, "epochs.csv") for d in (own, self.logs))
        for a, b in zip(one, two):
            for name in ("gradient_norm", "train_loss"):
                self.assertAlmostEqual(float(a[name]) / float(b[name]), 1, 5)

    def same_rows(self, own, name, key, missing, tolerances):
        one, two = ({tuple(row[k] for k in key): row for row in table(d, name)
                     if name != "spectrum.csv" or row["layer"] != "0"} for d in (own, self.logs))
        self.assertGreater(len(two), 0)
        self.assertEqual(set(two) - set(one), set())
        lost = sorted(set(one) - set(two))
        # What the program calls the activation of the output layer is softmax, inside of the loss;
        # its rank is that of this.
        self.assertEqual(lost, [(str(e), "6", "activation") for e in (0, 1)] if missing else [])
        for place, row in two.items():
            scale = float(row["variance"]) ** 0.5 if "variance" in row else 0
            for column in set(row) - set(key) - {"run", "initializer", "seed", "status"}:
                a, b = one[place][column], row[column]
                if column == "effective_rank" and place[1] == "6":
                    continue
                self.assertEqual(a == "", b == "", (name, place, column))
                if a == "" or a == b:
                    continue
                a, b = float(a), float(b)
                bound = tolerances.get(column, 1e-5)
                self.assertLessEqual(abs(a - b), bound * max(abs(a), scale, 1e-9),
                                     (name, place, column, a, b))



@needs_torch
class Theory(unittest.TestCase):
    def rows(self, model, probe):
        with tempfile.TemporaryDirectory() as folder:
            initscope.watch(model, folder, probe, cross_entropy).close()
            measured = {(row["layer"], row["tensor"]): float(row["second_moment"])
                        for row in table(folder, "layers.csv") if row["epoch"] == "0"}
            return measured, {(row["layer"], row["tensor"]): float(row["second_moment"])
                              for row in table(folder, "theory.csv")}

    def test_chains(self):
        """a chain of wide dense layers is as theory says"""
        torch.manual_seed(1)
        layers = []
        for _ in range(4):
            layers += [nn.Linear(400 if layers else 64, 400), nn.Tanh()]
        measured, predicted = self.rows(nn.Sequential(*layers, nn.Linear(400, 10)), (x, y))
        compared = [(key, measured[key] / value) for key, value in predicted.items()
                    if key in measured and key[0] != "5"]  # few units, and their rows are alike
        self.assertEqual(len(compared), 4 + 4 + 4)
        for key, ratio in compared:
            self.assertTrue(0.75 < ratio < 1.33, (key, ratio))

    def test_others(self):
        """of what is no chain of dense layers, or has a norm between, nothing is predicted"""
        norm = nn.Sequential(nn.Linear(64, 32), nn.BatchNorm1d(32), nn.ReLU(), nn.Linear(32, 10))
        for model, probe in ((norm, (x, y)), (ResNet(), (images[:64], y[:64]))):
            self.assertEqual(self.rows(model, probe)[1], {})


class Audit(unittest.TestCase):
    @needs_torch
    def test_models(self):
        """the rule of a model is named, as are its layers"""
        torch.manual_seed(3)
        model = nn.Sequential(nn.Conv2d(3, 16, 3), nn.BatchNorm2d(16), nn.ReLU(), nn.Flatten(),
                              nn.Linear(64, 96), nn.ReLU(), nn.LSTM(96, 32),
                              nn.ConvTranspose1d(32, 48, 5))
        found = initscope.audit(model)
        self.assertEqual([origin.layer for origin in found],
                         ["0.weight", "4.weight", "6.weight_ih_l0", "6.weight_hh_l0", "7.weight"])
        # PyTorch takes the fan_out of a transposed convolution for its fan_in.
        self.assertEqual([origin.rule for origin in found], 4 * ["torch_default"] + [""])
        self.assertEqual([origin.kind for origin in found],
                         ["conv", "dense", "recurrent", "recurrent", "conv"])
        self.assertEqual(found.vote.rule, "torch_default")
        self.assertTrue(found.vote.certain and found.vote.drawn == 4 and not found.vote.symmetric)
        self.assertEqual([(o.units, o.fan_in) for o in (found[0], found[4])], [(16, 27), (48, 160)])
        self.assertIn("drawn by torch_default", str(found))

    @needs_torch
    def test_training(self):
        """a model that has moved is not said to be drawn; equal units and zeros are counted"""
        torch.manual_seed(4)
        model = nn.Sequential(nn.Linear(64, 128), nn.ReLU(), nn.Linear(128, 128))
        for layer in model[::2]:
            nn.init.kaiming_uniform_(layer.weight, nonlinearity="relu")
            layer.weight.data += 0.15 * layer.weight.std() * torch.randn_like(layer.weight)
        found = initscope.audit(model)
        self.assertEqual(found.vote.rule, "he_uniform")
        for origin in found:
            self.assertRegex(origin.said, "he_uniform, moved about 0.1")
            self.assertTrue(0.08 < origin.trained < 0.25)
        model[0].weight.data[5] = model[0].weight.data[9]
        model[2].weight.data[7] = 0
        found = initscope.audit(model.state_dict(), activation="tanh")
        self.assertEqual([(o.twins, o.zeros) for o in found], [(1, 0), (0, 1)])
        self.assertTrue(found.vote.symmetric)

    def test_arrays(self):
        """names and the word tell the layout"""
        draw = np.random.default_rng(5).normal
        arrays = {"dense/kernel": draw(0, (2 / 300) ** 0.5, (300, 40)).astype("f4"),
                  "dense/bias": np.zeros(40, "f4"), "norm/gamma": np.ones((40,))}
        found = initscope.audit(arrays)
        self.assertEqual([(o.layer, o.units, o.fan_in) for o in found], [("dense/kernel", 40, 300)])
        found = initscope.audit({"w": arrays["dense/kernel"].T}, layout="torch")
        self.assertEqual([(o.units, o.fan_in, o.rule) for o in found],
                         [(40, 300, initscope.audit(arrays)[0].rule)])
        with self.assertRaisesRegex(initscope.InitscopeError, "unknown"):
            initscope.audit(arrays, activation="no such")
        with self.assertRaises(ValueError):
            initscope.audit(arrays, layout="other")


if __name__ == "__main__":
    tap.main()
