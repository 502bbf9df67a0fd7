/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* Curves of learning, and axes. */
#include <config.h>

#include "curves.h"

#include <math.h>
#include <string.h>

#include "initscope/layout.h"
#include "initscope/text.h"

/* plain, or the end of it behind an ellipsis, from a point on where one stands in it. */
static const char *end_of_name(ins_tell *tell, const char *plain, size_t most)
{
    size_t length = ins_text_columns(plain);
    if (length <= most) return plain;
    for (size_t skip = length - most + 1; skip > 0 && *plain != '\0'; skip--) {
        plain++;
        while (((unsigned char)*plain & 0xC0) == 0x80) plain++;
    }
    const char *point = strchr(plain, '.');
    return INS_TELL("…%s", point != NULL && point[1] != '\0' ? point + 1 : plain);
}

const char *ins_short_name(ins_tell *tell, const char *name, size_t most)
{
    const char *clean = ins_document_clean(tell->document, name);
    return ins_document_escape(tell->document, end_of_name(tell, clean, most));
}

/* A name of digits, as PyTorch gives in a row of modules, would be taken for a layer's number. */
static bool is_telling(const ins_graph_layer *of)
{
    return of != NULL && strspn(of->name, "0123456789.") < strlen(of->name);
}

/* The name of a layer that all of the arms give it; NULL: none, or some call it otherwise. */
static const char *common_name(const ins_tell *tell, const ins_some_arms *arms, size_t layer)
{
    const char *name = NULL;
    size_t count = arms != NULL ? arms->count : tell->study->arms;
    for (size_t i = 0; i < count; i++) {
        const ins_arm *arm = &tell->study->arm[arms != NULL ? arms->arm[i] : i];
        const ins_graph_layer *of = ins_layer_at(arm, layer);
        if (layer > arm->layers) continue;
        if (!is_telling(of)) return NULL;
        if (name != NULL && strcmp(name, of->name) != 0) return NULL;
        name = of->name;
    }
    return name;
}

const char *ins_layer_words(ins_tell *tell, size_t layer)
{
    enum { LONGEST = 20 };
    const char *name = common_name(tell, NULL, layer);
    if (name == NULL) return INS_TELL("layer %zu", layer);
    return end_of_name(tell, ins_document_clean(tell->document, name), LONGEST);
}

static bool all_named(const ins_tell *tell, const ins_some_arms *arms, size_t first, size_t last)
{
    for (size_t l = first; l <= last; l++)
        if (common_name(tell, arms, l) == NULL) return false;
    return first <= last;
}

/* The last layer of the block of a layer, in all arms the same; 0: it stands in none, or arms
 * differ. */
static size_t end_of_block(const ins_tell *tell, size_t layer, size_t last)
{
    const ins_graph_layer *of = ins_layer_at(&tell->study->arm[0], layer);
    size_t end = layer;
    if (of == NULL || of->block[0] == '\0') return 0;
    for (;; end++) {
        bool same = true;
        for (size_t a = 0; a < tell->study->arms; a++) {
            const ins_graph_layer *next = ins_layer_at(&tell->study->arm[a], end);
            same = same && next != NULL && strcmp(next->block, of->block) == 0;
        }
        if (!same || end > last) break;
    }
    return end > layer ? end - 1 : 0;
}

size_t ins_layer_blocks(const ins_tell *tell, size_t first, size_t last, ins_layer_block *block,
                        size_t most)
{
    size_t count = 0;
    for (size_t l = first; l <= last; l++) {
        size_t end = end_of_block(tell, l, last);
        if (end == 0) continue;
        if (count < most)
            block[count] = (ins_layer_block){ins_layer_at(&tell->study->arm[0], l)->block, l, end};
        count++;
        l = end;
    }
    return count;
}

