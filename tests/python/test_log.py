# SPDX-FileCopyrightText: The initscope authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Logs and runs by hand: what is handed on, and what is refused."""
import math
import unittest
import warnings

import numpy as np
import tap

import initscope
from recording import recording


class Logs(unittest.TestCase):
    def test_run(self):
        """layers, moments and tensors, as the library is given them"""
        with recording() as runs:
            with initscope.open("logs") as log, log.run("he", seed=3, width=32, dropout=0.1) as run:
                log.note("title", "Seeds")
                self.assertFalse(run.done)
                self.assertEqual(run.layer("a", units=4, fan_in=2, fan_out=4, parameters=12), 1)
                self.assertEqual(run.layer("b", "conv", block="top", activation="relu",
                                           inputs=["a", 0], trainable=False), 2)
                run.at(0, train_loss=np.float32(2.5), record="symmetry, spectrum,every_spectrum")
                run.tensor("a", "weight", np.ones((4, 2)), 0)
                run.tensor(2, "delta", [[1.0, 2.0]])
                run.tensor("input", "input", np.zeros((3, 2)))
                run.at(7, updates=70, test_loss=1, test_score=0.5, gradient_norm=3, record="")
        recorded, = runs
        self.assertEqual(recorded.factors, {"initializer": "he", "seed": "3", "width": "32",
                                            "dropout": "0.1"})
        self.assertEqual(recorded.notes, {"title": "Seeds"})
        a, b = recorded.layers
        self.assertEqual([a[k] for k in ("name", "kind", "block", "activation", "units", "fan_in",
                                         "fan_out", "parameters", "flags")],
                         ["a", None, None, None, 4, 2, 4, 12, 0])
        self.assertEqual([b[k] for k in ("kind", "block", "activation", "inputs", "flags")],
                         ["conv", "top", "relu", [1, 0],
                          initscope._FROZEN])
        self.assertFalse(a["inputs"])
        first, second = recorded.moments
        self.assertEqual((first.time, first.train_loss, first.record),
                         (0, 2.5, {"symmetry", "spectrum", "every_spectrum"}))
        self.assertTrue(all(map(math.isnan, (first.train_score, first.test_loss,
                                             first.gradient_norm))))
        self.assertEqual((second.time, second.updates, second.test_loss, second.test_score,
                          second.gradient_norm, second.record), (7, 70, 1, 0.5, 3, set()))
        self.assertEqual(set(first.tensors), {("a", "weight"), ("b", "delta"), ("input", "input")})
        self.assertEqual(recorded.outcome, "completed")

    def test_ends(self):
        """outcomes: an exception interrupts, and so does a log that is closed before"""
        with recording() as runs:
            log = initscope.open("logs")
            with self.assertRaises(KeyError), log.run(seed=1):
                raise KeyError
            with self.assertRaises(KeyboardInterrupt), log.run(seed=2):
                raise KeyboardInterrupt
            log.run(seed=3).end("diverged")
            run = log.run(seed=4)
            run.end("discard")
            run.end()
            left = log.run(seed=5)
            log.close()
            left.end()
            log.close()
        self.assertEqual([run.outcome for run in runs],
                         ["interrupted", "interrupted", "diverged", "discard", "interrupted"])

    def test_done(self):
        """a run that the log has is not recorded again, and said so once"""
        with recording() as runs, initscope.open("logs") as log:
            log.run("he", seed=1).end()
            with log.run("he", seed=1) as run:
                self.assertTrue(run.done)
                with self.assertWarnsRegex(UserWarning, "logs has the run initializer=he seed=1 "
                                                        "already: nothing is recorded"):
                    run.layer("a")
                    run.at(0)
                warnings.simplefilter("error")
                run.tensor("a", "weight", np.ones((2, 2)))
                run.at(1)
            with log.run("he", seed=1, width=3) as run:
                self.assertFalse(run.done)
        self.assertEqual([len(run.moments) for run in runs], [0, 0])

    def test_refused(self):
        """words that are none, with those that are"""
        with recording(), initscope.open("logs") as log, log.run() as run:
            run.layer("a")
            run.at(0)
            for call, words in (
                    (lambda: initscope.open("logs", "append"), "mode is one of add, new, replace"),
                    (lambda: run.at(1, record="everything"), "record is one of symmetry, .*everyt"),
                    (lambda: run.tensor("a", "weights", [1]), "role is one of weight, bias, .*'we"),
                    (lambda: run.tensor("b", "weight", [1]), "no layer was declared as 'b'"),
                    (lambda: run.end("done"), "outcome is one of completed, diverged, ")):
                with self.assertRaisesRegex(ValueError, words):
                    call()


if __name__ == "__main__":
    tap.main()
