/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* Tables of rows, and the call syntax that picks one row: name, name(value) or
 * name(parameter=value,...). Every message names what was valid. */
#include <config.h>

#include "initscope/entry.h"

#include <ctype.h>
#include <float.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

/* A piece of the caller's text. */
typedef struct piece {
    const char *text;
    size_t length;
} piece;

/* One call being parsed. */
typedef struct call {
    const ins_entry *entry;
    const char *where;
    ins_arena *arena;
    ins_choice choice;
    bool given[INS_PARAMETERS];
    ins_error *error;
} call;

static piece trim(piece p)
{
    while (p.length > 0 && isspace((unsigned char)p.text[0])) {
        p.text++;
        p.length--;
    }
    while (p.length > 0 && isspace((unsigned char)p.text[p.length - 1])) p.length--;
    return p;
}

static bool equals(piece p, const char *name)
{
    return strlen(name) == p.length && memcmp(p.text, name, p.length) == 0;
}

static size_t parameter_count(const ins_entry *entry)
{
    size_t count = 0;
    while (count < INS_PARAMETERS && entry->parameters[count].name != NULL) count++;
    return count;
}

/* One problem with a piece of the text: "WHERE: WHAT (got "PIECE")AFTER". */
static ins_status complain(const char *where, const char *what, piece got, const char *after,
                           ins_error *error)
{
    char shown[INS_DISPLAY_SIZE];
    return ins_error_add(error, INS_USAGE, "%s: %s (got \"%s\")%s", where, what,
                         ins_display(shown, got.text, got.length), after);
}

/* "; did you mean NEAREST? valid: A, B, C" for a name that is not among names; nearest may be NULL.
 */
static ins_status unknown(const call *c, const char *what, piece got, const char *nearest,
                          const char *const *names)
{
    ins_text after = {0};
    if (nearest != NULL) {
        ins_text_add_format(&after, "; did you mean %s? valid:", nearest);
    } else {
        ins_text_add(&after, "; valid:");
    }
    for (size_t i = 0; names[i] != NULL; i++)
        ins_text_add_format(&after, "%s %s", i > 0 ? "," : "", names[i]);
    ins_status status = complain(c->where, what, got, after.data, c->error);
    ins_text_free(&after);
    return status;
}

static const char *nearest_to(const call *c, piece got, const char *const *names)
{
    return ins_nearest(ins_arena_copy(c->arena, got.text, got.length), names);
}

/* The name near to got, of those of the rows and their aliases: "he_normal", "swish (silu)". */
static const char *nearest_entry(const call *c, const ins_entries *table, piece got)
{
    ins_text all = {0};
    ins_text_add(&all, "");
    for (size_t i = 0; i < table->count; i++) {
        const ins_entry *entry = ins_entry_at(table, i);
        ins_text_add_format(&all, "%s %s ", entry->name, entry->aliases ? entry->aliases : "");
    }
    char **names = NULL;
    const size_t count = ins_list_split(all.data, c->arena, &names);
    ins_text_free(&all);
    const char **ended = ins_arena_get(c->arena, count + 1, sizeof *ended, "names");
    for (size_t i = 0; i < count; i++) ended[i] = names[i];
    const char *nearest = nearest_to(c, got, ended);
    if (nearest == NULL) return NULL;
    const char *name = ins_entry_find(table, nearest)->name;
    return strcmp(nearest, name) == 0 ? name : ins_arena_format(c->arena, "%s (%s)", nearest, name);
}

static ins_status unknown_entry(const call *c, const ins_entries *table, piece got)
{
    const char **names = ins_arena_get(c->arena, table->count + 1, sizeof *names, "names");
    for (size_t i = 0; i < table->count; i++) names[i] = ins_entry_at(table, i)->name;
    char what[64];
    snprintf(what, sizeof what, "unknown %s", table->kind);
    return unknown(c, what, got, nearest_entry(c, table, got), names);
}

static ins_status unknown_parameter(const call *c, piece got)
{
    const char *names[INS_PARAMETERS + 1] = {NULL};
    const size_t count = parameter_count(c->entry);
    for (size_t i = 0; i < count; i++) names[i] = c->entry->parameters[i].name;
    char what[96];
    if (count == 0) {
        snprintf(what, sizeof what, "%s takes no parameters", c->entry->name);
        return complain(c->where, what, got, "", c->error);
    }
    snprintf(what, sizeof what, "unknown parameter of %s", c->entry->name);
    return unknown(c, what, got, nearest_to(c, got, names), names);
}

