/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* Size of the last hidden layer and of the outputs against the width: the coordinate check of muP
 * (Yang et al. 2022); and which learning rates are among the best at each width. */
#include <config.h>

#include "pages.h"

#include <math.h>
#include <string.h>

#include "curves.h"

enum { MOST_FACETS = 4, MOST_CURVES = 12 };

bool ins_width_applies(const ins_tell *tell)
{
    return tell->analysis->widths.widths > 0 && tell->analysis->widths.curves > 0;
}

static const char *layer_words(const ins_tell *tell, ins_width_layer layer)
{
    if (layer == INS_WIDTH_HIDDEN) return "hidden";
    return ins_tell_score(tell)->kind == INS_SCORE_ACCURACY ? "logits" : "outputs";
}

/* --- The chart ------------------------------------------------------------------------- */

/* The factors beside the width, as one phrase: "learning rate 0.001"; "": there are none. */
static const char *facet_of(const ins_tell *tell, const ins_width_curve *curve)
{
    const ins_study_factors *factors = &tell->analysis->factors;
    const char *label = "";
    for (size_t k = 0; k < factors->count; k++) {
        if (k == tell->analysis->widths.factor) continue;
        const char *phrase = ins_factor_phrase(tell->arena, &factors->factor[k],
                                               factors->factor[k].of[curve->arm[0]]);
        label = INS_TELL("%s%s%s", label, *label != '\0' ? ", " : "", phrase);
    }
    return label;
}

typedef struct size_at {
    ins_width_layer layer;
    ins_width_moment moment;
} size_at;

static double size_of(const ins_study *study, size_t run, const void *context)
{
    const size_at *at = context;
    return ins_width_size(study, run, at->layer, at->moment);
}

static void add_curve(ins_tell *tell, ins_chart *chart, ins_panel *panel,
                      const ins_width_curve *curve, ins_width_layer layer)
{
    const ins_widths *widths = &tell->analysis->widths;
    const ins_mark *mark =
        ins_mark_at(tell->document, ins_tell_initializer(tell, curve->initializer));
    for (unsigned m = INS_WIDTH_START; m <= INS_WIDTH_END; m++) {
        bool end = m == INS_WIDTH_END;
        ins_series *series = ins_mark_series(
            chart, panel, end ? INS_SERIES_LINE : INS_SERIES_SIZE,
            INS_TELL("%s %s", mark->name, end ? "at the end" : "before training"), mark);
        if (end) series->label = mark->name;
        for (size_t i = 0; i < widths->widths; i++) {
            ins_seeds size = ins_over_seeds(tell->study, curve->arm[i], INS_GEOMETRIC, size_of,
                                            &(size_at){layer, (ins_width_moment)m});
            bool some = size.interval.n > 0, band = end && size.interval.n > 1;
            ins_series_add(chart, series,
                           (ins_point){.x = widths->width[i],
                                       .y = some ? size.interval.mean : (double)NAN,
                                       .lower = band ? size.minimum : (double)NAN,
                                       .upper = band ? size.maximum : (double)NAN});
        }
    }
}

/* The widths themselves are the tics. */
static ins_axis width_axis(ins_tell *tell)
{
    const ins_widths *widths = &tell->analysis->widths;
    double low = widths->width[0], high = widths->width[widths->widths - 1];
    ins_axis axis = ins_axis_log(tell->arena, low, high);
    axis.low = low;
    axis.high = high;
    axis.tics = 0;
    for (size_t i = 0; i < widths->widths && axis.tics < INS_AXIS_TICS; i++) {
        axis.position[axis.tics] = widths->width[i];
        axis.label[axis.tics++] = INS_TELL("%.0f", widths->width[i]);
    }
    return axis;
}

