/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* Tokens over the layers of a sequence: how alike they become, and how peaked attention starts. */
#include <config.h>

#include "pages.h"

#include <math.h>
#include <stdint.h>
#include <string.h>

#include "curves.h"

#include "initscope/sequence.h"

enum { MOST_SETTINGS = 4, MOST_LAYERS = 1024 };

static bool is_shown(const ins_tell *tell, size_t arm)
{
    size_t layer;
    return ins_token_layers(tell->study, arm, &layer, 1) > 0;
}

bool ins_tokens_applies(const ins_tell *tell)
{
    if (!ins_study_has_file(tell->study, INS_LOG_TOKENS)) return false;
    for (size_t a = 0; a < tell->study->arms; a++)
        if (is_shown(tell, a)) return true;
    return false;
}

/* --- Curves ------------------------------------------------------------------------------ */

static double number_of(const ins_tell *tell, size_t arm, ins_column_id column, ins_tensor tensor,
                        size_t layer)
{
    ins_site at = {.run = tell->study->arm[arm].run[0],
                   .epoch = tell->study->start,
                   .layer = layer,
                   .tensor = tensor};
    return ins_number(tell->study, column, at);
}

/* The theory has attention by pairs of a query and a key: a row of attention has so many times
 * what one of them has as the measured sum of squares says. NAN: nothing is predicted. */
static double predicted(const ins_tell *tell, size_t arm, ins_column_id column, size_t layer)
{
    bool of_tokens = column == INS_TOKENS_CORRELATION;
    ins_tensor tensor = of_tokens ? INS_TOKENS : INS_ATTENTION;
    double square = number_of(tell, arm, INS_THEORY_SECOND_MOMENT, tensor, layer);
    if (of_tokens) return 1 - number_of(tell, arm, INS_THEORY_VARIANCE, tensor, layer) / square;
    if (column != INS_TOKENS_SUM_OF_SQUARES) return NAN;
    return square * number_of(tell, arm, column, tensor, layer) /
           number_of(tell, arm, INS_LAYERS_SECOND_MOMENT, tensor, layer);
}

/* A number of tokens.csv by layer: of tokens by the layer, of attention by how many there were. */
static void add_curve(ins_tell *tell, ins_chart *chart, ins_panel *panel, size_t arm,
                      ins_column_id column)
{
    const ins_mark *mark = ins_tell_mark_in_setting(tell, arm);
    bool of_tokens = column == INS_TOKENS_CORRELATION;
    ins_series *curve = ins_mark_series(chart, panel, INS_SERIES_LINE, mark->name, mark);
    size_t *layer = ins_arena_get(tell->arena, MOST_LAYERS, sizeof *layer, "layers");
    size_t count = of_tokens ? ins_token_layers(tell->study, arm, layer, MOST_LAYERS)
                             : ins_attention_layers(tell->study, arm, layer, MOST_LAYERS);
    ins_average average = column == INS_TOKENS_SUM_OF_SQUARES ? INS_GEOMETRIC : INS_MEAN;
    ins_series *theory =
        ins_panel_series(chart, panel, INS_SERIES_THEORY, INS_TELL("%s theory", mark->name),
                         mark->colour, mark->ink);
    curve->label = mark->name;
    for (size_t i = 0; i < count && i < MOST_LAYERS; i++) {
        ins_site at = {.epoch = tell->study->start, .layer = layer[i]};
        ins_seeds seeds = ins_seeds_at(tell->study, arm, average, column, at);
        double x = of_tokens ? (double)layer[i] : (double)i + 1;
        ins_series_add(
            chart, theory,
            (ins_point){
                .x = x, .y = predicted(tell, arm, column, layer[i]), .lower = NAN, .upper = NAN});
        ins_series_add(chart, curve, ins_seeds_point(x, &seeds));
    }
}

/* --- Figures ------------------------------------------------------------------------------ */

/* Sum of squares of attention that looks at all alike; NAN: not known, or not the same in all. */
static double uniform_of(const ins_tell *tell, const ins_arm_group *of)
{
    const double same = 1e-3; /* relative */
    double uniform = NAN;
    for (size_t i = 0; i < of->count; i++) {
        size_t layer, run = tell->study->arm[of->arm[i]].run[0];
        if (ins_attention_layers(tell->study, of->arm[i], &layer, 1) == 0) continue;
        ins_site at = {.run = run, .epoch = tell->study->start, .layer = layer};
        double here = ins_number(tell->study, INS_TOKENS_SUM_OF_SQUARES, at) /
                      ins_attention_over_uniform(tell->study, run, layer);
        if (isnan(here) || (!isnan(uniform) && fabs(here / uniform - 1) > same)) return NAN;
        uniform = here;
    }
    return uniform;
}

/* Of the arms of a group: the first and the last layer with tokens, and the most of attention. */
typedef struct extent {
    size_t first, last, attentions;
} extent;

static extent extent_of(ins_tell *tell, const ins_arm_group *of)
{
    extent out = {.first = SIZE_MAX};
    size_t *layer = ins_arena_get(tell->arena, MOST_LAYERS, sizeof *layer, "layers");
    for (size_t i = 0; i < of->count; i++) {
        size_t count = ins_token_layers(tell->study, of->arm[i], layer, MOST_LAYERS);
        if (count == 0 || count > MOST_LAYERS) continue;
        if (layer[0] < out.first) out.first = layer[0];
        if (layer[count - 1] > out.last) out.last = layer[count - 1];
        count = ins_attention_layers(tell->study, of->arm[i], layer, MOST_LAYERS);
        if (count > out.attentions) out.attentions = count;
    }
    return out;
}

