# SPDX-FileCopyrightText: The initscope authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The structures and numbers of the module are those of initscope.h, as the C compiler has them."""
import ctypes
import os
import pathlib
import re
import shutil
import subprocess
import tempfile
import unittest

import tap

import initscope

STRUCTURES = {"layer": initscope._Layer, "moment": initscope._Moment, "array": initscope._Array,
              "statistics": initscope._Statistics, "origin": initscope._Origin,
              "vote": initscope._Vote}
SOURCE = pathlib.Path(os.environ["srcdir"])


def numbers(words, prefix, values=None):
    values = range(len(words)) if values is None else values
    return {f"INITSCOPE_{prefix.get(word, word).upper()}": value for word, value in
            zip(words, values)}


CONSTANTS = {
    "INITSCOPE_DONE": initscope._DONE, "INITSCOPE_USAGE": initscope._USAGE,
    "INITSCOPE_FROZEN": initscope._FROZEN,
    **numbers(initscope._MODES, {}), **numbers(initscope._OUTCOMES, {}),
    **numbers(initscope._ROLES, {}),
    **numbers(initscope._RECORD, {}, initscope._RECORD.values()),
    **numbers(initscope._DTYPES, {"float32": "f32", "float64": "f64", "float16": "f16",
                                  "bfloat16": "bf16"}, initscope._DTYPES.values()),
}


class Header(unittest.TestCase):
    def test_header(self):
        """sizes, places and constants of the header"""
        compiler = shutil.which(os.environ.get("CC", "cc").split()[0])
        if compiler is None:
            self.skipTest("no C compiler")
        expected = {"INITSCOPE_VERSION": None}
        expected.update(CONSTANTS)
        for name, structure in STRUCTURES.items():
            expected[f"sizeof(initscope_{name})"] = ctypes.sizeof(structure)
            for member, _ in structure._fields_:
                expected[f"offsetof(initscope_{name}, {member})"] = \
                    getattr(structure, member).offset
        lines = "".join(f'printf("%ld\\n", (long)({what}));' for what in expected)
        with tempfile.TemporaryDirectory() as folder:
            source = pathlib.Path(folder, "layout.c")
            source.write_text('#include <stddef.h>\n#include <stdio.h>\n#include "initscope.h"\n'
                              "int main(void){" + lines + "return 0;}\n")
            subprocess.run([*os.environ.get("CC", "cc").split(), f"-I{SOURCE}/include", "-o",
                            f"{folder}/layout", str(source)], check=True)
            output = subprocess.run([f"{folder}/layout"], check=True, stdout=subprocess.PIPE,
                                    universal_newlines=True).stdout.split()
        got = dict(zip(expected, map(int, output)))
        version = [int(part) for part in initscope.__version__.split(".")]
        expected["INITSCOPE_VERSION"] = version[0] * 10000 + version[1] * 100 + version[2]
        self.assertEqual(got, expected)

    def test_members(self):
        """no member of a structure is missing"""
        text = (SOURCE / "include/initscope.h").read_text()
        for name, structure in STRUCTURES.items():
            body = re.search(r"struct initscope_%s \{(.*?)\} initscope_%s;" % (name, name), text,
                             re.S).group(1)
            body = re.sub(r"/\*.*?\*/", "", body, flags=re.S)
            members = [re.sub(r"\[.*", "", member).split()[-1].lstrip("*")
                       for line in body.split(";") if line.strip() for member in line.split(",")]
            self.assertEqual(members, [member for member, _ in structure._fields_])


if __name__ == "__main__":
    tap.main()
