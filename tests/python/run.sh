#!/bin/sh
# SPDX-FileCopyrightText: The initscope authors
# SPDX-License-Identifier: GPL-3.0-or-later
# Runs a test in Python, with the module of the source tree and the library that was built, by any
# python3 that has what the test needs: NumPy, and PyTorch if there is one that has it.
found=
for modules in 'numpy, torch' numpy; do
    for python in "${PYTHON:-python3}" python3 /usr/bin/python3; do
        [ -z "$found" ] && "$python" -c "import $modules" 2>/dev/null && found=$python
    done
done
if [ -z "$found" ]; then
    echo '1..0 # SKIP NumPy not found: install python3-numpy'
    exit 0
fi
: "${srcdir:=.}" "${builddir:=.}"
PYTHONPATH=$srcdir/src/lib:$srcdir/tests/python
PYTHONDONTWRITEBYTECODE=1
OMP_NUM_THREADS=1
export srcdir builddir PYTHONPATH PYTHONDONTWRITEBYTECODE OMP_NUM_THREADS
for library in "$builddir/.libs/libinitscope.so.1" "$builddir/.libs/libinitscope.1.dylib"; do
    if [ -z "${INITSCOPE_LIBRARY:-}" ] && [ -e "$library" ]; then
        INITSCOPE_LIBRARY=$library
        export INITSCOPE_LIBRARY
    fi
done
exec "$found" "$@"
