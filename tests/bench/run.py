# SPDX-FileCopyrightText: The initscope authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The speed of initscope, line by line: figure, bar, goal. See README.md beside this file.

Standard library only. What is compared runs in turn, A B A B; every figure is a median.
"""
import argparse
import csv
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time

INITIALIZERS = {
    "iris": ["zeros", "random_uniform", "glorot_uniform", "he_uniform"],
    "digits": ["random_uniform", "glorot_uniform", "he_uniform", "he_normal"],
}
# Only layers.csv and epochs.csv, which the peers record too.
LAYERS_ONLY = ["--histograms", "none", "--symmetry", "none", "--spectrum", "none"]
IRIS = ["--data", "iris", "--hidden", "64,64", "--epochs", "10", "--batch", "32",
        "--init", ",".join(INITIALIZERS["iris"])]
DIGITS = ["--data", "digits", "--hidden", "20x256", "--epochs", "2", "--batch", "64", "--seeds", "1",
          "--probe", "1024", "--init", ",".join(INITIALIZERS["digits"])]


class Missing(Exception):
    """What a line needs is not there."""


class Bench:
    """Runs programs and remembers what the machine said."""

    def __init__(self, options, work):
        self.options, self.work = options, work
        self.remembered = {}
        self.environment = dict(os.environ, OPENBLAS_NUM_THREADS="1",
                                INITSCOPE_DATA_DIR=options.source)

    def path(self, name):
        return os.path.join(self.work, name)

    def child(self, command):
        """Wall and CPU seconds, MB at the most, and the output of one whole process."""
        start = time.perf_counter()
        with tempfile.TemporaryFile("w+") as output:
            child = subprocess.Popen(command, stdout=output, stderr=output, env=self.environment)
            _, status, usage = os.wait4(child.pid, 0)
            child.returncode = os.waitstatus_to_exitcode(status)
            wall = time.perf_counter() - start
            output.seek(0)
            text = output.read()
        if child.returncode != 0:
            raise RuntimeError(f"{' '.join(command)}: exit status {child.returncode}\n{text}")
        return {"wall": wall, "cpu": usage.ru_utime + usage.ru_stime,
                "memory": usage.ru_maxrss / 1024, "text": text}

    def run(self, arguments, threads=1):
        return self.child([self.options.initscope, "run", *arguments, "--threads", str(threads),
                           "-q", "--force", "-o", self.path("run")])

    def in_turn(self, *works):
        """Medians of each work's figures; the first round only warms up."""
        rounds = [[work() for work in works] for _ in range(self.options.runs + 1)][1:]
        return [{key: statistics.median(r[i][key] for r in rounds) for key in rounds[0][i]
                 if key != "text"} for i in range(len(works))]

    def in_process(self, what, *settings):
        """What the bench program prints; it is asked once."""
        if what not in self.remembered:
            repeats = str(4 * self.options.runs)
            text = self.child([self.options.bench, what, repeats, *settings])["text"]
            self.remembered[what] = {key: float(value) for key, value in csv.reader(text.split())}
        return self.remembered[what]

    def torch(self, name, work, seeds, probe):
        value = dict(zip(work[::2], work[1::2]))
        hidden = value["--hidden"].split("x")
        widths = ",".join([hidden[1]] * int(hidden[0])) if len(hidden) == 2 else hidden[0]
        command = [self.options.python, os.path.join(os.path.dirname(__file__), "torch_peer.py"),
                   "--data", os.path.join(self.options.source, "data", name + ".csv"),
                   "--hidden", widths, "--init", ",".join(INITIALIZERS[name]), "--seeds", str(seeds),
                   "--epochs", value["--epochs"], "--batch", value["--batch"], "--probe", str(probe),
                   "--output", self.path("torch")]
        cpu, wall = self.child(command)["text"].split()[-2:]
        return {"cpu": float(cpu), "wall": float(wall)}


def against_torch(bench, name, work, seeds, probe):
    if subprocess.run([bench.options.python, "-c", "import torch"], capture_output=True).returncode:
        raise Missing("PyTorch is missing (Debian: python3-torch)")
    ours, theirs = bench.in_turn(lambda: bench.run([*work, *LAYERS_ONLY]),
                                 lambda: bench.torch(name, work, seeds, probe))
    return theirs["wall"] / ours["wall"], (
        f"initscope {ours['wall']:.3f} s, PyTorch {theirs['wall']:.3f} s; "
        f"CPU {ours['cpu']:.3f} and {theirs['cpu']:.3f} s, ratio {theirs['cpu'] / ours['cpu']:.1f}")


def iris_torch(bench):
    return against_torch(bench, "iris", [*IRIS, "--seeds", "10"], 10, 512)


def digits_torch(bench):
    return against_torch(bench, "digits", DIGITS, 1, 1024)


