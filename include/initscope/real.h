/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* The element type of the network: float, as in the frameworks whose behaviour
 * is explained; double when built with -DINS_REAL_DOUBLE, for gradient tests. */
#ifndef INITSCOPE_REAL_H
#define INITSCOPE_REAL_H

#ifdef __FAST_MATH__
#error \
    "-ffast-math makes isnan and isfinite lie; counting non-finite values is what this program does"
#endif

#ifdef INS_REAL_DOUBLE
typedef double real;
#else
typedef float real;
#endif

#endif
