/* The first page as plain text: one row an initializer, then what was found. */
#include <config.h>

#include "initscope/report.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "initscope/layout.h"
#include "part.h"
#include "verdicts.h"

enum { COLUMNS = 6, LINE = 80, LONGEST_NAME = 44 };

static const char *const titles[COLUMNS] = {"initializer",    "forward gain",  "backward gain",
                                            "distinct units", "test accuracy", "verdict"};

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

/* Characters, not bytes: nearly all of ours are one column wide. */
static size_t width_of(const char *text)
{
    size_t width = 0;
    uint32_t code;
    for (; *text != '\0'; width++) text += ins_utf8_decode(text, &code);
    return width;
}

static void add_styled(const sheet *s, const char *style, const char *text)
{
    ins_text_add_format(s->out, s->colour ? "\033[%sm%s\033[0m" : "%.0s%s", style, text);
}

static const char *text_of(sheet *s, const ins_text *text)
{
    return ins_arena_copy(s->arena, text->data, text->length);
}

static cell gain_cell(sheet *s, ins_interval gain, double total, bool silent)
{
    ins_text text = {0};
    ins_signal signal = ins_signal_of(gain, total);
    if (silent) return (cell){"no signal", true};
    if (gain.n == 0) return (cell){"–", false};
    ins_prose_interval(&text, gain);
    cell made = {text_of(s, &text), signal == INS_SIGNAL_VANISHES || signal == INS_SIGNAL_EXPLODES};
    ins_text_free(&text);
    return made;
}

static cell units_cell(sheet *s, const ins_arm_analysis *of)
{
    if (!of->counted) return (cell){"–", false};
    return (cell){ins_arena_format(s->arena, "%.0f of %.0f", of->distinct_units, of->units),
                  of->symmetric_layers_end > 0};
}

static cell accuracy_cell(sheet *s, const ins_arm_analysis *of)
{
    ins_text text = {0};
    if (of->accuracy.n == 0) return (cell){"–", false};
    ins_prose_percent_interval(&text, of->accuracy);
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

/* The beginning and the end of a name that is too long for a column. */
static const char *short_name(sheet *s, const char *name)
{
    size_t width = width_of(name), skipped = 0;
    const char *tail = name, *head = name;
    uint32_t code;
    if (width <= LONGEST_NAME) return name;
    for (; skipped < LONGEST_NAME / 2; skipped++) head += ins_utf8_decode(head, &code);
    for (size_t i = 0; i + LONGEST_NAME / 2 - 1 < width; i++) tail += ins_utf8_decode(tail, &code);
    return ins_arena_format(s->arena, "%.*s…%s", (int)(head - name), name, tail);
}

static void fill(sheet *s, const ins_part *part)
{
    for (size_t a = 0; a < s->rows; a++) {
        const ins_arm_analysis *of = &part->analysis->arm[a];
        cell *row = s->cell + a * COLUMNS;
        row[0] = (cell){short_name(s, part->name[a]), false};
        row[1] = gain_cell(s, of->forward_gain, of->forward_total, of->no_forward_signal);
        row[2] = gain_cell(s, of->backward_gain, of->backward_total, of->no_backward_signal);
        row[3] = units_cell(s, of);
        row[4] = accuracy_cell(s, of);
        row[5] = verdict_cell(s, of);
    }
}

static void add_padding(const sheet *s, size_t column, size_t used, const size_t *width)
{
    if (column + 1 == COLUMNS) return;
    for (size_t i = used; i < width[column] + 2; i++) ins_text_add(s->out, " ");
}

static void add_table(const sheet *s)
{
    size_t width[COLUMNS];
    for (size_t c = 0; c < COLUMNS; c++) {
        width[c] = width_of(titles[c]);
        for (size_t r = 0; r < s->rows; r++) {
            size_t needed = width_of(s->cell[r * COLUMNS + c].text);
            if (needed > width[c]) width[c] = needed;
        }
    }
    for (size_t c = 0; c < COLUMNS; c++) {
        add_styled(s, "1", titles[c]);
        add_padding(s, c, width_of(titles[c]), width);
    }
    ins_text_add(s->out, "\n");
    for (size_t r = 0; r < s->rows; r++) {
        for (size_t c = 0; c < COLUMNS; c++) {
            cell at = s->cell[r * COLUMNS + c];
            if (at.bad) {
                add_styled(s, "31", at.text);
            } else {
                ins_text_add(s->out, at.text);
            }
            add_padding(s, c, width_of(at.text), width);
        }
        ins_text_add(s->out, "\n");
    }
}

/* Words in lines of at most LINE characters, each after the indent. */
static void add_wrapped(const sheet *s, const char *indent, const char *text)
{
    size_t used = 0;
    while (*text != '\0') {
        size_t length = strcspn(text, " ");
        const char *word = ins_arena_copy(s->arena, text, length);
        size_t width = width_of(word);
        if (used > 0 && used + 1 + width > LINE) {
            ins_text_add(s->out, "\n");
            used = 0;
        }
        ins_text_add(s->out, used == 0 ? indent : " ");
        used += (used == 0 ? strlen(indent) : 1) + width;
        ins_text_add(s->out, word);
        text += length;
        while (*text == ' ') text++;
    }
    ins_text_add(s->out, "\n");
}

static void add_findings(const sheet *s, const ins_analysis *analysis)
{
    if (analysis->findings == 0) return;
    ins_text_add(s->out, "\n");
    for (size_t i = 0; i < analysis->findings; i++) {
        const ins_finding *finding = &analysis->finding[i];
        ins_text_add_format(s->out, "%2zu. ", i + 1);
        add_styled(s, "1", ins_clean(s->arena, finding->claim));
        ins_text_add(s->out, "\n");
        add_wrapped(s, "    ", ins_clean(s->arena, finding->evidence));
    }
}

static void add_experiment(const ins_part *part, bool colour, ins_arena *arena, ins_text *out)
{
    sheet s = {.arena = arena, .colour = colour, .rows = part->study->arms, .out = out};
    s.cell = ins_arena_get(arena, ins_multiply(s.rows, COLUMNS, "table"), sizeof *s.cell, "table");
    fill(&s, part);
    add_styled(&s, "1", part->title);
    ins_text_add(out, "\n\n");
    add_table(&s);
    add_findings(&s, part->analysis);
}

ins_status ins_report_summary(const ins_report_options *options, bool colour, ins_text *out,
                              ins_error *error)
{
    ins_arena *arena = ins_arena_new();
    for (size_t i = 0; i < options->count && error->status == INS_OK; i++) {
        ins_experiment experiment;
        if (ins_experiment_read(options->directories[i], arena, &experiment, error) == INS_OK) {
            if (i > 0) ins_text_add(out, "\n");
            add_experiment(&experiment.part, colour, arena, out);
        }
        ins_experiment_free(&experiment);
    }
    ins_arena_free(arena);
    return error->status;
}