/* An end of a range. An open end is held as the neighbouring double, whose shortest digits are
 * longer than those of the end itself. */
static void add_bound(ins_text *out, double bound, bool lower)
{
    char closed[INS_NUMBER_SIZE], open[INS_NUMBER_SIZE];
    if (fabs(bound) >= DBL_MAX) {
        ins_text_add(out, lower ? "(-inf" : "inf)");
        return;
    }
    const size_t closed_length = ins_format_number(closed, bound);
    const size_t open_length =
        ins_format_number(open, nextafter(bound, lower ? -1 / 0.0 : 1 / 0.0));
    const bool is_open = open_length < closed_length;
    const char *digits = is_open ? open : closed;
    if (strcmp(digits, "-0") == 0) digits = "0";
    if (lower) {
        ins_text_add_format(out, "%s%s", is_open ? "(" : "[", digits);
    } else {
        ins_text_add_format(out, "%s%s", digits, is_open ? ")" : "]");
    }
}

/* "WHERE: ENTRY: PARAMETER must be RULE (got "VALUE")" */
static ins_status bad_value(const call *c, const ins_parameter *parameter, const char *rule,
                            piece got)
{
    ins_text what = {0};
    ins_text_add_format(&what, "%s: %s must be %s", c->entry->name, parameter->name, rule);
    ins_status status = complain(c->where, what.data, got, "", c->error);
    ins_text_free(&what);
    return status;
}

static ins_status out_of_range(const call *c, const ins_parameter *parameter, piece got)
{
    ins_text rule = {0};
    ins_text_add(&rule, parameter->kind == INS_PARAMETER_INTEGER  ? "an integer in "
                        : parameter->kind == INS_PARAMETER_EXTENT ? "one or two integers, 3 or "
                                                                    "3x5, in "
                                                                  : "in ");
    add_bound(&rule, parameter->minimum, true);
    ins_text_add(&rule, ", ");
    add_bound(&rule, parameter->maximum, false);
    ins_status status = bad_value(c, parameter, rule.data, got);
    ins_text_free(&rule);
    return status;
}

static ins_status set_number(call *c, size_t index, piece value)
{
    const ins_parameter *parameter = &c->entry->parameters[index];
    double number;
    if (ins_parse_number(value.text, value.length, &number) == INS_NUMBER_INVALID) {
        if (parameter->kind != INS_PARAMETER_GAIN)
            return bad_value(c, parameter, "a number", value);
        if (value.length == 0 || !isalpha((unsigned char)value.text[0]))
            return bad_value(c, parameter, "a number or the name of an activation", value);
        c->choice.value[index] = NAN;
        c->choice.word[index] = ins_arena_copy(c->arena, value.text, value.length);
        return INS_OK;
    }
    if (ins_parse_number(value.text, value.length, &number) != INS_NUMBER_FINITE ||
        number < parameter->minimum || number > parameter->maximum ||
        (parameter->kind == INS_PARAMETER_INTEGER && number != floor(number)))
        return out_of_range(c, parameter, value);
    c->choice.value[index] = number;
    return INS_OK;
}

static ins_status set_word(call *c, size_t index, piece value)
{
    const ins_parameter *parameter = &c->entry->parameters[index];
    for (size_t i = 0; parameter->words[i] != NULL; i++) {
        if (equals(value, parameter->words[i])) {
            c->choice.value[index] = (double)i;
            return INS_OK;
        }
    }
    char what[96];
    snprintf(what, sizeof what, "%s: unknown %s", c->entry->name, parameter->name);
    return unknown(c, what, value, nearest_to(c, value, parameter->words), parameter->words);
}

/* "3", "3x5" */
static ins_status set_extent(call *c, size_t index, piece value)
{
    const ins_parameter *parameter = &c->entry->parameters[index];
    const char *cross = memchr(value.text, 'x', value.length);
    const size_t head = cross != NULL ? (size_t)(cross - value.text) : value.length;
    const long long least = (long long)parameter->minimum, most = (long long)parameter->maximum;
    long long first, second = 0;
    if (!ins_parse_integer(value.text, head, least, most, &first) ||
        (cross != NULL &&
         !ins_parse_integer(cross + 1, value.length - head - 1, least, most, &second)))
        return out_of_range(c, parameter, value);
    c->choice.value[index] = INS_EXTENT(first) + (double)second;
    return INS_OK;
}