/* One panel a facet; all of a layer have one axis of sizes. */
static void add_row(ins_tell *tell, ins_chart *chart, const char *const *facet, size_t facets,
                    ins_width_layer layer)
{
    const ins_widths *widths = &tell->analysis->widths;
    ins_panel *panel[MOST_FACETS];
    double least = INFINITY, most = -INFINITY;
    for (size_t p = 0; p < facets; p++) {
        const char *words = ins_say_capital(tell->arena, layer_words(tell, layer));
        panel[p] =
            ins_chart_panel(chart, *facet[p] != '\0' ? INS_TELL("%s, %s", words, facet[p]) : words);
        for (size_t c = 0; c < widths->curves; c++) {
            double low, high;
            if (strcmp(facet_of(tell, &widths->curve[c]), facet[p]) != 0) continue;
            add_curve(tell, chart, panel[p], &widths->curve[c], layer);
            if (!ins_panel_range(panel[p], false, true, &low, &high)) continue;
            least = fmin(least, low);
            most = fmax(most, high);
        }
    }
    for (size_t p = 0; p < facets; p++) {
        panel[p]->x = width_axis(tell);
        panel[p]->x_title = "width";
        panel[p]->y = most >= least ? ins_axis_log(tell->arena, least, most)
                                    : ins_axis_log(tell->arena, 1, 1);
        ins_axis_thin(&panel[p]->y, 6);
    }
}

static void draw(ins_tell *tell)
{
    const ins_widths *widths = &tell->analysis->widths;
    const char *facet[MOST_FACETS] = {0};
    size_t facets = 0, hidden = 0;
    for (size_t c = 0; c < widths->curves; c++) {
        const char *label = facet_of(tell, &widths->curve[c]);
        size_t at = 0;
        while (at < facets && strcmp(facet[at], label) != 0) at++;
        if (at < facets) continue;
        if (facets < MOST_FACETS) {
            facet[facets++] = label;
        } else {
            hidden++;
        }
    }
    ins_chart *chart = ins_chart_new(tell->arena, "width", "Size by width", INS_SHAPE_LOW);
    chart->across = facets > 1 ? facets : 2;
    add_row(tell, chart, facet, facets, INS_WIDTH_OUTPUT);
    add_row(tell, chart, facet, facets, INS_WIDTH_HIDDEN);
    if (ins_chart_prune(chart) == 0) return;
    ins_add_chart(
        tell->document, chart,
        INS_TELL("Second moment of z by width, both on log scales: geometric means over "
                 "seeds. Lines: at the end of training, bands from the smallest seed to "
                 "the largest; thin lines and open points: before training. Hidden: the last "
                 "hidden layer.%s",
                 hidden > 0 ? INS_TELL(" %zu more settings are not drawn.", hidden) : ""));
}

/* --- The tables -------------------------------------------------------------------------- */

static const char *hundredths(const ins_tell *tell, double value)
{
    double rounded = round(100 * value) / 100;
    return INS_TELL("%s%.2f", rounded < 0 ? "−" : "", fabs(rounded));
}

static ins_cell slope_cell(const ins_tell *tell, const ins_width_slope *slope)
{
    ins_interval of = slope->difference;
    if (of.n == 0) return ins_cell_of("–");
    ins_cell cell = ins_cell_of(hundredths(tell, of.mean));
    cell.bold = slope->told_apart;
    if (!isnan(of.lower))
        cell.under = INS_TELL("[%s, %s]", hundredths(tell, of.lower), hundredths(tell, of.upper));
    return cell;
}

