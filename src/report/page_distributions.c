/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* Histograms of z and delta by layer before training, as ridges. */
#include <config.h>

#include "pages.h"

#include <math.h>
#include <string.h>

#include "curves.h"

enum { MOST_BINS = 1024, MOST_ARMS = 8, LEAST_LAYERS = 4, MOST_RIDGES = 10, DEEP = 30 };

static bool has(const ins_tell *tell, size_t arm, ins_tensor tensor, size_t layer)
{
    ins_bin bin[MOST_BINS];
    ins_site at = {.run = tell->study->arm[arm].run[0],
                   .epoch = tell->study->start,
                   .layer = layer,
                   .tensor = tensor};
    size_t bins = ins_study_histogram(tell->study, at, bin, MOST_BINS);
    for (size_t b = 0; b < bins && b < MOST_BINS; b++)
        if (bin[b].count > 0 && isfinite(bin[b].lower) && isfinite(bin[b].upper)) return true;
    return false;
}

/* The layers that are shown of an arm, at most so many, products of weights: of a deep network with
 * blocks the last one of each, and those outside of them. */
static size_t layers_of(const ins_tell *tell, size_t arm, ins_tensor tensor,
                        size_t layer[MOST_RIDGES])
{
    const ins_arm *of = &tell->study->arm[arm];
    size_t hidden = ins_tell_hidden(tell, arm), count = 0, shown = 0;
    size_t *all = ins_arena_get(tell->arena, hidden + 1, sizeof *all, "layers");
    for (size_t l = 1; l <= hidden; l++)
        if (ins_has_product(of, l) && has(tell, arm, tensor, l)) all[count++] = l;
    if (count > DEEP) {
        size_t kept = 0;
        for (size_t i = 0; i < count; i++) {
            const ins_graph_layer *here = ins_layer_at(of, all[i]),
                                  *next = i + 1 < count ? ins_layer_at(of, all[i + 1]) : NULL;
            bool inside = here != NULL && next != NULL && here->block[0] != '\0' &&
                          strcmp(here->block, next->block) == 0;
            if (!inside) all[kept++] = all[i];
        }
        count = kept;
    }
    size_t step = (count + MOST_RIDGES - 1) / MOST_RIDGES;
    for (size_t i = 0; i < count; i += step) layer[shown++] = all[i];
    return shown;
}

static bool has_some(const ins_tell *tell, ins_tensor tensor)
{
    size_t layer[MOST_RIDGES];
    return layers_of(tell, 0, tensor, layer) > 0;
}

bool ins_distributions_applies(const ins_tell *tell)
{
    return !tell->sweep && tell->study->arms <= MOST_ARMS && ins_is_recorded(tell->study->start) &&
           tell->study->layers > LEAST_LAYERS &&
           (has_some(tell, INS_PREACTIVATION) || has_some(tell, INS_DELTA));
}

/* Counts of all seeds together, in the bins of the first seed that has a histogram. Returns the
 * number of bins. */
static size_t pool(const ins_tell *tell, size_t arm, size_t layer, ins_tensor tensor,
                   ins_bin pooled[MOST_BINS])
{
    const ins_arm *of = &tell->study->arm[arm];
    size_t bins = 0;
    for (size_t s = 0; s < of->runs; s++) {
        ins_bin bin[MOST_BINS];
        ins_site at = {of->run[s], tell->study->start, layer, tensor};
        size_t count = ins_study_histogram(tell->study, at, bin, MOST_BINS);
        if (count > MOST_BINS || count == 0) continue;
        for (size_t b = 0; b < count; b++) {
            if (bins == 0 || b >= bins) {
                pooled[b] = bin[b];
            } else if (pooled[b].lower == bin[b].lower) {
                pooled[b].count += bin[b].count;
            }
        }
        if (count > bins) bins = count;
    }
    return bins;
}

/* The last hidden layer that has a histogram. */
static size_t last_of(const ins_tell *tell, size_t arm, ins_tensor tensor)
{
    size_t layer = ins_tell_hidden(tell, arm);
    while (layer > 1 && !has(tell, arm, tensor, layer)) layer--;
    return layer;
}

/* "layer 1", or its name where that is not the first. */
static const char *first_words(ins_tell *tell)
{
    size_t layer[MOST_RIDGES];
    size_t count = layers_of(tell, 0, INS_PREACTIVATION, layer);
    return count == 0 || layer[0] == 1
               ? "layer 1"
               : ins_document_escape(tell->document, ins_layer_words(tell, layer[0]));
}

