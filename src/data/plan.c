/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* Columns one by one, then the label, then the rows. A problem is told once for its column, with
 * the option that helps, and the plan goes on, so that all are told. */
#include <config.h>

#include "plan.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "initscope/utf8.h"

/* Whole numbers that may be classes or a quantity: more different ones are not guessed at. */
enum { GUESSED_CLASSES = 100 };

/* Texts are no classes when there are more than this, and fewer than so many rows of each. */
enum { FEW_CLASSES = 64, ROWS_A_CLASS = 5 };

/* From so many rows on, texts that are all different name the rows. */
enum { NAMED_ROWS = 6 };

/* Names that a line lists. */
enum { LISTED = 3 };

typedef struct planner {
    const ins_sheet *table;
    const ins_reading *reading;
    ins_plan *plan;
    ins_error *error;
    const bool *taken, *dropped; /* (columns) by --features, by --drop */
    ins_text drop;               /* what --drop would have to name, separated by newlines */
} planner;

/* --- What is said --------------------------------------------------------------------------- */

static const char *shown_text(char out[INS_DISPLAY_SIZE], const char *text)
{
    return ins_display(out, text, strlen(text));
}

/* How an option names a column: a name that it cannot hold, or none, by its number. */
static const char *option_name(const planner *p, size_t column)
{
    const char *name = p->table->column[column].name;
    if (name[0] != '\0' && strpbrk(name, ",\n\r\t") == NULL &&
        ins_sheet_find(p->table, name) == column)
        return name;
    return ins_arena_format(p->table->arena, "x%zu", column + 1);
}

/* "--drop 'Serial No.'" */
static const char *drop_option(const planner *p, size_t column)
{
    ins_text out = {0};
    ins_text_add(&out, "--drop ");
    ins_text_add_word(&out, option_name(p, column));
    const char *copy = ins_arena_copy(p->table->arena, out.data, out.length);
    ins_text_free(&out);
    return copy;
}

static const char *lines_of(const planner *p, const ins_lines *lines)
{
    ins_text out = {0};
    ins_lines_say(lines, &out);
    const char *copy = ins_arena_copy(p->table->arena, out.data, out.length);
    ins_text_free(&out);
    return copy;
}

static void suggest_drop(planner *p, size_t column)
{
    ins_text_add_format(&p->drop, "%s\n", option_name(p, column));
}

/* A column that cannot be used; what is completed by the option that leaves it out. */
static void refuse(planner *p, size_t column, const char *what)
{
    char name[INS_DISPLAY_SIZE];
    ins_error_add(p->error, INS_DATA, "%s: column \"%s\": %s %s", p->table->path,
                  shown_text(name, p->table->column[column].name), what, drop_option(p, column));
    p->plan->use[column] = INS_USE_REFUSED;
    suggest_drop(p, column);
}

/* "a, b, c and 5 more" of what was added to it with add_listed. */
typedef struct listing {
    ins_text text;
    size_t count;
} listing;

static void add_listed(listing *list, const char *text)
{
    char shown[INS_DISPLAY_SIZE];
    if (list->count++ >= LISTED) return;
    ins_text_add_format(&list->text, "%s%s", list->count > 1 ? ", " : "", shown_text(shown, text));
}

static void end_listing(listing *list)
{
    if (list->count > LISTED)
        ins_text_add_format(&list->text, " and %zu more", list->count - LISTED);
}

/* A line of warnings ends with the list, if anything is in it. */
static void warn_listed(planner *p, listing *list, const char *what)
{
    end_listing(list);
    if (list->count > 0)
        ins_text_add_line(&p->plan->warnings, "%s: %s: %s", p->table->path, what, list->text.data);
    ins_text_free(&list->text);
}

/* --- Names ---------------------------------------------------------------------------------- */

static void unknown_name(const planner *p, const char *option, const char *name)
{
    const ins_sheet *t = p->table;
    char shown[INS_DISPLAY_SIZE];
    ins_text list = {0};
    const char **names = ins_allocate(t->columns + 1, sizeof *names, "column names");
    for (size_t i = 0; i < t->columns; i++) names[i] = t->column[i].name;
    const char *nearest = ins_nearest(name, names);
    free(names);
    if (nearest != NULL) ins_text_add_format(&list, " did you mean %s?", nearest);
    ins_text_add(&list, " columns:");
    for (size_t i = 0; i < t->columns && list.length < INS_ERROR_WIDTH; i++) {
        ins_text_add(&list, i == 0 ? " " : ", ");
        ins_text_add(&list, shown_text(shown, t->column[i].name));
    }
    ins_error_add(p->error, INS_USAGE, "%s:%zu: %s: no such column (got \"%s\");%s", t->path,
                  t->header_line, option, shown_text(shown, name), list.data);
    ins_text_free(&list);
}

