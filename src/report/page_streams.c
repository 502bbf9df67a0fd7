/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* The stream of residual networks, block by block, and what reaches the branches. */
#include <config.h>

#include "pages.h"

#include <math.h>
#include <stdint.h>
#include <string.h>

#include "curves.h"

enum { MOST_SETTINGS = 4, LEAST_BLOCKS = 2 };

static size_t blocks_of(const ins_tell *tell, size_t arm)
{
    const size_t *layer;
    return ins_streams(tell->study, arm, &layer);
}

static ins_seeds measured(const ins_tell *tell, size_t arm, ins_column_id column, ins_tensor tensor,
                          size_t layer)
{
    ins_site at = {.epoch = tell->study->start, .layer = layer, .tensor = tensor};
    return ins_seeds_at(tell->study, arm, INS_GEOMETRIC, column, at);
}

/* Whether a sum behind a block was measured, and not only listed. */
static bool is_shown(const ins_tell *tell, size_t arm)
{
    const size_t *layer;
    const size_t blocks = ins_streams(tell->study, arm, &layer);
    bool some = false;
    for (size_t b = 0; b < blocks && !some; b++) {
        ins_seeds sum = measured(tell, arm, INS_LAYERS_SECOND_MOMENT, INS_STREAM, layer[b]);
        some = sum.interval.n > 0 || sum.zeros > 0 || sum.infinite > 0;
    }
    return some && blocks >= LEAST_BLOCKS;
}

bool ins_streams_applies(const ins_tell *tell)
{
    if (!ins_is_recorded(tell->study->start)) return false;
    for (size_t a = 0; a < tell->study->arms; a++)
        if (is_shown(tell, a)) return true;
    return false;
}

static double predicted(const ins_tell *tell, size_t arm, ins_tensor tensor, size_t layer)
{
    ins_site at = {.run = tell->study->arm[arm].run[0], .layer = layer, .tensor = tensor};
    return ins_number(tell->study, INS_THEORY_SECOND_MOMENT, at);
}

/* --- The stream ------------------------------------------------------------------------- */

static void add_stream(ins_tell *tell, ins_chart *chart, ins_panel *panel, size_t arm,
                       ins_column_id column)
{
    const ins_mark *mark = ins_tell_mark_in_setting(tell, arm);
    const size_t *layer;
    size_t blocks = ins_streams(tell->study, arm, &layer);
    bool within = column == INS_LAYERS_WITHIN_UNIT_VARIANCE;
    ins_series *theory = ins_mark_series(chart, panel, INS_SERIES_THEORY,
                                         INS_TELL("%s stream theory", mark->name), mark);
    ins_series *curve =
        ins_mark_series(chart, panel, INS_SERIES_LINE,
                        INS_TELL("%s stream%s", mark->name, within ? " within units" : ""), mark);
    curve->label = mark->name;
    for (size_t b = 0; b < blocks; b++) {
        double x = (double)b + 1;
        ins_seeds moment = measured(tell, arm, column, INS_STREAM, layer[b]);
        ins_series_add(chart, curve, ins_seeds_point(x, &moment));
        ins_series_add(
            chart, theory,
            (ins_point){.x = x,
                        .y = within ? (double)NAN : predicted(tell, arm, INS_STREAM, layer[b]),
                        .lower = NAN,
                        .upper = NAN});
    }
}

/* --- The branches -------------------------------------------------------------------------- */

/* The place of a layer along the blocks: the last of block b at b, those before it on the way
 * there. NAN: it stands in no block with a stream. */
static double place_of(const ins_tell *tell, size_t arm, size_t layer)
{
    const ins_arm *of = &tell->study->arm[arm];
    const ins_graph_layer *at = ins_layer_at(of, layer);
    const size_t *end;
    size_t blocks = ins_streams(tell->study, arm, &end), b = 0, first = layer;
    if (at == NULL || at->block[0] == '\0') return NAN;
    while (b < blocks && end[b] < layer) b++;
    if (b == blocks) return NAN;
    const ins_graph_layer *last = ins_layer_at(of, end[b]);
    if (last == NULL || strcmp(last->block, at->block) != 0) return NAN;
    while (first > 1) {
        const ins_graph_layer *before = ins_layer_at(of, first - 1);
        if (before == NULL || strcmp(before->block, at->block) != 0) break;
        first--;
    }
    return (double)b + (double)(layer - first + 1) / (double)(end[b] - first + 1);
}

