/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* Panels and their Gauss-Legendre rule. */
#include <config.h>

#include "quadrature.h"

#include <math.h>

#include <gsl/gsl_integration.h>

#include "initscope/error.h"
#include "initscope/memory.h"

enum { POINTS = 16 };

typedef struct legendre {
    double node[POINTS], weight[POINTS]; /* on [-1, 1] */
} legendre;

static void legendre_start(legendre *rule)
{
    gsl_integration_glfixed_table *table = gsl_integration_glfixed_table_alloc(POINTS);
    ins_check_memory(table, "a table of quadrature points");
    for (size_t i = 0; i < POINTS; i++)
        gsl_integration_glfixed_point(-1, 1, i, &rule->node[i], &rule->weight[i], table);
    gsl_integration_glfixed_table_free(table);
}

/* Widest panel that may start at x. Toward a centre it may take half of the way, away from it as
 * much as lies behind: then the nearest singularity, which is not nearer to the real axis than
 * about the width fine, stays well outside of the ellipse on which the rule converges. */
static double panel_width(const ins_panels *panels, double x)
{
    double width = panels->width;
    for (size_t i = 0; i < panels->centres; i++) {
        double ahead = panels->centre[i] - x;
        double room = ahead > 0 ? ahead / 2 : -ahead;
        width = fmin(width, fmax(room, panels->fine));
    }
    return width;
}

static double panel_end(const ins_panels *panels, double x)
{
    double end = x + panel_width(panels, x);
    if (!(end > x)) end = nextafter(x, INFINITY);
    for (size_t i = 0; i < panels->edges; i++)
        if (panels->edge[i] > x && panels->edge[i] < end) end = panels->edge[i];
    return fmin(end, panels->upper);
}

void ins_panels_cut(ins_panels *panels, double edge)
{
    if (!(edge > panels->lower && edge < panels->upper)) return;
    if (panels->edges == INS_PANEL_EDGES)
        ins_die("more than %d edges in an integral", INS_PANEL_EDGES);
    panels->edge[panels->edges++] = edge;
}

void ins_integrate(const ins_panels *panels, ins_integrand integrand, void *context)
{
    legendre rule;
    legendre_start(&rule);
    for (double from = panels->lower; from < panels->upper;) {
        double to = panel_end(panels, from);
        double half = (to - from) / 2, middle = from + half;
        for (size_t i = 0; i < POINTS; i++)
            integrand(context, middle + half * rule.node[i], half * rule.weight[i]);
        from = to;
    }
}
