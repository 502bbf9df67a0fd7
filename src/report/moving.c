/* How far each layer moves: the size of the updates in relation to the weights. */
#include <config.h>

#include "pages.h"

#include <math.h>
#include <stdlib.h>

#include <gsl/gsl_sort.h>
#include <gsl/gsl_statistics_double.h>

#include "cells.h"
#include "layered.h"
#include "lines.h"
#include "phrases.h"

/* A layer, and for ratio an epoch. */
typedef struct place {
    size_t layer;
    ins_epoch_index epoch;
} place;

/* rms update / rms weight before, of a layer of a run at an epoch; NAN at the first, and where the
 * weights were 0. */
static double ratio(const ins_study *study, size_t run, const void *context)
{
    const place *at = context;
    ins_site now = {run, at->epoch, at->layer, INS_UPDATE}, then = now;
    double before;
    then.tensor = INS_WEIGHT;
    do {
        then.epoch = ins_epoch_before(then.epoch);
        before = ins_layer_rms(study, then);
    } while (isnan(before) && ins_is_recorded(then.epoch));
    return before > 0 ? ins_layer_rms(study, now) / before : (double)NAN;
}

/* The median over recorded epochs of the ratio, on a logarithmic scale. */
static double run_step(const ins_study *study, size_t run, const void *context)
{
    place at = *(const place *)context;
    double *step = ins_allocate(study->epochs, sizeof *step, "updates");
    size_t n = 0;
    for (size_t e = 1; e < study->epochs; e++) {
        at.epoch = ins_epoch_at(e);
        double value = ratio(study, run, &at);
        if (!isnan(value)) step[n++] = log10(value);
    }
    gsl_sort(step, 1, n);
    double median = n > 0 ? gsl_stats_median_from_sorted_data(step, 1, n) : (double)NAN;
    free(step);
    return pow(10, median);
}

/* The mean over seeds of log10 of their medians; -INFINITY: one of them is exactly 0. */
static double mean_step(const ins_study *study, size_t arm, size_t layer)
{
    ins_seeds steps = ins_over_seeds(study, arm, INS_GEOMETRIC, run_step, &(place){.layer = layer});
    return steps.zeros > 0 ? -INFINITY : log10(steps.interval.mean);
}

static unsigned step_colour(double step)
{
    if (isnan(step)) return 0xE2E2E2;
    if (step < ins_threshold_of(INS_THRESHOLD_UPDATE_FROZEN) || step > -1) return 0xF4B183;
    bool healthy = step >= ins_threshold_of(INS_THRESHOLD_UPDATE_HEALTHY_LOWER) &&
                   step <= ins_threshold_of(INS_THRESHOLD_UPDATE_HEALTHY_UPPER);
    return healthy ? 0xCDE8D8 : 0xF3F1E4;
}

/* Geometric mean over the seeds whose ratio is above 0. */
static double ratio_of_seeds(ins_flow *flow, size_t arm, ins_epoch_index epoch, size_t layer)
{
    place at = {layer, epoch};
    ins_seeds ratios = ins_over_seeds(flow->part->study, arm, INS_GEOMETRIC, ratio, &at);
    return exp(ratios.sum / (double)ratios.interval.n);
}

/* The same epoch by epoch, where the page has room for it. */
static void over_epochs(ins_flow *flow)
{
    const double least = 24;
    const ins_study *study = flow->part->study;
    double minimum, maximum, height = ins_multiples_fit(flow, study->arms, 1, 2, 0, 44);
    if (height < least) return;
    ins_layered layered = ins_layered_new(flow, 1, ratio_of_seeds);
    if (!ins_layered_range(flow, &layered, &minimum, &maximum)) return;
    layered.vertical = ins_axis_log(flow->arena, fmax(minimum, 1e-12), fmax(maximum, 1e-2));
    layered.y_title = "rms update / rms weight before, log scale";
    ins_figure *figure = ins_layered_draw(flow, &layered, "updates",
                                          "Relative size of the updates over epochs.", height);
    ins_flow_caption(flow, figure,
                     "The same epoch by epoch, one curve a layer, with the layer’s number at its "
                     "end. Curves that fall are networks that settle; curves that rise have found "
                     "a gradient.");
}

void ins_draw_moving(ins_flow *flow)
{
    const ins_study *study = flow->part->study;
    size_t columns;
    const size_t *layer = ins_choose(flow, 1, study->layers, ins_cells_most(1, 4), &columns);
    ins_cells cells = ins_cells_new(flow, 1, columns);
    cells.block[0] = "";
    size_t known = 0;
    cells.x_title = columns < study->layers ? "layer (a selection)" : "layer";
    for (size_t c = 0; c < columns; c++) {
        bool output = layer[c] == study->layers && ins_same_depth(study);
        cells.column[c] =
            output ? (columns > 12 ? "out" : "output") : ins_flow_format(flow, "%zu", layer[c]);
        for (size_t a = 0; a < study->arms; a++) {
            if (layer[c] > study->arm[a].layers) continue;
            double step = mean_step(study, a, layer[c]);
            known += !isnan(step);
            const char *sign = step < 0 ? "−" : "";
            size_t at = a * columns + c;
            cells.text[at] = isnan(step)   ? "–"
                             : isinf(step) ? "0"
                                           : ins_flow_format(flow, "%s%.1f", sign, fabs(step));
            cells.rgb[at] = step_colour(step);
            cells.ink[at] = INS_INK;
        }
    }
    ins_flow_room(flow, ins_cells_height(&cells) + 44);
    ins_flow_heading(flow, "Does a layer move?");
    ins_flow_paragraph(
        flow, "How large the updates are in relation to the weights that they change, as a power "
              "of ten: log_{10}(rms update / rms weight before), from one recorded epoch to the "
              "next. Around −3 is a common rule of thumb, −4 to −2 (green) healthy; a layer below "
              "−5 (orange) stands still, and below −7 an update is lost in the rounding of single "
              "precision. Above −1 (orange as well) an epoch replaces a good part of the layer.");
    if (known == 0) {
        ins_flow_note(flow, "No update was recorded whose size and weights are numbers above 0.");
        return;
    }
    ins_figure *figure =
        ins_cells_draw(flow, &cells, "update-size", "Relative size of the updates of each layer.");
    ins_flow_caption(flow, figure,
                     "Median over recorded epochs, mean over seeds. 0: updates of exactly 0; "
                     "–: weights of exactly 0, or numbers that are not finite.");
    over_epochs(flow);
}
