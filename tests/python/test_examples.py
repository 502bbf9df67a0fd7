# SPDX-FileCopyrightText: The initscope authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The examples of examples/: whole trainings of many kinds of networks, as a user writes them."""
import csv
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

import tap

import initscope

try:
    initscope._library()
except ImportError as error:
    print(f"1..0 # SKIP {error}")
    raise SystemExit(0)
try:
    import torch  # noqa: F401
except ImportError:
    torch = None
EXAMPLES = pathlib.Path(__file__).parent / "examples"
PROGRAM = os.environ.get("INITSCOPE", "")


class Examples(unittest.TestCase):
    def run_example(self, name, *options, epochs=2):
        """Its log, twice begun: the second time there is nothing to train."""
        if torch is None and name != "by_hand":
            self.skipTest("PyTorch not found: install python3-torch")
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        logs = pathlib.Path(folder.name, "logs")
        before = None
        for _ in range(2):
            done = subprocess.run([sys.executable, str(EXAMPLES / (name + ".py")), str(logs),
                                   "--seeds", "1", "--epochs", str(epochs), *options],
                                  stderr=subprocess.PIPE, universal_newlines=True)
            self.assertEqual(done.returncode, 0, done.stderr)
            contents = [(logs / file).read_bytes() for file in ("runs.csv", "layers.csv")]
            self.assertIn(before, (None, contents))
            before = contents
        if os.access(PROGRAM, os.X_OK):
            done = subprocess.run([PROGRAM, "check", str(logs)], stderr=subprocess.PIPE,
                                  stdout=subprocess.PIPE, universal_newlines=True)
            self.assertIn(done.returncode, (0, 6), done.stderr)
            self.assertEqual(done.stderr, "")
        return logs

    def table(self, logs, name):
        with (logs / name).open(newline="") as file:
            return list(csv.DictReader(file))

    def kinds(self, logs):
        return {row["kind"] for row in self.table(logs, "network.csv")}

    def settings(self, logs):
        lines = (logs / "experiment.ini").read_text().splitlines()
        return dict(line.split(" = ", 1) for line in lines if " = " in line)

    def runs(self, logs, number, last):
        rows = self.table(logs, "runs.csv")
        self.assertEqual([row["status"] for row in rows], ["completed"] * number)
        self.assertEqual({row["stopped_epoch"] for row in rows}, {str(last)})
        return rows

    def test_mlp(self):
        """mlp: a chain of dense layers"""
        logs = self.run_example("mlp")
        self.runs(logs, 3, 2)
        self.assertEqual(self.kinds(logs), {"dense"})
        settings = self.settings(logs)
        self.assertEqual([settings.get(k) for k in ("loss", "score", "time", "classes")],
                         ["cross_entropy", "accuracy", "epoch", "10"])

    def test_cnn(self):
        """cnn: convolutions, norms that are no layers, sums"""
        logs = self.run_example("cnn", epochs=1)
        self.runs(logs, 3, 1)
        self.assertEqual(self.kinds(logs), {"conv", "dense"})
        self.assertIn("stream", {row["tensor"] for row in self.table(logs, "layers.csv")})

    def test_transformer(self):
        """transformer: q, k, v, o, and the stream through the blocks"""
        logs = self.run_example("transformer", epochs=1)
        self.runs(logs, 3, 1)
        network = self.table(logs, "network.csv")
        self.assertEqual({row["block"] for row in network}, {"", *(f"blocks.{i}" for i in
                                                                  range(3))})
        self.assertEqual(sum(row["kind"] == "attention" for row in network), 3 * 3 * 4)

    def test_lstm(self):
        """lstm: gates of two layers"""
        logs = self.run_example("lstm", epochs=1)
        self.runs(logs, 3, 1)
        self.assertEqual(sum(row["kind"] == "recurrent" for row in
                             self.table(logs, "network.csv")), 3 * 16)

    def test_regression(self):
        """regression, of one output and of three: no classes"""
        for outputs in ("1", "3"):
            logs = self.run_example("regression", "--outputs", outputs)
            self.runs(logs, 2, 2)
            settings = self.settings(logs)
            self.assertEqual((settings.get("loss"), settings.get("classes")), ("mse", None))
            self.assertEqual([row["units"] for row in self.table(logs, "network.csv")][2], outputs)

    def test_widths(self):
        """widths: a factor of its own, and steps"""
        logs = self.run_example("widths")
        self.runs(logs, 2, 46)
        self.assertEqual([(row["factor"], row["value"]) for row in
                          self.table(logs, "factors.csv")], [("width", "32"), ("width", "64")])
        self.assertEqual(self.settings(logs)["time"], "step")
        times = {int(row["epoch"]) for row in self.table(logs, "epochs.csv")}
        self.assertEqual(times, {0, 1, 3, 10, 30, 46})

    def test_by_hand(self):
        """by_hand: NumPy alone"""
        logs = self.run_example("by_hand")
        self.runs(logs, 1, 2)
        losses = [float(row["train_loss"]) for row in self.table(logs, "epochs.csv")]
        self.assertLess(losses[2], 0.2 * losses[0])


if __name__ == "__main__":
    tap.main()
