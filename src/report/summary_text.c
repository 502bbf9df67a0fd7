/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* The first page as plain text: one row an initializer, then what was found. */
#include <config.h>

#include "initscope/report.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "initscope/layout.h"
#include "tell.h"

enum { LEARNED = 3, SCORE, COLUMNS, LINE = 80, GAP = 2, SHORTEST_NAME = 12 };

static const char *const nothing = "–";

typedef struct cell {
    const char *text;
    bool bad;
} cell;

typedef struct sheet {
    ins_arena *arena;
    const ins_analysis *analysis;
    bool colour;
    const char *title[COLUMNS]; /* NULL: there is nothing to show in it */
    size_t rows;
    cell *cell; /* (rows, COLUMNS) */
    ins_text *out;
} sheet;

static void add_styled(const sheet *s, const char *style, const char *text)
{
    ins_text_add_format(s->out, s->colour ? "\033[%sm%s\033[0m" : "%.0s%s", style, text);
}

static const char *text_of(sheet *s, const ins_text *text)
{
    return ins_arena_copy(s->arena, text->data, text->length);
}

/* The name of an arm or an initializer in a sentence, no longer than half a line. */
static const char *name_of(const void *context, bool initializer, size_t number)
{
    const sheet *s = context;
    const char *name = initializer ? s->analysis->factors.initializer[number]
                                   : s->analysis->comparisons.name[number];
    ins_text shortened = {0};
    ins_text_shorten(&shortened, name, LINE / 2);
    name = ins_arena_copy(s->arena, shortened.data, shortened.length);
    ins_text_free(&shortened);
    return name;
}

static const char *plain(sheet *s, const char *markup)
{
    return ins_say_plain(s->arena, markup, name_of, s);
}

static cell total_cell(sheet *s, const ins_arm_judgement *of, ins_direction direction)
{
    ins_grade grade = of->grade[direction];
    bool bad =
        grade == INS_GRADE_VANISHING || grade == INS_GRADE_EXPLODING || grade == INS_GRADE_NONE;
    if (grade == INS_GRADE_NOT_KNOWN || grade == INS_GRADE_NONE)
        return (cell){ins_grade_word(grade), bad};
    return (cell){plain(s, ins_say(s->arena, of->total[direction].interval.mean)), bad};
}

static cell learned_cell(sheet *s, const ins_arm_judgement *of)
{
    if (of->learned + of->barely + of->not_learned + of->undecided == 0)
        return (cell){nothing, false};
    if (of->undecided > 0 && of->learned + of->barely == 0) return (cell){"undecided", false};
    const char *barely = of->barely > 0 ? ins_arena_format(s->arena, " (%zu)", of->barely) : "";
    return (cell){ins_arena_format(s->arena, "%zu of %zu%s", of->learned, of->runs, barely),
                  ins_has_verdict(of, INS_VERDICT_DID_NOT_LEARN) ||
                      ins_has_verdict(of, INS_VERDICT_RARELY_LEARNED)};
}

static cell score_cell(sheet *s, const ins_arm_judgement *of)
{
    if (of->with_score == 0) return (cell){nothing, false};
    const ins_score *score = &s->analysis->facts.score;
    return (cell){plain(s, ins_say_score_interval(s->arena, score, of->score)),
                  ins_has_verdict(of, INS_VERDICT_DID_NOT_LEARN)};
}

/* "vanishing forward, dead in 3 of 20 runs" */
static cell verdict_cell(sheet *s, const ins_arm_judgement *of)
{
    cell made = {"", false};
    for (unsigned v = 0; v < INS_VERDICTS; v++) {
        if (!ins_has_verdict(of, (ins_verdict)v)) continue;
        char *name =
            ins_arena_copy(s->arena, ins_verdict_table[v].name, strlen(ins_verdict_table[v].name));
        for (char *c = name; *c != '\0'; c++)
            if (*c == '_') *c = ' ';
        bool some = ins_verdict_table[v].any && of->count[v] < of->runs;
        made.text = ins_arena_format(
            s->arena, "%s%s%s%s", made.text, *made.text ? ", " : "", name,
            some ? ins_arena_format(s->arena, " in %zu of %zu runs", of->count[v], of->runs) : "");
        made.bad = made.bad || ins_verdict_table[v].bad;
    }
    return made;
}