/* Names of blocks under their middles, in the place of more names of layers than have room. */
static ins_axis blocks_axis(ins_tell *tell, size_t first, size_t last, const ins_layer_block *block,
                            size_t count, size_t room)
{
    enum { LONGEST = 10 };
    ins_axis axis = ins_axis_named((double)first - 0.5, (double)last + 0.5);
    size_t longest = 1;
    for (size_t b = 0; b < count; b++) {
        size_t length = ins_text_columns(ins_document_clean(tell->document, block[b].name));
        if (length > longest) longest = length;
    }
    if (longest > LONGEST) longest = LONGEST;
    size_t most = room / (longest + 2), step = (count - 1) / most + 1;
    for (size_t b = 0; b < count; b += step)
        ins_axis_name(&axis, (double)(block[b].first + block[b].last) / 2,
                      ins_short_name(tell, block[b].name, LONGEST));
    return axis;
}

ins_axis ins_layers_axis(ins_tell *tell, size_t first, size_t last)
{
    enum { ROOM = 32, LONGEST = 10 }; /* letters under an axis, and of a name */
    if (!all_named(tell, NULL, first, last))
        return ins_axis_whole(tell->arena, (long long)first, (long long)last, 8);
    size_t longest = 1;
    for (size_t l = first; l <= last; l++) {
        size_t length =
            ins_text_columns(ins_document_clean(tell->document, common_name(tell, NULL, l)));
        if (length > longest) longest = length;
    }
    if (longest > LONGEST) longest = LONGEST;
    size_t most = ROOM / (longest + 2), step = (last - first) / most + 1;
    ins_layer_block block[INS_MOST_BLOCKS];
    size_t blocks = ins_layer_blocks(tell, first, last, block, INS_MOST_BLOCKS);
    if (step > 1 && blocks > 1 && blocks <= INS_MOST_BLOCKS)
        return blocks_axis(tell, first, last, block, blocks, ROOM);
    ins_axis axis = ins_axis_named((double)first - 0.5, (double)last + 0.5);
    for (size_t l = first; l <= last; l += step)
        ins_axis_name(&axis, (double)l, ins_short_name(tell, common_name(tell, NULL, l), LONGEST));
    return axis;
}

ins_axis ins_layers_beside(ins_tell *tell, const ins_some_arms *arms, double low, double high,
                           size_t last, size_t steps, size_t most)
{
    if (!all_named(tell, arms, 1, last))
        return ins_axis_whole(tell->arena, (long long)low, (long long)high, steps);
    ins_axis axis = ins_axis_named(low, high);
    for (size_t l = 1, step = (last - 1) / most + 1; l <= last; l += step)
        ins_axis_name(&axis, (double)l,
                      ins_short_name(tell, common_name(tell, arms, l), INS_BESIDE_LONGEST));
    return axis;
}

ins_series_kind ins_curve_kind(const ins_tell *tell, size_t arm, ins_series_kind of_chain)
{
    if (tell->study->arm[arm].chain) return of_chain;
    return of_chain == INS_SERIES_LINE ? INS_SERIES_DOTS : INS_SERIES_RINGS;
}

void ins_name_curve(const ins_tell *tell, ins_chart *chart, ins_panel *panel, ins_series *series,
                    const char *name)
{
    const ins_point *end = NULL, *points = series->points.items;
    if (series->kind == INS_SERIES_LINE) {
        series->label = name;
        return;
    }
    for (size_t i = 0; i < series->points.count; i++) {
        if (!isfinite(points[i].y) || !(points[i].y > 0)) continue;
        if (end == NULL || !panel->labels_left) end = &points[i];
    }
    if (end == NULL) return;
    ins_point last = {.x = end->x, .y = end->y, .lower = NAN, .upper = NAN};
    ins_series *named =
        ins_panel_series(chart, panel, INS_SERIES_LINE, INS_TELL("%s, end", series->name),
                         series->colour, series->ink);
    ins_series_add(chart, named, last);
    named->mark = series->mark;
    named->label = name;
}

void ins_add_predicted(const ins_tell *tell, size_t arm, ins_chart *chart, ins_series *series,
                       double x, double y)
{
    ins_point point = {.x = x, .y = y, .lower = NAN, .upper = NAN}, gap = point;
    gap.y = NAN;
    ins_series_add(chart, series, point);
    if (!tell->study->arm[arm].chain) ins_series_add(chart, series, gap);
}

