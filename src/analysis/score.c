/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* The score of a study, and its words. */
#include <config.h>

#include "initscope/score.h"

#include <math.h>
#include <string.h>

#include "initscope/say.h"

#include "study_internal.h"

const ins_score_words ins_score_words_of[] = {
    [INS_SCORE_ACCURACY] = {.name = "accuracy",
                            .slug = "accuracy",
                            .series = "accuracy",
                            .one = "a share",
                            .unit = "per cent",
                            .steps = "percent points",
                            .perfect = "100 %",
                            .constant = "chance",
                            .way = "chance to 100 %",
                            .white = "at chance",
                            .highest = "most is right",
                            .barely = "less than a quarter of the way from chance to 100 %",
                            .constant_loss = "giving every class the same probability",
                            .worse = "confidently wrong",
                            .outputs = "class scores"},
    [INS_SCORE_R2] = {.name = "R²",
                      .slug = "score",
                      .series = "R^2",
                      .one = "an R²",
                      .perfect = "1",
                      .constant = "always answering the mean",
                      .way = "0 to 1",
                      .white = "at 0 and below",
                      .highest = "R² is highest",
                      .barely = "R² below {barely_r2}",
                      .constant_loss = "always answering the mean",
                      .worse = "worse than the mean as an answer",
                      .outputs = "outputs"},
    [INS_SCORE_OTHER] = {.slug = "score",
                         .series = "score",
                         .one = "a score",
                         .constant = "it without learning",
                         .highest = "the score is highest",
                         .outputs = "outputs"}};

/* --- Which it is ------------------------------------------------------------------ */

static bool is(const char *text, const char *word)
{
    return text != NULL && strcmp(text, word) == 0;
}

static bool has(const ins_study *study, ins_column_id column)
{
    for (size_t r = 0; r < study->runs; r++)
        for (size_t e = 0; e < study->epochs; e++)
            if (!isnan(ins_number(study, column, (ins_site){.run = r, .epoch = ins_epoch_at(e)})))
                return true;
    return false;
}

/* A foreign name of words: f1_macro as "f1 macro". Then it needs no care in markup and in scripts.
 */
