/* The table of losses: what the output of a network's last layer is compared with, and how. */
#ifndef INITSCOPE_LOSS_H
#define INITSCOPE_LOSS_H

#include <stddef.h>
#include <stdint.h>

#include "initscope/entry.h"
#include "initscope/real.h"

/* Of a batch: the loss summed over its rows in double, and the rows that are right. */
typedef struct ins_score {
    double loss;
    size_t correct;
} ins_score;

/* z (rows, units) is the output of the last layer, y (rows) the labels. */
typedef struct ins_loss {
    ins_entry entry;
    ins_score (*score)(size_t rows, size_t units, const real *z, const int32_t *y);
    /* What the network says, a (rows, units): class probabilities. */
    void (*predict)(size_t rows, size_t units, const real *z, real *a);
    /* delta (rows, units): d loss of each row / d z, from a. */
    void (*delta)(size_t rows, size_t units, const real *a, const int32_t *y, real *delta);
} ins_loss;

extern const ins_entries ins_losses; /* rows are ins_loss */

#endif
