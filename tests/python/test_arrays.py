# SPDX-FileCopyrightText: The initscope authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Arrays of any framework, as they reach the library."""
import unittest
import warnings

import numpy as np
import tap

import initscope
from recording import recording

try:
    import torch
except ImportError:
    torch = None
try:
    import ml_dtypes
except ImportError:
    ml_dtypes = None


class Arrays(unittest.TestCase):
    def reaches(self, array, unit_axis=-1):
        """The array as the library is given it."""
        with recording():
            initscope.measure(array, unit_axis)
            return initscope._library().seen[-1]

    def test_dtypes(self):
        """floats as they are, integers and others as numbers"""
        values = np.arange(12).reshape(3, 4)
        for name in ("float16", "float32", "float64"):
            got = self.reaches(values.astype(name)).array
            self.assertEqual((got.dtype.name, got.tolist()), (name, values.tolist()))
        for array in (values.astype(np.uint8), values.astype(np.int64), values.astype(">f4"),
                      values.astype(np.longdouble), values.tolist(), values > -1):
            got = self.reaches(array).array
            self.assertEqual(got.dtype, np.float64)
            self.assertEqual(got.tolist(), np.asarray(array).astype(float).tolist())
        tiny = np.array([1e-60, 1e200])
        self.assertEqual(self.reaches(tiny).array.tolist(), tiny.tolist())

    def test_refused(self):
        """what is no array of numbers"""
        with self.assertRaises(TypeError):
            self.reaches(np.ones(3) * 1j)
        for array in (["a"], [{}]):
            with self.assertRaises((TypeError, ValueError)):
                self.reaches(array)

    def test_strides(self):
        """negative, zero and odd strides, no dimension, no element"""
        values = np.arange(105, dtype=np.float32).reshape(5, 7, 3)
        packed = np.zeros(4, dtype=[("a", "f4"), ("b", "u1")])
        packed["a"] = range(4)
        for array in (values[::2, ::-1].transpose(2, 0, 1), values[..., 0], values.T,
                      np.broadcast_to(values[:, :1], values.shape), np.float32(3), values[:0],
                      packed["a"]):
            got = self.reaches(array, 0).array
            self.assertEqual(got.shape, np.shape(array))
            self.assertEqual(got.tolist(), np.asarray(array).tolist())

    def test_units(self):
        """the unit axis goes with the array"""
        values = np.arange(24, dtype=np.float32).reshape(2, 3, 4)
        for axis, units in ((0, 2), (1, 3), (-1, 4)):
            self.assertEqual(self.reaches(values, axis).units_first.shape, (units, 24 // units))

    def test_protocols(self):
        """objects with __array__ or __dlpack__ alone"""
        values = np.arange(6, dtype=np.float32).reshape(2, 3)

        class Array:
            def __array__(self, *_):
                return values

        class Capsule:
            def __dlpack__(self, **options):
                return values.__dlpack__(**options)

            def __dlpack_device__(self):
                return values.__dlpack_device__()
        for array in (Array(), Capsule()):
            self.assertEqual(self.reaches(array).array.tolist(), values.tolist())

    @unittest.skipIf(ml_dtypes is None, "ml_dtypes not found, which comes with JAX")
    def test_named_bfloat16(self):
        """bfloat16 as JAX gives it to NumPy"""
        values = np.array([[1.0, -2.0], [0.5, 3.0]])
        got = self.reaches(values.astype(ml_dtypes.bfloat16).T).array
        self.assertEqual(got.tolist(), values.T.tolist())

    @unittest.skipIf(torch is None, "PyTorch not found: install python3-torch")
    def test_torch(self):
        """tensors of PyTorch, with gradients, sparse, turned about, of half precision"""
        warnings.simplefilter("ignore")
        values = torch.arange(12.0).reshape(3, 4)
        for tensor in (values, values.clone().requires_grad_() * 1, values.to_sparse(),
                       values.bfloat16(), values.half(), values.double(), values.int(),
                       values.T.contiguous().T, values.to_sparse_csr()):
            got = self.reaches(tensor).array
            self.assertEqual(got.tolist(), values.tolist(), tensor)
        turned = values.bfloat16().T[1:, :2]
        self.assertEqual(self.reaches(turned).array.tolist(), values.T[1:, :2].tolist())
        self.assertEqual(self.reaches(values.expand(2, 3, 4)[:, 0]).array.tolist(),
                         [values[0].tolist()] * 2)
        with self.assertRaises(TypeError):
            self.reaches(values * 1j)


if __name__ == "__main__":
    tap.main()