static const char *foreign_name(const ins_study *study, const char *name)
{
    static const char word[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-. ";
    const size_t longest = 24;
    if (name == NULL || *name == '\0' || strlen(name) > longest) return "score";
    char *plain = ins_arena_copy(study->index->arena, name, strlen(name));
    for (char *c = plain; *c != '\0'; c++)
        if (*c == '_') *c = ' ';
    return strspn(plain, word) == strlen(plain) ? plain : "score";
}

/* Another name than the two that are known is another score, whatever the columns are called. */
static ins_score_kind kind_of(const char *score, const char *loss, bool accuracies, bool scores)
{
    bool named = score != NULL && *score != '\0';
    if (is(score, "accuracy")) return INS_SCORE_ACCURACY;
    if (is(score, "r2")) return INS_SCORE_R2;
    if (named && scores) return INS_SCORE_OTHER;
    if (accuracies || is(loss, "cross_entropy")) return INS_SCORE_ACCURACY;
    return INS_SCORE_OTHER;
}

ins_score ins_score_of(const ins_study *study)
{
    const char *name = ins_pairs_get(&study->experiment, "score");
    const char *loss = ins_pairs_get(&study->experiment, "loss");
    bool tested = has(study, INS_EPOCHS_TEST_ACCURACY), rated = has(study, INS_EPOCHS_TEST_SCORE);
    bool accuracies = tested || has(study, INS_EPOCHS_TRAIN_ACCURACY),
         scores = rated || has(study, INS_EPOCHS_TRAIN_SCORE);
    ins_score score = {.kind = kind_of(name, loss, accuracies, scores)};
    bool column = score.kind == INS_SCORE_ACCURACY && (accuracies || !scores);
    score.test = column ? INS_EPOCHS_TEST_ACCURACY : INS_EPOCHS_TEST_SCORE;
    score.train = column ? INS_EPOCHS_TRAIN_ACCURACY : INS_EPOCHS_TRAIN_SCORE;
    score.rows =
        is(ins_pairs_get(&study->environment, "test_is_train"), "yes") ? "training" : "test";
    if ((column ? accuracies && !tested : scores && !rated)) {
        score.test = score.train; /* no other rows were looked at */
        score.rows = "training";
    }
    score.words = &ins_score_words_of[score.kind];
    score.name = score.words->name != NULL ? score.words->name : foreign_name(study, name);
    return score;
}

/* --- How it is said ---------------------------------------------------------------- */

const char *ins_say_score_title(ins_arena *arena, const ins_score *score)
{
    return ins_say_capital(arena, ins_arena_format(arena, "%s %s", score->rows, score->name));
}

/* Decimals while they are short; the mean of what diverged nearly has powers of ten. */
static const char *decimals(ins_arena *arena, double value, int digits)
{
    const double longest = 100;
    if (value == 0 || !(fabs(value) < longest)) return ins_say(arena, value);
    double rounded = round(value * pow(10, digits)) / pow(10, digits);
    return ins_arena_format(arena, "%s%.*f", rounded < 0 ? "−" : "", digits, fabs(rounded));
}

const char *ins_say_score_number(ins_arena *arena, const ins_score *score, double value)
{
    return score->kind == INS_SCORE_ACCURACY ? ins_say_points(arena, value)
                                             : decimals(arena, value, 3);
}

const char *ins_say_score_short(ins_arena *arena, const ins_score *score, double value)
{
    return score->kind == INS_SCORE_ACCURACY ? ins_arena_format(arena, "%.0f", 100 * value)
                                             : decimals(arena, value, 2);
}

const char *ins_say_score(ins_arena *arena, const ins_score *score, double value)
{
    return score->kind == INS_SCORE_ACCURACY ? ins_say_percent(arena, value)
                                             : decimals(arena, value, 3);
}

static const char *bracket(ins_arena *arena, const ins_score *score, const char *mean,
                           ins_interval value)
{
    if (!isfinite(value.lower)) return mean;
    return ins_arena_format(arena, "%s [%s, %s]", mean,
                            ins_say_score_number(arena, score, value.lower),
                            ins_say_score_number(arena, score, value.upper));
}

const char *ins_say_score_interval(ins_arena *arena, const ins_score *score, ins_interval value)
{
    return score->kind == INS_SCORE_ACCURACY
               ? ins_say_percent_interval(arena, value)
               : bracket(arena, score, ins_say_score(arena, score, value.mean), value);
}

const char *ins_say_score_difference(ins_arena *arena, const ins_score *score, ins_interval value)
{
    const char *mean =
        ins_arena_format(arena, "%s%s", ins_say_score_number(arena, score, value.mean),
                         score->kind == INS_SCORE_ACCURACY ? " points" : "");
    return bracket(arena, score, mean, value);
}

const char *ins_say_score_measured(ins_arena *arena, const ins_score *score)
{
    if (score->kind == INS_SCORE_ACCURACY)
        return ins_arena_format(arena, "the share of %s rows right", score->rows);
    return ins_arena_format(arena, "%s on the %s rows", score->name, score->rows);
}

const char *ins_say_score_brief(ins_arena *arena, const ins_score *score, double value)
{
    const char *said = ins_say_score(arena, score, value);
    if (score->kind == INS_SCORE_ACCURACY) return ins_arena_format(arena, "%s right", said);
    return ins_arena_format(arena, "%s %s", score->name, said);
}

const char *ins_say_score_at_most(ins_arena *arena, const ins_score *score, double value)
{
    const char *said = ins_say_score(arena, score, value);
    if (score->kind == INS_SCORE_ACCURACY)
        return ins_arena_format(arena, "at most %s of the %s rows are right on average", said,
                                score->rows);
    return ins_arena_format(arena, "on the %s rows %s is at most %s on average", score->rows,
                            score->name, said);
}

const char *ins_say_score_has(ins_arena *arena, const ins_score *score)
{
    return score->kind == INS_SCORE_ACCURACY ? "is right on"
                                             : ins_arena_format(arena, "has %s", score->name);
}

const char *ins_say_score_reached(ins_arena *arena, const ins_score *score, ins_interval value)
{
    return ins_arena_format(arena, "%s %s %s the %s rows", ins_say_score_has(arena, score),
                            ins_say_score_interval(arena, score, value),
                            score->kind == INS_SCORE_ACCURACY ? "of" : "on", score->rows);
}

const char *ins_say_score_constant(ins_arena *arena, const ins_score *score, double constant)
{
    if (score->kind == INS_SCORE_R2)
        return ins_arena_format(arena, "always answering the mean has R² %s",
                                constant == 0 ? "0" : ins_say_score(arena, score, constant));
    return ins_arena_format(arena, "chance is %s", ins_say_score(arena, score, constant));
}

const char *ins_say_wording(ins_arena *arena, ins_wording wording, bool classes, bool numbers)
{
    if (wording.numbers == NULL) return wording.classes;
    bool first = classes && *wording.classes != '\0', second = numbers && *wording.numbers != '\0';
    if (first && second)
        return ins_arena_format(arena, "of classes: %s; of numbers: %s", wording.classes,
                                wording.numbers);
    return first ? wording.classes : second ? wording.numbers : NULL;
}

double ins_score_sampling(const ins_score *score, double value, double rows)
{
    if (!(value > 0 && value < 1) || !(rows > 0)) return NAN;
    if (score->kind == INS_SCORE_ACCURACY) return sqrt(value * (1 - value) / rows);
    if (score->kind == INS_SCORE_R2) return 2 * sqrt(value) * (1 - value) / sqrt(rows);
    return NAN;
}

const char *ins_say_score_sampling(ins_arena *arena, const ins_score *score, double value,
                                   double rows)
{
    const ins_interval by = {1, ins_score_sampling(score, value, rows), NAN, NAN};
    if (isnan(by.mean)) return NULL;
    return ins_arena_format(arena, "move %s of %s by %s%s", score->words->one,
                            ins_say_score(arena, score, value),
                            score->kind == INS_SCORE_ACCURACY ? "" : "about ",
                            ins_say_score_difference(arena, score, by));
}
