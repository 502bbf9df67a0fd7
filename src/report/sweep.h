/* One factor against the initializers: cells of arms, what was measured in them, which initializer
 * is best in each column. */
#ifndef INITSCOPE_SWEEP_H
#define INITSCOPE_SWEEP_H

#include "initscope/factors.h"
#include "part.h"

/* Of all runs in a cell. */
typedef struct ins_sweep_cell {
    size_t arms;           /* 0: there is no such combination */
    ins_interval accuracy; /* over seeds; n = 0: unknown */
    double gain;           /* forward, geometric mean; 0: no signal at all; NAN: unknown */
    double reach;          /* ins_reach, the shortest; NAN: unknown */
    size_t runs, learned;
} ins_sweep_cell;

/* The best initializer of a column. */
typedef struct ins_sweep_best {
    size_t row;   /* SIZE_MAX: no accuracy is known */
    bool learned; /* it is better than the majority share */
    bool *tied;   /* (rows) learns and is not told apart from the best, itself included */
} ins_sweep_best;

typedef struct ins_sweep {
    const ins_study_factors *factors;
    const ins_study_factor *factor;
    size_t rows, columns, blocks; /* initializers; levels; combinations of the other factors */
    const char **block;           /* (blocks) "" when there is only one */
    size_t *block_of;             /* (arms) */
    bool averaged;                /* one block though other factors vary */
    size_t seeds;                 /* of the arm with the most */
    long long *seed;              /* (seeds) */
    ins_sweep_cell *cell;         /* (blocks, rows, columns) */
    ins_sweep_best *best;         /* (blocks, columns) */
} ins_sweep;

ins_sweep ins_sweep_of(ins_flow *flow, const ins_study_factors *factors, size_t factor);

static inline size_t ins_sweep_at(const ins_sweep *sweep, size_t block, size_t row, size_t column)
{
    return (block * sweep->rows + row) * sweep->columns + column;
}

#endif
