#!/bin/sh
# SPDX-FileCopyrightText: The initscope authors
# SPDX-License-Identifier: GPL-3.0-or-later
# Hostile strings, as TAP: see injection.pl, which needs perl.
command -v perl >/dev/null 2>&1 || {
    echo '1..0 # SKIP perl not found: install perl'
    exit 0
}
exec perl "${srcdir:-.}/tests/injection/injection.pl" "$@"
