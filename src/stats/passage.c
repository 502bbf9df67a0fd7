/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* A median needs no more of the runs that never arrive than that they are late. */
#include <config.h>

#include "initscope/passage.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

#include <gsl/gsl_sort.h>
#include <gsl/gsl_statistics_double.h>

#include "initscope/memory.h"

ins_passage ins_first_passage(const double *epoch, size_t n, double last)
{
    ins_passage passage = {.runs = n, .median = NAN};
    if (n == 0) return passage;
    double *time = ins_allocate(n, sizeof *time, "epochs of arrival");
    for (size_t i = 0; i < n; i++) {
        bool there = isfinite(epoch[i]) && epoch[i] <= last;
        time[i] = there ? epoch[i] : INFINITY;
        passage.arrived += there;
    }
    gsl_sort(time, 1, n);
    passage.median = gsl_stats_median_from_sorted_data(time, 1, n);
    free(time);
    return passage;
}