def iris_fann(bench):
    program = bench.path("fann_peer")
    source = os.path.join(os.path.dirname(__file__), "fann_peer.c")
    built = subprocess.run([bench.options.cc, "-O3", "-o", program, source, "-lfann", "-lm"],
                           capture_output=True)
    if built.returncode:
        raise Missing("FANN is missing (Debian: libfann-dev)")
    text = bench.child([program, str(4 * bench.options.runs),
                        os.path.join(bench.options.source, "data", "iris.csv")])["text"]
    ours = bench.in_process("training", "data=iris", "init=he_uniform")["training_seconds"]
    return float(text) / ours, f"initscope {1e3 * ours:.2f} ms, FANN {1e3 * float(text):.2f} ms"


def against_torch_recurrent(bench, kind):
    """One epoch of 10 minibatches of 64 sequences, 28 steps of 28 inputs, 128 units."""
    peer = os.path.join(os.path.dirname(__file__), "recurrent_peer.py")
    if subprocess.run([bench.options.python, "-c", "import torch"], capture_output=True).returncode:
        raise Missing("PyTorch is missing (Debian: python3-torch)")
    data = bench.path("sequences.csv")
    if not os.path.exists(data):
        draw = random.Random(1)
        with open(data, "w") as file:
            file.write(",".join(f"x{i}" for i in range(784)) + ",label\n")
            for i in range(640):
                file.write("".join(f"{draw.random():.6f}," for _ in range(784)) + f"c{i % 10}\n")
    settings = [f"data={data}", f"network=input(28,28),{kind.lower()}(128)", "batch=64",
                "test-fraction=0", "probe=1", "init=glorot_uniform"]
    repeats = str(4 * bench.options.runs)
    ours, theirs = [], []
    for _ in range(bench.options.runs):
        text = bench.child([bench.options.bench, "epoch", repeats, *settings])["text"]
        ours.append(dict(csv.reader(text.split()))["epoch_seconds"])
        theirs.append(bench.child([bench.options.python, peer, kind, "28", "28", "128", "640", "64",
                                   repeats])["text"])
    ours, theirs = (statistics.median(map(float, seconds)) for seconds in (ours, theirs))
    return theirs / ours, (f"a minibatch of 64: initscope {100 * ours:.2f} ms, "
                           f"PyTorch {100 * theirs:.2f} ms of CPU")


def lstm_torch(bench):
    return against_torch_recurrent(bench, "LSTM")


def gru_torch(bench):
    return against_torch_recurrent(bench, "GRU")


DIGITS_SETTINGS = ("data=digits", "hidden=20x256", "batch=64", "probe=1024", "init=he_normal",
                   "histograms=none", "symmetry=none", "spectrum=none")


def loop(bench):
    found = bench.in_process("loop", *DIGITS_SETTINGS)
    return found["epoch_to_products"], (
        f"epoch {1e3 * found['epoch_seconds']:.1f} ms, its products "
        f"{1e3 * found['products_seconds']:.1f} ms at {found['products_gflops']:.0f} GFLOP/s")


def statistics_ns(bench):
    return bench.in_process("statistics", *DIGITS_SETTINGS)["statistics_ns"], "per element, rows printed included"


def statistics_share(bench):
    found = bench.in_process("statistics", *DIGITS_SETTINGS)
    return 100 * found["statistics_share"], (
        f"{1e3 * found['statistics_seconds']:.1f} ms beside an epoch of "
        f"{1e3 * found['epoch_seconds']:.1f} ms")


def two_threads(bench):
    work = [*IRIS, "--seeds", "50"]
    one, two = bench.in_turn(lambda: bench.run(work, 1), lambda: bench.run(work, 2))
    return one["wall"] / two["wall"], f"200 trials: {one['wall']:.2f} s and {two['wall']:.2f} s"


def ten_times(bench):
    if "ten" not in bench.remembered:
        bench.remembered["ten"] = bench.in_turn(lambda: bench.run([*IRIS, "--seeds", "10"]),
                                                lambda: bench.run([*IRIS, "--seeds", "100"]))
    return bench.remembered["ten"]


def ten_times_time(bench):
    few, many = ten_times(bench)
    return many["wall"] / few["wall"], f"400 trials {many['wall']:.2f} s, 40 trials {few['wall']:.2f} s"


def ten_times_memory(bench):
    few, many = ten_times(bench)
    return many["memory"] / few["memory"], f"{many['memory']:.1f} MB and {few['memory']:.1f} MB"


def big_csv(bench):
    """1 M rows of 11 features and a label, about 100 MB."""
    if "csv" not in bench.remembered:
        draw = random.Random(1)
        rows = ["".join(f"{draw.gauss(0, 1):.6f}," for _ in range(11)) + f"{i % 3}\n"
                for i in range(10000)]
        with open(bench.path("big.csv"), "w") as file:
            file.write(",".join(f"x{i}" for i in range(11)) + ",label\n")
            for _ in range(100):
                draw.shuffle(rows)
                file.writelines(rows)
        work = ["--data", bench.path("big.csv"), "--epochs", "0", "--seeds", "1", "--hidden", "4",
                "--init", "he_uniform", *LAYERS_ONLY]
        bench.remembered["csv"] = bench.in_turn(lambda: bench.run(work))[0]
        os.remove(bench.path("big.csv"))
    return bench.remembered["csv"]


