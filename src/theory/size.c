/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* At which preactivation an activation has a given size. */
#include <config.h>

#include "initscope/size.h"

#include <math.h>

#include "initscope/gaussian.h"

#include "mean_field_internal.h"

/* Decades of q that are searched, up and down from 1. */
enum { DECADES = 12 };

typedef struct size_map {
    const ins_choice *activation;
    double target;
} size_map;

static double excess(double decade, void *context)
{
    const size_map *map = context;
    return ins_expect(map->activation, pow(10, decade)).square - map->target;
}

double ins_size_reached(const ins_choice *activation)
{
    double most = 0;
    for (int decade = -DECADES; decade <= DECADES; decade++)
        most = fmax(most, ins_expect(activation, pow(10, decade)).square);
    return most;
}

double ins_size_at(const ins_choice *activation, double size)
{
    size_map map = {activation, size};
    gsl_function function = {excess, &map};
    for (int decade = -DECADES; decade < DECADES; decade++) {
        const double low = excess(decade, &map), high = excess(decade + 1, &map);
        if (low <= 0 && high > 0) return pow(10, ins_root(&function, decade, decade + 1));
    }
    return INFINITY;
}
