/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* OpenMP directives that a build without OpenMP does not see (it would warn of each). */
#ifndef INITSCOPE_PARALLEL_H
#define INITSCOPE_PARALLEL_H

#ifdef _OPENMP
#define INS_PARALLEL(directive) _Pragma(#directive)
#else
#define INS_PARALLEL(directive)
#endif

#endif
