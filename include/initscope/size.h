/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* The size of an activation, E[phi(sqrt(q) z)^2], the other way round. */
#ifndef INITSCOPE_SIZE_H
#define INITSCOPE_SIZE_H

#include "initscope/entry.h"

/* The smallest q from 1e-12 to 1e12 at which the size is this one; INFINITY: it is nowhere. */
double ins_size_at(const ins_choice *activation, double size);

/* The largest size at such q: of a bounded function what it comes near to. */
double ins_size_reached(const ins_choice *activation);

#endif