static void fill(sheet *s)
{
    for (size_t a = 0; a < s->rows; a++) {
        const ins_arm_judgement *of = &s->analysis->arm[a];
        cell *row = s->cell + a * COLUMNS;
        row[0] = (cell){ins_clean(s->arena, NULL, s->analysis->study->arm[a].label), false};
        row[1] = total_cell(s, of, INS_FORWARD);
        row[2] = total_cell(s, of, INS_BACKWARD);
        row[LEARNED] = learned_cell(s, of);
        row[SCORE] = score_cell(s, of);
    }
}

/* Some row has something in the column. */
static bool is_told(const sheet *s, size_t column)
{
    for (size_t r = 0; r < s->rows; r++)
        if (strcmp(s->cell[r * COLUMNS + column].text, nothing) != 0) return true;
    return false;
}

/* Words in lines of at most LINE columns, the first after first and the others after indent. */
static void add_wrapped(const sheet *s, const char *first, const char *indent, const char *style,
                        const char *text)
{
    const char *margin = first;
    do {
        ins_text line = {0};
        size_t used = strlen(margin);
        ins_text_add(&line, "");
        while (*text != '\0') {
            const char *word = ins_arena_copy(s->arena, text, strcspn(text, " "));
            size_t width = ins_text_columns(word) + (line.length > 0);
            if (line.length > 0 && used + width > LINE) break;
            if (line.length > 0) ins_text_add(&line, " ");
            ins_text_add(&line, word);
            used += width;
            text += strlen(word);
            text += strspn(text, " ");
        }
        ins_text_add(s->out, margin);
        if (style != NULL) {
            add_styled(s, style, line.data);
        } else {
            ins_text_add(s->out, line.data);
        }
        ins_text_add(s->out, "\n");
        ins_text_free(&line);
        margin = indent;
    } while (*text != '\0');
}

static bool is_last(const sheet *s, size_t column)
{
    for (size_t c = column + 1; c < COLUMNS; c++)
        if (s->title[c] != NULL) return false;
    return true;
}

static void add_padding(const sheet *s, size_t column, const char *text, const size_t *width)
{
    if (is_last(s, column)) return;
    for (size_t i = ins_text_columns(text); i < width[column] + GAP; i++) ins_text_add(s->out, " ");
}

/* Widths of the columns; names get what the others leave. */
static void measure(const sheet *s, size_t width[COLUMNS])
{
    size_t left = LINE;
    for (size_t i = COLUMNS; i-- > 0;) {
        width[i] = 0;
        if (s->title[i] == NULL) continue;
        width[i] = ins_text_columns(s->title[i]);
        for (size_t r = 0; r < s->rows; r++) {
            size_t needed = ins_text_columns(s->cell[r * COLUMNS + i].text);
            if (needed > width[i]) width[i] = needed;
        }
        if (i > 0) left -= width[i] + GAP < left ? width[i] + GAP : left;
    }
    if (left < SHORTEST_NAME) left = SHORTEST_NAME;
    if (width[0] > left) width[0] = left;
}

