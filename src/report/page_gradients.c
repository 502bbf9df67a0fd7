/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* Error and weight gradient by layer: a gradient is the product of the error and of what the layer
 * is given, so what grows in one may cancel in the other. */
#include <config.h>

#include "pages.h"

#include <math.h>

#include "curves.h"

enum { LEAST_LAYERS = 4, MOST_ARMS = 9 };

static ins_seeds moment_of(const ins_tell *tell, size_t arm, ins_tensor tensor, size_t layer)
{
    ins_site at = {.epoch = tell->study->start, .layer = layer, .tensor = tensor};
    return ins_seeds_at(tell->study, arm, INS_GEOMETRIC, INS_LAYERS_SECOND_MOMENT, at);
}

/* The second hidden layer that is a product of weights. */
static size_t second_of(const ins_arm *arm)
{
    size_t count = 0, layer = 0;
    for (size_t l = 1; l <= ins_hidden_layers(arm) && count < 2; l++) {
        if (!ins_has_product(arm, l)) continue;
        layer = l;
        count++;
    }
    return layer;
}

static double mean_of(const ins_tell *tell, size_t arm, ins_tensor tensor, size_t layer)
{
    return moment_of(tell, arm, tensor, layer).interval.mean;
}

/* Of the last hidden layer that has one. */
static double last_of(const ins_tell *tell, size_t arm, ins_tensor tensor)
{
    size_t last = ins_tell_hidden(tell, arm);
    for (; last > 1; last--) {
        ins_seeds moment = moment_of(tell, arm, tensor, last);
        bool told = moment.interval.n > 0 || moment.zeros > 0 || moment.infinite > 0;
        if (told && ins_has_product(&tell->study->arm[arm], last)) break;
    }
    return mean_of(tell, arm, tensor, last);
}

static double relative(const ins_tell *tell, size_t arm, ins_tensor tensor, size_t layer)
{
    return mean_of(tell, arm, tensor, layer) / last_of(tell, arm, tensor);
}

/* Whether a gradient of the arm was measured, and not only listed. */
static bool is_measured(const ins_tell *tell, size_t arm)
{
    const double last = last_of(tell, arm, INS_GRADIENT);
    for (size_t l = 1; l <= ins_tell_hidden(tell, arm); l++)
        if (ins_has_product(&tell->study->arm[arm], l) &&
            isfinite(mean_of(tell, arm, INS_GRADIENT, l) / last))
            return true;
    return false;
}

bool ins_gradients_applies(const ins_tell *tell)
{
    bool any = false, deep = false;
    if (tell->sweep || tell->study->arms > MOST_ARMS || !ins_is_recorded(tell->study->start))
        return false;
    for (size_t a = 0; a < tell->study->arms; a++) {
        any = any || is_measured(tell, a);
        deep = deep || ins_tell_hidden(tell, a) >= LEAST_LAYERS;
    }
    return any && deep;
}

void ins_write_gradients(ins_tell *tell)
{
    const ins_study *study = tell->study;
    size_t most = SIZE_MAX;
    double apart = 0;
    ins_chart *chart = ins_chart_new(tell->arena, "gradients", "Error and weight gradient by layer",
                                     INS_SHAPE_MULTIPLE);
    for (size_t a = 0; a < study->arms; a++) {
        const ins_mark *mark = ins_tell_mark(tell, a);
        ins_panel *panel = ins_chart_panel(chart, mark->name);
        ins_mark_panel(panel, mark);
        ins_series *error = ins_mark_series(chart, panel, ins_curve_kind(tell, a, INS_SERIES_LINE),
                                            INS_TELL("%s error", mark->name), mark);
        ins_series *gradient =
            ins_mark_series(chart, panel, ins_curve_kind(tell, a, INS_SERIES_SIZE),
                            INS_TELL("%s gradient", mark->name), mark);
        const double last_error = last_of(tell, a, INS_DELTA),
                     last_gradient = last_of(tell, a, INS_GRADIENT);
        for (size_t l = 1; l <= ins_tell_hidden(tell, a); l++) {
            if (!ins_has_product(&study->arm[a], l)) continue;
            ins_series_add(chart, error,
                           (ins_point){.x = (double)l,
                                       .y = mean_of(tell, a, INS_DELTA, l) / last_error,
                                       .lower = NAN,
                                       .upper = NAN});
            ins_series_add(chart, gradient,
                           (ins_point){.x = (double)l,
                                       .y = mean_of(tell, a, INS_GRADIENT, l) / last_gradient,
                                       .lower = NAN,
                                       .upper = NAN});
        }
        size_t second = second_of(&study->arm[a]);
        double both = fabs(
            log(relative(tell, a, INS_GRADIENT, second) / relative(tell, a, INS_DELTA, second)));
        if (both > apart && isfinite(both)) apart = both, most = a;
        panel->x = ins_layers_axis(tell, 1, study->layers - 1);
        panel->x_title = "hidden layer";
        panel->horizontal = 1;
    }
    ins_share_axis(chart, true);
    for (size_t i = 0; i < chart->panels.count; i++)
        ins_axis_thin(&((ins_panel *const *)chart->panels.items)[i]->y, 5);
    if (ins_chart_prune(chart) == 0) return;
    const char *title = "Error and gradient by layer";
    size_t second = most != SIZE_MAX ? second_of(&study->arm[most]) : 0;
    if (most != SIZE_MAX)
        title = INS_TELL("With %s the error reaches %s as %s of the last one's, the gradient as %s",
                         ins_mark_text(tell->document, ins_tell_arm(tell, most)),
                         ins_document_escape(tell->document, ins_layer_words(tell, second)),
                         ins_say(tell->arena, relative(tell, most, INS_DELTA, second)),
                         ins_say(tell->arena, relative(tell, most, INS_GRADIENT, second)));
    ins_section_begin(tell->document, "gradients", "Gradients", title, false);
    ins_add_chart(
        tell->document, chart,
        "Second moments in relation to the last hidden layer, before training: the error "
        "delta (thick) and the gradient of the weights (thin, open points). The gradient of "
        "a weight is the error times what the layer is given: where the signal shrinks "
        "toward the output and the error toward the input, their product may stay level.");
}