/* The first moment after 0, where the axis is logarithmic; else 0. */
static double bend_of(const ins_tell *tell)
{
    const double far = 50;
    const ins_study *study = tell->study;
    size_t first = 0;
    while (first < study->epochs && study->epoch[first] <= 0) first++;
    if (first >= study->epochs) return 0;
    double from = (double)study->epoch[first], last = (double)study->epoch[study->epochs - 1];
    return last / from > far ? from : 0;
}

double ins_epoch_end(const ins_tell *tell, size_t epoch)
{
    const ins_study *study = tell->study;
    double here = (double)study->epoch[epoch];
    if (epoch + 1 < study->epochs) return (double)study->epoch[epoch + 1];
    return bend_of(tell) > 0 ? here * here / (double)study->epoch[epoch - 1] : here + 1;
}

ins_point ins_seeds_point(double x, const ins_seeds *seeds)
{
    bool some = seeds->interval.n > 0, band = seeds->interval.n > 1;
    return (ins_point){.x = x,
                       .y = some ? seeds->interval.mean : (double)NAN,
                       .lower = band ? seeds->minimum : (double)NAN,
                       .upper = band ? seeds->maximum : (double)NAN};
}

ins_axis ins_epochs_axis(ins_tell *tell)
{
    const ins_study *study = tell->study;
    double bend = bend_of(tell);
    if (bend > 0) {
        enum { MOST_TICS = 6 };
        ins_axis axis = ins_axis_bent(tell->arena, (double)study->epoch[0], bend,
                                      (double)study->epoch[study->epochs - 1]);
        ins_axis_thin(&axis, MOST_TICS);
        return axis;
    }
    return ins_axis_whole(tell->arena, study->epoch[0], study->epoch[study->epochs - 1], 6);
}

void ins_share_axis(ins_chart *chart, bool logarithmic)
{
    double low = INFINITY, high = -INFINITY;
    ins_panel *const *panels = chart->panels.items;
    for (size_t i = 0; i < chart->panels.count; i++) {
        double minimum, maximum;
        if (!ins_panel_range(panels[i], false, logarithmic, &minimum, &maximum)) continue;
        low = fmin(low, minimum);
        high = fmax(high, maximum);
    }
    if (!(low <= high)) low = high = 1;
    for (size_t i = 0; i < chart->panels.count; i++)
        panels[i]->y = logarithmic ? ins_axis_log(chart->arena, low, high)
                                   : ins_axis_linear(chart->arena, low, high, 5, false);
}

/* Of what the panels hold; of scores alone. */
static void scores_range(const ins_chart *chart, double *low, double *high)
{
    ins_panel *const *panels = chart->panels.items;
    *low = INFINITY;
    *high = -INFINITY;
    for (size_t i = 0; i < chart->panels.count; i++) {
        double minimum, maximum;
        if (!ins_panel_range(panels[i], false, false, &minimum, &maximum)) continue;
        *low = fmin(*low, minimum);
        *high = fmax(*high, maximum);
    }
}

static const double lowest = -1; /* of R^2 that is drawn */

ins_axis ins_score_axis(ins_tell *tell, const ins_chart *chart, size_t steps)
{
    double low, high;
    ins_score_kind kind = ins_tell_score(tell)->kind;
    if (kind == INS_SCORE_ACCURACY) return ins_axis_linear(tell->arena, 0, 1, steps, true);
    scores_range(chart, &low, &high);
    if (!(low <= high)) low = 0, high = 1;
    if (kind == INS_SCORE_OTHER) return ins_axis_linear(tell->arena, low, high, steps, false);
    return ins_axis_linear(tell->arena, fmax(fmin(low, 0), lowest), 1, steps, false);
}

