/* The first page as plain text: one row an initializer, then what was found. */
#include <config.h>

#include "initscope/report.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "initscope/layout.h"
#include "part.h"

enum { COLUMNS = 5, LINE = 80, GAP = 2, SHORTEST_NAME = 12 };

static const char *const titles[COLUMNS] = {"initializer", "forward", "backward", "units",
                                            "test accuracy"};

static const char legend[] =
    "Forward, backward: the factor by which the variance of z and of delta changes from one hidden "
    "layer to the next at epoch 0. Units: distinct ones at the end, in the hidden layer with the "
    "fewest. Test accuracy at the end, with its 95% interval over seeds.";

typedef struct cell {
    const char *text;
    bool bad;
} cell;

typedef struct sheet {
    ins_arena *arena;
    bool colour;
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

static cell gain_cell(sheet *s, const ins_signal *signal)
{
    ins_text text = {0};
    ins_grade grade = ins_grade_of(signal);
    if (signal->silent) return (cell){"no signal", true};
    if (signal->gain.n == 0) return (cell){"–", false};
    char number[INS_PROSE_SIZE];
    ins_text_add(&text, ins_prose(number, signal->gain.mean, false));
    cell made = {text_of(s, &text), grade == INS_GRADE_VANISHES || grade == INS_GRADE_EXPLODES};
    ins_text_free(&text);
    return made;
}

static cell units_cell(sheet *s, const ins_arm_analysis *of)
{
    if (!of->units.counted) return (cell){"–", false};
    return (cell){ins_arena_format(s->arena, "%.0f of %.0f", of->units.distinct, of->units.all),
                  of->units.symmetric_layers_end > 0};
}

static cell accuracy_cell(sheet *s, const ins_arm_analysis *of)
{
    if (of->outcome.accuracy.n == 0) return (cell){"–", false};
    ins_text text = {0};
    ins_prose_percent_interval(&text, of->outcome.accuracy);
    cell made = {text_of(s, &text), ins_has_verdict(of, INS_VERDICT_DID_NOT_LEARN)};
    ins_text_free(&text);
    return made;
}

static cell verdict_cell(sheet *s, const ins_arm_analysis *of)
{
    cell made = {"", false};
    for (unsigned v = 0; v < INS_VERDICTS; v++) {
        if (!ins_has_verdict(of, (ins_verdict)v)) continue;
        made.text = ins_arena_format(s->arena, "%s%s%s", made.text, *made.text ? ", " : "",
                                     ins_verdict_table[v].name);
        made.bad = made.bad || ins_verdict_table[v].bad;
    }
    return made;
}

static void fill(sheet *s, const ins_part *part)
{
    for (size_t a = 0; a < s->rows; a++) {
        const ins_arm_analysis *of = &part->analysis->arm[a];
        cell *row = s->cell + a * COLUMNS;
        row[0] = (cell){part->name[a], false};
        row[1] = gain_cell(s, &of->signal[INS_FORWARD]);
        row[2] = gain_cell(s, &of->signal[INS_BACKWARD]);
        row[3] = units_cell(s, of);
        row[4] = accuracy_cell(s, of);
    }
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

static void add_padding(const sheet *s, size_t column, const char *text, const size_t *width)
{
    if (column + 1 == COLUMNS) return;
    for (size_t i = ins_text_columns(text); i < width[column] + GAP; i++) ins_text_add(s->out, " ");
}

/* Widths of the columns; names get what the others leave. */
static void measure(const sheet *s, size_t width[COLUMNS])
{
    size_t left = LINE;
    for (size_t i = COLUMNS; i-- > 0;) {
        width[i] = strlen(titles[i]);
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
static void add_table(sheet *s, const ins_analysis *analysis)
{
    size_t width[COLUMNS];
    measure(s, width);
    for (size_t c = 0; c < COLUMNS; c++) {
        add_styled(s, "1", titles[c]);
        add_padding(s, c, titles[c], width);
    }
    ins_text_add(s->out, "\n");
    for (size_t r = 0; r < s->rows; r++) {
        ins_text shortened = {0};
        ins_text_shorten(&shortened, s->cell[r * COLUMNS].text, width[0]);
        const char *name = text_of(s, &shortened);
        ins_text_free(&shortened);
        for (size_t c = 0; c < COLUMNS; c++) {
            cell at = s->cell[r * COLUMNS + c];
            if (c == 0) at.text = name;
            if (at.bad) {
                add_styled(s, "31", at.text);
            } else {
                ins_text_add(s->out, at.text);
            }
            add_padding(s, c, at.text, width);
        }
        ins_text_add(s->out, "\n");
        cell verdict = verdict_cell(s, &analysis->arm[r]);
        if (*verdict.text != '\0') {
            add_wrapped(s, "    ", "    ", verdict.bad ? "31" : NULL, verdict.text);
        }
    }
    ins_text_add(s->out, "\n");
    add_wrapped(s, "", "", NULL, legend);
}

static void add_findings(const sheet *s, const ins_analysis *analysis)
{
    if (analysis->findings == 0) return;
    ins_text_add(s->out, "\n");
    for (size_t i = 0; i < analysis->findings; i++) {
        const ins_finding *finding = &analysis->finding[i];
        add_wrapped(s, ins_arena_format(s->arena, "%2zu. ", i + 1), "    ", "1",
                    ins_clean(s->arena, NULL, finding->claim));
        add_wrapped(s, "    ", "    ", NULL, ins_clean(s->arena, NULL, finding->evidence));
    }
}

static void add_experiment(const ins_part *part, bool colour, ins_arena *arena, ins_text *out)
{
    sheet s = {.arena = arena, .colour = colour, .rows = part->study->arms, .out = out};
    s.cell = ins_arena_get(arena, ins_multiply(s.rows, COLUMNS, "table"), sizeof *s.cell, "table");
    fill(&s, part);
    add_styled(&s, "1", part->title);
    ins_text_add(out, "\n\n");
    add_table(&s, part->analysis);
    add_findings(&s, part->analysis);
}

ins_status ins_report_summary(const ins_report_options *options, bool colour, ins_text *out,
                              ins_error *error)
{
    ins_arena *arena = ins_arena_new();
    ins_status status = INS_OK;
    for (size_t i = 0; i < options->count && status == INS_OK; i++) {
        ins_experiment experiment;
        status = ins_experiment_read(options->directories[i], arena, NULL, &experiment, error);
        if (status == INS_OK) {
            if (i > 0) ins_text_add(out, "\n");
            add_experiment(&experiment.part, colour, arena, out);
        }
        ins_experiment_free(&experiment);
    }
    ins_arena_free(arena);
    return status;
}
