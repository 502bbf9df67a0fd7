/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* When runs first get somewhere, counting those that never do. */
#ifndef INITSCOPE_PASSAGE_H
#define INITSCOPE_PASSAGE_H

#include <stddef.h>

typedef struct ins_passage {
    size_t runs, arrived; /* "arrived of runs by epoch last" */
    double median;        /* over all runs, those that had not arrived by then later than all */
} ins_passage;

/* epoch (n): when each run was first there; NAN or INFINITY: it never was. An arrival after last
 * has not been yet. median: INFINITY when the median run never arrives, which with an even number
 * of runs is also the later of the two in the middle; NAN when n = 0. Only runs that were watched
 * until last may be given: of one that ended before, nobody knows. */
ins_passage ins_first_passage(const double *epoch, size_t n, double last);

#endif
