/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* Differences in score within the setting, paired by seed. */
#include <config.h>

#include "pages.h"

#include <math.h>

#include "initscope/passage.h"
#include "initscope/thresholds.h"

enum { MOST_ARMS = 8 };

static const double head_ems = 8.4; /* of an initializer's name over a column */

bool ins_comparison_applies(const ins_tell *tell)
{
    return tell->analysis->trained && !tell->sweep && tell->study->arms > 1 &&
           tell->study->arms <= MOST_ARMS && tell->analysis->arm[0].with_score > 1;
}

static ins_cell difference_cell(const ins_tell *tell, size_t row, size_t column)
{
    ins_difference d;
    if (row == column || !ins_difference_of(&tell->analysis->comparisons, row, column, &d) ||
        d.difference.n == 0)
        return ins_cell_of(row == column ? "" : "–");
    ins_cell cell =
        ins_cell_of(ins_say_score_number(tell->arena, ins_tell_score(tell), d.difference.mean));
    if (isfinite(d.adjusted_p)) {
        cell.under = INS_TELL("p = %s", ins_say(tell->arena, d.adjusted_p));
    } else {
        cell.under = "no test";
    }
    cell.bold = d.told;
    return cell;
}

/* "test accuracy, percent points" */
static const char *scored_in(const ins_tell *tell)
{
    const ins_score *score = ins_tell_score(tell);
    const char *steps = score->words->steps;
    return INS_TELL("%s %s%s%s", score->rows, score->name, steps != NULL ? ", " : "",
                    steps != NULL ? steps : "");
}

static void write_differences(ins_tell *tell)
{
    size_t arms = tell->study->arms;
    ins_table_column *column = ins_arena_get(tell->arena, arms + 1, sizeof *column, "a table");
    column[0] = (ins_table_column){"row minus column", INS_LEFT, 0, false};
    const char **names = ins_arena_get(tell->arena, arms + 1, sizeof *names, "names");
    for (size_t a = 0; a < arms; a++) names[a] = ins_tell_mark(tell, a)->name;
    const char *const *shown = ins_shorten(tell->arena, names, arms, INS_BOLD, head_ems);
    for (size_t a = 0; a < arms; a++)
        column[a + 1] =
            (ins_table_column){ins_document_escape(tell->document, shown[a]), INS_RIGHT, 0, false};
    ins_table_block *table = ins_add_table(tell->document, column, arms + 1, arms);
    table->caption = INS_TELL("Differences in %s", scored_in(tell));
    for (size_t r = 0; r < arms; r++) {
        ins_cell *name = ins_table_cell(table, r, 0);
        name->text = ins_mark_text(tell->document, ins_tell_arm(tell, r));
        name->mark = ins_tell_arm(tell, r);
        for (size_t c = 0; c < arms; c++)
            *ins_table_cell(table, r, c + 1) = difference_cell(tell, r, c);
    }
    table->note = INS_TELL(
        "Paired by seed%s. "
        "Paired t test, Holm-corrected over the pairs; bold: told apart at %s. "
        "Diverged runs take no part. From fewer than %.0f seeds nothing is told "
        "apart.%s",
        ins_tell_is_own(tell) ? ": same split, same order of rows, same random numbers" : "",
        ins_say(tell->arena, ins_threshold_of(INS_THRESHOLD_SIGNIFICANT)),
        ins_threshold_of(INS_THRESHOLD_SEEDS_TO_TELL),
        ins_tells_judged(tell, 1)
            ? " The set of the best, of which the title speaks, is corrected over the "
              "comparisons with the best alone."
            : "");
}

static void write_speed(ins_tell *tell)
{
    const char *time = tell->study->time, *times = INS_TELL("%ss", time);
    const ins_table_column column[] = {{"Initializer", INS_LEFT, 0, false},
                                       {"runs that arrived", INS_LEFT, 0, false},
                                       {INS_TELL("median %s", time), INS_RIGHT, 0, false},
                                       {"final training loss", INS_LEFT, 0, false}};
    const ins_score *score = ins_tell_score(tell);
    double target = ins_target_of(&tell->analysis->facts);
    if (isnan(target)) return;
    ins_table_block *table = ins_add_table(tell->document, column, 4, tell->study->arms);
    table->caption =
        score->kind == INS_SCORE_ACCURACY
            ? INS_TELL("%s to %s of the %s rows", ins_say_capital(tell->arena, times),
                       ins_say_percent(tell->arena, target), score->rows)
            : INS_TELL("%s to %s %s on the %s rows", ins_say_capital(tell->arena, times),
                       score->name, ins_say(tell->arena, target), score->rows);
    for (size_t a = 0; a < tell->study->arms; a++) {
        ins_passage passage = ins_passage_of_arm(tell->study, &tell->analysis->facts, a);
        ins_cell *cell = ins_table_cell(table, a, 0);
        cell[0].text = ins_mark_text(tell->document, ins_tell_arm(tell, a));
        cell[0].mark = ins_tell_arm(tell, a);
        cell[1].text = INS_TELL("%zu of %zu", passage.arrived, passage.runs);
        cell[2].text = isfinite(passage.median) ? ins_say(tell->arena, passage.median) : "later";
        cell[3].text = ins_say_interval(tell->arena, tell->analysis->arm[a].train_loss.interval);
    }
    table->note =
        INS_TELL("Half of the way from %s, fixed before. The median is over all runs; those that "
                 "never arrive count as later than all.",
                 score->words->way);
}

/* The best of the setting is told apart from every other arm: those that did not learn are not in
 * the set of the best, but that is no test. */
static bool is_told_from_all(const ins_tell *tell, const ins_setting *setting)
{
    for (size_t i = 0; i < setting->arms; i++) {
        ins_difference d;
        if (setting->arm[i] == setting->best) continue;
        if (!ins_difference_of(&tell->analysis->comparisons, setting->best, setting->arm[i], &d) ||
            !d.told)
            return false;
    }
    return true;
}

void ins_write_comparison(ins_tell *tell)
{
    const ins_setting *setting = &tell->analysis->comparisons.setting[0];
    const ins_score *score = ins_tell_score(tell);
    size_t undecided = 0;
    for (size_t a = 0; a < tell->study->arms; a++) undecided += tell->analysis->arm[a].undecided;
    const char *title = undecided > 0
                            ? INS_TELL("The %s rows are too few to say which learned", score->rows)
                        : score->kind == INS_SCORE_OTHER
                            ? INS_TELL("Differences in %s %s", score->rows, score->name)
                        : isnan(tell->analysis->facts.chance)
                            ? INS_TELL("Differences in %s %s; what %s is was not recorded",
                                       score->rows, score->name, score->words->constant)
                            : "No initializer learned";
    if (setting->best != SIZE_MAX) {
        bool *which = ins_arena_get(tell->arena, tell->study->arms + 1, sizeof *which, "names");
        for (size_t i = 0; i < setting->arms; i++) which[setting->arm[i]] = setting->in_set[i];
        const char *names =
            ins_tell_text(tell, ins_say_arms(tell->arena, which, tell->study->arms, 4));
        title = !setting->told ? "Too few seeds to tell initializers apart"
                : setting->set == 1
                    ? INS_TELL(is_told_from_all(tell, setting)
                                   ? "%s is told apart from all others"
                                   : "%s is the best; the others are told apart from it or did "
                                     "not learn",
                               names)
                    : INS_TELL("%s are not told apart", names);
    }
    ins_section_begin(tell->document, "comparison", "Comparison", title, false);
    write_differences(tell);
    write_speed(tell);
}