def csv_seconds(bench):
    found = big_csv(bench)
    return found["wall"], f"whole run with no epoch of training; CPU {found['cpu']:.2f} s"


def csv_memory(bench):
    memory, matrix = big_csv(bench)["memory"], 12e6 * 4 / 2**20
    return memory / matrix, f"{memory:.0f} MB; 1 M x 12 floats are {matrix:.0f} MB"


def report(bench):
    if "report" not in bench.remembered:
        bench.run(["--data", "iris", "--hidden", "70x4", "--epochs", "100", "--probe", "16",
                   *LAYERS_ONLY], threads=os.cpu_count() or 1)
        bench.remembered["report"] = bench.in_turn(lambda: bench.child(
            [bench.options.initscope, "report", "-q", bench.path("run"), "-o",
             bench.path("report")]))[0]
    return bench.remembered["report"]


def report_seconds(bench):
    found = report(bench)
    return found["wall"], f"1.01 M rows; CPU {found['cpu']:.2f} s, gnuplot included"


def report_memory(bench):
    return report(bench)["memory"], "the larger of initscope and gnuplot"


def vanishing(bench):
    work = ["--data", "iris", "--hidden", "100x64", "--seeds", "2", *LAYERS_ONLY]
    small, he = bench.in_turn(lambda: bench.run([*work, "--init", "random_normal(stddev=0.001)"]),
                              lambda: bench.run([*work, "--init", "he_normal"]))
    return small["cpu"] / he["cpu"], f"CPU {small['cpu']:.2f} s and {he['cpu']:.2f} s"


def iris_memory(bench):
    return ten_times(bench)[0]["memory"], "whole process, 40 runs, everything recorded"


# Name, unit, bar, goal, how it is measured. A bar below its goal is to be exceeded.
LINES = [
    ("Iris, 40 runs, against PyTorch", "x", 20, 30, iris_torch),
    ("digits 20x256, 4 runs, against PyTorch", "x", 2.2, 2.7, digits_torch),
    ("LSTM of 128, 28 steps, against PyTorch", "x", 1, 2.3, lstm_torch),
    ("GRU of 128, 28 steps, against PyTorch", "x", 1, 2.3, gru_torch),
    ("one Iris network, not recorded, against FANN", "x", 1, 2, iris_fann),
    ("training loop / its matrix products", "x", 1.5, 1.25, loop),
    ("statistics, time of an element", "ns", 1, 0.5, statistics_ns),
    ("statistics, share of training", "%", 10, 5, statistics_share),
    ("2 threads against 1", "x", 1.8, 1.95, two_threads),
    ("10x the trials, time", "x", 10.5, 10, ten_times_time),
    ("10x the trials, memory", "x", 1.2, 1.05, ten_times_memory),
    ("data CSV of 100 MB, time", "s", 1.5, 1.0, csv_seconds),
    ("data CSV of 100 MB, memory / float matrix", "x", 2.5, 1.5, csv_memory),
    ("report of layers.csv of 1 M rows, time", "s", 6, 3, report_seconds),
    ("report of layers.csv of 1 M rows, memory", "MB", 600, 300, report_memory),
    ("vanishing network against He's scale", "x", 1.5, 1.1, vanishing),
    ("peak memory, Iris exercise", "MB", 40, 25, iris_memory),
]


def verdict(value, bar, goal):
    def reaches(limit):
        return value >= limit if goal > bar else value <= limit
    return "goal" if reaches(goal) else "bar" if reaches(bar) else "MISSED"


def measure(bench, line):
    name, unit, bar, goal, how = line
    try:
        value, detail = how(bench)
    except Missing as missing:
        print(f"{name:<46} {'-':>8} {'':<2} {'':>8} {'':>8}  {missing}", flush=True)
        return [name, "", unit, bar, goal, "not measured", str(missing)]
    word = verdict(value, bar, goal)
    print(f"{name:<46} {value:8.2f} {unit:<2} {bar:8g} {goal:8g}  {word:<6}  {detail}", flush=True)
    return [name, f"{value:.4g}", unit, bar, goal, word, detail]


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--initscope", required=True)
    parser.add_argument("--bench", required=True, help="the in-process program")
    parser.add_argument("--source", required=True, help="where data/ is")
    parser.add_argument("--output", default="bench.csv")
    parser.add_argument("--runs", type=int, default=5, help="of each whole process [5]")
    parser.add_argument("--only", default="", help="lines whose name holds this")
    parser.add_argument("--python", default="/usr/bin/python3", help="one that has torch")
    parser.add_argument("--cc", default="cc")
    options = parser.parse_args()
    print(f"{'':<46} {'figure':>8} {'':<2} {'bar':>8} {'goal':>8}")
    with tempfile.TemporaryDirectory(prefix="initscope-bench.") as work, \
            open(options.output, "w", newline="") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow(["line", "figure", "unit", "bar", "goal", "reached", "detail"])
        bench = Bench(options, work)
        for line in LINES:
            if options.only in line[0]:
                out.writerow(measure(bench, line))


sys.exit(main())
