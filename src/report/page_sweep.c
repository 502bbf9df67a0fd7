/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* Several settings: a grid of tiles, the initializers over all of them, and what their score goes
 * with. */
#include <config.h>

#include "pages.h"

#include <math.h>
#include <string.h>

#include "curves.h"
#include "initscope/trend.h"

enum { LEAST_POINTS = 6, LEAST_ROWS = 4 };

bool ins_sweep_applies(const ins_tell *tell)
{
    return tell->sweep && !ins_map_applies(tell);
}

/* --- Tiles ---------------------------------------------------------------------------- */

/* The factor whose levels are the columns: the depth, else the one of most levels. */
static size_t column_factor(const ins_study_factors *factors)
{
    size_t best = 0;
    for (size_t k = 0; k < factors->count; k++) {
        if (factors->factor[k].column == INS_RUNS_HIDDEN) return k;
        if (factors->factor[k].levels > factors->factor[best].levels) best = k;
    }
    return best;
}

/* The block of an arm: its levels of all factors but that of the columns, as one number. */
static size_t block_of(const ins_study_factors *factors, size_t columns, size_t arm)
{
    size_t block = 0;
    for (size_t k = 0; k < factors->count; k++)
        if (k != columns) block = block * factors->factor[k].levels + factors->factor[k].of[arm];
    return block;
}

static const char *block_label(const ins_tell *tell, size_t columns, size_t arm)
{
    const ins_study_factors *factors = &tell->analysis->factors;
    const char *label = "";
    for (size_t k = 0; k < factors->count; k++) {
        if (k == columns) continue;
        const char *phrase =
            ins_factor_phrase(tell->arena, &factors->factor[k], factors->factor[k].of[arm]);
        label = INS_TELL("%s%s%s", label, *label != '\0' ? ", " : "",
                         ins_document_escape(tell->document, phrase));
    }
    return label;
}

static signed char step_of(ins_grade grade)
{
    if (grade == INS_GRADE_UNDECIDED) return INS_GRADE_UNKNOWN;
    if (grade == INS_GRADE_NOT_KNOWN || grade == INS_GRADE_NONE) return INS_NO_GRADE;
    return (signed char)(grade - INS_GRADE_VANISHING);
}

static ins_cell tile_of(const ins_tell *tell, size_t arm)
{
    const ins_arm_judgement *of = &tell->analysis->arm[arm];
    const char *mean = ins_say_score_short(tell->arena, ins_tell_score(tell), of->score.mean);
    ins_cell cell = ins_cell_of("–");
    if (of->with_score > 0)
        cell.text = isfinite(tell->analysis->facts.chance)
                        ? INS_TELL("*%s*  %zu/%zu", mean, of->learned, of->runs)
                        : INS_TELL("*%s*", mean);
    if (of->with_score == 0 && ins_has_verdict(of, INS_VERDICT_DIVERGED)) cell.text = "diverged";
    cell.tint = of->with_score > 0 ? ins_tell_way(tell, of->score.mean) * 0.9 : 0;
    cell.bad = ins_has_verdict(of, INS_VERDICT_DID_NOT_LEARN) ||
               ins_has_verdict(of, INS_VERDICT_RARELY_LEARNED);
    cell.grade[0] = step_of(of->grade[INS_FORWARD]);
    cell.grade[1] = step_of(of->grade[INS_BACKWARD]);
    return cell;
}

static void write_block(ins_tell *tell, size_t columns, size_t first_arm)
{
    const ins_study_factors *factors = &tell->analysis->factors;
    const ins_study_factor *of = &factors->factor[columns];
    size_t block = block_of(factors, columns, first_arm);
    ins_table_column *column =
        ins_arena_get(tell->arena, of->levels + 1, sizeof *column, "a table");
    column[0] = (ins_table_column){NULL, INS_RIGHT, 12, false};
    for (size_t l = 0; l < of->levels; l++)
        column[l + 1] = (ins_table_column){
            ins_document_escape(tell->document, ins_factor_phrase(tell->arena, of, l)), INS_LEFT, 8,
            false};
    ins_table_block *table =
        ins_add_table(tell->document, column, of->levels + 1, factors->initializers);
    const char *label = block_label(tell, columns, first_arm);
    table->tiles = true;
    table->caption = *label != '\0' ? label : NULL;
    for (size_t i = 0; i < factors->initializers; i++) {
        ins_cell *name = ins_table_cell(table, i, 0);
        name->text = ins_mark_text(tell->document, ins_tell_initializer(tell, i));
        name->mark = ins_tell_initializer(tell, i);
        name->tint = NAN;
    }
    for (size_t a = 0; a < tell->study->arms; a++) {
        if (block_of(factors, columns, a) != block) continue;
        *ins_table_cell(table, factors->initializer_of[a], of->of[a] + 1) = tile_of(tell, a);
    }
}

