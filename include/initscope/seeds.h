/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* One value a run, reduced over the seeds of an arm: the only way to an average of runs. */
#ifndef INITSCOPE_SEEDS_H
#define INITSCOPE_SEEDS_H

#include "initscope/inference.h"
#include "initscope/study.h"

typedef enum ins_average { INS_MEAN, INS_GEOMETRIC } ins_average;

typedef struct ins_seeds {
    ins_interval interval;   /* over the seeds that count: those whose value is finite, and above 0
                                where the mean is geometric; at INS_THRESHOLD_CONFIDENCE, and none
                                of fewer than INS_THRESHOLD_SEEDS_FOR_INTERVAL */
    double minimum, maximum; /* over the same; NAN: none counts */
    double sum;              /* of the same, of their logarithms where the mean is geometric */
    size_t zeros;            /* seeds whose value is exactly 0 */
    size_t missing;          /* seeds that do not count and are not 0 */
    size_t infinite;         /* of these, the ones beyond the range of numbers */
} ins_seeds;

/* The value of a run; NAN: it has none. */
typedef double ins_value_of_run(const ins_study *study, size_t run, const void *context);

ins_seeds ins_over_seeds(const ins_study *study, size_t arm, ins_average average,
                         ins_value_of_run *value, const void *context);

/* The same of a recorded number; the run of the site is not looked at. */
ins_seeds ins_seeds_at(const ins_study *study, size_t arm, ins_average average,
                       ins_column_id column, ins_site site);

#endif