/* One row an initializer, its verdict below. */
static void add_table(sheet *s)
{
    size_t width[COLUMNS];
    measure(s, width);
    for (size_t c = 0; c < COLUMNS; c++) {
        if (s->title[c] == NULL) continue;
        add_styled(s, "1", s->title[c]);
        add_padding(s, c, s->title[c], width);
    }
    ins_text_add(s->out, "\n");
    for (size_t r = 0; r < s->rows; r++) {
        ins_text shortened = {0};
        ins_text_shorten(&shortened, s->cell[r * COLUMNS].text, width[0]);
        const char *name = text_of(s, &shortened);
        ins_text_free(&shortened);
        for (size_t c = 0; c < COLUMNS; c++) {
            cell at = s->cell[r * COLUMNS + c];
            if (s->title[c] == NULL) continue;
            if (c == 0) at.text = name;
            if (at.bad) {
                add_styled(s, "31", at.text);
            } else {
                ins_text_add(s->out, at.text);
            }
            add_padding(s, c, at.text, width);
        }
        ins_text_add(s->out, "\n");
        cell verdict = verdict_cell(s, &s->analysis->arm[r]);
        if (*verdict.text != '\0') {
            add_wrapped(s, "    ", "    ", verdict.bad ? "31" : NULL, verdict.text);
        }
    }
    ins_text_add(s->out, "\n");
    const char *score = ins_say_score_title(s->arena, &s->analysis->facts.score);
    bool graphs = false;
    for (size_t a = 0; a < s->rows; a++) graphs = graphs || !s->analysis->study->arm[a].chain;
    add_wrapped(
        s, "", "", NULL,
        ins_arena_format(
            s->arena,
            "Forward, backward: totals over the depth before training, of the "
            "signal (last hidden layer over the first) and of the error (first "
            "over last); 1 is ideal.%s%s%s",
            graphs ? " Of networks that are no chain of dense layers forward alone, "
                     "where layers follow each other without a norm."
                   : "",
            s->title[LEARNED] != NULL ? " Learned: runs, in brackets those that barely did." : "",
            s->title[SCORE] != NULL
                ? ins_arena_format(s->arena, " %s at the end, with its 95%% interval over seeds.",
                                   score)
                : ""));
}

static void add_finding(sheet *s, const char *number, const ins_finding *finding)
{
    add_wrapped(s, number, "    ", "1", ins_clean(s->arena, NULL, plain(s, finding->claim)));
    add_wrapped(s, "    ", "    ", NULL, ins_clean(s->arena, NULL, plain(s, finding->evidence)));
}

static void add_findings(sheet *s)
{
    ins_text_add(s->out, "\n");
    add_finding(s, "    ", &s->analysis->answer);
    for (size_t i = 0; i < s->analysis->findings; i++)
        add_finding(s, ins_arena_format(s->arena, "%2zu. ", i + 1), &s->analysis->finding[i]);
}

/* What the files of the log say against each other. */
static void add_doubts(sheet *s)
{
    const ins_study *study = s->analysis->study;
    for (ins_doubt doubt = 0; doubt < INS_DOUBTS; doubt++) {
        const char *text = ins_doubt_text(study, doubt, s->arena);
        if (text != NULL) add_wrapped(s, "", "", "31", plain(s, text));
    }
}

static void add_experiment(const ins_experiment *experiment, bool colour, ins_arena *arena,
                           ins_text *out)
{
    sheet s = {.arena = arena,
               .analysis = &experiment->analysis,
               .colour = colour,
               .title = {"initializer", "forward", "backward", "learned"},
               .rows = experiment->study.arms,
               .out = out};
    const ins_score *score = &experiment->analysis.facts.score;
    s.title[SCORE] = ins_arena_format(arena, "%s %s", score->rows, score->name);
    s.cell = ins_arena_get(arena, ins_multiply(s.rows, COLUMNS, "table"), sizeof *s.cell, "table");
    fill(&s);
    if (!is_told(&s, LEARNED)) s.title[LEARNED] = NULL;
    if (!is_told(&s, SCORE)) s.title[SCORE] = NULL;
    add_styled(&s, "1", experiment->title);
    ins_text_add(out, "\n\n");
    add_table(&s);
    add_doubts(&s);
    add_findings(&s);
}

ins_status ins_report_summary(const ins_report_options *options, bool colour, ins_text *out,
                              ins_error *error)
{
    ins_arena *arena = ins_arena_new();
    ins_status status = INS_OK;
    for (size_t i = 0; i < options->count && status == INS_OK; i++) {
        ins_experiment experiment;
        status = ins_experiment_read(options->directories[i], options->running, NULL, arena,
                                     &experiment, error);
        if (status == INS_OK) {
            ins_study_warn(&experiment.study, options->warnings);
            if (i > 0) ins_text_add(out, "\n");
            add_experiment(&experiment, colour, arena, out);
        }
        ins_experiment_free(&experiment);
    }
    ins_arena_free(arena);
    return status;
}