static void write_tiles(ins_tell *tell)
{
    const ins_study_factors *factors = &tell->analysis->factors;
    const ins_score *score = ins_tell_score(tell);
    const char *unit = score->words->unit != NULL ? INS_TELL(" in %s", score->words->unit) : "";
    size_t columns = column_factor(factors), blocks = 0;
    for (size_t a = 0; a < tell->study->arms; a++) {
        size_t block = block_of(factors, columns, a);
        bool seen = false;
        for (size_t b = 0; b < a && !seen; b++) seen = block_of(factors, columns, b) == block;
        blocks += !seen;
        if (!seen && blocks <= INS_SHOWN_ARMS) write_block(tell, columns, a);
    }
    const char *grades =
        ins_tell_has_depth(tell)
            ? " Strips of five: the forward total (left) and the backward one, from "
              "vanishing over fading, preserving and growing to exploding; ?: "
              "undecided."
            : "";
    bool scored = false;
    for (size_t a = 0; a < tell->study->arms; a++)
        scored = scored || tell->analysis->arm[a].with_score > 0;
    const char *tile = INS_TELL(
        "A tile: %s%s, mean over seeds%s.", ins_say_score_measured(tell->arena, score), unit,
        ins_tells_judged(tell, 1) ? ", and runs that learned; red where half or fewer did" : "");
    const char *note = INS_TELL("%s%s", scored || ins_tell_is_own(tell) ? tile : "", grades);
    if (*note != '\0') ins_add_note(tell->document, note);
    if (blocks > INS_SHOWN_ARMS)
        ins_add_note(tell->document,
                     INS_TELL("Shown: the first %d of %zu such tables; summary.csv has all.",
                              INS_SHOWN_ARMS, blocks));
}

/* --- Over all settings ------------------------------------------------------------------- */

static void write_effects(ins_tell *tell)
{
    static const ins_table_column column[] = {{"Initializer", INS_LEFT, 0, false},
                                              {"among the best", INS_LEFT, 0, false},
                                              {"over all settings", INS_LEFT, 0, false}};
    const ins_study_factors *factors = &tell->analysis->factors;
    const ins_comparisons *all = &tell->analysis->comparisons;
    /* With few initializers the finding on the main effect says all of it. */
    if (factors->initializers < 2 || !ins_tells_judged(tell, 1) ||
        (tell->book && factors->initializers < LEAST_ROWS))
        return;
    size_t decided = 0;
    for (size_t s = 0; s < all->settings; s++) decided += all->setting[s].best != SIZE_MAX;
    ins_table_block *table = ins_add_table(tell->document, column, 3, factors->initializers);
    table->caption = "The initializer over all settings";
    for (size_t i = 0; i < factors->initializers; i++) {
        size_t in = 0;
        const char *ahead = "";
        for (size_t s = 0; s < all->settings; s++)
            for (size_t k = 0; k < all->setting[s].arms; k++)
                in += factors->initializer_of[all->setting[s].arm[k]] == i &&
                      all->setting[s].in_set[k];
        for (size_t d = 0; d < all->differences; d++) {
            const ins_difference *of = &all->difference[d];
            if (of->family != INS_HYPOTHESIS_MAIN || !of->told) continue;
            bool first = of->first == factors->initializer[i],
                 second = of->second == factors->initializer[i];
            double mean = first ? of->difference.mean : -of->difference.mean;
            if ((!first && !second) || mean <= 0) continue;
            size_t other = 0;
            while (factors->initializer[other] != (first ? of->second : of->first)) other++;
            ahead = INS_TELL("%s%s+%s over %s", ahead, *ahead != '\0' ? ", " : "",
                             ins_say_score_number(tell->arena, ins_tell_score(tell), mean),
                             ins_mark_text(tell->document, ins_tell_initializer(tell, other)));
        }
        ins_cell *cell = ins_table_cell(table, i, 0);
        cell[0].text = ins_mark_text(tell->document, ins_tell_initializer(tell, i));
        cell[0].mark = tell->colours > 0 ? ins_tell_initializer(tell, i) : INS_NO_MARK;
        cell[1].text = INS_TELL("%zu of %zu", in, decided);
        cell[2].text = *ahead != '\0' ? ahead : "–";
    }
    const char *interaction = "";
    const ins_score *score = ins_tell_score(tell);
    for (size_t d = 0; d < all->differences; d++) {
        const ins_difference *of = &all->difference[d];
        if (of->family != INS_HYPOTHESIS_INTERACTION || isnan(of->p)) continue;
        interaction =
            INS_TELL(" The differences %s between settings (repeated measures, p = %s).",
                     of->told ? "differ" : "are not seen to differ", ins_say(tell->arena, of->p));
    }
    table->note =
        INS_TELL("Among the best: settings in which it is not told apart from the best of "
                 "those that learned. Over all settings: %s%s, one value a seed, averaged over "
                 "settings; only differences that are told apart (Holm in one family).%s",
                 score->words->steps != NULL ? INS_TELL("%s of ", score->words->steps) : "",
                 score->name, interaction);
}