static void finish_alike(ins_tell *tell, ins_panel *panel, const extent *of)
{
    double low, high;
    panel->x = ins_layers_axis(tell, of->first, of->last);
    panel->x_title = "layer";
    if (!ins_panel_range(panel, false, false, &low, &high)) low = 0;
    panel->y = ins_axis_linear(tell->arena, fmin(low, 0), 1, 5, false);
}

static void finish_attention(ins_tell *tell, ins_panel *panel, const extent *of, double uniform)
{
    const double far = 10;
    double low, high;
    panel->x = ins_axis_whole(tell->arena, 1, (long long)of->attentions, 6);
    panel->x_title = "layer of attention";
    if (!ins_panel_range(panel, false, false, &low, &high)) low = high = 1;
    ins_axis_widen(uniform, true, &low, &high);
    panel->y = low > 0 && high > far * low ? ins_axis_log(tell->arena, low, high)
                                           : ins_axis_linear(tell->arena, low, high, 5, false);
    panel->horizontal = uniform;
    ins_axis_thin(&panel->y, 7);
}

static bool draw(ins_tell *tell, const ins_arm_group *of, const char **key)
{
    extent all = extent_of(tell, of);
    if (all.last == 0) return false;
    ins_chart *chart = ins_chart_new(tell->arena, "tokens", "Tokens and attention", INS_SHAPE_LOW);
    ins_panel *alike = ins_chart_panel(chart, "Correlation of tokens");
    ins_panel *squares = ins_chart_panel(chart, "Attention: sum of squares");
    ins_panel *entropy = ins_chart_panel(chart, "Attention: entropy");
    chart->across = 2; /* names of layers have to find room */
    for (size_t i = 0; i < of->count; i++) {
        add_curve(tell, chart, alike, of->arm[i], INS_TOKENS_CORRELATION);
        add_curve(tell, chart, squares, of->arm[i], INS_TOKENS_SUM_OF_SQUARES);
        add_curve(tell, chart, entropy, of->arm[i], INS_TOKENS_ENTROPY);
    }
    double uniform = uniform_of(tell, of);
    finish_alike(tell, alike, &all);
    finish_attention(tell, squares, &all, uniform);
    finish_attention(tell, entropy, &all, NAN);
    if (ins_chart_prune(chart) == 0) return false;
    if (*of->label != '\0')
        ins_add_heading(tell->document, ins_document_escape(tell->document, of->label));
    const char *level = isnan(uniform) || all.attentions == 0
                            ? ""
                            : INS_TELL("%s, attention that looks at all tokens alike",
                                       ins_say(tell->arena, uniform));
    bool theory = ins_chart_has(chart, INS_SERIES_THEORY);
    const char *dashed = *level == '\0' && !theory
                             ? ""
                             : INS_TELL(" Dashed: %s%s%s.", theory ? "theory" : "",
                                        theory && *level != '\0' ? "; level: " : "", level);
    const char *text = INS_TELL(
        "Before training, means over seeds, bands from the smallest seed to the largest: the mean "
        "product of two tokens of a row over their mean square, 1 when they are all alike%s.%s",
        all.attentions > 0 ? "; of the weights of a row of attention the mean sum of squares and "
                             "the entropy, in nats"
                           : "",
        dashed);
    bool said = *key != NULL && strcmp(*key, text) == 0;
    ins_add_chart(tell->document, chart, said ? "As the figure before." : text);
    *key = text;
    return true;
}

/* --- The page ------------------------------------------------------------------------------ */

/* What is wrong, else how alike tokens are at most. */
static const char *title_of(ins_tell *tell)
{
    size_t count;
    double most = -INFINITY;
    const char *names = ins_tell_with(tell, INS_VERDICT_ALIKE_TOKENS, &count);
    if (count > 0) return INS_TELL("The tokens of a row become alike with %s", names);
    names = ins_tell_with(tell, INS_VERDICT_PEAKED_ATTENTION, &count);
    if (count > 0) return INS_TELL("Attention starts peaked with %s", names);
    for (size_t a = 0; a < tell->study->arms; a++) {
        const ins_seeds *last = &tell->analysis->arm[a].last_alike;
        if (last->interval.n > 0) most = fmax(most, last->interval.mean);
    }
    if (isinf(most)) return "The tokens of a row";
    return INS_TELL("In the last layer the tokens of a row correlate by at most %s",
                    ins_say(tell->arena, most));
}

/* The arms whose tokens are least and most alike in the last layer; SIZE_MAX: of none it is known.
 */
static void find_ends(const ins_tell *tell, size_t *least, size_t *most)
{
    const ins_arm_judgement *arm = tell->analysis->arm;
    *least = *most = SIZE_MAX;
    for (size_t a = 0; a < tell->study->arms; a++) {
        double here = arm[a].last_alike.interval.mean;
        if (arm[a].last_alike.interval.n == 0) continue;
        if (*least == SIZE_MAX || here < arm[*least].last_alike.interval.mean) *least = a;
        if (*most == SIZE_MAX || here > arm[*most].last_alike.interval.mean) *most = a;
    }
}

void ins_write_tokens(ins_tell *tell)
{
    size_t drawn = 0, least, most, groups = ins_tell_groups(tell, true);
    const char *key = NULL;
    find_ends(tell, &least, &most);
    ins_section_begin(tell->document, "tokens", "Tokens", title_of(tell), false);
    for (size_t g = 0; g < groups && drawn < MOST_SETTINGS; g++) {
        ins_arm_group of = ins_tell_group(tell, g, true, is_shown);
        if (tell->book && least != SIZE_MAX && !ins_group_holds(&of, least) &&
            !ins_group_holds(&of, most))
            continue;
        drawn += draw(tell, &of, &key);
    }
}