static void add_branches(ins_tell *tell, ins_chart *chart, ins_panel *panel, size_t arm,
                         ins_tensor tensor)
{
    const ins_mark *mark = ins_tell_mark_in_setting(tell, arm);
    ins_series *marks =
        ins_mark_series(chart, panel, INS_SERIES_THEORY, INS_TELL("%s theory", mark->name), mark);
    ins_series *points = ins_mark_series(chart, panel, INS_SERIES_DOTS, mark->name, mark);
    for (size_t l = 1; l <= tell->study->arm[arm].layers; l++) {
        double x = place_of(tell, arm, l);
        if (isnan(x) || !ins_has_product(&tell->study->arm[arm], l)) continue;
        ins_seeds moment = measured(tell, arm, INS_LAYERS_SECOND_MOMENT, tensor, l);
        ins_series_add(chart, points, ins_seeds_point(x, &moment));
        /* A gradient of theory.csv is that of one sample's own loss. */
        if (tensor == INS_DELTA)
            ins_add_predicted(tell, arm, chart, marks, x, predicted(tell, arm, tensor, l));
    }
    ins_name_curve(tell, chart, panel, points, mark->name);
}

/* Layers of branches that no error reaches before training, the most of the arms. */
static size_t without(const ins_tell *tell, const ins_arm_group *of, ins_tensor tensor)
{
    size_t most = 0;
    for (size_t i = 0; i < of->count; i++) {
        size_t count = 0;
        for (size_t l = 1; l <= tell->study->arm[of->arm[i]].layers; l++) {
            if (isnan(place_of(tell, of->arm[i], l))) continue;
            ins_seeds moment = measured(tell, of->arm[i], INS_LAYERS_SECOND_MOMENT, tensor, l);
            count += moment.interval.n == 0 && moment.zeros > 0;
        }
        if (count > most) most = count;
    }
    return most;
}

/* --- The page --------------------------------------------------------------------------------- */

static void finish_panel(ins_tell *tell, ins_panel *panel, double first, size_t blocks)
{
    double low, high;
    panel->x = ins_axis_whole(tell->arena, (long long)first, (long long)blocks, 8);
    panel->x_title = "residual block";
    if (!ins_panel_range(panel, false, true, &low, &high)) low = high = 1;
    panel->y = ins_axis_log(tell->arena, low, high);
    ins_axis_thin(&panel->y, 7);
}

static const char *theory_text(const ins_tell *tell, const ins_arm_group *of)
{
    for (size_t i = 0; i < of->count; i++) {
        const size_t *layer;
        size_t blocks = ins_streams(tell->study, of->arm[i], &layer);
        for (size_t b = 0; b < blocks; b++)
            if (isfinite(predicted(tell, of->arm[i], INS_STREAM, layer[b])))
                return " Dashed, and crosses: theory.";
    }
    return "";
}

static const char *zeros_text(ins_tell *tell, const ins_arm_group *of)
{
    size_t count = without(tell, of, INS_GRADIENT);
    if (count == 0) return "";
    if (count == 1)
        return " One layer of a branch has no gradient before the first update, for the branch "
               "ends in zeros; it has one after it.";
    return INS_TELL(" %zu layers of branches have no gradient before the first update, for their "
                    "branches end in zeros; they have one after it.",
                    count);
}