/* --- What the score goes with -------------------------------------------------------------- */

static void add_panel(ins_tell *tell, ins_chart *chart, bool rank)
{
    const ins_study_factors *factors = &tell->analysis->factors;
    const char *name = ins_say_capital(tell->arena, ins_tell_score(tell)->name);
    ins_panel *panel = ins_chart_panel(
        chart, INS_TELL("%s by the %s", name, rank ? "effective rank" : "forward total"));
    double low, high;
    for (size_t i = 0; i < factors->initializers; i++) {
        const ins_mark *mark = ins_mark_at(tell->document, ins_tell_initializer(tell, i));
        ins_series *series = ins_mark_series(chart, panel, INS_SERIES_DOTS, mark->name, mark);
        for (size_t a = 0; a < tell->study->arms; a++) {
            const ins_arm_judgement *of = &tell->analysis->arm[a];
            double x = rank ? of->rank.interval.mean : of->total[INS_FORWARD].interval.mean;
            if (factors->initializer_of[a] != i || isnan(x) || of->with_score == 0) continue;
            ins_series_add(chart, series,
                           (ins_point){.x = x, .y = of->score.mean, .lower = NAN, .upper = NAN});
        }
    }
    if (!ins_panel_range(panel, true, !rank, &low, &high)) low = high = 1;
    panel->x = rank ? ins_axis_linear(tell->arena, 0, high, 5, false)
                    : ins_axis_log(tell->arena, low, high);
    panel->y = ins_score_axis(tell, chart, 4);
    panel->horizontal = tell->analysis->facts.chance;
    panel->x_title = rank ? "effective rank of the last hidden layer at the start"
                          : "signal of the last hidden layer over the first's";
}

/* Arms that differ in what their networks are at the start: a factor of training alone draws the
 * same points one above the other. */
static size_t distinct_starts(const ins_tell *tell)
{
    size_t count = 0;
    for (size_t a = 0; a < tell->study->arms; a++) {
        double total = tell->analysis->arm[a].total[INS_FORWARD].interval.mean;
        bool seen = isnan(total) || tell->analysis->arm[a].with_score == 0;
        for (size_t b = 0; b < a && !seen; b++)
            seen = fabs(tell->analysis->arm[b].total[INS_FORWARD].interval.mean / total - 1) < 1e-9;
        count += !seen;
    }
    return count;
}

static void draw_scatter(ins_tell *tell)
{
    size_t points = distinct_starts(tell);
    if (points < LEAST_POINTS || !tell->analysis->trained) return;
    /* In a book only where it is a finding that one of the two carries the score. */
    bool found = !tell->book;
    for (size_t i = 0; i < tell->analysis->findings; i++)
        found = found || strcmp(tell->analysis->finding[i].rule, "carries") == 0;
    if (!found) return;
    const ins_score *score = ins_tell_score(tell);
    ins_chart *chart = ins_chart_new(
        tell->arena, INS_TELL("%s-by", score->words->slug),
        INS_TELL("%s by total and by rank", ins_say_capital(tell->arena, score->name)),
        INS_SHAPE_LOW);
    chart->across = 2;
    add_panel(tell, chart, false);
    add_panel(tell, chart, true);
    const char *cut = ins_score_cut(tell, chart);
    if (ins_chart_prune(chart) == 0) return;
    ins_add_chart(
        tell->document, chart,
        INS_TELL("One point a setting, coloured by initializer.%s%s", ins_tell_dashed(tell), cut));
}

/* In how many settings somebody learned. */
static const char *title_of(ins_tell *tell)
{
    const ins_comparisons *all = &tell->analysis->comparisons;
    size_t none = 0;
    for (size_t s = 0; s < all->settings; s++) none += all->setting[s].best == SIZE_MAX;
    const char *settings = ins_say_count(tell->arena, all->settings, "setting");
    if (!tell->analysis->trained || isnan(tell->analysis->facts.chance)) return settings;
    if (tell->by_setting)
        return INS_TELL("%s learned in %s",
                        ins_mark_text(tell->document, ins_tell_initializer(tell, 0)),
                        ins_say_of(tell->arena, all->settings - none, all->settings, "setting"));
    return none == 0 ? INS_TELL("In each of %s some initializer learned", settings)
                     : INS_TELL("In %s no initializer learned",
                                ins_say_of(tell->arena, none, all->settings, "setting"));
}

void ins_write_sweep(ins_tell *tell)
{
    ins_section_begin(tell->document, "settings", "Settings", title_of(tell), false);
    write_tiles(tell);
    write_effects(tell);
    draw_scatter(tell);
}