/* A call of another table, as its canonical text. */
static ins_status set_call(call *c, size_t index, piece value)
{
    const char *text = ins_arena_copy(c->arena, value.text, value.length);
    ins_choice called = {0};
    ins_status status = ins_choice_parse(c->entry->parameters[index].table, text, c->where,
                                         c->arena, &called, c->error);
    if (status == INS_OK) c->choice.word[index] = called.label;
    return status;
}

static ins_status set_value(call *c, size_t index, piece value)
{
    const ins_parameter *parameter = &c->entry->parameters[index];
    if (c->given[index]) return bad_value(c, parameter, "given once", value);
    c->given[index] = true;
    switch (parameter->kind) {
    case INS_PARAMETER_WORD:
        return set_word(c, index, value);
    case INS_PARAMETER_EXTENT:
        return set_extent(c, index, value);
    case INS_PARAMETER_CALL:
        return set_call(c, index, value);
    case INS_PARAMETER_PATH:
        if (value.length == 0) return bad_value(c, parameter, "a path", value);
        c->choice.word[index] = ins_arena_copy(c->arena, value.text, value.length);
        return INS_OK;
    default:
        return set_number(c, index, value);
    }
}

/* One argument, "name=value" or the value of the parameter at this position. A path may hold any
 * byte, so that only its own name counts as a name. */
static ins_status parse_argument(call *c, size_t position, piece argument, bool *named)
{
    const size_t count = parameter_count(c->entry);
    const char *equal = memchr(argument.text, '=', argument.length);
    if (equal != NULL) {
        const size_t length = (size_t)(equal - argument.text);
        const piece name = trim((piece){argument.text, length});
        const piece value = trim((piece){equal + 1, argument.length - length - 1});
        for (size_t i = 0; i < count; i++) {
            if (equals(name, c->entry->parameters[i].name)) {
                *named = true;
                return set_value(c, i, value);
            }
        }
        if (count == 0 || c->entry->parameters[0].kind != INS_PARAMETER_PATH)
            return unknown_parameter(c, name);
    }
    if (count == 0) return unknown_parameter(c, argument);
    if (*named)
        return complain(c->where, "a value without a name follows a named one", argument, "",
                        c->error);
    if (position >= count) {
        char what[96];
        snprintf(what, sizeof what, "%s takes no further value", c->entry->name);
        return complain(c->where, what, argument, "", c->error);
    }
    return set_value(c, position, argument);
}

/* The length of the next item: up to a comma (or, with blanks, white space) outside parentheses. */
static size_t item_length(const char *text, size_t length, bool blanks)
{
    size_t depth = 0, i = 0;
    for (; i < length; i++) {
        const unsigned char byte = (unsigned char)text[i];
        if (byte == '(') depth++;
        if (byte == ')' && depth > 0) depth--;
        if (depth == 0 && (byte == ',' || (blanks && isspace(byte)))) break;
    }
    return i;
}

static ins_status parse_arguments(call *c, piece body)
{
    if (trim(body).length == 0) return INS_OK;
    const bool path = c->entry->parameters[0].kind == INS_PARAMETER_PATH;
    bool named = false;
    for (size_t position = 0;; position++) {
        const size_t length = path && parameter_count(c->entry) == 1
                                  ? body.length
                                  : item_length(body.text, body.length, false);
        ins_status status = parse_argument(c, position, trim((piece){body.text, length}), &named);
        if (status != INS_OK) return status;
        if (length == body.length) return INS_OK;
        body.text += length + 1;
        body.length -= length + 1;
    }
}

static void add_extent(ins_text *out, double value)
{
    ins_text_add_format(out, "%zu", ins_extent(value, 0));
    if (ins_extent_is_pair(value)) ins_text_add_format(out, "x%zu", ins_extent(value, 1));
}

static void add_value(const call *c, size_t index, ins_text *out)
{
    const ins_parameter *parameter = &c->entry->parameters[index];
    const double value = c->choice.value[index];
    char digits[INS_NUMBER_SIZE];
    if (c->choice.word[index] != NULL) {
        ins_text_add(out, c->choice.word[index]);
    } else if (parameter->kind == INS_PARAMETER_WORD) {
        ins_text_add(out, parameter->words[(size_t)value]);
    } else if (parameter->kind == INS_PARAMETER_EXTENT) {
        add_extent(out, value);
    } else {
        ins_format_number(digits, value);
        ins_text_add(out, digits);
    }
}