const char *ins_score_cut(const ins_tell *tell, const ins_chart *chart)
{
    double low, high;
    scores_range(chart, &low, &high);
    return ins_tell_score(tell)->kind == INS_SCORE_R2 && low < lowest
               ? " What lies below −1 is cut off."
               : "";
}

static void draw_outcome(ins_tell *tell, ins_chart *chart, bool loss)
{
    const ins_study *study = tell->study;
    const ins_score *score = ins_tell_score(tell);
    ins_panel *panel = ins_chart_panel(chart, loss ? "Training loss, log scale"
                                                   : ins_say_score_title(tell->arena, score));
    for (size_t a = 0; a < study->arms; a++) {
        const ins_mark *mark = ins_tell_mark(tell, a);
        ins_series *series = ins_mark_series(chart, panel, INS_SERIES_LINE, mark->name, mark);
        series->label = mark->name;
        for (size_t e = 0; e < study->epochs; e++) {
            ins_site at = {.epoch = ins_epoch_at(e)};
            ins_seeds seeds = loss
                                  ? ins_seeds_at(study, a, INS_GEOMETRIC, INS_EPOCHS_TRAIN_LOSS, at)
                                  : ins_seeds_at(study, a, INS_MEAN, score->test, at);
            ins_interval value = seeds.interval;
            /* A score does not leave what was seen. */
            if (!loss) {
                value.lower = fmax(value.lower, seeds.minimum);
                value.upper = fmin(value.upper, seeds.maximum);
            }
            ins_series_add(chart, series,
                           (ins_point){.x = (double)study->epoch[e],
                                       .y = value.n > 0 ? value.mean : (double)NAN,
                                       .lower = value.n > 2 ? value.lower : (double)NAN,
                                       .upper = value.n > 2 ? value.upper : (double)NAN});
        }
    }
    double low, high;
    panel->x = ins_epochs_axis(tell);
    panel->x_title = tell->study->time;
    if (loss) {
        if (!ins_panel_range(panel, false, true, &low, &high)) low = high = 1;
        panel->y = ins_axis_log(tell->arena, low, high);
        panel->horizontal = tell->analysis->facts.constant_loss;
        if (panel->horizontal < panel->y.low || panel->horizontal > panel->y.high)
            panel->horizontal = NAN;
    } else {
        panel->y = ins_score_axis(tell, chart, 5);
        panel->horizontal = tell->analysis->facts.chance;
    }
}

void ins_draw_learning(ins_tell *tell)
{
    const ins_facts *facts = &tell->analysis->facts;
    const char *name = ins_say_capital(tell->arena, facts->score.name);
    if (tell->colours == 0 || tell->study->arms > tell->colours || tell->study->epochs < 2) return;
    ins_chart *chart =
        ins_chart_new(tell->arena, "learning",
                      INS_TELL("%s and loss by %s", name, tell->study->time), INS_SHAPE_NORMAL);
    chart->across = 2;
    draw_outcome(tell, chart, false);
    const char *cut = ins_score_cut(tell, chart);
    draw_outcome(tell, chart, true);
    if (ins_chart_prune(chart) == 0) return;
    const char *loss = ins_say(tell->arena, facts->constant_loss);
    const char *dashed = "";
    if (facts->score.kind == INS_SCORE_R2)
        dashed = isfinite(facts->constant_loss)
                     ? INS_TELL(" Dashed: always answering the mean, R² %s and loss %s.",
                                facts->chance == 0
                                    ? "0"
                                    : ins_say_score(tell->arena, &facts->score, facts->chance),
                                loss)
                     : ins_tell_dashed(tell);
    else if (isfinite(facts->constant_loss))
        dashed = INS_TELL(" Dashed: %sln %.0f = %s, the loss of giving every class the "
                          "same probability.",
                          isfinite(facts->chance) ? "chance, and " : "", facts->classes, loss);
    else
        dashed = ins_tell_dashed(tell);
    ins_add_chart(tell->document, chart,
                  INS_TELL("Learning: means over seeds (of the loss geometric), bands their 95 %% "
                           "intervals.%s%s",
                           dashed, cut));
}
