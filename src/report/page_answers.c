/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* The first pages of a book: what to use, measured, and what each experiment answers. */
#include <config.h>

#include "pages.h"

#include <math.h>
#include <string.h>

enum { MOST_COLUMNS = 5 };

/* --- What to use ------------------------------------------------------------------------ */

/* The experiment that crosses initializer, activation and depth in the most settings; count: there
 * is none. */
static size_t widest(const ins_tell *tells, size_t count)
{
    size_t best = count, most = 0;
    for (size_t e = 0; e < count; e++) {
        const ins_analysis *analysis = tells[e].analysis;
        bool activation = false, depth = false;
        for (size_t k = 0; k < analysis->factors.count; k++) {
            activation |= analysis->factors.factor[k].column == INS_RUNS_ACTIVATION;
            depth |= analysis->factors.factor[k].column == INS_RUNS_HIDDEN;
        }
        if (!activation || !depth || analysis->factors.count != 2 || !analysis->trained ||
            isnan(analysis->facts.chance))
            continue;
        if (analysis->comparisons.settings <= most) continue;
        most = analysis->comparisons.settings;
        best = e;
    }
    return best;
}

static const ins_study_factor *factor_of(const ins_analysis *analysis, ins_column_id column)
{
    for (size_t k = 0; k < analysis->factors.count; k++)
        if (analysis->factors.factor[k].column == column) return &analysis->factors.factor[k];
    return NULL;
}

static ins_cell set_cell(const ins_tell *tell, const ins_setting *setting)
{
    const ins_analysis *analysis = tell->analysis;
    size_t learned = 0, runs = 0;
    double most = NAN;
    for (size_t i = 0; i < setting->arms; i++) {
        learned += analysis->arm[setting->arm[i]].learned + analysis->arm[setting->arm[i]].barely;
        runs += analysis->arm[setting->arm[i]].runs;
        most = fmax(most, analysis->arm[setting->arm[i]].score.mean);
    }
    if (setting->best == SIZE_MAX) {
        ins_cell cell = ins_cell_of(learned == 0 ? "none learned"
                                                 : INS_TELL("%zu of %zu learned", learned, runs));
        cell.bad = true;
        cell.under = INS_TELL("at most %s", ins_say_score(tell->arena, ins_tell_score(tell), most));
        return cell;
    }
    const char **names = ins_arena_get(tell->arena, setting->arms, sizeof *names, "names");
    size_t count = 0;
    int best = ins_tell_initializer(tell, analysis->factors.initializer_of[setting->best]);
    names[count++] = ins_mark_text(tell->document, best);
    for (size_t i = 0; i < setting->arms; i++) {
        if (!setting->in_set[i] || setting->arm[i] == setting->best) continue;
        int mark = ins_tell_initializer(tell, analysis->factors.initializer_of[setting->arm[i]]);
        names[count++] = ins_mark_text(tell->document, mark);
    }
    const ins_arm_judgement *of = &analysis->arm[setting->best];
    ins_cell cell = ins_cell_of(ins_say_list(tell->arena, names, count, 3));
    cell.bold = true;
    cell.under = INS_TELL("%s, %s%zu of %zu",
                          ins_say_score_interval(tell->arena, ins_tell_score(tell), of->score),
                          ins_has_verdict(of, INS_VERDICT_BARELY_LEARNED) ? "barely, " : "",
                          of->learned + of->barely, of->runs);
    return cell;
}