static void write_slopes(ins_tell *tell)
{
    enum { SLOPES = INS_WIDTH_LAYERS * INS_WIDTH_MOMENTS };
    static const char *const moments[INS_WIDTH_MOMENTS] = {"start", "end", "change"};
    const ins_widths *widths = &tell->analysis->widths;
    size_t rows = widths->curves < MOST_CURVES ? widths->curves : MOST_CURVES;
    ins_table_column *column = ins_arena_get(tell->arena, SLOPES + 1, sizeof *column, "a table");
    column[0] = (ins_table_column){"Initializer", INS_LEFT, 0, false};
    for (unsigned k = 0; k < SLOPES; k++) {
        ins_width_layer layer = k < INS_WIDTH_MOMENTS ? INS_WIDTH_OUTPUT : INS_WIDTH_HIDDEN;
        column[k + 1] = (ins_table_column){
            INS_TELL("%s %s", layer_words(tell, layer), moments[k % INS_WIDTH_MOMENTS]), INS_LEFT,
            0, false};
    }
    ins_table_block *table = ins_add_table(tell->document, column, SLOPES + 1, rows);
    table->caption = "Powers of the width";
    for (size_t r = 0; r < rows; r++) {
        const ins_width_curve *of = &widths->curve[r];
        const char *facet = facet_of(tell, of);
        ins_cell *cell = ins_table_cell(table, r, 0);
        cell[0].text = ins_mark_text(tell->document, ins_tell_initializer(tell, of->initializer));
        cell[0].mark =
            tell->colours > 0 ? ins_tell_initializer(tell, of->initializer) : INS_NO_MARK;
        if (*facet != '\0') cell[0].under = ins_document_escape(tell->document, facet);
        for (size_t m = 0; m < INS_WIDTH_MOMENTS; m++) {
            cell[1 + m] = slope_cell(tell, &of->slope[INS_WIDTH_OUTPUT][m]);
            cell[1 + INS_WIDTH_MOMENTS + m] = slope_cell(tell, &of->slope[INS_WIDTH_HIDDEN][m]);
        }
    }
    table->note = INS_TELL(
        "Slope of ln second moment over ln width, a line through the widths of each seed; "
        "mean over seeds and its 95 %% interval; bold: told from 0 (t test, Holm over the "
        "table). Change: the end over the start.%s",
        rows < widths->curves ? INS_TELL(" %zu more settings are not shown.", widths->curves - rows)
                              : "");
}

static const char *rates_text(const ins_tell *tell, size_t initializer, size_t width)
{
    const ins_widths *of = &tell->analysis->widths;
    const ins_study_factor *factor = &tell->analysis->factors.factor[of->rate_factor];
    const bool *best = of->best + (initializer * of->widths + width) * of->rates;
    const char **item = ins_arena_get(tell->arena, of->rates + 1, sizeof *item, "rates");
    size_t count = 0;
    for (size_t r = 0; r < of->rates; r++)
        if (best[r]) item[count++] = ins_document_escape(tell->document, factor->level[r]);
    return count == 0 ? "none learned" : ins_say_list(tell->arena, item, count, of->rates);
}

static void write_rates(ins_tell *tell)
{
    const ins_widths *of = &tell->analysis->widths;
    const ins_study_factors *factors = &tell->analysis->factors;
    if (of->rates < 2 || !of->told || !ins_tells_judged(tell, 1) || of->widths > MOST_CURVES / 2)
        return;
    ins_table_column *column =
        ins_arena_get(tell->arena, of->widths + 1, sizeof *column, "a table");
    column[0] = (ins_table_column){"Initializer", INS_LEFT, 0, false};
    for (size_t i = 0; i < of->widths; i++)
        column[i + 1] = (ins_table_column){INS_TELL("width %.0f", of->width[i]), INS_LEFT, 0, true};
    ins_table_block *table =
        ins_add_table(tell->document, column, of->widths + 1, factors->initializers);
    table->caption = "Learning rates among the best";
    for (size_t i = 0; i < factors->initializers; i++) {
        ins_cell *cell = ins_table_cell(table, i, 0);
        cell[0].text = ins_mark_text(tell->document, ins_tell_initializer(tell, i));
        cell[0].mark = tell->colours > 0 ? ins_tell_initializer(tell, i) : INS_NO_MARK;
        for (size_t l = 0; l < of->widths; l++) cell[l + 1] = ins_cell_of(rates_text(tell, i, l));
    }
    table->note = "Not told apart from the rate of the highest score at this width, of those that "
                  "learned: paired by seed, Holm within the initializer and the width.";
}

/* --- The page ------------------------------------------------------------------------------ */

static const char *title_of(const ins_tell *tell)
{
    for (size_t i = 0; i < tell->analysis->findings; i++) {
        const ins_finding *finding = &tell->analysis->finding[i];
        if (strcmp(finding->rule, "width") != 0) continue;
        const char *claim = ins_tell_text(tell, finding->claim);
        return ins_arena_copy(tell->arena, claim, strlen(claim) - 1);
    }
    return "Sizes by width";
}

void ins_write_width(ins_tell *tell)
{
    ins_section_begin(tell->document, "width", "Width", title_of(tell), false);
    draw(tell);
    write_slopes(tell);
    write_rates(tell);
}
