# SPDX-FileCopyrightText: The initscope authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs the tests of a file (unittest) and tells of them in TAP: main() at its end."""
import sys
import traceback
import unittest


class _Result(unittest.TestResult):
    def __init__(self):
        super().__init__()
        self.number = 0

    def _say(self, test, failure=None, skipped=None):
        self.number += 1
        name = test.shortDescription() or test.id()
        end = "" if skipped is None else f" # SKIP {skipped}"
        print(f"{'not ok' if failure else 'ok'} {self.number} - {name}{end}")
        for line in (failure or "").splitlines():
            print("# " + line)
        sys.stdout.flush()

    def addSuccess(self, test):
        self._say(test)

    def addSkip(self, test, reason):
        self._say(test, skipped=reason)

    def addFailure(self, test, error):
        super().addFailure(test, error)
        self._say(test, failure="".join(traceback.format_exception(*error)))

    addError = addFailure


def main():
    tests = unittest.defaultTestLoader.loadTestsFromModule(sys.modules["__main__"])
    print(f"1..{tests.countTestCases()}")
    result = _Result()
    tests.run(result)
    sys.exit(not (result.wasSuccessful() and result.number == tests.countTestCases()))