static void write_choice(const ins_tell *tell)
{
    const ins_analysis *analysis = tell->analysis;
    const ins_score *score = ins_tell_score(tell);
    const ins_study_factor *rows = factor_of(analysis, INS_RUNS_ACTIVATION);
    const ins_study_factor *depth = factor_of(analysis, INS_RUNS_HIDDEN);
    size_t columns = depth->levels < MOST_COLUMNS ? depth->levels : MOST_COLUMNS;
    ins_table_column *column = ins_arena_get(tell->arena, columns + 2, sizeof *column, "a table");
    column[0] = (ins_table_column){"Activation", INS_LEFT, 0, false};
    for (size_t c = 0; c < columns; c++)
        column[c + 1] = (ins_table_column){
            ins_document_escape(tell->document, ins_factor_phrase(tell->arena, depth, c)), INS_LEFT,
            0, true};
    column[columns + 1] = (ins_table_column){NULL, INS_RIGHT, 3, false};
    ins_add_heading(tell->document, "What to use");
    ins_add_paragraph(
        tell->document,
        INS_TELL("Initializers that are not told apart from the best of the %zu tried, "
                 "best first; below, %s of the first [95 %% "
                 "interval over seeds], chosen among %zu, and the runs in which it "
                 "learned.",
                 analysis->factors.initializers, ins_say_score_measured(tell->arena, score),
                 analysis->factors.initializers));
    ins_table_block *table = ins_add_table(tell->document, column, columns + 2, rows->levels);
    for (size_t r = 0; r < rows->levels; r++) {
        ins_cell *name = ins_table_cell(table, r, 0);
        name->text = ins_document_escape(tell->document, rows->level[r]);
        name->bold = true;
        ins_table_cell(table, r, columns + 1)->link = INS_TELL("%s-settings", tell->slug);
        for (size_t s = 0; s < analysis->comparisons.settings; s++) {
            const ins_setting *setting = &analysis->comparisons.setting[s];
            size_t arm = setting->arm[0];
            if (rows->of[arm] != r || depth->of[arm] >= columns) continue;
            *ins_table_cell(table, r, depth->of[arm] + 1) = set_cell(tell, setting);
        }
    }
    table->note = INS_TELL("%s Paired by seed, Holm within each setting; %s. Barely: %s.",
                           ins_tell_settings(tell),
                           ins_say_score_constant(tell->arena, score, analysis->facts.chance),
                           ins_rule_text(tell->arena, score->words->barely));
}

/* --- What each answers -------------------------------------------------------------------- */

static void write_questions(ins_document *document, const ins_tell *tells, size_t count)
{
    static const ins_table_column column[] = {{"Question", INS_LEFT, 15, true},
                                              {"Answer", INS_LEFT, 32, true},
                                              {NULL, INS_RIGHT, 3, false}};
    ins_table_block *table = ins_add_table(document, column, 3, count);
    table->caption = "What each experiment answers";
    for (size_t e = 0; e < count; e++) {
        const ins_tell *tell = &tells[e];
        const ins_finding *answer = &tell->analysis->answer;
        ins_cell *cell = ins_table_cell(table, e, 0);
        cell[0].text = tell->of->question != NULL
                           ? tell->of->question
                           : ins_document_escape(tell->document, tell->of->title);
        cell[1].text =
            INS_TELL("*%s* %s", ins_say_capital(tell->arena, ins_tell_text(tell, answer->claim)),
                     ins_tell_text(tell, answer->evidence));
        cell[2].link = INS_TELL("%s-glance", tell->slug);
    }
}

/* The claim of the widest experiment, without its full stop. */
static const char *as_title(const ins_tell *tell)
{
    const char *claim = ins_tell_text(tell, tell->analysis->answer.claim);
    size_t length = strlen(claim);
    return length > 0 && claim[length - 1] == '.' ? ins_arena_copy(tell->arena, claim, length - 1)
                                                  : claim;
}

void ins_write_answers(ins_document *document, const ins_tell *tells, size_t count)
{
    size_t best = widest(tells, count);
    const ins_tell *tell = &tells[best < count ? best : 0];
    ins_section_begin(document, "answers", "Answers",
                      best < count ? as_title(tell) : "Weight initialization, measured", true);
    if (best < count) write_choice(&tells[best]);
    write_questions(document, tells, count);
    ins_add_heading(document, "Contents");
    ins_add_contents(document);
}