/* Ridges of one arm, layer 1 on top, each as high as its largest bin; x in units of the rms of the
 * first of them (delta: of the last hidden layer), so that a ridge that narrows is a signal that
 * shrinks. */
static void add_ridges(ins_tell *tell, ins_chart *chart, ins_panel *panel, size_t arm,
                       ins_tensor tensor, double window)
{
    size_t layer[MOST_RIDGES], count = layers_of(tell, arm, tensor, layer);
    const ins_mark *mark = ins_tell_mark(tell, arm);
    if (count == 0) return;
    size_t of = tensor == INS_DELTA ? last_of(tell, arm, tensor) : layer[0];
    ins_site unit = {.epoch = tell->study->start, .layer = of, .tensor = tensor};
    double scale =
        sqrt(ins_seeds_at(tell->study, arm, INS_GEOMETRIC, INS_LAYERS_SECOND_MOMENT, unit)
                 .interval.mean);
    for (size_t i = 0; i < count; i++) {
        ins_bin bin[MOST_BINS];
        size_t l = layer[i], bins = pool(tell, arm, l, tensor, bin);
        double step = i > 0 ? (double)(l - layer[i - 1]) : count > 1 ? (double)(layer[1] - l) : 1;
        double most = 0;
        for (size_t b = 0; b < bins; b++) most = fmax(most, bin[b].count);
        if (!(most > 0) || !(scale > 0)) continue;
        ins_series *ridge = ins_mark_series(chart, panel, INS_SERIES_AREA,
                                            INS_TELL("%s layer %zu", mark->name, l), mark);
        for (size_t b = 0; b < bins; b++) {
            double x = (bin[b].lower + bin[b].upper) / 2 / scale;
            if (fabs(x) > window) continue;
            ins_series_add(chart, ridge,
                           (ins_point){.x = x,
                                       .y = (double)l - 0.85 * step * bin[b].count / most,
                                       .lower = (double)l,
                                       .upper = NAN});
        }
    }
}

/* Names of the layers that are shown of the first arm; numbers where they have none. */
static ins_axis layers_axis(ins_tell *tell, ins_tensor tensor)
{
    size_t layer[MOST_RIDGES], last = tell->study->layers - 1;
    size_t count = layers_of(tell, 0, tensor, layer);
    ins_axis axis = ins_layers_beside(tell, NULL, 0, (double)last, last, 6, MOST_RIDGES);
    if (!axis.names) return axis;
    axis.tics = 0;
    for (size_t i = 0; i < count; i++)
        ins_axis_name(&axis, (double)layer[i],
                      ins_short_name(tell, ins_layer_at(&tell->study->arm[0], layer[i])->name,
                                     INS_BESIDE_LONGEST));
    return axis;
}

static void draw(ins_tell *tell, ins_tensor tensor, const char *name, const char *caption)
{
    const double window = 4;
    ins_chart *chart = ins_chart_new(tell->arena, name, caption, INS_SHAPE_LOW);
    chart->across = tell->study->arms < 4 ? tell->study->arms : 4;
    for (size_t a = 0; a < tell->study->arms; a++) {
        ins_panel *panel = ins_chart_panel(chart, ins_tell_mark(tell, a)->name);
        ins_mark_panel(panel, ins_tell_mark(tell, a));
        panel->down = true;
        add_ridges(tell, chart, panel, a, tensor, window);
        panel->x = ins_axis_linear(tell->arena, -window, window, 4, false);
        panel->y = layers_axis(tell, tensor);
    }
    if (ins_chart_prune(chart) == 0) return;
    ins_add_chart(tell->document, chart, caption);
}

void ins_write_distributions(ins_tell *tell)
{
    ins_section_begin(tell->document, "distributions", "Distributions",
                      "How z and delta are distributed, layer by layer", false);
    if (has_some(tell, INS_PREACTIVATION))
        draw(
            tell, INS_PREACTIVATION, "distributions",
            INS_TELL("Histograms of z by hidden layer before training, all seeds together, each as "
                     "high as its largest bin; the horizontal axis is in units of the rms of z in "
                     "%s.",
                     first_words(tell)));
    if (has_some(tell, INS_DELTA))
        draw(tell, INS_DELTA, "distributions-delta",
             "The same of the error delta, in units of its rms in the last hidden layer.");
}
