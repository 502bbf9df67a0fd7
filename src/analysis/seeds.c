/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* The reduction over seeds. */
#include <config.h>

#include "initscope/seeds.h"

#include <math.h>
#include <stdlib.h>

#include "initscope/memory.h"
#include "initscope/thresholds.h"

ins_seeds ins_over_seeds(const ins_study *study, size_t arm, ins_average average,
                         ins_value_of_run *value, const void *context)
{
    const ins_arm *of = &study->arm[arm];
    ins_seeds out = {.minimum = NAN, .maximum = NAN};
    double *kept = ins_allocate(of->runs + 1, sizeof *kept, "values of an arm");
    size_t n = 0;
    for (size_t i = 0; i < of->runs; i++) {
        double x = value(study, of->run[i], context);
        out.zeros += x == 0;
        if (isfinite(x) && (average == INS_MEAN || x > 0)) {
            kept[n++] = x;
            out.sum += average == INS_MEAN ? x : log(x);
            out.minimum = fmin(out.minimum, x);
            out.maximum = fmax(out.maximum, x);
        } else {
            out.missing += x != 0;
            out.infinite += isinf(x) && x > 0;
        }
    }
    double level = ins_threshold_of(INS_THRESHOLD_CONFIDENCE);
    out.interval = average == INS_MEAN ? ins_interval_of_mean(kept, n, level)
                                       : ins_interval_of_geometric_mean(kept, n, level);
    if (n < (size_t)ins_threshold_of(INS_THRESHOLD_SEEDS_FOR_INTERVAL))
        out.interval.lower = out.interval.upper = NAN;
    free(kept);
    return out;
}

typedef struct place {
    ins_column_id column;
    ins_site site;
} place;

static double number_of(const ins_study *study, size_t run, const void *context)
{
    const place *at = context;
    ins_site site = at->site;
    site.run = run;
    return ins_number(study, at->column, site);
}

ins_seeds ins_seeds_at(const ins_study *study, size_t arm, ins_average average,
                       ins_column_id column, ins_site site)
{
    place at = {column, site};
    return ins_over_seeds(study, arm, average, number_of, &at);
}