static bool draw(ins_tell *tell, const ins_arm_group *of, const char **key)
{
    ins_chart *chart =
        ins_chart_new(tell->arena, "streams", "Stream and branches by block", INS_SHAPE_LOW);
    chart->across = 2;
    ins_panel *stream = ins_chart_panel(chart, "Stream: second moment");
    ins_panel *signal = ins_chart_panel(chart, "Stream: variance between rows");
    ins_panel *error = ins_chart_panel(chart, "Error δ in the branches");
    ins_panel *gradient = ins_chart_panel(chart, "Gradient of their weights");
    size_t blocks = 0;
    for (size_t i = 0; i < of->count; i++) {
        size_t arm = of->arm[i];
        if (!is_shown(tell, arm)) continue;
        if (blocks_of(tell, arm) > blocks) blocks = blocks_of(tell, arm);
        add_stream(tell, chart, stream, arm, INS_LAYERS_SECOND_MOMENT);
        add_stream(tell, chart, signal, arm, INS_LAYERS_WITHIN_UNIT_VARIANCE);
        add_branches(tell, chart, error, arm, INS_DELTA);
        add_branches(tell, chart, gradient, arm, INS_GRADIENT);
    }
    if (blocks == 0) return false;
    finish_panel(tell, stream, 1, blocks);
    finish_panel(tell, signal, 1, blocks);
    finish_panel(tell, error, 0, blocks);
    finish_panel(tell, gradient, 0, blocks);
    if (ins_chart_prune(chart) == 0) return false;
    if (*of->label != '\0')
        ins_add_heading(tell->document, ins_document_escape(tell->document, of->label));
    const char *text =
        INS_TELL("Before training, geometric means over seeds, bands and bars from the smallest "
                 "seed to the largest. Above: the sum behind each residual block, and what of it "
                 "differs between rows. Below: second moments in the layers of the branches, the "
                 "last of block 1 at 1.%s",
                 theory_text(tell, of));
    bool said = *key != NULL && strcmp(*key, text) == 0;
    ins_add_chart(tell->document, chart,
                  INS_TELL("%s%s", said ? "As the figure before." : text, zeros_text(tell, of)));
    *key = text;
    return true;
}

/* The arms that which (arms) says; more than a title holds are counted. */
static const char *names_of(ins_tell *tell, const bool *which)
{
    enum { NAMED = 3 };
    const char **item = ins_arena_get(tell->arena, tell->study->arms + 1, sizeof *item, "names");
    size_t count = 0, shown = 0;
    for (size_t a = 0; a < tell->study->arms; a++) {
        shown += is_shown(tell, a);
        if (which[a]) item[count++] = ins_mark_text(tell->document, ins_tell_arm(tell, a));
    }
    return count > NAMED ? INS_TELL("%zu of %zu residual networks", count, shown)
                         : ins_say_list(tell->arena, item, count, NAMED);
}

/* What is wrong, else what the fastest stream does. */
static const char *title_of(ins_tell *tell)
{
    bool *which = ins_arena_get(tell->arena, tell->study->arms + 1, sizeof *which, "names");
    size_t exploding = 0, identities = 0, shown = 0, most = SIZE_MAX;
    for (size_t a = 0; a < tell->study->arms; a++) {
        const ins_arm_judgement *of = &tell->analysis->arm[a];
        if (!is_shown(tell, a)) continue;
        shown++;
        identities += ins_has_verdict(of, INS_VERDICT_IDENTITY_START);
        exploding += which[a] = ins_has_verdict(of, INS_VERDICT_EXPLODING_STREAM);
        if (most == SIZE_MAX ||
            of->stream_growth.interval.mean > tell->analysis->arm[most].stream_growth.interval.mean)
            most = a;
    }
    if (exploding > 0) return INS_TELL("The stream explodes with %s", names_of(tell, which));
    if (identities == shown) return "The stream passes all blocks as it is";
    double growth = tell->analysis->arm[most].stream_growth.interval.mean;
    return INS_TELL(growth < 1 ? "The stream does not grow: at most × %s a block"
                               : "The stream grows by at most a factor of %s a block",
                    ins_say(tell->arena, growth));
}

/* The arms whose streams grow least and most. */
static void find_ends(const ins_tell *tell, size_t *least, size_t *most)
{
    *least = *most = SIZE_MAX;
    for (size_t a = 0; a < tell->study->arms; a++) {
        double growth = tell->analysis->arm[a].stream_growth.interval.mean;
        if (!is_shown(tell, a) || isnan(growth)) continue;
        if (*least == SIZE_MAX || growth < tell->analysis->arm[*least].stream_growth.interval.mean)
            *least = a;
        if (*most == SIZE_MAX || growth > tell->analysis->arm[*most].stream_growth.interval.mean)
            *most = a;
    }
}

void ins_write_streams(ins_tell *tell)
{
    size_t drawn = 0, least, most, groups = ins_tell_groups(tell, false);
    const char *key = NULL;
    find_ends(tell, &least, &most);
    ins_section_begin(tell->document, "streams", "Streams", title_of(tell), false);
    for (size_t g = 0; g < groups && drawn < MOST_SETTINGS; g++) {
        ins_arm_group of = ins_tell_group(tell, g, false, is_shown);
        if (tell->book && least != SIZE_MAX && !ins_group_holds(&of, least) &&
            !ins_group_holds(&of, most))
            continue;
        drawn += draw(tell, &of, &key);
    }
}
