/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* Units one by one, where they are no longer Gaussian: an activation after a residual sum meets
 * what earlier ones left of the same unit. A population of units takes their place, and what the
 * branches add is drawn: forward x' = phi(x + f), of infinite width exact (the reflected random
 * walk of residual networks with a ReLU after the sum; Spitzer 1956). Draws are the strata of the
 * normal law, once each, spread evenly over the units in the order of what these are by now
 * (L'Ecuyer, Lecot & Tuffin 2008): always the same, and a thousandth from the limit. */
#ifndef INITSCOPE_UNITS_H
#define INITSCOPE_UNITS_H

#include <stdbool.h>
#include <stddef.h>

#include "initscope/entry.h"

#include "draws.h"

enum { INS_UNITS_BITS = 14, INS_UNITS = 1 << INS_UNITS_BITS };

/* A unit is seen three times: at a position of a row, at another position of it, and in another
 * row. */
enum { INS_UNIT_OWN, INS_UNIT_NEAR, INS_UNIT_FAR, INS_UNIT_VIEWS };

/* Second moments of the views; all have the same square. */
typedef struct ins_views {
    double mean, square;
    double near;  /* product with another position; NAN: there is none */
    double apart; /* half the squared distance from another row */
} ins_views;

typedef struct ins_units {
    double *x[INS_UNIT_VIEWS]; /* (INS_UNITS); NULL where there is no such view */
} ins_units;

/* Gaussian ones around their mean. draws are of INS_UNITS here and below. */
ins_units *ins_units_draw(ins_draws *draws, const ins_views *views);
void ins_units_free(ins_units *units); /* NULL is fine */

/* x + factor f of independent Gaussian f; as a whole they get this square. */
ins_units *ins_units_add(ins_draws *draws, const ins_units *x, double factor, const ins_views *f,
                         double square);

/* Those less some number, as a whole with this square. */
ins_units *ins_units_normalize(const ins_units *x, double less, double square);

/* What an activation makes of them. slope_square (INS_UNITS): phi'^2 of the first view. */
typedef struct ins_units_activated {
    ins_units *units;
    ins_views views;
    double alike;         /* what slopes at two positions have in common */
    double turned_square; /* E[phi'^2 phi^2] */
    double along;         /* E[x phi phi'] */
} ins_units_activated;
ins_units_activated ins_units_activate(const ins_units *units, const ins_choice *activation,
                                       double *slope_square);

#endif
