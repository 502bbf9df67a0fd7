/* The cells that a population of units can be: one row each, with one step forward and one back of
 * all units. */
#ifndef INITSCOPE_POPULATION_CELLS_H
#define INITSCOPE_POPULATION_CELLS_H

#include <stdbool.h>
#include <stddef.h>

#include "initscope/entry.h"

#include "steps.h"

/* What a step reads and writes, an array (units) each. c is h itself where a cell has no state. */
typedef struct ins_cell_step {
    size_t units;
    const ins_choice *activation;    /* of the simple cell */
    double own;                      /* W is own I + the rest: the simple cell's h before */
    const double *z[INS_GATES];      /* of the gates, or what they are made of */
    const double *before, *before_c; /* h and c of the step before */
    double *h, *c;                   /* forward: what becomes of them */
    double *candidate;               /* forward: z of the gate that the cell makes, if it does */
    const double *arriving;          /* backward: d loss / d h by way of all but this unit */
    double *carried;                 /* backward: d loss / d c of the unit itself, replaced by
                                        that of the step before */
    double *whole;                   /* backward: d loss / d c with what arrives */
    double *sees[INS_GATES];         /* backward: what U and W of a process see */
} ins_cell_step;

/* Of gates z_k: the cell makes h of the last step and of these. */
typedef struct ins_cell {
    const char *name;
    size_t gates;
    size_t made; /* the gate whose z is made by the forward step, the candidate; INS_GATES: none */
    bool split;  /* it is made of two processes: r (W h + b') and then U x + b */
    size_t keeps, takes; /* the gates that chrono starts: what keeps c gets log U, what takes the
                            new minus that; INS_GATES: there is none */
    void (*forward)(const ins_cell_step *s);
    void (*backward)(const ins_cell_step *s);
} ins_cell;

/* rnn, lstm, gru; NULL: there is none of this name. */
const ins_cell *ins_cell_of(const char *name);

#endif
