# SPDX-FileCopyrightText: The initscope authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""initscope: record what happens in your own network while it trains.

With PyTorch, one line to start and one in the loop:

    import initscope

    with initscope.watch(model, "logs", probe=(x[:512], y[:512]), loss=criterion,
                         initializer="he_normal", seed=0, learning_rate=0.1) as watch:
        for epoch in range(1, 11):
            train(model)                              # as ever
            watch.record(epoch, train_loss=loss, test_score=accuracy)

and then, for as many initializers and seeds as were run:

    $ initscope report logs

Training is the same, to the last bit, with and without: see help(initscope.watch).

With anything else, hand over arrays (of NumPy, JAX, PyTorch, whatever NumPy can read):

    with initscope.open("logs") as log, log.run("he_normal", seed=0) as run:
        run.layer("dense1", units=32, fan_in=64)
        for epoch in range(11):
            run.at(epoch, train_loss=loss)
            run.tensor("dense1", "weight", w, unit_axis=0)
            run.tensor("dense1", "preactivation", z)  # units on the last axis

A log is a directory of CSV files. A run of it is one training; runs of any number of processes may
be added to one log at the same time. initscope(3) tells more of the library that does the work.

Needs NumPy and libinitscope.so.1, which is looked for in $INITSCOPE_LIBRARY, beside this file, and
where the system's loader looks.
"""
from __future__ import annotations

import contextlib
import ctypes
import ctypes.util
import fnmatch
import functools
import inspect
import math
import os
import random
import re
import shutil
import subprocess
import sys
import time as clock
import warnings
from collections.abc import Mapping
from typing import Any, Callable, Dict, Iterator, List, NamedTuple, Optional, Tuple

import numpy as np

__version__ = "2.0.0"
__all__ = ["open", "Log", "Run", "watch", "Watch", "measure", "Statistics", "audit", "Audit",
           "Origin", "Vote", "check", "InitscopeError"]


class InitscopeError(RuntimeError):
    """What could not be done, in one line. status: 1 internal, 2 an argument or the order of calls,
    3 what is in the directory, 4 not written."""

    def __init__(self, status: int, message: str):
        super().__init__(message)
        self.status = status


# --- The library: initscope.h in ctypes -----------------------------------------------------------

_DONE, _USAGE = 64, 2
_MODES = ("add", "new", "replace")
_OUTCOMES = ("completed", "diverged", "interrupted", "discard")
_ROLES = ("weight", "bias", "preactivation", "activation", "delta", "gradient", "update", "input",
          "stream")
_RECORD = {"symmetry": 1, "histograms": 2, "spectrum": 4, "no_update": 8, "every_spectrum": 16}
_FROZEN = 1
_DTYPES = {"float32": 0, "float64": 1, "float16": 2, "bfloat16": 3}


class _Structure(ctypes.Structure):
    """A structure of initscope.h, which begins with its size."""

    def __init__(self, **members):
        super().__init__(size=ctypes.sizeof(self), **members)


class _Layer(_Structure):
    _fields_ = [("size", ctypes.c_size_t), ("name", ctypes.c_char_p), ("kind", ctypes.c_char_p),
                ("block", ctypes.c_char_p), ("activation", ctypes.c_char_p),
                ("inputs", ctypes.POINTER(ctypes.c_int)), ("input_count", ctypes.c_size_t),
                ("units", ctypes.c_int64), ("fan_in", ctypes.c_int64), ("fan_out", ctypes.c_int64),
                ("parameters", ctypes.c_int64), ("flags", ctypes.c_uint)]


class _Moment(_Structure):
    _fields_ = [("size", ctypes.c_size_t), ("time", ctypes.c_int64), ("updates", ctypes.c_int64),
                ("train_loss", ctypes.c_double), ("train_score", ctypes.c_double),
                ("test_loss", ctypes.c_double), ("test_score", ctypes.c_double),
                ("gradient_norm", ctypes.c_double), ("record", ctypes.c_uint)]


class _Array(_Structure):
    _fields_ = [("size", ctypes.c_size_t), ("data", ctypes.c_void_p), ("dtype", ctypes.c_int),
                ("ndim", ctypes.c_int), ("shape", ctypes.POINTER(ctypes.c_int64)),
                ("strides", ctypes.POINTER(ctypes.c_int64)), ("unit_axis", ctypes.c_int)]


class Statistics(NamedTuple):
    """Statistics of a tensor: the columns of layers.csv. A unit's slice is what stands at one place
    of the unit axis; variance = within_unit_variance + between_unit_variance, all divided by n."""
    units: float
    count: float
    mean: float
    variance: float
    within_unit_variance: float
    between_unit_variance: float
    second_moment: float
    skewness: float
    kurtosis: float
    minimum: float
    maximum: float
    zero_fraction: float
    nonfinite: float


class _Statistics(_Structure):
    _fields_ = [("size", ctypes.c_size_t)] + [(n, ctypes.c_double) for n in Statistics._fields]


class _Origin(_Structure):
    _fields_ = [("size", ctypes.c_size_t), ("rule", ctypes.c_char * 64),
                ("also", ctypes.c_char * 192), ("family", ctypes.c_char * 16)] + \
        [(n, ctypes.c_double) for n in ("scale", "trained", "p", "duplicates", "zero_units",
                                        "nonfinite", "units", "fan_in", "fan_out",
                                        "forward_gain", "backward_gain")] + \
        [("kind", ctypes.c_char * 16), ("said", ctypes.c_char * 256), ("name", ctypes.c_char * 256)]


class _Vote(_Structure):
    _fields_ = [("size", ctypes.c_size_t), ("tensors", ctypes.c_size_t), ("rule", ctypes.c_char_p),
                ("also", ctypes.c_char_p), ("log_odds", ctypes.c_double), ("certain", ctypes.c_int),
                ("drawn", ctypes.c_size_t), ("began", ctypes.c_size_t), ("other", ctypes.c_size_t),
                ("forward", ctypes.c_double), ("backward", ctypes.c_double),
                ("symmetric", ctypes.c_int), ("nonfinite", ctypes.c_int),
                ("origins", ctypes.c_size_t), ("said", ctypes.c_char_p)]


@functools.lru_cache(maxsize=None)
def _library():
    beside = os.path.join(os.path.dirname(os.path.abspath(__file__)), "libinitscope.so.1")
    names = (os.environ.get("INITSCOPE_LIBRARY"), beside, "libinitscope.so.1",
             ctypes.util.find_library("initscope"))
    problem = None
    for name in filter(None, names):
        try:
            library = ctypes.CDLL(name)  # local symbols: its GSL and BLAS are no one else's
            break
        except OSError as error:
            problem = problem or error
    else:
        raise ImportError("libinitscope.so.1 was not found: install the package initscope, or set "
                          "INITSCOPE_LIBRARY to its path") from problem
    library.initscope_error.restype = ctypes.c_char_p
    found, wanted = library.initscope_version(), [int(part) for part in __version__.split(".")]
    if found < wanted[0] * 10000 + wanted[1] * 100:
        raise ImportError(f"{name} is initscope {found // 10000}.{found // 100 % 100}, older than "
                          f"this module ({__version__}): install them together")
    return library


def _call(function: str, *arguments) -> int:
    library = _library()
    status = getattr(library, "initscope_" + function)(*arguments)
    if status not in (0, _DONE):
        raise InitscopeError(status, library.initscope_error().decode(errors="replace"))
    return status


_said: set = set()


def _warn(text: str, once: Optional[str] = None) -> None:
    """Warns of the line that called this module; once: what is said but once in a process."""
    if once in _said:
        return
    _said.update([once] if once else ())
    depth, frame = 2, sys._getframe(1)
    while frame.f_back is not None and frame.f_globals is globals():
        depth, frame = depth + 1, frame.f_back
    warnings.warn(text, stacklevel=depth)


def _text(value) -> Optional[bytes]:
    return None if value is None else str(value).encode()


def _place(word: str, words, what: str) -> int:
    if word not in words:
        raise ValueError(f"{what} is one of {', '.join(words)} (got {word!r})")
    return list(words).index(word)


def _number(value) -> float:
    return math.nan if value is None else float(value)


def _array(array, unit_axis: int) -> Tuple[_Array, Any]:
    """The array as the library takes it, and what must live as long."""
    torch = sys.modules.get("torch")
    bits = False
    if torch is not None and isinstance(array, torch.Tensor):
        array = array.detach()
        array = (array if array.layout == torch.strided else array.to_dense()).cpu()
        bits = array.dtype == torch.bfloat16
        array = (array.view(torch.int16) if bits else array).numpy()
    elif hasattr(array, "__dlpack__") and not hasattr(array, "__array__"):
        array = np.from_dlpack(array)
    array = np.asarray(array)
    if array.dtype.name == "bfloat16":  # of ml_dtypes, as JAX has it
        array, bits = array.view(np.int16), True
    if np.iscomplexobj(array):
        raise TypeError("complex numbers have no moments here: hand over real and imaginary parts")
    if not bits and (array.dtype.name not in _DTYPES or not array.dtype.isnative):
        array = array.astype(np.float64)
    if any(stride % array.itemsize for stride in array.strides):
        array = np.ascontiguousarray(array)
    extents = ctypes.c_int64 * max(array.ndim, 1)
    return _Array(data=array.ctypes.data, dtype=_DTYPES["bfloat16" if bits else array.dtype.name],
                  ndim=array.ndim, shape=extents(*array.shape),
                  strides=extents(*(stride // array.itemsize for stride in array.strides)),
                  unit_axis=unit_axis), array


# --- Logs and runs --------------------------------------------------------------------------------

def open(directory, mode: str = "add") -> Log:
    """Opens the log in a directory, which is made.

    mode: "add" runs to what is there; "new", where nothing may be there, and the log appears whole
    when it is closed; "replace", the same, and what was there is removed when the new log is whole.
    """
    return Log(directory, mode)


class Log:
    """A directory with runs. A context manager; see initscope.open."""

    def __init__(self, directory, mode: str = "add"):
        self.directory = os.fspath(directory)
        self._handle = ctypes.c_void_p()
        self._runs: List[Run] = []
        _call("open", os.fsencode(directory), _place(mode, _MODES, "mode"),
              ctypes.byref(self._handle))

    def run(self, initializer: str = "default", seed: int = 0, **factors) -> Run:
        """Begins a run, told apart from others by initializer, seed and factors of any name.

        Runs that agree in all but the seed are one arm of the report. When the log has this run
        already, its `done` is true: there is nothing to train.
        """
        return Run(self, dict(initializer=initializer, seed=seed, **factors))

    def note(self, key: str, value) -> None:
        """Notes a fact about all runs: title, note, time, loss, score, classes or any other key."""
        _call("note", self._handle, _text(key), _text(value))

    def close(self) -> None:
        """Ends the runs that have not ended as interrupted."""
        for run in list(self._runs):
            run.end("interrupted")
        handle, self._handle = self._handle, ctypes.c_void_p()
        _call("close", handle)

    def __enter__(self) -> Log:
        return self

    def __exit__(self, *_) -> None:
        self.close()


class Run:
    """One training: layers are declared, then tensors are handed over at moments. A context
    manager: an exception ends the run as "interrupted". Made by Log.run.

    done: the log had this run already; then nothing is recorded.
    layers: the number of each layer by its name.
    """

    def __init__(self, log: Log, factors: Mapping[str, Any]):
        self.layers: Dict[str, int] = {}
        self._log, self._handle, self._warned = log, ctypes.c_void_p(), False
        self._called = " ".join(f"{key}={value}" for key, value in factors.items())
        texts = ctypes.c_char_p * (len(factors) + 1)
        status = _call("begin", log._handle, texts(*map(_text, factors), None),
                       texts(*map(_text, factors.values()), None), ctypes.byref(self._handle))
        self.done = status == _DONE
        if not self.done:
            log._runs.append(self)

    def layer(self, name: str, kind: str = "", *, units: int = 0, fan_in: int = 0,
              fan_out: int = 0, block: Optional[str] = None, activation: Optional[str] = None,
              inputs=None, parameters: int = 0, trainable: bool = True) -> int:
        """Declares a layer, before the first tensor of the run, and returns its number: 1, 2, ...

        kind: dense (""), conv, recurrent, attention, embedding, norm, other.
        activation: what its output goes through, a name of `initscope list activations`.
        inputs: the layers that it is given, by number or name; 0 is the network's input. None: the
        layer before.
        """
        if self.done:
            return self.layers.setdefault(name, len(self.layers) + 1)
        given = [] if inputs is None else [self._number(layer) for layer in inputs]
        number = ctypes.c_int()
        layer = _Layer(name=_text(name), kind=_text(kind or None), block=_text(block),
                       activation=_text(activation), units=units, fan_in=fan_in, fan_out=fan_out,
                       inputs=(ctypes.c_int * len(given))(*given) if given else None,
                       input_count=len(given), parameters=parameters,
                       flags=0 if trainable else _FROZEN)
        _call("layer_add", self._handle, ctypes.byref(layer), ctypes.byref(number))
        self.layers[name] = number.value
        return number.value

    def at(self, time: int, updates: int = 0, train_loss=None, train_score=None, test_loss=None,
           test_score=None, gradient_norm=None, record: str = "symmetry,histograms") -> None:
        """Tensors that follow are of this epoch or step, 0 before anything was updated.

        updates: of the optimizer so far. What is not known is None; the norm of the gradient is
        then that of the gradients given. record: what is wanted besides moments, of symmetry,
        histograms, spectrum (of weights with at most 2048 singular values), every_spectrum (of
        larger ones too) and no_update (spares a copy of the weights).
        """
        if self.done:
            self._say_done()
            return
        flags = 0
        for word in filter(None, (part.strip() for part in record.split(","))):
            flags |= list(_RECORD.values())[_place(word, _RECORD, "record")]
        moment = _Moment(time=time, updates=updates, train_loss=_number(train_loss),
                         train_score=_number(train_score), test_loss=_number(test_loss),
                         test_score=_number(test_score), gradient_norm=_number(gradient_norm),
                         record=flags)
        _call("at", self._handle, ctypes.byref(moment))

    def tensor(self, layer, role: str, array, unit_axis: int = -1) -> None:
        """Hands over a tensor of a layer, by number or name ("input" is the network's, 0).

        role: weight (a unit's slice is what comes in to it), bias, preactivation (what the layer
        puts out on the probe batch), activation (the same after the activation function), delta
        (d loss_i / d preactivation of each sample's own loss), gradient (d mean loss / d weight),
        update (by those who do not give the weight at every moment), input (what the layer is
        given, where that is not the activation of the one layer in its inputs), stream (the sum at
        the end of a residual block whose last layer this is).
        unit_axis: the axis that counts units: 0 of a PyTorch weight, 1 of (N, C, H, W), -1 of
        (N, T, C) and of a Keras kernel.
        """
        if self.done:
            return
        struct, keep = _array(array, unit_axis)
        _call("tensor", self._handle, self._number(layer), _place(role, _ROLES, "role"),
              ctypes.byref(struct))
        del keep

    def end(self, outcome: str = "completed") -> None:
        """Adds the run to the log, as a whole. outcome: completed, diverged (numbers that are not
        finite), interrupted (replaced by the next run of the same factors), discard (no trace)."""
        place = _place(outcome, _OUTCOMES, "outcome")
        handle, self._handle = self._handle, ctypes.c_void_p()
        if handle:
            self._log._runs.remove(self)
            _call("end", handle, place)

    def _number(self, layer) -> int:
        if not isinstance(layer, str):
            return int(layer)
        if layer not in self.layers and layer != "input":
            raise ValueError(f"no layer was declared as {layer!r}")
        return self.layers.get(layer, 0)

    def _say_done(self) -> None:
        if not self._warned:
            self._warned = True
            _warn(f"{self._log.directory} has the run {self._called} already: nothing is recorded; "
                  "ask `done` before training, or give a factor that differs")

    def __enter__(self) -> Run:
        return self

    def __exit__(self, kind, *_) -> None:
        self.end("completed" if kind is None else "interrupted")


# --- PyTorch: which modules are layers ------------------------------------------------------------

class _Part(NamedTuple):
    """A numbered layer of a module: a matrix, or a slice of a packed one."""
    suffix: str                       # of its name, after the module's path
    weight: str                       # the module's attribute
    biases: Tuple[str, ...]           # attributes, which act as their sum
    rows: slice = slice(None)         # of the weight
    bias_rows: slice = slice(None)
    reads: Tuple[str, ...] = ()       # of a recurrent kernel: the suffixes of the gates it is given


def _whole(module) -> List[_Part]:
    return [_Part("", "weight", ("bias",))]


# The gates of a recurrent layer in PyTorch's order, with their functions.
_GATES = {"LSTM": (("i", "sigmoid"), ("f", "sigmoid"), ("g", "tanh"), ("o", "sigmoid")),
          "GRU": (("r", "sigmoid"), ("z", "sigmoid"), ("n", "tanh")),
          "RNN_TANH": (("i", "tanh"),), "RNN_RELU": (("i", "relu"),)}


def _mode(module) -> str:
    if hasattr(module, "mode"):
        return module.mode
    name = next(c.__name__ for c in type(module).__mro__ if c.__name__ in
                ("LSTMCell", "GRUCell", "RNNCell"))[:-4]
    return name if name in _GATES else "RNN_" + module.nonlinearity.upper()


def _directions(module) -> List[Tuple[str, str]]:
    """(prefix of suffixes, end of PyTorch's names) of each layer and direction of the module."""
    if not hasattr(module, "num_layers"):
        return [("", "")]
    ends = [f"_l{k}{way}" for k in range(module.num_layers)
            for way in ("", "_reverse")[:1 + module.bidirectional]]
    return [("" if len(ends) == 1 else "." + end[1:], end) for end in ends]


def _recurrent(module) -> List[_Part]:
    mode, parts = _mode(module), []
    for prefix, end in _directions(module):
        gates = [prefix + "." + gate for gate, _ in _GATES[mode]]
        apart = mode == "GRU"  # its recurrent kernel's bias stands inside the reset gate
        inward, back = "bias_ih" + end, "bias_hh" + end
        for kernel, reads, biases in (("weight_ih", (), (inward,) if apart else (inward, back)),
                                      ("weight_hh", tuple(gates), (back,) if apart else ())):
            for number, gate in enumerate(gates):
                name = gate[:len(prefix) + 1] + ("r" if reads else "") + gate[len(prefix) + 1:]
                rows = slice(number * module.hidden_size, (number + 1) * module.hidden_size)
                parts.append(_Part(name, kernel + end, biases, rows, rows, reads))
        if getattr(module, "proj_size", 0):
            parts.append(_Part(prefix + ".p", "weight_hr" + end, (), reads=tuple(gates)))
    return parts


def _attention(module) -> List[_Part]:
    width, parts = module.embed_dim, []
    for number, letter in enumerate("qkv"):
        rows = slice(number * width, (number + 1) * width)
        packed = module.in_proj_weight is not None
        weight = "in_proj_weight" if packed else letter + "_proj_weight"
        parts.append(_Part("." + letter, weight, ("in_proj_bias",),
                           rows if packed else slice(None), rows))
    return parts + [_Part(".o", "out_proj.weight", ("out_proj.bias",))]


def _units_first(weight, module):
    return weight


def _units_second(weight, module):
    return weight.transpose(0, 1)


def _transposed(weight, module):
    """(in, out/groups, ...) as (out, in/groups, ...)."""
    groups, rest = module.groups, weight.shape[1:]
    apart = weight.reshape(groups, weight.shape[0] // groups, *rest).transpose(1, 2)
    return apart.reshape(groups * rest[0], weight.shape[0] // groups, *rest[1:])


def _one(weight, module):
    return 1, 1


def _lookup(weight, module):
    return 1, weight.shape[0]


def _matrix(weight, module):
    """fan_in, fan_out of (units, inputs, field...)."""
    field = weight[0, 0].numel()
    return weight.shape[1] * field, weight.shape[0] * field // getattr(module, "groups", 1)


class _Kind(NamedTuple):
    """A row: what of a class of modules is recorded, and how it lies."""
    kind: str                         # as network.csv has it
    axis: int                         # of what it is given and puts out, that counts units
    lay: Callable                     # (weight, module): the weight, units on axis 0
    fans: Callable                    # (laid weight, module): fan_in, fan_out
    parts: Callable = _whole          # (module): its numbered layers
    run: str = "whole"                # the method of _Pass that runs it


# By the name of the class or of one that it is made of, the nearest.
_KINDS = {
    "Linear":             _Kind("dense", -1, _units_first, _matrix),
    "Bilinear":           _Kind("other", -1, _units_first, _matrix),
    "Conv1D":             _Kind("dense", -1, _units_second, _matrix),  # of GPT-2
    "_ConvNd":            _Kind("conv", 1, _units_first, _matrix),
    "_ConvTransposeNd":   _Kind("conv", 1, _transposed, _matrix),
    "Embedding":          _Kind("embedding", -1, _units_second, _lookup),
    "EmbeddingBag":       _Kind("embedding", -1, _units_second, _lookup),
    "RNNBase":            _Kind("recurrent", -1, _units_first, _matrix, _recurrent, "recurrent"),
    "RNNCellBase":        _Kind("recurrent", -1, _units_first, _matrix, _recurrent, "cell"),
    "MultiheadAttention": _Kind("attention", -1, _units_first, _matrix, _attention, "attention"),
    "_NormBase":          _Kind("norm", 1, _units_first, _one),
    "GroupNorm":          _Kind("norm", 1, _units_first, _one),
    "LayerNorm":          _Kind("norm", -1, _units_first, _one),
}
_OTHER = _Kind("other", -1, _units_first, _matrix)


def _kind_of(module) -> Optional[_Kind]:
    """None: no layer. A leaf that the table does not know is one when its weight is a matrix."""
    if any(ancestor.__name__ == "ScriptModule" for ancestor in type(module).__mro__):
        return None  # torch.jit runs it, and shows nothing
    for ancestor in type(module).__mro__:
        if ancestor.__name__ in _KINDS:
            return _KINDS[ancestor.__name__]
    if next(module.children(), None) is not None or not hasattr(module, "weight"):
        return None
    if re.search("(RMS|Layer)Norm$", type(module).__name__):
        return _KINDS["LayerNorm"]
    return _OTHER if getattr(module.weight, "ndim", 0) >= 2 else None


def _attribute(module, path: str):
    """The attribute, None where there is none."""
    for name in path.split("."):
        module = getattr(module, name, None)
    return module if hasattr(module, "shape") else None


class _Site(NamedTuple):
    """A numbered layer of a model."""
    name: str
    path: str
    module: Any
    kind: _Kind
    part: _Part

    def slice(self, tensor):
        """Of a tensor like the module's weight, what is this layer's, units on axis 0."""
        return self.kind.lay(tensor, self.module)[self.part.rows]

    def bias(self):
        biases = [_attribute(self.module, name) for name in self.part.biases]
        biases = [bias for bias in biases if bias is not None]
        return sum(biases[1:], biases[0])[self.part.bias_rows] if biases else None


def _sites(model, layers=None) -> Dict[str, Tuple[Any, _Kind, List[_Site]]]:
    """The modules of a model that are layers: path -> module, kind, its numbered layers."""
    found, owned = {}, ()
    for path, module in model.named_modules():
        if owned and path.startswith(owned):
            continue
        kind = _kind_of(module)
        if isinstance(layers, Mapping):
            for pattern, own in layers.items():
                if fnmatch.fnmatchcase(path, pattern):
                    kind = _own_kind(own, kind or _OTHER)
        elif kind is not None and layers is not None:
            patterns = [layers] if isinstance(layers, str) else layers
            if not any(fnmatch.fnmatchcase(path, pattern) for pattern in patterns):
                kind = None
        if kind is None:
            continue
        if kind.run == "attention":
            owned += (path + "." if path else "out_proj",)
        name = path or type(module).__name__
        parts = [part for part in kind.parts(module) if _attribute(module, part.weight) is not None]
        found[path] = (module, kind, [_Site(name + part.suffix, path, module, kind, part)
                                      for part in parts])
    return found


def _own_kind(own: Mapping[str, Any], kind: _Kind) -> _Kind:
    """The row that a user gives for his own module: kind, unit_axis of weight, output_axis."""
    unknown = set(own) - {"kind", "unit_axis", "output_axis"}
    if unknown:
        raise ValueError(f"layers: a module has kind, unit_axis, output_axis "
                         f"(got {', '.join(sorted(unknown))})")
    axis = own.get("unit_axis", 0)
    return kind._replace(kind=own.get("kind", kind.kind), axis=own.get("output_axis", kind.axis),
                         lay=lambda weight, module: weight.movedim(axis, 0)
                         if "unit_axis" in own else kind.lay(weight, module))


# --- PyTorch: the probe pass ----------------------------------------------------------------------

@contextlib.contextmanager
def _undisturbed(model) -> Iterator[None]:
    """Dropout off; then modes, buffers and random generators as they were.

    Normalisation over the batch goes by the batch's own statistics, as in training: with its moving
    averages, of which nothing is known yet at the start, it would be the identity. Where its weight
    is frozen they are what is trained with.
    """
    import torch
    batch_norm, of_ranks = torch.nn.modules.batchnorm._BatchNorm, torch.nn.SyncBatchNorm
    modes = [(module, module.training) for module in model.modules()]
    buffers = [(module, name, buffer, buffer.clone()) for module in model.modules()
               for name, buffer in module._buffers.items() if buffer is not None]
    states = random.getstate(), np.random.get_state()
    cuda = range(torch.cuda.device_count()) if torch.cuda.is_initialized() else ()
    with torch.random.fork_rng(cuda), torch.inference_mode(False):
        try:
            for module, _ in modes:
                module.training = isinstance(module, batch_norm) and (
                    module.weight is None or module.weight.requires_grad)
                if module.training and isinstance(module, of_ranks):  # it would wait for the others
                    module.training = False
                    module._buffers.update(running_mean=None, running_var=None)
            yield
        finally:
            for module, training in modes:
                module.training = training
            with torch.no_grad():
                for module, name, buffer, before in buffers:
                    module._buffers[name] = buffer
                    buffer.copy_(before)
            random.setstate(states[0])
            np.random.set_state(states[1])


@contextlib.contextmanager
def _not_checkpointed() -> Iterator[None]:
    """What a reentrant checkpoint computes again in the backward pass is computed once: gradients
    of single tensors, which are wanted here, it does not know."""
    import torch.utils.checkpoint
    kind = torch.utils.checkpoint.CheckpointFunction
    kind.apply = staticmethod(lambda function, preserve, *args: function(*args))
    try:
        yield
    finally:
        del kind.apply


class _Shown(NamedTuple):
    """What layers put out at a call: several when they are gates of one matrix."""
    names: Tuple[str, ...]
    tensor: Any                       # whose gradient is delta
    values: Any                       # the preactivations, side by side on the unit axis
    functions: Tuple[str, ...]        # of gates, whose activation is known


class _Reading(NamedTuple):
    """What a layer is given, as the graph tells it."""
    made_of: frozenset                # indices of shown, without passing through another
    function: Optional[str]           # that the only one of them, or the sum, went through
    exact: bool                       # it is that function of the only one of them
    summed: bool                      # it is the sum of several


def _slope(name, parameter, value, usual):
    return name if value == usual else f"{name}({parameter}={value:g})"


def _elu(node, F):
    return node._saved_scale * F.elu(node._saved_self, node._saved_alpha)


# Nodes of the graph that are activation functions: the program's name, and the value where the node
# did not save it ("" when the name depends on more: not known).
_FUNCTIONS = {
    "Relu": (lambda n: "relu", None),
    "Tanh": (lambda n: "tanh", None),
    "Sigmoid": (lambda n: "sigmoid", None),
    "Gelu": (lambda n: "gelu_tanh" if n._saved_approximate == "tanh" else "gelu",
             lambda n, F: F.gelu(n._saved_self, approximate=n._saved_approximate)),
    "Silu": (lambda n: "silu", lambda n, F: F.silu(n._saved_self)),
    "Mish": (lambda n: "mish", lambda n, F: F.mish(n._saved_self)),
    "Elu": (lambda n: "selu" if n._saved_scale != 1 else _slope("elu", "alpha", n._saved_alpha, 1),
            _elu),
    "Celu": (lambda n: _slope("celu", "alpha", n._saved_alpha, 1),
             lambda n, F: F.celu(n._saved_self, n._saved_alpha)),
    "LeakyRelu": (lambda n: _slope("leaky_relu", "slope", n._saved_negative_slope, 0.01),
                  lambda n, F: F.leaky_relu(n._saved_self, n._saved_negative_slope)),
    "Softplus": (lambda n: "softplus" if n._saved_beta == 1 else "",
                 lambda n, F: F.softplus(n._saved_self, n._saved_beta, n._saved_threshold)),
    "Hardtanh": (lambda n: {(0, 6): "relu6", (-1, 1): "hard_tanh"}.get(
                     (n._saved_min_val, n._saved_max_val), ""),
                 lambda n, F: F.hardtanh(n._saved_self, n._saved_min_val, n._saved_max_val)),
    "Hardsigmoid": (lambda n: "hard_sigmoid", lambda n, F: F.hardsigmoid(n._saved_self)),
    "Erf": (lambda n: "erf", lambda n, F: n._saved_self.erf()),
    "Sin": (lambda n: "sin", lambda n, F: n._saved_self.sin()),
    "Atan": (lambda n: "atan", lambda n, F: n._saved_self.atan()),
}
# Nodes that only turn a tensor about; called, they turn it back.
_RESHAPES = {"View", "UnsafeView", "ReshapeAlias", "Permute", "Transpose", "T", "Squeeze",
             "Unsqueeze", "Clone", "ToCopy", "Alias"}
# Nodes whose result has another unit in each place.
_PRODUCTS = {"Mm", "Addmm", "Bmm", "Baddbmm", "Mv", "Addmv", "Linear", "Convolution", "Softmax",
             "Embedding"}
_SUMS = {"Add", "Sub"}
_SCALES = {"Mul", "Div", "Add", "Sub"}


class _Pass:
    """One forward pass, with the graph that leads to the loss, and then its gradients.

    Each layer's forward is replaced for the time of the pass, which unlike a hook sees keyword
    arguments. What it puts out is passed on as a copy: whatever works in place on that leaves ours
    as it is, and the copy's node in the graph tells later whose output this was.
    """

    def __init__(self, sites, norms: bool):
        self.sites, self.norms = sites, norms
        self.order: List[str] = []                 # paths, as they are first called
        self.shown: List[_Shown] = []
        self.tags: Dict[Any, int] = {}             # node of the graph -> index of shown
        self.norm_inputs: Dict[Any, Any] = {}      # node after a norm -> node before it
        self.active: Dict[int, Tuple[Optional[str], Any]] = {}  # index: activation, its function
        self.given: Dict[str, List[Any]] = {}      # to a layer, one a call
        self.norm_given: List[Tuple[Any, int]] = []
        self.weights: Dict[Tuple[str, str], List[Any]] = {}  # as used: of a path, an attribute
        self._sources: Dict[Any, frozenset] = {}
        self._explored: set = set()

    def run(self, loss: Callable):
        """Calls loss() and keeps what passes by."""
        import torch
        from torch.nn.utils import parametrize
        replaced = []
        try:
            for path, (module, kind, sites) in self.sites.items():
                replaced.append((module, module.__dict__.get("forward")))
                module.forward = self._seen(path, module, kind, sites)
            with torch.enable_grad(), parametrize.cached(), _not_checkpointed():
                self.loss = loss()
        finally:
            for module, forward in replaced:
                if forward is None:
                    module.__dict__.pop("forward", None)
                else:
                    module.forward = forward

    def _seen(self, path, module, kind, sites):
        forward = module.forward

        def seen(*args, **kwargs):
            if kind.kind == "norm" and not self.norms:
                return self._unnumbered(kind, forward, args, kwargs)
            if path not in self.order:
                self.order.append(path)
            for site in sites:
                used = self.weights.setdefault((path, site.part.weight), [])
                weight = _attribute(module, site.part.weight)
                if not any(weight is other for other in used):
                    used.append(weight)
            if kind.run == "whole":
                return self._whole(module, sites, forward, args, kwargs)
            return self._opened(module, kind, sites, forward, args, kwargs)
        return seen

    def _opened(self, module, kind, sites, forward, args, kwargs):
        """Computed once more, by steps that can be seen; where that is not what it computes by
        itself, its weights alone are recorded."""
        import torch
        with torch.backends.cudnn.flags(enabled=False):  # it has no gradients outside of training
            expected = forward(*args, **kwargs)
        begun = len(self.shown)
        if type(module).forward.__module__.startswith("torch.nn."):
            # A checkpoint around the module counts what is kept for the backward pass.
            with torch.autograd.graph.saved_tensors_hooks(lambda kept: kept, lambda kept: kept):
                output = getattr(self, "_" + kind.run)(module, sites, args, kwargs)
            if output is not None and _close(_first_tensor(output), _first_tensor(expected)):
                return output
        del self.shown[begun:]
        self.given.update((site.name, []) for site in sites)
        return expected

    def show(self, names, output, values=None, functions=()):
        """Takes note of an output; returns what is to be passed on in its place."""
        if not output.is_floating_point():
            return output
        if not output.requires_grad:
            output.requires_grad_()
        passed = output.clone()
        for node in (passed.grad_fn, output.grad_fn):
            if node is not None:
                self.tags[node] = len(self.shown)
        values = output if values is None else values
        self.shown.append(_Shown(tuple(names), output, values, tuple(functions)))
        return passed

    def give(self, site, tensor):
        self.given.setdefault(site.name, []).append(tensor)

    # How modules are run: one method a word of the column `run`.

    def _unnumbered(self, kind, forward, args, kwargs):
        output = forward(*args, **kwargs)
        x = _first_tensor((args, kwargs))
        if x is not None and _is_tensor(output) and output.grad_fn is not None:
            self.norm_inputs[output.grad_fn] = x.grad_fn
            self.norm_given.append((x, kind.axis))
        return output

    def _whole(self, module, sites, forward, args, kwargs):
        output = forward(*args, **kwargs)
        tensor = _first_tensor(output)
        for site in sites:
            x = _first_tensor((args, kwargs))
            if x is not None and tensor is not None:
                self.give(site, x)
                passed = self.show([site.name], tensor)
                output = passed if tensor is output else output
        return output

    def _attention(self, module, sites, args, kwargs):
        """As PyTorch computes it, with q, k, v and what they are mixed to as tensors of their own.
        """
        import torch
        from torch.nn import functional as F
        call = inspect.signature(type(module).forward).bind(module, *args, **kwargs)
        call.apply_defaults()
        given = call.arguments
        inputs = [given["query"], given["key"], given["value"]]
        if any(getattr(x, "is_nested", False) for x in inputs):
            return None
        turned = module.batch_first and inputs[0].dim() == 3
        projected = []
        for site, x in zip(sites, inputs):
            self.give(site, x)
            weight = _attribute(module, site.part.weight)
            z = F.linear(x, weight[site.part.rows], site.bias())
            z = self.show([site.name], z)
            projected.append(z.transpose(0, 1) if turned else z)
        one = torch.eye(module.embed_dim).to(projected[0])
        mixed, shares = F.multi_head_attention_forward(
            *projected, module.embed_dim, module.num_heads, None, None, module.bias_k,
            module.bias_v, module.add_zero_attn, 0.0, one, None, training=False,
            key_padding_mask=given["key_padding_mask"], need_weights=given["need_weights"],
            attn_mask=given["attn_mask"], use_separate_proj_weight=True, q_proj_weight=one,
            k_proj_weight=one, v_proj_weight=one,
            average_attn_weights=given.get("average_attn_weights", True))
        mixed = mixed.transpose(0, 1) if turned else mixed
        output = F.linear(mixed, module.out_proj.weight, module.out_proj.bias)
        self.give(sites[-1], mixed)
        return self.show([sites[-1].name], output), shares

    def _recurrent(self, module, sites, args, kwargs):
        """Step by step, by the equations of PyTorch's documentation."""
        import torch
        x, states = _sequence(args, kwargs)
        if not _is_tensor(x):
            return None
        batched = x.dim() == 3
        h = x.unsqueeze(1) if not batched else x.transpose(0, 1) if module.batch_first else x
        states = [state if batched else state.unsqueeze(1) for state in states]
        last, ways = [], 1 + module.bidirectional
        for number, (_, end) in enumerate(_directions(module)):
            if number % ways == 0:
                given, outputs = h, []
            gates = [site for site in sites if site.part.weight == "weight_ih" + end]
            output, state = self._steps(module, gates, end, given, [s[number] for s in states],
                                        number % ways == 1)
            outputs.append(output)
            last.append(state)
            h = torch.cat(outputs, -1)
        h = h.squeeze(1) if not batched else h.transpose(0, 1) if module.batch_first else h
        last = [torch.stack(state) if batched else torch.stack(state).squeeze(1)
                for state in zip(*last)]
        return h, tuple(last) if len(last) > 1 else last[0]

    def _cell(self, module, sites, args, kwargs):
        x, states = _sequence(args, kwargs)
        batched = x.dim() == 2
        states = [state if batched else state.unsqueeze(0) for state in states]
        gates = [site for site in sites if site.part.weight == "weight_ih"]
        given = x.unsqueeze(0) if batched else x[None, None]
        _, last = self._steps(module, gates, "", given, states, False)
        last = tuple(last if batched else (state.squeeze(0) for state in last))
        return last if len(last) > 1 else last[0]

    def _steps(self, module, gates, end, x, state, backwards):
        """One direction of one layer over x (steps, rows, features): outputs and the last state.
        Delta of the gates is that of the part that comes from x, to which the rest is added."""
        import torch
        from torch.nn import functional as F
        mode = _mode(module)
        w_in, w_back, b_in, b_back, w_out = (_attribute(module, name + end) for name in (
            "weight_ih", "weight_hh", "bias_ih", "bias_hh", "weight_hr"))
        inward = F.linear(x, w_in, b_in)
        for site in gates:
            self.give(site, x)
        values = torch.empty_like(inward)
        functions = [function for _, function in _GATES[mode]]
        passed = self.show([site.name for site in gates], inward, values, functions)
        if not state:
            width = module.hidden_size if w_out is None else w_out.shape[0]
            state = [x.new_zeros(x.shape[1], width)]
            state += [x.new_zeros(x.shape[1], module.hidden_size)] if mode == "LSTM" else []
        outputs = [None] * len(x)
        for t in reversed(range(len(x))) if backwards else range(len(x)):
            z, state = _step(mode, passed[t], F.linear(state[0], w_back, b_back), state, w_out)
            values[t] = z.detach()
            outputs[t] = state[0]
        return torch.stack(outputs), state

    # The graph.

    def sources(self, node) -> frozenset:
        """Indices of shown that a node is made of, without passing through another."""
        todo = [node]
        while todo:
            node = todo[-1]
            if node in self._sources:
                todo.pop()
            elif node in self.tags:
                self._sources[node] = frozenset([self.tags[node]])
            else:
                parents = [p for p, _ in node.next_functions if p is not None]
                missing = [p for p in parents if p not in self._sources]
                todo += missing
                if not missing:
                    self._sources[node] = frozenset().union(*map(self._sources.get, parents))
        return self._sources[node]

    def read(self, x, by_norm=False) -> _Reading:
        """From what a layer or a norm is given back to what it is made of. On the way it is noted
        in `active` what outputs went through, that of the function nearest to each."""
        made_of = frozenset() if x.grad_fn is None else self.sources(x.grad_fn)
        function, exact, summed, ways = self._back(x.grad_fn, x.detach(), not by_norm)
        while ways:
            node = ways.pop()
            if node not in self._explored:
                self._explored.add(node)
                ways += self._back(node, None, False)[3]
        return _Reading(made_of, function, exact and len(made_of) == 1, summed)

    def _back(self, node, value, exact):
        """Along the graph as far as one thing is made of one other. value: at this node, where it
        is known; exact: it is what a layer is given. Returns function, exact, whether a sum was
        met, and where several ways go on."""
        function, normed, summed = None, False, False
        while node is not None and node not in self.tags:
            name = re.sub(r"Backward\d*$", "", node.name())
            if name in _FUNCTIONS:
                exact = exact and function is None
                function, value = _function(*_FUNCTIONS[name], node)
            if node in self.norm_inputs:
                exact, normed = exact and function is not None, True
                value = None if function is None else value
                node = self.norm_inputs[node]
                continue
            parents = [p for p, _ in node.next_functions if p is not None]
            ways = [p for p in parents if self.sources(p)]
            if len(ways) > 1:
                made_of = self.sources(node)
                if len(made_of) == 1 and function is None:  # a function written out
                    self._note(next(iter(made_of)), "", value)
                    return "", exact, summed, []
                summed = summed or name in _SUMS and not normed and len(made_of) > 1
                return function, False, summed, ways if len(made_of) > 1 else []
            if name in _PRODUCTS:
                return None, False, summed, []
            if name in _RESHAPES:
                value = None if value is None else _turned_back(node, value)
            elif name not in _FUNCTIONS and function is None:
                value, exact = None, False
            elif name not in _FUNCTIONS and name not in _SCALES:
                value = None
            if name in _SUMS and not normed and function is None:
                summed = summed or any(map(_is_table, set(parents) - set(ways)))
            node = ways[0] if ways else None
        if node is not None and (exact or function is not None):
            self._note(self.tags[node], function, value)
        return function, exact, summed, []

    def _note(self, index, function, value):
        shown = self.shown[index]
        if value is not None and value.shape == shown.values.shape and not shown.functions:
            if self.active.get(index, (None,))[0] is None:
                self.active[index] = function, value


def _turned_back(node, value):
    try:
        return node(value)
    except RuntimeError:  # a value of another shape: it is not this one that was turned
        return None


def _is_table(node) -> bool:
    """Whether a node is a learned table, as that of positions, and no mere vector."""
    while node.next_functions and node.next_functions[0][0] is not None:
        node = node.next_functions[0][0]
    return getattr(node, "variable", None) is not None and node.variable.dim() >= 2


def _function(name, compute, node):
    """Name and value of the activation function that a node is."""
    import torch
    try:
        with torch.no_grad():
            saved = getattr(node, "_saved_result", None)
            value = compute(node, torch.nn.functional) if saved is None else saved.detach()
    except (AttributeError, RuntimeError):  # another version of PyTorch; overwritten in place
        value = None
    return name(node), value


def _sequence(args, kwargs):
    """What a recurrent module is called with: the input, and the states, none where none are."""
    x, state = (*args, *kwargs.values(), None)[:2] if args else (kwargs["input"], kwargs.get("hx"))
    return x, state if isinstance(state, tuple) else () if state is None else (state,)


def _step(mode, inward, back, state, w_out):
    """Preactivations of the gates, and the next state, of (rows, gates x units)."""
    import torch
    if mode == "LSTM":
        z = inward + back
        i, f, g, o = z.chunk(4, -1)
        c = f.sigmoid() * state[1] + i.sigmoid() * g.tanh()
        h = o.sigmoid() * c.tanh()
        return z, [h if w_out is None else torch.nn.functional.linear(h, w_out), c]
    if mode == "GRU":
        (r, u, n), (r_back, u_back, n_back) = inward.chunk(3, -1), back.chunk(3, -1)
        r, u = r + r_back, u + u_back
        n = n + r.sigmoid() * n_back
        keep = u.sigmoid()
        return torch.cat([r, u, n], -1), [(1 - keep) * n.tanh() + keep * state[0]]
    z = inward + back
    return z, [z.tanh() if mode == "RNN_TANH" else z.relu()]


def _is_tensor(x) -> bool:
    import torch
    return isinstance(x, torch.Tensor)


def _first_tensor(x):
    """The first tensor in tuples, lists and mappings."""
    if _is_tensor(x):
        return x
    inside = x.values() if isinstance(x, Mapping) else x if isinstance(x, (tuple, list)) else ()
    return next((t for t in map(_first_tensor, inside) if t is not None), None)


def _close(one, two) -> bool:
    """Whether they are the same but for rounding, in the coarser of their types."""
    import torch
    if one.shape != two.shape or not one.numel():
        return False
    tolerance = max(1e-3, *(8 * torch.finfo(tensor.dtype).eps for tensor in (one, two)))
    one, two = one.detach().float(), two.detach().float()
    return float((one - two).abs().max()) <= tolerance * float(two.abs().max())


# --- PyTorch: watch -------------------------------------------------------------------------------

# Losses by the node of the graph nearest to the value, as the note `loss` has them.
_LOSSES = {"NllLoss": "cross_entropy", "NllLoss2D": "cross_entropy", "MseLoss": "mse",
           "BinaryCrossEntropy": "binary_cross_entropy",
           "BinaryCrossEntropyWithLogits": "binary_cross_entropy", "SmoothL1Loss": "smooth_l1",
           "HuberLoss": "huber", "L1Loss": "l1"}


def watch(model, log, probe, loss=None, *, initializer: str = "default", seed: int = 0,
          every: int = 1, symmetry: bool = True, histograms: str = "ends", spectrum: str = "ends",
          norms: bool = False, layers=None, reduction: str = "auto",
          activation: Optional[str] = None, time: str = "epoch", score: Optional[str] = None,
          **factors) -> Watch:
    """Begins a run of a PyTorch model and records it as it is, before anything was updated.

    log: a directory or a Log. probe: (inputs, targets), the same few hundred rows at every moment,
    with loss(model(inputs), targets); or a function without arguments that returns the loss, as
    `lambda: model(**batch).loss`. initializer, seed, factors: see Log.run.
    every: of the times that record() is told of, which are recorded. symmetry: whether units are
    compared; histograms, spectrum: "ends" (the first and the last moment), "all", "none".
    norms: whether normalisation counts as a layer. layers: which modules to record, names or
    patterns ("encoder.*"); or a mapping from these to a dict of kind, unit_axis and output_axis,
    for modules of your own with an attribute `weight`: unit_axis of the weight, output_axis of
    what it puts out, count units.
    reduction: "mean" or "sum" of the loss over the rows of the batch. "auto" asks the loss, or
    tries with the batch twice; a function is taken to return a mean.
    activation: of the hidden layers; those that the graph tells are named by themselves.
    time: "epoch" or "step". score: what train_score and test_score are, "accuracy".

    What is looked at is one forward and backward pass over the probe, in which dropout is off and
    batch normalisation uses the batch's own statistics. Modes, buffers, random generators and .grad
    are as before afterwards, so training is the same to the last bit; between the passes nothing is
    left in the model, which can be saved, copied and compiled. Of a model in DataParallel,
    DistributedDataParallel or torch.compile the one inside is watched, by rank 0 alone; let the
    function of a probe call that one, model.module.

    Layers are the modules with matrices, numbered as they are first run: dense, convolutions,
    embeddings, each gate of LSTM, GRU and RNN (lstm.i, lstm.f, ...; recurrent kernels lstm.ri,
    ...), and q, k, v, o of MultiheadAttention. Parameters that a model multiplies by itself are not
    seen.
    """
    return Watch(model, log, probe, loss, initializer=initializer, seed=seed, every=every,
                 symmetry=symmetry, histograms=histograms, spectrum=spectrum, norms=norms,
                 layers=layers, reduction=reduction, activation=activation, time=time, score=score,
                 **factors)


class Watch:
    """A PyTorch model that is recorded; made by initscope.watch, which see. A context manager: an
    exception ends the run as "interrupted".

    done: the log had this run already; then nothing is recorded.
    seconds: spent recording.
    """

    def __init__(self, model, log, probe, loss, *, initializer, seed, every, symmetry, histograms,
                 spectrum, norms, layers, reduction, activation, time, score, **factors):
        import torch
        self.seconds, self.updates, self.done = 0.0, 0, False
        self._begun, self._time, self._every = clock.perf_counter(), time, every
        self._run = self._own_log = self._skipped = self._mean = None
        self._diverged = self._warned = False
        _place(time, ("epoch", "step"), "time")
        _place(reduction, ("auto", "mean", "sum"), "reduction")
        self._wanted = {"symmetry": "all" if symmetry else "none", "histograms": histograms,
                        "spectrum": spectrum}
        for word, when in self._wanted.items():
            _place(when, ("ends", "all", "none"), word)
        distributed = torch.distributed
        if distributed.is_available() and distributed.is_initialized() and distributed.get_rank():
            return
        self._model, self._norms, self._reduction = _unwrapped(model), norms, reduction
        self._activation, self._probe, self._loss = activation, probe, loss
        if not callable(probe) and loss is None:
            raise ValueError("watch: give loss=, or as probe a function that returns the loss")
        self._sites = _sites(self._model, layers)
        self._recorded: List[_Site] = []
        if not isinstance(log, Log):
            log = self._own_log = Log(log)
        if activation is not None:
            factors["activation"] = activation
        self._run = log.run(initializer, seed, **factors)
        self.done = self._run.done
        if self.done:
            return
        try:
            log.note("framework", "PyTorch " + torch.__version__)
            log.note("time", time)
            if score is not None:
                log.note("score", score)
            self._log = log
            self.record(0)
        except BaseException:
            self._end("discard")
            raise

    def record(self, time: int, updates: Optional[int] = None, train_loss=None, train_score=None,
               test_loss=None, test_score=None, last: bool = False) -> None:
        """Records the model as it is after this epoch or step; of those, one in `every`.

        updates: of the optimizer so far (default: the calls of step()). A train_loss that is not
        given is that of the probe. last: this is the end of the training, where what is wanted at
        the ends is recorded, whatever `every` says.
        """
        if self._run is None:
            return
        if self.done:
            self._run._say_done()
            return
        moment = dict(time=time, updates=self.updates if updates is None else updates,
                      train_loss=train_loss, train_score=train_score, test_loss=test_loss,
                      test_score=test_score)
        self._skipped = None
        if time % self._every and not last:
            self._skipped = moment
            return
        start = clock.perf_counter()
        with _undisturbed(self._model):
            self._record(moment, time == 0 or last)
        self.seconds += clock.perf_counter() - start

    def step(self, **results) -> None:
        """Counts an update of the optimizer; with time="step" it is recorded when due. results: as
        of record()."""
        self.updates += 1
        if self._time == "step":
            self.record(self.updates, **results)

    def close(self, outcome: Optional[str] = None) -> None:
        """Ends the run, as diverged when its last numbers are not finite. A last moment that
        `every` left out is recorded first."""
        if self._skipped is not None and outcome is None:
            self.record(last=True, **self._skipped)
        self._skipped = None
        spent = clock.perf_counter() - self._begun
        if self.seconds > max(1.0, 0.1 * spent):
            _warn(f"watch: recording took {100 * self.seconds / spent:.0f} % of the time "
                  f"({self.seconds:.1f} of {spent:.1f} s): every= records less often; a smaller "
                  "probe, symmetry=False and spectrum=\"none\" are faster", once="slow")
        self._end(outcome or ("diverged" if self._diverged else "completed"))

    def __enter__(self) -> Watch:
        return self

    def __exit__(self, kind, *_) -> None:
        self.close(None if kind is None else "interrupted")

    def _end(self, outcome):
        if self._run is not None:
            self._run.end(outcome)
        if self._own_log is not None:
            log, self._own_log = self._own_log, None
            log.close()

    # A moment.

    def _call_loss(self):
        if callable(self._probe):
            return self._probe()
        inputs, targets = self._probe
        return self._loss(self._model(inputs), targets)

    def _record(self, moment, end):
        import torch
        seen = _Pass(self._sites, self._norms)
        seen.run(self._call_loss)
        loss = seen.loss
        if not _is_tensor(loss) or loss.numel() != 1 or not loss.requires_grad:
            raise InitscopeError(_USAGE, "watch: the probe's loss must be one number that "
                                 "depends on parameters with gradients")
        if self._mean is None:
            self._mean = self._reduces() == "mean"
        readings = {name: [seen.read(x) for x in given] for name, given in seen.given.items()}
        if not self._recorded:
            self._declare(seen, readings)
            self._note_loss(seen)
        streams = self._streams(seen, readings)
        delta, gradient, norm = self._gradients(seen)
        if moment["train_loss"] is None:
            moment["train_loss"] = float(loss) / (1 if self._mean else self._rows(seen))
        self._diverged = not (math.isfinite(float(loss)) and math.isfinite(moment["train_loss"]))
        self._run.at(gradient_norm=norm, record=",".join(
            word for word, when in self._wanted.items() if when == "all" or when == "ends" and end),
            **moment)
        axes = {site.name: site.kind.axis for site in self._recorded}
        first, axis = next(((x, axes[name]) for name in readings if name in axes
                            for x, reading in zip(seen.given[name], readings[name])
                            if x.is_floating_point() and not reading.made_of), (None, -1))
        with torch.no_grad():
            if first is not None:
                self._hand(0, "input", [first], axis)
            for site in self._recorded:
                self._hand_weight(site, seen, gradient)
                self._hand_signal(site, seen, readings, delta, first)
                if site.name in streams:
                    self._hand(site.name, "stream", *streams[site.name])

    def _reduces(self) -> str:
        if self._reduction != "auto":
            return self._reduction
        if callable(self._probe):
            return "mean"
        if getattr(self._loss, "reduction", None) in ("mean", "sum"):
            return self._loss.reduction
        import torch
        x, y = self._probe
        if not (_is_tensor(x) and _is_tensor(y)):
            return "mean"
        with torch.no_grad():
            one = float(self._loss(self._model(x), y))
            two = float(self._loss(self._model(torch.cat([x, x])), torch.cat([y, y])))
        return "sum" if abs(two - 2 * one) < abs(two - one) else "mean"

    def _rows(self, seen) -> int:
        given = next((x for xs in seen.given.values() for x in xs), None)
        target = None if callable(self._probe) else _first_tensor(self._probe[1])
        known = target if target is not None and target.dim() else given
        return 1 if known is None else known.shape[0]

    def _declare(self, seen, readings):
        sites = {site.name: site for _, _, parts in self._sites.values() for site in parts}
        modules = dict(self._model.named_modules())
        paths = {site.path for site in sites.values() if site.kind.kind != "norm"}
        for name in [n for path in seen.order for n in (s.name for s in self._sites[path][2])]:
            site = sites[name]
            tensor = seen.weights[site.path, site.part.weight][-1]
            weight, bias = site.slice(tensor), site.bias()
            fan_in, fan_out = site.kind.fans(weight, site.module)
            before = [name[:-len(site.part.suffix)] + gate for gate in site.part.reads] or [
                n for reading in readings.get(name, ()) for i in sorted(reading.made_of)
                for n in seen.shown[i].names]
            inputs = sorted({self._run.layers[n] for n in before if n in self._run.layers}) or [0]
            self._run.layer(
                name, site.kind.kind, units=weight.shape[0], fan_in=fan_in, fan_out=fan_out,
                block=_block(modules, paths, site.path), activation=self._function(seen, name),
                inputs=inputs, trainable=tensor.requires_grad,
                parameters=weight.numel() + (0 if bias is None else self._biases(site)))
            self._recorded.append(site)
        if not self._recorded:
            raise InitscopeError(_USAGE, "watch: the probe called no layer of the model: a "
                                 "compiled one, or a copy of it, is another model")
        never = [path or "the model" for path, (_, kind, parts) in self._sites.items()
                 if path not in seen.order and parts and (kind.kind != "norm" or self._norms)]
        if never:
            more = f" and {len(never) - 8} more" if len(never) > 8 else ""
            _warn(f"watch: never called, so not recorded: {', '.join(never[:8])}{more}")

    def _biases(self, site) -> int:
        return sum(_attribute(site.module, name)[site.part.bias_rows].numel()
                   for name in site.part.biases
                   if _attribute(site.module, name) is not None)

    def _function(self, seen, name) -> Optional[str]:
        for i, shown in enumerate(seen.shown):
            if name in shown.names:
                if shown.functions:
                    return shown.functions[shown.names.index(name)]
                function = seen.active.get(i, (None,))[0]
                return self._activation if function == "" else function
        return None

    def _note_loss(self, seen):
        import torch
        todo, met, name = [seen.loss.grad_fn], set(seen.tags), None
        while todo and name is None:
            node = todo.pop(0)
            if node not in met:
                met.add(node)
                name = _LOSSES.get(re.sub(r"Backward\d*$", "", node.name()))
                todo += [p for p, _ in node.next_functions if p is not None]
        if name is None and isinstance(self._loss, torch.nn.Module):
            name = type(self._loss).__name__
        if name is not None:
            self._log.note("loss", name)
        reached = seen.sources(seen.loss.grad_fn)
        if name == "cross_entropy" and len(reached) == 1:
            shown = seen.shown[next(iter(reached))]
            axis = next(s.kind.axis for s in self._recorded if s.name == shown.names[0])
            self._log.note("classes", shown.values.shape[axis])

    def _streams(self, seen, readings):
        """Of the last layer of each sum, the sum: rather as it is than through a function."""
        axes = {site.name: site.kind.axis for site in self._recorded}
        given = [(x, axes[name], reading) for name in readings if name in axes
                 for x, reading in zip(seen.given[name], readings[name])]
        given += [(x, axis, seen.read(x, by_norm=True)) for x, axis in seen.norm_given]
        streams = {}
        for x, axis, reading in sorted(given, key=lambda one: one[2].function is not None):
            names = {n for i in reading.made_of for n in seen.shown[i].names if n in axes}
            if reading.summed and names:
                last = max(names, key=self._run.layers.get)
                streams.setdefault(last, ([x], axis))
        return streams

    def _gradients(self, seen):
        """delta of each of shown, gradient of each weight by its identity, and the norm over the
        parameters, each counted once."""
        import torch
        outputs = [s.tensor if s.tensor.requires_grad else None for s in seen.shown]
        used = [w for ws in seen.weights.values() for w in ws if w.requires_grad]
        parameters = [p for p in self._model.parameters() if p.requires_grad]
        wanted = [t for t in outputs if t is not None] + used + parameters
        got = iter(torch.autograd.grad(seen.loss, wanted, allow_unused=True))
        delta = [None if t is None else next(got) for t in outputs]
        gradient = {id(w): next(got) for w in used}
        squares = [float(g.detach().double().pow(2).sum() if not g.is_sparse else
                         g.coalesce().values().double().pow(2).sum())
                   for g in got if g is not None]
        silent = sorted({n for s, d in zip(seen.shown, delta) if d is None for n in s.names})
        if silent and not self._warned:
            self._warned = True
            _warn("watch: no gradient reached the outputs of " + ", ".join(silent) +
                  ": the loss does not depend on them")
        return delta, gradient, math.sqrt(sum(squares))

    def _hand(self, layer, role, tensors, axis):
        """Tensors of several calls of a layer are one, with the rows of all."""
        import torch
        if len(tensors) > 1:
            tensors = [torch.cat([t.movedim(axis, -1).flatten(0, -2) for t in tensors])]
            axis = -1
        if tensors[0].numel():  # of no rows there is nothing to say
            self._run.tensor(layer, role, tensors[0], axis if axis < tensors[0].dim() else -1)

    def _hand_weight(self, site, seen, gradient):
        used = seen.weights.get((site.path, site.part.weight)) or [
            _attribute(site.module, site.part.weight)]
        self._run.tensor(site.name, "weight", site.slice(used[-1]), 0)
        bias = site.bias()
        if bias is not None:
            self._run.tensor(site.name, "bias", bias, 0)
        gradients = [g for g in (gradient.get(id(w)) for w in used) if g is not None]
        if gradients:
            whole = sum(gradients[1:], gradients[0])
            whole = whole.to_dense() if whole.is_sparse else whole
            self._run.tensor(site.name, "gradient", site.slice(whole), 0)

    def _hand_signal(self, site, seen, readings, delta, first):
        import torch
        axis, z, activation, deltas = site.kind.axis, [], [], []
        for i, shown in enumerate(seen.shown):
            if site.name not in shown.names:
                continue
            own = functools.partial(_share, place=shown.names.index(site.name),
                                    of=len(shown.names), axis=axis)
            z.append(own(shown.values))
            if shown.functions:
                function = shown.functions[shown.names.index(site.name)]
                activation.append(getattr(torch, function)(z[-1]))
            elif i in seen.active:
                activation.append(seen.active[i][1])
            deltas.append(None if delta[i] is None else own(delta[i]))
        scale = self._rows(seen) if self._mean else 1
        if any(d is not None for d in deltas):
            deltas = [torch.zeros_like(value) if d is None else d * scale
                      for value, d in zip(z, deltas)]
        else:
            deltas = []
        given = [x for x, reading in zip(seen.given.get(site.name, ()), readings.get(site.name, ()))
                 if x.is_floating_point() and x is not first and not self._told(seen, reading)]
        for role, tensors in (("preactivation", z), ("activation", activation), ("delta", deltas),
                              ("input", given)):
            if tensors and (role == "input" or len(tensors) == len(z)):
                self._hand(site.name, role, tensors, axis)

    def _told(self, seen, reading) -> bool:
        """Whether what a layer is given stands as the activation of another."""
        index = next(iter(reading.made_of), None)
        return reading.exact and index in seen.active and \
            seen.active[index][0] == reading.function and \
            seen.shown[index].names[0] in self._run.layers


def _share(tensor, place, of, axis):
    return tensor if of == 1 else tensor.chunk(of, axis)[place]


def _unwrapped(model):
    """The model inside of what runs it on several devices or compiles it."""
    import torch
    parallel = torch.nn.DataParallel, torch.nn.parallel.DistributedDataParallel
    while isinstance(model, parallel) or hasattr(model, "_orig_mod"):
        model = model.module if isinstance(model, parallel) else model._orig_mod
    if isinstance(model, torch.jit.ScriptModule):
        raise InitscopeError(_USAGE, "torch.jit has compiled the model, in which no layer can be "
                             "seen: watch it before it is scripted or traced")
    classes = {c.__name__ for m in model.modules() for c in type(m).__mro__}
    if classes & {"FullyShardedDataParallel", "FSDPModule"}:
        raise InitscopeError(_USAGE, "FSDP keeps pieces of the weights only: watch the model "
                             "before it is sharded, or one that is not")
    lazy = torch.nn.parameter.UninitializedParameter
    if any(isinstance(p, lazy) for p in model.parameters()):
        raise InitscopeError(_USAGE, "parameters of the model have no shape yet (lazy modules): "
                             "run it on one batch first")
    return model


def _block(modules: Mapping[str, Any], paths, path: str) -> Optional[str]:
    """The repeated part of a model that the module at path stands in: the nearest numbered one
    around it that is more than a sequence and has several of the paths of layers."""
    import torch
    while "." in path:
        path = path.rpartition(".")[0]
        if path[-1].isdigit() and not isinstance(modules[path], torch.nn.Sequential) and \
                sum(other.startswith(path + ".") for other in paths) > 1:
            return path
    return None


# --- Without a log --------------------------------------------------------------------------------

def measure(array, unit_axis: int = -1) -> Statistics:
    """The statistics of an array of any framework, as they stand in layers.csv."""
    struct, keep = _array(array, unit_axis)
    result = _Statistics()
    _call("measure", ctypes.byref(struct), ctypes.byref(result))
    del keep
    return Statistics(*(getattr(result, name) for name in Statistics._fields))


class Origin(NamedTuple):
    """Which initializer a weight came from."""
    layer: str           # the name of the weight
    rule: str            # as `initscope run --init` takes it; "" when none fits
    also: Tuple[str, ...]  # others that fit as well
    family: str          # uniform, normal, truncated, orthogonal, sparse, constant, identity; ""
    scale: float         # standard deviation of the law, gain, or the constant
    trained: float       # how far it has moved since, in lengths of what it began as
    p: float             # of the test that the rule drew every element; NaN: not tested
    twins: float         # pairs of equal units
    zeros: float         # units whose weights are all 0
    nonfinite: float     # elements
    kind: str            # dense, conv, recurrent, attention, embedding
    units: float
    fan_in: float
    fan_out: float
    forward_gain: float  # of E[z^2] through the layer; NaN: neither dense nor a convolution
    backward_gain: float
    said: str            # "drawn by he_normal", "began as he_normal, moved about 0.1"


class Vote(NamedTuple):
    """What the weights of a network say together."""
    rule: str            # "" when none voted
    also: Tuple[str, ...]  # rules of the same likelihood
    log_odds: float      # to the next
    certain: bool        # they are above 20
    drawn: int           # weights drawn by the rule; begun as it and moved; neither
    began: int
    other: int
    forward: float       # products of the layers' gains
    backward: float
    symmetric: bool      # some matrix has equal units
    nonfinite: bool
    said: str            # all of it, as lines


class Audit(List[Origin]):
    """Origins, and the vote of the network. As text: what `initscope audit` says."""
    vote: Vote

    def __str__(self) -> str:
        return "".join(f"{origin.layer}: {origin.said}\n" for origin in self) + self.vote.said


def audit(model_or_state_dict, activation: Optional[str] = None, layout: str = "auto") -> Audit:
    """Which initializer each weight came from: of a PyTorch model, or of a mapping from names to
    arrays of any framework, in the order of the network.

    activation: between the layers, for their gains; None: relu. layout: "torch", (out, in, ...),
    "keras", (..., in, out), or "auto", by the names.
    """
    if not isinstance(model_or_state_dict, Mapping):
        model_or_state_dict = _named_weights(_unwrapped(model_or_state_dict))
    handle, vote, found = ctypes.c_void_p(), _Vote(), Audit()
    _call("audit_open", _place(layout, ("auto", "torch", "keras"), "layout"), _text(activation),
          ctypes.byref(handle))
    try:
        for name, array in model_or_state_dict.items():
            if len(getattr(array, "shape", ())) > 0 and math.prod(array.shape) > 0:
                struct, keep = _array(array, 0)
                _call("audit_add", handle, _text(name), ctypes.byref(struct))
                del keep
        _call("audit_end", handle, ctypes.byref(vote))
        for index in range(vote.origins):
            origin = _Origin()
            _call("audit_get", handle, ctypes.c_size_t(index), ctypes.byref(origin))
            found.append(_from_structure(Origin, origin, layer="name", twins="duplicates",
                                         zeros="zero_units"))
        found.vote = _from_structure(Vote, vote)
    finally:
        _call("audit_close", handle)
    return found


def _from_structure(kind, struct, **renamed):
    """A named tuple of the structure's members, texts as str, lists of words as tuples."""
    values = {}
    for name in kind._fields:
        value = getattr(struct, renamed.get(name, name))
        value = value.decode(errors="replace") if isinstance(value, bytes) else value
        values[name] = tuple(value.split()) if name == "also" else value
    return kind(**values)


def _named_weights(model) -> Dict[str, Any]:
    """The state of a model, what the names do not tell turned about: (out, in, ...)."""
    named = {name: tensor for name, tensor in model.state_dict().items()
             if _is_tensor(tensor) and tensor.is_floating_point()}
    for path, (module, kind, _) in _sites(model).items():
        name = f"{path}.weight" if path else "weight"
        if kind.lay in (_transposed, _units_second) and kind.kind != "embedding" and name in named:
            named[name] = kind.lay(named[name], module)
    return named


def check(*directories, fail_on: Optional[str] = None, require: Optional[str] = None) -> List[str]:
    """What `initscope check` finds in logs that it is told to fail on: lines; none: all is well.

    fail_on, require: verdicts, separated by blanks (initscope check --help). For a test:
    `assert not initscope.check("logs")`.
    """
    program = shutil.which(os.environ.get("INITSCOPE", "initscope"))
    if program is None:
        raise FileNotFoundError("the program initscope was not found: install it, or set INITSCOPE "
                                "to its path")
    options = [f"--{name}={value}" for name, value in (("fail-on", fail_on), ("require", require))
               if value is not None]
    done = subprocess.run([program, "check", *options, "--", *map(os.fspath, directories)],
                          capture_output=True, text=True)
    if done.returncode not in (0, 6):
        raise InitscopeError(done.returncode, done.stderr.strip())
    return done.stdout.splitlines() if done.returncode == 6 else []
