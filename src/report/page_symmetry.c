/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* Units that are alike: in bits, and in what they compute. */
#include <config.h>

#include "pages.h"

#include <math.h>

#include "curves.h"

/* More than half of its runs are: in single runs few living units may look alike. */
static bool is_symmetric(const ins_tell *tell, size_t arm)
{
    const ins_arm_judgement *of = &tell->analysis->arm[arm];
    return 2 * of->count[INS_VERDICT_SYMMETRIC] > of->runs;
}

/* Hidden layers that are products of weights: the first ones and the last. */
enum { MOST_LAYERS = 3 };

static size_t layers_of(const ins_tell *tell, size_t layer[MOST_LAYERS])
{
    size_t count = 0;
    for (size_t l = 1; l < tell->study->layers; l++) {
        if (!ins_has_product(&tell->study->arm[0], l)) continue;
        layer[count < MOST_LAYERS ? count : MOST_LAYERS - 1] = l;
        count++;
    }
    return count < MOST_LAYERS ? count : MOST_LAYERS;
}

bool ins_symmetry_applies(const ins_tell *tell)
{
    size_t layer[MOST_LAYERS];
    if (tell->sweep || !ins_study_has_file(tell->study, INS_LOG_SYMMETRY) ||
        layers_of(tell, layer) == 0)
        return false;
    for (size_t a = 0; a < tell->study->arms; a++)
        if (is_symmetric(tell, a)) return true;
    return false;
}

static ins_seeds at(const ins_tell *tell, size_t arm, ins_column_id column, ins_epoch_index epoch,
                    size_t layer)
{
    return ins_seeds_at(tell->study, arm, INS_MEAN, column,
                        (ins_site){.epoch = epoch, .layer = layer});
}

/* "64 of 64", "1 to 64 of 64" when seeds differ; of how many is left out where it is not known. */
static ins_cell distinct_cell(const ins_tell *tell, size_t arm, ins_epoch_index epoch, size_t layer)
{
    ins_seeds distinct = at(tell, arm, INS_SYMMETRY_DISTINCT_UNITS, epoch, layer);
    double units = at(tell, arm, INS_SYMMETRY_UNITS, epoch, layer).interval.mean;
    if (distinct.interval.n == 0) return ins_cell_of("–");
    const char *count = distinct.minimum == distinct.maximum
                            ? INS_TELL("%.0f", distinct.minimum)
                            : INS_TELL("%.0f to %.0f", distinct.minimum, distinct.maximum);
    ins_cell cell = ins_cell_of(isfinite(units) ? INS_TELL("%s of %.0f", count, units) : count);
    cell.bad = distinct.minimum < units;
    return cell;
}

/* The start and the end, or the one of them that there is. */
static size_t moments_of(const ins_study *study, ins_epoch_index moment[2], const char *name[2])
{
    ins_epoch_index last = ins_last_epoch(study);
    bool start = ins_is_recorded(study->start);
    size_t count = 0;
    if (start) {
        name[count] = "start";
        moment[count++] = study->start;
    }
    if (start && study->epochs < 2) return count;
    name[count] = "end";
    moment[count++] = last;
    return count;
}