/* The canonical call: parameters that differ from the default, a path and the nameless ones alone
 * where their place says which they are, the others by name. */
static void make_label(call *c)
{
    ins_text label = {0};
    const char *separator = "(";
    bool placed = true; /* those before are there, and by their places */
    ins_text_add(&label, c->entry->name);
    for (size_t i = 0; i < parameter_count(c->entry); i++) {
        const ins_parameter *parameter = &c->entry->parameters[i];
        const bool fallback =
            c->choice.word[i] == NULL && c->choice.value[i] == parameter->fallback;
        placed &= parameter->kind == INS_PARAMETER_PATH || parameter->nameless;
        if (fallback && !parameter->required) {
            placed = false;
            continue;
        }
        ins_text_add(&label, separator);
        if (!placed) ins_text_add_format(&label, "%s=", parameter->name);
        add_value(c, i, &label);
        separator = ",";
    }
    if (separator[0] == ',') ins_text_add(&label, ")");
    c->choice.label = ins_arena_copy(c->arena, label.data, label.length);
    ins_text_free(&label);
}

/* The row is known: its defaults, what the call says, and whether it makes sense together. */
static ins_status parse_values(call *c, piece body)
{
    const size_t count = parameter_count(c->entry);
    for (size_t i = 0; i < count; i++) c->choice.value[i] = c->entry->parameters[i].fallback;
    ins_status status = parse_arguments(c, body);
    if (status != INS_OK) return status;
    for (size_t i = 0; i < count; i++) {
        const ins_parameter *parameter = &c->entry->parameters[i];
        if ((parameter->kind == INS_PARAMETER_PATH || parameter->required) && !c->given[i])
            return bad_value(c, parameter, "given", body);
    }
    make_label(c);
    const char *problem = c->entry->check != NULL ? c->entry->check(c->choice.value) : NULL;
    if (problem == NULL) return INS_OK;
    return complain(c->where, problem, (piece){c->choice.label, strlen(c->choice.label)}, "",
                    c->error);
}

const ins_entry *ins_entry_at(const ins_entries *table, size_t index)
{
    return (const ins_entry *)(const void *)((const char *)table->rows + index * table->size);
}

const ins_entry *ins_entry_find(const ins_entries *table, const char *name)
{
    for (size_t i = 0; i < table->count; i++) {
        const ins_entry *entry = ins_entry_at(table, i);
        if (strcmp(entry->name, name) == 0 || ins_is_word_of(name, entry->aliases)) return entry;
    }
    return NULL;
}

ins_status ins_choice_parse(const ins_entries *table, const char *text, const char *where,
                            ins_arena *arena, ins_choice *choice, ins_error *error)
{
    const piece whole = trim((piece){text, strlen(text)});
    const char *open = memchr(whole.text, '(', whole.length);
    const size_t head = open != NULL ? (size_t)(open - whole.text) : whole.length;
    const piece name = trim((piece){whole.text, head});
    call c = {.where = where, .arena = arena, .error = error};
    c.entry = ins_entry_find(table, ins_arena_copy(arena, name.text, name.length));
    if (c.entry == NULL) return unknown_entry(&c, table, name);
    piece body = {"", 0};
    if (open != NULL) {
        if (whole.text[whole.length - 1] != ')')
            return complain(where, "the closing parenthesis is missing", whole, "", error);
        body = (piece){open + 1, whole.length - head - 2};
    }
    c.choice.entry = c.entry;
    ins_status status = parse_values(&c, body);
    if (status == INS_OK) *choice = c.choice;
    return status;
}

size_t ins_list_split(const char *text, ins_arena *arena, char ***items)
{
    size_t length = strlen(text), count = 0;
    char **list = ins_arena_get(arena, length / 2 + 2, sizeof *list, "list");
    while (length > 0) {
        const size_t item = item_length(text, length, true);
        if (item > 0) list[count++] = ins_arena_copy(arena, text, item);
        const size_t step = item < length ? item + 1 : item;
        text += step;
        length -= step;
    }
    *items = list;
    return count;
}