/* The columns that an option names, each looked for once; one that there is not is told. */
static bool *find_names(const planner *p, const char *option, const ins_names *names)
{
    bool *found = ins_arena_get(p->table->arena, p->table->columns, sizeof *found, "columns");
    for (size_t i = 0; i < names->count; i++) {
        const size_t column = ins_sheet_find(p->table, names->item[i]);
        if (column == p->table->columns)
            unknown_name(p, option, names->item[i]);
        else
            found[column] = true;
    }
    return found;
}

/* What is used needs a name of its own. */
static void check_unique(planner *p)
{
    const ins_sheet *t = p->table;
    const ins_sheet_column *before = NULL;
    char shown[INS_DISPLAY_SIZE];
    for (size_t i = 0; i < t->columns; i++) {
        const ins_sheet_column *named = t->by_name[i];
        const size_t column = (size_t)(named - t->column);
        if (p->plan->use[column] == INS_USE_NOTHING || named->name[0] == '\0') continue;
        if (before != NULL && strcmp(named->name, before->name) == 0) {
            ins_error_add(p->error, INS_DATA,
                          "%s:%zu:%zu: columns %zu and %zu have the same name: add %s (got \"%s\")",
                          t->path, t->header_line, column + 1, (size_t)(before - t->column) + 1,
                          column + 1, drop_option(p, column), shown_text(shown, named->name));
            suggest_drop(p, column);
        }
        before = named;
    }
}

/* --- Features ------------------------------------------------------------------------------- */