static void write_table(ins_tell *tell)
{
    ins_epoch_index moment[2];
    const char *when[2];
    size_t moments = moments_of(tell->study, moment, when);
    size_t layer[MOST_LAYERS], shown = layers_of(tell, layer);
    size_t columns = 1 + moments * shown + 1;
    ins_table_column *column = ins_arena_get(tell->arena, columns, sizeof *column, "a table");
    column[0] = (ins_table_column){"Initializer", INS_LEFT, 0, false};
    column[columns - 1] =
        (ins_table_column){INS_TELL("rank, %s", when[moments - 1]), INS_RIGHT, 0, false};
    for (size_t m = 0; m < moments; m++)
        for (size_t i = 0; i < shown; i++)
            column[1 + m * shown + i].title = INS_TELL(
                "%s, %s", ins_document_escape(tell->document, ins_layer_words(tell, layer[i])),
                when[m]);
    ins_table_block *table = ins_add_table(tell->document, column, columns, ins_tell_shown(tell));
    table->caption = "Distinct units";
    for (size_t row = 0; row < table->rows; row++) {
        size_t a = ins_tell_shown_arm(tell, row);
        ins_cell *name = ins_table_cell(table, row, 0);
        name->text = ins_mark_text(tell->document, ins_tell_arm(tell, a));
        name->mark = ins_tell_arm(tell, a);
        for (size_t m = 0; m < moments; m++)
            for (size_t i = 0; i < shown; i++)
                *ins_table_cell(table, row, 1 + m * shown + i) =
                    distinct_cell(tell, a, moment[m], layer[i]);
        double rank =
            at(tell, a, INS_SYMMETRY_EFFECTIVE_RANK, moment[moments - 1], layer[shown - 1])
                .interval.mean;
        ins_table_cell(table, row, columns - 1)->text = ins_say(tell->arena, rank);
    }
    table->note = INS_TELL(
        "Distinct: groups of units whose incoming weights and bias are equal in bits. Rank: "
        "effective rank of the last hidden layer's outputs on the probe batch, mean over "
        "seeds: how many directions the units span.%s",
        ins_tell_shown_text(tell));
}

static void draw_ranks(ins_tell *tell)
{
    const ins_study *study = tell->study;
    if (tell->colours == 0 || study->arms > tell->colours || study->epochs < 2) return;
    ins_chart *chart = ins_chart_new(
        tell->arena, "rank", INS_TELL("Effective rank by %s", tell->study->time), INS_SHAPE_LOW);
    size_t chosen[MOST_LAYERS], layers = layers_of(tell, chosen), panels = layers < 2 ? layers : 2;
    chart->across = panels;
    for (size_t i = 0; i < panels; i++) {
        size_t layer = chosen[i == 0 ? 0 : layers - 1];
        ins_panel *panel = ins_chart_panel(
            chart, INS_TELL("Effective rank, hidden %s", ins_layer_words(tell, layer)));
        double low, high;
        for (size_t a = 0; a < study->arms; a++) {
            const ins_mark *mark = ins_tell_mark(tell, a);
            ins_series *series = ins_mark_series(chart, panel, INS_SERIES_LINE, mark->name, mark);
            series->label = mark->name;
            for (size_t e = 0; e < study->epochs; e++) {
                ins_seeds rank = at(tell, a, INS_SYMMETRY_EFFECTIVE_RANK, ins_epoch_at(e), layer);
                if (rank.interval.n == 0) continue;
                ins_series_add(chart, series,
                               (ins_point){.x = (double)study->epoch[e],
                                           .y = rank.interval.mean,
                                           .lower = rank.minimum,
                                           .upper = rank.maximum});
            }
        }
        panel->x = ins_epochs_axis(tell);
        panel->x_title = tell->study->time;
        if (!ins_panel_range(panel, false, false, &low, &high)) low = high = 1;
        panel->y = ins_axis_linear(tell->arena, 0, high, 4, false);
    }
    if (ins_chart_prune(chart) == 0) return;
    ins_add_chart(
        tell->document, chart,
        INS_TELL("Effective rank of the outputs by %s: 1 is one function, computed by all units "
                 "alike. Means over seeds, bands from the smallest to the largest.",
                 tell->study->time));
}

void ins_write_symmetry(ins_tell *tell)
{
    bool *which = ins_arena_get(tell->arena, tell->study->arms + 1, sizeof *which, "names");
    size_t count = 0, leaves = 0;
    for (size_t a = 0; a < tell->study->arms; a++) {
        which[a] = is_symmetric(tell, a);
        count += which[a];
        leaves += !which[a];
    }
    const char *names = ins_tell_text(tell, ins_say_arms(tell->arena, which, tell->study->arms, 3));
    ins_section_begin(tell->document, "symmetry", "Symmetry",
                      INS_TELL("%s %s units that stay alike%s", names, count == 1 ? "has" : "have",
                               leaves > 0 ? "; the others part" : ""),
                      false);
    write_table(tell);
    draw_ranks(tell);
}
