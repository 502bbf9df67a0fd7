# SPDX-FileCopyrightText: The initscope authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A stand-in for libinitscope that keeps what it is handed as NumPy arrays, and passes it on to the
library itself where one is given.

    with recording() as runs:
        ... initscope.watch(...)
    runs[0].moments[0].tensors["fc1", "weight"].array      # its units_first is (units, rest)
"""
import contextlib
import ctypes

import numpy as np

import initscope

_FLOATS = {0: np.float32, 1: np.float64, 2: np.float16, 3: np.uint16}
_NAMES = {flag: word for word, flag in initscope._RECORD.items()}


class Tensor:
    def __init__(self, struct):
        shape = tuple(struct.shape[i] for i in range(struct.ndim))
        kind = np.dtype(_FLOATS[struct.dtype])
        strides = [struct.strides[i] * kind.itemsize for i in range(struct.ndim)]
        if 0 in shape:
            self.array = np.zeros(shape, kind)
        else:
            low = sum(min(0, s * (n - 1)) for s, n in zip(strides, shape))
            high = sum(max(0, s * (n - 1)) for s, n in zip(strides, shape)) + kind.itemsize
            memory = (ctypes.c_char * (high - low)).from_address(struct.data + low)
            self.array = np.ndarray(shape, kind, memory, -low, strides).copy()
        if struct.dtype == 3:
            self.array = (self.array.astype(np.uint32) << 16).view(np.float32)
        self.unit_axis = struct.unit_axis

    @property
    def units_first(self):
        array = self.array.reshape(1) if self.array.ndim == 0 else self.array
        return np.moveaxis(array, self.unit_axis, 0).reshape(array.shape[self.unit_axis], -1)


class Moment:
    def __init__(self, struct):
        for name, _ in struct._fields_[1:-1]:
            setattr(self, name, getattr(struct, name))
        self.record = {word for flag, word in _NAMES.items() if struct.record & flag}
        self.tensors = {}


class Recorded:
    """A run."""

    def __init__(self, factors, notes):
        self.factors, self.notes = factors, notes
        self.layers, self.moments, self.outcome = [], [], None

    @property
    def names(self):
        return [layer["name"] for layer in self.layers]

    def layer(self, name):
        return self.layers[self.names.index(name)]

    def inputs(self, name):
        return [(["input"] + self.names)[number] for number in self.layer(name)["inputs"]]


class Stand:
    """The functions of initscope.h that take what a run is made of."""

    def __init__(self, library):
        self.library, self.runs, self.notes, self.complete = library, [], {}, []
        self.of = {}
        self.seen = []

    def _pass_on(self, function, *arguments):
        if self.library is None:
            return 0
        return getattr(self.library, function)(*arguments)

    def initscope_error(self):
        return self._pass_on("initscope_error")

    def initscope_open(self, directory, mode, log):
        if self.library is None:
            log._obj.value = 1
        return self._pass_on("initscope_open", directory, mode, log)

    def initscope_note(self, log, key, value):
        self.notes[key.decode()] = value.decode()
        return self._pass_on("initscope_note", log, key, value)

    def initscope_close(self, log):
        return self._pass_on("initscope_close", log)

    def initscope_begin(self, log, keys, values, run):
        factors = {k.decode(): v.decode() for k, v in zip(keys, values) if k is not None}
        if self.library is None:
            if factors in self.complete:
                return initscope._DONE
            run._obj.value = len(self.runs) + 2
        status = self._pass_on("initscope_begin", log, keys, values, run)
        if status == 0:
            self.of[run._obj.value] = Recorded(factors, self.notes)
            self.runs.append(self.of[run._obj.value])
        return status

    def initscope_layer_add(self, run, layer, number):
        struct, layers = layer._obj, self.of[run.value].layers
        row = {name: getattr(struct, name) for name, _ in struct._fields_[1:]}
        row.update({name: text.decode() for name, text in row.items() if isinstance(text, bytes)})
        row["inputs"] = [struct.inputs[i] for i in range(struct.input_count)]
        layers.append(row)
        number._obj.value = len(layers)
        return self._pass_on("initscope_layer_add", run, layer, number)

    def initscope_at(self, run, moment):
        self.of[run.value].moments.append(Moment(moment._obj))
        return self._pass_on("initscope_at", run, moment)

    def initscope_tensor(self, run, layer, role, array):
        recorded = self.of[run.value]
        key = (["input"] + recorded.names)[layer], initscope._ROLES[role]
        tensors = recorded.moments[-1].tensors
        assert key not in tensors, f"{key} twice at a moment"
        tensors[key] = Tensor(array._obj)
        return self._pass_on("initscope_tensor", run, layer, role, array)

    def initscope_end(self, run, outcome):
        recorded = self.of.pop(run.value)
        recorded.outcome = initscope._OUTCOMES[outcome]
        if recorded.outcome == "completed":
            self.complete.append(recorded.factors)
        return self._pass_on("initscope_end", run, outcome)

    def initscope_measure(self, array, statistics):
        self.seen.append(Tensor(array._obj))
        return self._pass_on("initscope_measure", array, statistics)


@contextlib.contextmanager
def recording(library=None):
    """Puts the stand-in where the module finds its library; yields the list of its runs."""
    stand, before = Stand(library), initscope._library
    initscope._library = lambda: stand
    try:
        yield stand.runs
    finally:
        initscope._library = before
