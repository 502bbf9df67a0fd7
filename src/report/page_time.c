/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* The signal of every layer over the epochs, as a heat map an initializer. */
#include <config.h>

#include "pages.h"

#include <math.h>

#include "curves.h"

enum { LEAST_LAYERS = 4, MOST_ARMS = 12, MOST_NAMES = 6 };

bool ins_time_applies(const ins_tell *tell)
{
    return !tell->sweep && tell->study->epochs > 2 && tell->study->layers > LEAST_LAYERS &&
           tell->study->arms <= MOST_ARMS;
}

/* Blue below 1, white at 1, orange above: six decades to each side. Grey: exactly 0. */
static unsigned colour_of(const ins_seeds *seeds)
{
    static const double stop[] = {-6, -4, -2, -0.7, 0, 0.7, 2, 4, 6};
    static const unsigned rgb[] = {0x08306B, 0x2171B5, 0x6BAED6, 0xC6DBEF, 0xFFFFFF,
                                   0xFDD0A2, 0xFD8D3C, 0xD94801, 0x7F2704};
    enum { STOPS = sizeof stop / sizeof stop[0] };
    if (seeds->interval.n == 0) return seeds->zeros > 0 ? 0xBEBEBE : 0xE8E8E8;
    double at = fmin(fmax(log10(seeds->interval.mean), stop[0]), stop[STOPS - 1]);
    size_t i = 1;
    while (i + 1 < STOPS && at > stop[i]) i++;
    double share = (at - stop[i - 1]) / (stop[i] - stop[i - 1]);
    unsigned mixed = 0;
    for (int shift = 16; shift >= 0; shift -= 8) {
        double a = rgb[i - 1] >> shift & 0xFF, b = rgb[i] >> shift & 0xFF;
        mixed |= (unsigned)lround(a + share * (b - a)) << shift;
    }
    return mixed;
}

/* What has no product of weights leaves its place to the layer before it. */
static size_t next_of(const ins_arm *arm, size_t layer)
{
    size_t next = layer + 1;
    while (next <= ins_hidden_layers(arm) && !ins_has_product(arm, next)) next++;
    return next;
}

void ins_write_time(ins_tell *tell)
{
    const ins_study *study = tell->study;
    ins_chart *chart = ins_chart_new(
        tell->arena, "time", INS_TELL("Signal by layer and %s", study->time), INS_SHAPE_MULTIPLE);
    for (size_t a = 0; a < study->arms; a++) {
        ins_panel *panel = ins_chart_panel(chart, ins_tell_mark(tell, a)->name);
        ins_mark_panel(panel, ins_tell_mark(tell, a));
        ins_series *tiles =
            ins_panel_series(chart, panel, INS_SERIES_TILES, ins_tell_mark(tell, a)->name, 0, 0);
        for (size_t e = 0; e < study->epochs; e++) {
            double here = (double)study->epoch[e];
            double next = ins_epoch_end(tell, e);
            for (size_t l = 1; l <= ins_tell_hidden(tell, a); l++) {
                ins_seeds seeds =
                    ins_quantity_over_seeds(study, a, INS_QUANTITY_SIGNAL, ins_epoch_at(e), l);
                bool told = seeds.interval.n > 0 || seeds.zeros > 0 || seeds.infinite > 0;
                if (!ins_has_product(&study->arm[a], l) || !told) continue;
                ins_series_add(chart, tiles,
                               (ins_point){.x = here,
                                           .y = next,
                                           .lower = (double)l - 0.5,
                                           .upper = (double)next_of(&study->arm[a], l) - 0.5,
                                           .colour = colour_of(&seeds)});
            }
        }
        panel->x = ins_epochs_axis(tell);
        if (panel->x.bend > 0)
            panel->x.high = ins_epoch_end(tell, study->epochs - 1);
        else
            panel->x = ins_axis_whole(tell->arena, study->epoch[0],
                                      study->epoch[study->epochs - 1] + 1, 5);
        panel->y = ins_axis_linear(tell->arena, 0.5, (double)study->layers - 0.5, 4, false);
        panel->y = ins_layers_beside(tell, NULL, 0, (double)study->layers, study->layers - 1, 4,
                                     MOST_NAMES);
        panel->x_title = study->time;
        panel->y_title = "layer";
    }
    if (ins_chart_prune(chart) == 0) return;
    ins_section_begin(tell->document, "time", "Over time",
                      "The signal of every layer while it learns", false);
    ins_add_chart(tell->document, chart,
                  INS_TELL("Signal by hidden layer (1 at the bottom) and %s, geometric means over "
                           "seeds: white 1, blue below, orange above, six decades to each side; "
                           "grey: exactly 0.",
                           study->time));
}
