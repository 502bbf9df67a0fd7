#!/usr/bin/env python3
# SPDX-FileCopyrightText: The initscope authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Fills in shapes.txt: what pandas makes of each shape, and, with --told, what initscope says.

Run in the build directory as `/usr/bin/python3 tests/bad/make_shapes.py [--told]`; needs pandas. What is
filled in with --told is to be read and judged before it is committed: the test holds the program to it.
"""
import os, re, subprocess, sys
import pandas

here = os.path.dirname(os.path.abspath(__file__))
path = os.path.join(here, 'shapes.txt')
small = ('--init=zeros --hidden=1 --epochs=0 --seeds=1 --histograms=none --spectrum=none').split()


def made(rule):
    base = subprocess.run(['awk', open(os.path.join(here, 'shapes.awk')).read()], stdin=subprocess.DEVNULL,
                          capture_output=True, check=True).stdout
    return subprocess.run(['awk', 'BEGIN { FS = OFS = "," } ' + rule], input=base, capture_output=True,
                          check=True, env={**os.environ, 'LC_ALL': 'C'}).stdout


def answer(options):
    header = None if '--header=no' in options else 'infer'
    try:
        t = pandas.read_csv('made.csv', header=header)
    except Exception as problem:
        return type(problem).__name__
    kinds = ' '.join(str(k) for k in t.dtypes)
    return f'{len(t)} rows, {int(t.isna().sum().sum())} missing, {kinds}'


def told(options):
    subprocess.run(['rm', '-rf', 'new'])
    run = subprocess.run([os.environ['INITSCOPE'], 'run', '--data=made.csv', *small, *options, '-o', 'new'],
                         capture_output=True, text=True)
    lines = ['    ' + l.replace('initscope: ', '', 1) for l in run.stderr.splitlines()]
    if run.returncode == 0:
        facts = dict(l.split(',', 1) for l in open('new/environment.csv').read().splitlines() if ',' in l)
        names = ' '.join(facts.get(k, '-') for k in ('data_rows', 'features', 'classes'))
        return [f'    read {names}'] + lines[:-1]
    return [f'    status {run.returncode}'] + lines


def main():
    out = []
    for block in open(path).read().split('\n\n'):
        name, rule, options, *rest = block.strip('\n').split('\n')
        open('made.csv', 'wb').write(made(rule))
        words = options.split()[1:]
        kept = [l for l in rest if l.startswith('    ')]
        out += ['\n'.join([name, rule, options, 'pandas: ' + answer(words),
                           *(told(words) if '--told' in sys.argv else kept)])]
    open(path, 'w').write('\n\n'.join(out) + '\n')


main()
