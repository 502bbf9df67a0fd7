/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* Ranges and tics that a reader finds round. */
#ifndef INITSCOPE_AXIS_H
#define INITSCOPE_AXIS_H

#include <stdbool.h>
#include <stddef.h>

#include "initscope/memory.h"

enum { INS_AXIS_TICS = 12, INS_AXIS_NAMES = 40 /* most tics: of numbers, of names */ };

typedef struct ins_axis {
    bool log;
    double low, high;
    double bend; /* above it the axis is logarithmic, below it linear down to low; 0: it is not */
    size_t tics;
    double position[INS_AXIS_NAMES];
    const char *label[INS_AXIS_NAMES]; /* numbers; or markup, where names says so */
    bool names;
} ins_axis;

/* Moves minimum and maximum, NAN at the start, apart to hold value; one that is not finite or, when
 * positive, not above 0 is left out. */
void ins_axis_widen(double value, bool positive, double *minimum, double *maximum);

/* A logarithmic axis over at least [minimum, maximum], both > 0 and finite: decades, or 1-2-5 when
 * there are few of them. */
ins_axis ins_axis_log(ins_arena *arena, double minimum, double maximum);

/* A linear axis over at least [minimum, maximum] with about the given number of steps. percent:
 * shares are labelled as "50%". */
ins_axis ins_axis_linear(ins_arena *arena, double minimum, double maximum, size_t steps,
                         bool percent);

/* The same over exactly [minimum, maximum], with tics at whole numbers: epochs, layers. */
ins_axis ins_axis_whole(ins_arena *arena, long long minimum, long long maximum, size_t steps);

/* An axis of time over exactly [low, high], logarithmic from first on: low is 0 or first, which is
 * above 0. What lies below first has a place a tenth of the axis wide. */
ins_axis ins_axis_bent(ins_arena *arena, double low, double first, double high);

/* How gnuplot is told of it, for the axis of letter 'x' or 'y'. */
const char *ins_axis_nonlinear(ins_arena *arena, const ins_axis *axis, char letter);

/* An axis from low to high whose tics are names: none yet. */
ins_axis ins_axis_named(double low, double high);
/* label: markup, kept. What is beyond INS_AXIS_NAMES is left out. */
void ins_axis_name(ins_axis *axis, double position, const char *label);

/* Takes tics out until at most most are left: on a logarithmic axis powers of ten stay longest. */
void ins_axis_thin(ins_axis *axis, size_t most);

/* Where value lies between the ends, 0 at low and 1 at high, not clipped. */
double ins_axis_share(const ins_axis *axis, double value);

/* Moves the n places y, from small to large as order says, apart until neighbours are gap from each
 * other and all lie in [first, last] if there is room at all. */
void ins_dodge(double *y, size_t n, double gap, double first, double last);

#endif