static int by_text(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Digits with a comma, a percent sign, a currency: written for people. */
static bool looks_like_number(const char *text)
{
    size_t digits = 0;
    for (; *text != '\0'; text++) {
        if (isdigit((unsigned char)*text))
            digits++;
        else if (!strchr("+-.,%$ eE", *text))
            return false;
    }
    return digits > 0;
}

/* A character that looks like one of a number, or like nothing, is named. */
static const char *odd_character(const planner *p, const char *text)
{
    uint32_t code;
    for (size_t length; *text != '\0'; text += length) {
        length = ins_utf8_decode(text, &code);
        if (length > 1) return ins_arena_format(p->table->arena, ", it has U+%04X", (unsigned)code);
    }
    return "";
}

static const char *quoted(const planner *p, const char *text)
{
    char shown[INS_DISPLAY_SIZE];
    return ins_arena_format(p->table->arena, "%s", shown_text(shown, text));
}

static void refuse_texts(planner *p, size_t column)
{
    const ins_surveyed *c = &p->plan->column[column];
    ins_arena *arena = p->table->arena;
    const size_t cells = c->numbers + c->infinite.count + c->texts.count;
    const char *odd = quoted(p, c->odd);
    switch (c->kind) {
    case INS_KIND_DATES:
        refuse(p, column, ins_arena_format(arena, "dates (got \"%s\"): add", odd));
        return;
    case INS_KIND_MIXED:
        refuse(p, column,
               ins_arena_format(
                   arena, "%zu of %zu cells no number (%s, got \"%s\"%s): mend, or add",
                   c->texts.count, cells, lines_of(p, &c->texts), odd, odd_character(p, c->odd)));
        return;
    default:
        break;
    }
    const size_t different = p->table->column[column].texts.count;
    if (looks_like_number(c->odd))
        refuse(
            p, column,
            ins_arena_format(
                arena, "not numbers, whose decimal point is '.' (got \"%s\"): mend, or add", odd));
    else if (c->kind == INS_KIND_CATEGORY)
        refuse(p, column,
               ins_arena_format(arena,
                                "%zu different texts (got \"%s\"): add --categories onehot or",
                                different, odd));
    else
        refuse(p, column,
               ins_arena_format(arena,
                                "%zu different texts in %zu rows (got \"%s\"), too many for "
                                "categories: add",
                                different, cells, odd));
}

static void plan_numbers(planner *p, size_t column)
{
    const ins_surveyed *c = &p->plan->column[column];
    ins_arena *arena = p->table->arena;
    p->plan->use[column] = INS_USE_FEATURE;
    if (c->infinite.count > 0)
        refuse(p, column,
               ins_arena_format(arena, "%zu of %zu cells not finite (%s): mend, or add",
                                c->infinite.count, c->numbers + c->infinite.count,
                                lines_of(p, &c->infinite)));
    else if (c->wide.count > 0)
        refuse(p, column,
               ins_arena_format(arena, "%zu of %zu cells do not fit float32 (%s): mend, or add",
                                c->wide.count, c->numbers, lines_of(p, &c->wide)));
}

/* A column without a name: an index that pandas or R wrote, or what a separator at every line's end
 * begins. */
static void plan_nameless(planner *p, size_t column)
{
    const ins_sheet *t = p->table;
    const ins_surveyed *c = &p->plan->column[column];
    const bool first = c->counts && (c->minimum == 0 || c->minimum == 1);
    if (c->kind == INS_KIND_EMPTY && column + 1 == t->columns) {
        ins_text_add_line(&p->plan->warnings, "%s: a separator at every line's end, left out",
                          t->path);
    } else if (first || c->kind == INS_KIND_EMPTY) {
        ins_text_add_line(&p->plan->warnings, "%s: column %zu has no name and %s, left out",
                          t->path, column + 1, first ? "counts the rows" : "is empty");
    } else {
        ins_error_add(p->error, INS_DATA, "%s:%zu:%zu: column without a name: name it, or add %s",
                      t->path, t->header_line, column + 1, drop_option(p, column));
        p->plan->use[column] = INS_USE_REFUSED;
        suggest_drop(p, column);
    }
}

static void plan_feature(planner *p, size_t column)
{
    const ins_surveyed *c = &p->plan->column[column];
    if (p->table->column[column].name[0] == '\0') {
        plan_nameless(p, column);
        return;
    }
    switch (c->kind) {
    case INS_KIND_EMPTY:
        return;
    case INS_KIND_NUMBERS:
        plan_numbers(p, column);
        return;
    case INS_KIND_BOOLEANS:
        p->plan->use[column] = INS_USE_FEATURE;
        return;
    case INS_KIND_CATEGORY:
        if (p->reading->categories == INS_CATEGORIES_ONEHOT && !looks_like_number(c->odd)) {
            p->plan->use[column] = INS_USE_ONEHOT;
            return;
        }
        break;
    default:
        break;
    }
    refuse_texts(p, column);
}

static bool is_target(const ins_plan *plan, size_t column)
{
    for (size_t i = 0; i < plan->targets; i++)
        if (plan->target[i] == column) return true;
    return false;
}

static void plan_features(planner *p)
{
    const ins_sheet *t = p->table;
    for (size_t j = 0; j < t->columns; j++) {
        p->plan->use[j] = INS_USE_NOTHING;
        if (is_target(p->plan, j)) {
            p->plan->use[j] = INS_USE_TARGET;
        } else if (!p->dropped[j] && (p->reading->features.count == 0 || p->taken[j])) {
            plan_feature(p, j);
        }
    }
}

/* --- What is to be predicted ----------------------------------------------------------------- */

/* The last column that is used at all. */
static size_t last_column(const planner *p)
{
    const ins_sheet *t = p->table;
    size_t last = t->columns;
    while (last > 0 && (p->dropped[last - 1] || (t->column[last - 1].name[0] == '\0' &&
                                                 p->plan->column[last - 1].kind == INS_KIND_EMPTY)))
        last--;
    return last > 0 ? last - 1 : 0;
}

static void find_targets(planner *p)
{
    const ins_sheet *t = p->table;
    const ins_names *label = &p->reading->label;
    ins_plan *plan = p->plan;
    plan->target = ins_allocate(label->count + 1, sizeof *plan->target, "the label");
    if (ins_reading_wants_inputs(p->reading)) {
        if (ins_sheet_find(t, INS_LABEL_INPUTS) < t->columns)
            ins_text_add_line(
                &plan->warnings,
                "%s: --label features means the inputs themselves; the column of this "
                "name is --label x%zu",
                t->path, ins_sheet_find(t, INS_LABEL_INPUTS) + 1);
        return;
    }
    if (label->count == 0) plan->target[plan->targets++] = last_column(p);
    for (size_t i = 0; i < label->count; i++) {
        const size_t column = ins_sheet_find(t, label->item[i]);
        if (column == t->columns)
            unknown_name(p, "--label", label->item[i]);
        else if (is_target(plan, column))
            ins_error_add(p->error, INS_USAGE, "%s: --label: given twice (got \"%s\")", t->path,
                          quoted(p, label->item[i]));
        else
            plan->target[plan->targets++] = column;
    }
}

static void cannot_guess(planner *p, size_t column, const char *what, const char *options)
{
    ins_error_add(p->error, INS_DATA, "%s: column \"%s\": %s Add %s", p->table->path,
                  quoted(p, p->table->column[column].name), what, options);
    p->plan->task = INS_TASK_AUTO;
}

/* Of one label that nobody said more of. */
static ins_task guess_task(planner *p)
{
    const ins_sheet *t = p->table;
    const size_t column = p->plan->target[0];
    const ins_surveyed *c = &p->plan->column[column];
    const size_t rows = c->numbers + c->texts.count, different = t->column[column].texts.count;
    if (c->kind == INS_KIND_NUMBERS && c->fractions) return INS_TASK_NUMBERS;
    if (c->kind == INS_KIND_NUMBERS && different > GUESSED_CLASSES) {
        p->plan->remedied.task = INS_TASK_NUMBERS;
        cannot_guess(p, column,
                     ins_arena_format(t->arena,
                                      "%zu different whole numbers, a quantity or classes?",
                                      different),
                     "--loss mse or --loss cross_entropy");
        return INS_TASK_AUTO;
    }
    if (c->kind != INS_KIND_NUMBERS && different > FEW_CLASSES && different * ROWS_A_CLASS > rows) {
        cannot_guess(p, column,
                     ins_arena_format(t->arena, "%zu different texts in %zu rows, classes?",
                                      different, rows),
                     "--label COLUMN for another one, or --loss cross_entropy");
        return INS_TASK_AUTO;
    }
    return INS_TASK_CLASSES;
}

static void check_numbers(planner *p, size_t column)
{
    const ins_surveyed *c = &p->plan->column[column];
    const size_t cells = c->numbers + c->infinite.count + c->texts.count;
    const ins_lines *bad = c->texts.count > 0      ? &c->texts
                           : c->infinite.count > 0 ? &c->infinite
                                                   : &c->wide;
    if (bad->count == 0) return;
    ins_error_add(
        p->error, INS_DATA,
        "%s: column \"%s\": to be predicted as a number, and %zu of %zu cells are %s (%s, "
        "got \"%s\")",
        p->table->path, quoted(p, p->table->column[column].name), bad->count, cells,
        bad == &c->texts      ? "none"
        : bad == &c->infinite ? "not finite"
                              : "too large for float32",
        lines_of(p, bad), c->odd != NULL ? quoted(p, c->odd) : "a number");
}

static void check_classes(planner *p)
{
    if (p->plan->targets > 1)
        ins_error_add(p->error, INS_USAGE,
                      "%s: --label: %zu columns have no classes together; --loss mse predicts "
                      "numbers",
                      p->table->path, p->plan->targets);
}

static void choose_task(planner *p)
{
    ins_plan *plan = p->plan;
    plan->task = p->reading->task;
    if (ins_reading_wants_inputs(p->reading)) {
        plan->task = INS_TASK_INPUTS;
        if (p->reading->task == INS_TASK_CLASSES)
            ins_error_add(p->error, INS_USAGE,
                          "%s: --label features has no classes: --loss mse, or another label",
                          p->table->path);
        return;
    }
    if (plan->targets == 0) return;
    if (plan->task == INS_TASK_AUTO && plan->targets > 1) plan->task = INS_TASK_NUMBERS;
    if (plan->task == INS_TASK_AUTO) plan->task = guess_task(p);
    for (size_t i = 0; plan->task == INS_TASK_NUMBERS && i < plan->targets; i++)
        check_numbers(p, plan->target[i]);
    if (plan->task == INS_TASK_CLASSES) check_classes(p);
}

/* --- Rows ----------------------------------------------------------------------------------- */

static bool is_missing_at(const ins_sheet *t, size_t row, size_t column)
{
    const double cell = t->cell[row * t->columns + column];
    return isnan(cell) && ins_cell_text(cell) == INS_NO_TEXT;
}

static bool is_used(const ins_plan *plan, size_t column)
{
    return plan->use[column] == INS_USE_FEATURE || plan->use[column] == INS_USE_ONEHOT;
}

/* Rows without a label never count: what stands in them, as the total under a table, is nothing to
 * the columns. */
static void skip_unlabelled(planner *p)
{
    const ins_sheet *t = p->table;
    ins_plan *plan = p->plan;
    ins_lines unlabelled = {0};
    plan->left_out = ins_allocate(t->rows, sizeof *plan->left_out, "rows");
    for (size_t i = 0; i < t->rows; i++) {
        for (size_t k = 0; k < plan->targets; k++)
            plan->left_out[i] |= is_missing_at(t, i, plan->target[k]);
        if (plan->left_out[i]) ins_lines_add(&unlabelled, t->line[i]);
    }
    if (unlabelled.count == 0) return;
    if (unlabelled.count == t->rows) {
        ins_error_add(p->error, INS_DATA, "%s: column \"%s\": no row has a label", t->path,
                      quoted(p, t->column[plan->target[0]].name));
        return;
    }
    ins_survey_columns(t, plan->left_out, plan->column);
    for (size_t k = 0; k < plan->targets; k++) plan->column[plan->target[k]].missing = unlabelled;
    ins_text_add_line(&plan->warnings, "%s: rows without a label, left out: %zu of %zu (%s)",
                      t->path, unlabelled.count, t->rows, lines_of(p, &unlabelled));
}

/* Rows without some feature do not count, when they are to be dropped. */
static void choose_rows(planner *p)
{
    const ins_sheet *t = p->table;
    ins_plan *plan = p->plan;
    ins_lines incomplete = {0};
    const bool drops = p->reading->missing == INS_MISSING_DROP;
    for (size_t i = 0; i < t->rows; i++) {
        bool feature = true;
        for (size_t j = 0; drops && j < t->columns; j++)
            if (is_used(plan, j) && is_missing_at(t, i, j)) feature = false;
        if (!feature && !plan->left_out[i]) {
            ins_lines_add(&incomplete, t->line[i]);
            plan->left_out[i] = true;
        }
        plan->rows += !plan->left_out[i];
    }
    if (incomplete.count > 0)
        ins_text_add_line(&plan->warnings,
                          "%s: rows with a missing cell, left out: %zu of %zu (%s)", t->path,
                          incomplete.count, t->rows, lines_of(p, &incomplete));
    if (plan->rows == 0 && p->error->count == 0)
        ins_error_add(p->error, INS_DATA, "%s: no row of %zu is complete: add --missing mean",
                      t->path, t->rows);
}

/* The different texts of a column in the rows that count, numbers among them as texts. */
static void find_categories(planner *p, size_t column)
{
    const ins_sheet *t = p->table;
    ins_labels found = {0};
    char number[INS_NUMBER_SIZE];
    for (size_t i = 0; i < t->rows; i++) {
        const char *text = p->plan->left_out[i] ? NULL : ins_sheet_text(t, i, column, number);
        if (text != NULL) ins_labels_find(&found, text, strlen(text), t->arena);
    }
    const char **list = ins_arena_get(t->arena, found.count + 1, sizeof *list, "categories");
    for (size_t i = 0; i < found.count; i++) list[i] = found.name[i];
    qsort(list, found.count, sizeof *list, by_text);
    p->plan->categories[column] = list;
    p->plan->category_count[column] = found.count;
    ins_labels_free(&found);
}

/* The rows that are left need two classes. */
static void check_variety(const planner *p)
{
    const ins_sheet *t = p->table;
    const size_t column = p->plan->target[0];
    uint32_t first = INS_NO_TEXT;
    for (size_t i = 0; i < t->rows; i++) {
        if (p->plan->left_out[i]) continue;
        const uint32_t class = ins_cell_text(t->cell[i * t->columns + column]);
        if (first == INS_NO_TEXT) first = class;
        if (class != first) return;
    }
    if (first != INS_NO_TEXT)
        ins_error_add(p->error, INS_DATA,
                      "%s: column \"%s\": all %zu rows have one label (got \"%s\")", t->path,
                      quoted(p, t->column[column].name), p->plan->rows,
                      quoted(p, t->column[column].texts.name[first]));
}

static void check_missing(planner *p)
{
    const ins_sheet *t = p->table;
    for (size_t j = 0; j < t->columns; j++) {
        const ins_surveyed *c = &p->plan->column[j];
        if (!is_used(p->plan, j) || c->missing.count == 0) continue;
        if (p->reading->missing != INS_MISSING_REFUSE) continue;
        ins_error_add(p->error, INS_DATA,
                      "%s: column \"%s\": %zu of %zu cells missing (%s): add --missing mean, "
                      "--missing drop or %s",
                      t->path, quoted(p, t->column[j].name), c->missing.count, t->rows,
                      lines_of(p, &c->missing), drop_option(p, j));
        p->plan->remedied.missing = INS_MISSING_MEAN;
    }
}

static void check_uneven(const planner *p)
{
    const ins_lines *uneven = &p->table->uneven;
    if (uneven->count > 0)
        ins_error_add(p->error, INS_DATA,
                      "%s: rows with other than the %zu field%s of the first line: %zu of %zu (%s)",
                      p->table->path, p->table->columns, p->table->columns == 1 ? "" : "s",
                      uneven->count, p->table->rows + uneven->count, lines_of(p, uneven));
}

/* Every column is empty, left out or the label. */
static void refuse_nothing(const planner *p)
{
    const ins_sheet *t = p->table;
    listing empty = {0};
    for (size_t j = 0; j < t->columns; j++)
        if (p->plan->column[j].kind == INS_KIND_EMPTY && !p->dropped[j])
            add_listed(&empty, t->column[j].name);
    end_listing(&empty);
    ins_error_add(p->error, INS_DATA, "%s: no column is left to learn from%s%s", t->path,
                  empty.count > 0 ? ": every cell is missing in " : "",
                  empty.count > 0 ? empty.text.data : "");
    ins_text_free(&empty.text);
}

/* --- What the reader should know -------------------------------------------------------------- */

static void warn_of_columns(planner *p)
{
    const ins_sheet *t = p->table;
    const ins_plan *plan = p->plan;
    listing onehot = {0}, booleans = {0}, empty = {0}, inexact = {0};
    for (size_t j = 0; j < t->columns; j++) {
        const char *name = t->column[j].name;
        const ins_surveyed *c = &plan->column[j];
        if (plan->use[j] == INS_USE_ONEHOT)
            add_listed(&onehot,
                       ins_arena_format(t->arena, "%s (%zu)", name, plan->category_count[j]));
        if (plan->use[j] == INS_USE_FEATURE && c->kind == INS_KIND_BOOLEANS)
            add_listed(&booleans, name);
        if (c->kind == INS_KIND_EMPTY && name[0] != '\0' && plan->use[j] == INS_USE_NOTHING &&
            !p->dropped[j])
            add_listed(&empty, name);
        if (plan->use[j] == INS_USE_FEATURE && c->inexact) add_listed(&inexact, name);
        const bool names_rows = plan->use[j] == INS_USE_ONEHOT && plan->rows >= NAMED_ROWS &&
                                plan->category_count[j] == plan->rows;
        if (!names_rows && (plan->use[j] != INS_USE_FEATURE || !c->counts)) continue;
        ins_text_add_line(
            &p->plan->warnings, "%s: column \"%s\" %s: %s leaves it out", t->path, quoted(p, name),
            names_rows ? "has another text in every row" : "counts the rows", drop_option(p, j));
        suggest_drop(p, j);
    }
    warn_listed(p, &onehot, "categories, each a column of 0 and 1");
    warn_listed(p, &booleans, "no and yes taken as 0 and 1");
    warn_listed(p, &empty, "empty columns, left out");
    warn_listed(p, &inexact, "whole numbers above 2^53 are not exact");
}

typedef struct hashed_column {
    unsigned long long hash;
    size_t column;
} hashed_column;

static int by_hash(const void *a, const void *b)
{
    const hashed_column *x = a, *y = b;
    if (x->hash != y->hash) return x->hash < y->hash ? -1 : 1;
    return x->column < y->column ? -1 : x->column > y->column;
}

/* Two columns that say the same, or one that is the answer. */
static void warn_of_equal_columns(planner *p)
{
    const ins_sheet *t = p->table;
    const ins_plan *plan = p->plan;
    listing equal = {0};
    hashed_column *sorted = ins_allocate(t->columns, sizeof *sorted, "columns");
    size_t count = 0;
    for (size_t j = 0; j < t->columns; j++) {
        if (!is_used(plan, j) && plan->use[j] != INS_USE_TARGET) continue;
        if (plan->column[j].minimum == plan->column[j].maximum) continue;
        sorted[count++] = (hashed_column){plan->column[j].hash, j};
    }
    qsort(sorted, count, sizeof *sorted, by_hash);
    for (size_t i = 1; i < count; i++)
        if (sorted[i].hash == sorted[i - 1].hash)
            add_listed(&equal, ins_arena_format(
                                   t->arena, "%s and %s%s", t->column[sorted[i - 1].column].name,
                                   t->column[sorted[i].column].name,
                                   plan->use[sorted[i].column] == INS_USE_TARGET ||
                                           plan->use[sorted[i - 1].column] == INS_USE_TARGET
                                       ? " (to be predicted)"
                                       : ""));
    free(sorted);
    warn_listed(p, &equal, "equal columns");
}

/* Of classes: rows of each, and the line of the first. */
typedef struct class_rows {
    size_t count, row;
} class_rows;

/* Of a name, what is left without case and without blanks at its ends. */
static char *plain_name(const char *name)
{
    char *plain = ins_duplicate(name);
    size_t length = 0;
    for (const char *c = name; *c != '\0'; c++) {
        if (strncmp(c, "\xC2\xA0", 2) == 0) {
            plain[length++] = ' ';
            c++;
        } else {
            plain[length++] = (char)tolower((unsigned char)*c);
        }
    }
    while (length > 0 && plain[length - 1] == ' ') length--;
    plain[length] = '\0';
    memmove(plain, plain + strspn(plain, " "), strlen(plain + strspn(plain, " ")) + 1);
    return plain;
}

typedef struct plain_class {
    char *name;
    size_t number;
} plain_class;

static int by_plain_name(const void *a, const void *b)
{
    const plain_class *x = a, *y = b;
    const int order = strcmp(x->name, y->name);
    if (order != 0) return order;
    return x->number < y->number ? -1 : x->number > y->number;
}

static void warn_of_likeness(planner *p, const ins_labels *classes)
{
    listing alike = {0};
    plain_class *sorted = ins_allocate(classes->count, sizeof *sorted, "class names");
    for (size_t k = 0; k < classes->count; k++)
        sorted[k] = (plain_class){plain_name(classes->name[k]), k};
    qsort(sorted, classes->count, sizeof *sorted, by_plain_name);
    for (size_t k = 1; k < classes->count; k++)
        if (strcmp(sorted[k].name, sorted[k - 1].name) == 0)
            add_listed(&alike, ins_arena_format(p->table->arena, "\"%s\" and \"%s\"",
                                                quoted(p, classes->name[sorted[k - 1].number]),
                                                quoted(p, classes->name[sorted[k].number])));
    for (size_t k = 0; k < classes->count; k++) free(sorted[k].name);
    free(sorted);
    warn_listed(p, &alike, "classes that differ in case or blanks only");
}

static bool is_beginning(const char *text, const ins_labels *of, size_t own)
{
    for (size_t k = 0; k < of->count; k++)
        if (k != own && strncmp(of->name[k], text, strlen(text)) == 0) return true;
    return false;
}

static void warn_of_classes(planner *p)
{
    const ins_sheet *t = p->table;
    const size_t column = p->plan->target[0];
    const ins_labels *classes = &t->column[column].texts;
    class_rows *of = ins_allocate(classes->count, sizeof *of, "class sizes");
    listing single = {0};
    size_t last = t->rows;
    for (size_t i = 0; i < t->rows; i++) {
        const uint32_t k = ins_cell_text(t->cell[i * t->columns + column]);
        if (k == INS_NO_TEXT) continue;
        if (of[k].count++ == 0) of[k].row = i;
        last = i;
    }
    for (size_t k = 0; k < classes->count; k++) {
        if (of[k].count != 1) continue;
        const bool cut =
            of[k].row == last && last + 1 == t->rows && is_beginning(classes->name[k], classes, k);
        add_listed(&single,
                   ins_arena_format(t->arena, "%s (line %zu%s)", classes->name[k],
                                    t->line[of[k].row], cut ? ", is the file cut off?" : ""));
    }
    free(of);
    if (classes->count < t->rows) warn_listed(p, &single, "classes of one row");
    ins_text_free(&single.text);
    warn_of_likeness(p, classes);
}

/* The label may be at the other end. */
static void warn_of_label(planner *p)
{
    const ins_sheet *t = p->table;
    const ins_plan *plan = p->plan;
    if (p->reading->label.count > 0 || plan->column[plan->target[0]].kind != INS_KIND_NUMBERS)
        return;
    size_t texts = 0, found = 0;
    for (size_t j = 0; j < t->columns; j++) {
        if (plan->use[j] != INS_USE_ONEHOT) continue;
        texts++;
        found = j;
    }
    if (texts == 1 && found == 0)
        ins_text_add_line(
            &p->plan->warnings,
            "%s: the last column, \"%s\", is to be predicted; --label %s predicts the "
            "first",
            t->path, quoted(p, t->column[plan->target[0]].name), option_name(p, found));
}

static void warn_of_many_classes(planner *p)
{
    const ins_sheet *t = p->table;
    const size_t column = p->plan->target[0], different = t->column[column].texts.count;
    if (p->reading->task != INS_TASK_AUTO || p->plan->column[column].kind != INS_KIND_NUMBERS ||
        different <= 10 || different * ROWS_A_CLASS <= p->plan->rows)
        return;
    ins_text_add_line(&p->plan->warnings,
                      "%s: column \"%s\": %zu different whole numbers in %zu rows are taken for "
                      "classes; --loss mse predicts the number",
                      t->path, quoted(p, t->column[column].name), different, p->plan->rows);
}

/* --- All ------------------------------------------------------------------------------------ */

/* names, and what was suggested. */
static ins_names with_suggested(const planner *p, const ins_names *names)
{
    size_t count = names->count;
    for (const char *c = p->drop.data; c != NULL && *c != '\0'; c++) count += *c == '\n';
    const char **item = ins_arena_get(p->table->arena, count + 1, sizeof *item, "names");
    ins_names all = {names->count, item};
    for (size_t i = 0; i < names->count; i++) item[i] = names->item[i];
    for (const char *name = p->drop.data; name != NULL && *name != '\0';) {
        const size_t length = strcspn(name, "\n");
        item[all.count++] = ins_arena_copy(p->table->arena, name, length);
        name += length + 1;
    }
    return all;
}

ins_status ins_plan_make(const ins_sheet *table, const ins_reading *reading, ins_plan *plan,
                         ins_error *error)
{
    const char *what = "columns";
    planner p = {.table = table, .reading = reading, .plan = plan, .error = error};
    const ins_status earlier = ins_error_begin(error);
    *plan = (ins_plan){.remedied = *reading};
    plan->column = ins_allocate(table->columns, sizeof *plan->column, what);
    plan->use = ins_allocate(table->columns, sizeof *plan->use, what);
    plan->categories = ins_allocate(table->columns, sizeof *plan->categories, what);
    plan->category_count = ins_allocate(table->columns, sizeof *plan->category_count, what);
    ins_survey_columns(table, NULL, plan->column);
    check_uneven(&p);
    p.taken = find_names(&p, "--features", &reading->features);
    p.dropped = find_names(&p, "--drop", &reading->drop);
    find_targets(&p);
    skip_unlabelled(&p);
    plan_features(&p);
    check_unique(&p);
    check_missing(&p);
    choose_task(&p);
    choose_rows(&p);
    if (plan->task == INS_TASK_CLASSES && plan->targets == 1 && table->uneven.count == 0)
        check_variety(&p);
    size_t features = 0;
    for (size_t j = 0; j < table->columns; j++) {
        features += is_used(plan, j);
        if (plan->use[j] == INS_USE_ONEHOT) find_categories(&p, j);
    }
    if (features == 0 && error->count == 0) refuse_nothing(&p);
    warn_of_columns(&p);
    warn_of_equal_columns(&p);
    if (plan->task == INS_TASK_CLASSES && plan->targets == 1) {
        warn_of_classes(&p);
        warn_of_many_classes(&p);
    }
    if (plan->targets == 1) warn_of_label(&p);
    plan->remedied.drop = with_suggested(&p, &reading->drop);
    ins_text_free(&p.drop);
    return ins_error_end(error, earlier);
}

void ins_plan_free(ins_plan *plan)
{
    free(plan->column);
    free(plan->use);
    free(plan->categories);
    free(plan->category_count);
    free(plan->target);
    free(plan->left_out);
    ins_text_free(&plan->warnings);
    *plan = (ins_plan){0};
}
