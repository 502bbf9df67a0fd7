/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* Options that take a list: its items, none of them twice. */
#include <config.h>

#include <math.h>
#include <string.h>

#include "initscope/activation.h"
#include "option_kind.h"

/* What the kinds of lists differ in. */
typedef struct item_kind {
    size_t size;
    ins_status (*parse)(const ins_option *option, const char *text, const ins_source *source,
                        ins_arena *arena, void *item, ins_error *error);
    bool (*same)(const void *a, const void *b);
} item_kind;

/* Refuses items that stand for the same value: they would be run twice under one name. */
static ins_status check_twice(const item_kind *kind, const char *items, size_t count,
                              const char *const *texts, const ins_source *source, ins_error *error)
{
    ins_status status = INS_OK;
    for (size_t i = 1; i < count; i++)
        for (size_t j = 0; j < i; j++)
            if (kind->same(items + i * kind->size, items + j * kind->size)) {
                char display[INS_DISPLAY_SIZE];
                status = ins_error_add(
                    error, INS_USAGE, "%s: the same value is listed twice (got \"%s\")",
                    source->where, ins_display(display, texts[i], strlen(texts[i])));
                break;
            }
    return status;
}

/* Every item that is wrong is told. *items is written on success. */
static ins_status parse_items(const item_kind *kind, const ins_option *option, char *const *texts,
                              size_t count, const ins_source *source, ins_arena *arena,
                              const void **items, ins_error *error)
{
    if (count == 0) return ins_option_refuse(option, "", source, error);
    ins_status status = INS_OK;
    char *found = ins_arena_get(arena, count, kind->size, "a list of values");
    for (size_t i = 0; i < count; i++)
        status = ins_status_first(
            status, kind->parse(option, texts[i], source, arena, found + i * kind->size, error));
    if (status == INS_OK)
        status = check_twice(kind, found, count, (const char *const *)texts, source, error);
    if (status == INS_OK) *items = found;
    return status;
}

static ins_status parse_choice(const ins_option *option, const char *text, const ins_source *source,
                               ins_arena *arena, void *item, ins_error *error)
{
    return ins_option_choice(option, text, source, arena, item, error);
}

static bool same_choice(const void *a, const void *b)
{
    const ins_choice *left = a, *right = b;
    return strcmp(left->label, right->label) == 0;
}

static ins_status parse_choices(const ins_option *option, const char *text,
                                const ins_source *source, ins_arena *arena, void *field,
                                ins_error *error)
{
    static const item_kind kind = {sizeof(ins_choice), parse_choice, same_choice};
    char **texts;
    size_t count = ins_list_split(text, arena, &texts);
    const void *items = NULL;
    ins_status status = parse_items(&kind, option, texts, count, source, arena, &items, error);
    if (status == INS_OK) *(ins_choices *)field = (ins_choices){count, items};
    return status;
}

static void write_choices(const ins_option *option, const void *field, ins_text *out)
{
    (void)option;
    const ins_choices *choices = field;
    for (size_t i = 0; i < choices->count; i++) {
        if (i > 0) ins_text_add(out, " ");
        ins_text_add(out, choices->item[i].label);
    }
}

/* "initializers, see `initscope list initializers`" */
static void range_of_choices(const ins_option *option, ins_text *out)
{
    const char *kind = ((const ins_entries *)option->table)->kind;
    ins_text_add_format(out, "%ss, see `initscope list %ss`", kind, kind);
}

const ins_option_kind ins_kind_choices = {parse_choices, write_choices, range_of_choices,
                                          ins_option_entries};

static ins_status parse_number(const ins_option *option, const char *text, const ins_source *source,
                               ins_arena *arena, void *item, ins_error *error)
{
    if (!ins_option_is_special(option, text))
        return ins_kind_number.parse(option, text, source, arena, item, error);
    *(double *)item = NAN;
    return INS_OK;
}

static bool same_number(const void *a, const void *b)
{
    double left = *(const double *)a, right = *(const double *)b;
    return left == right || (isnan(left) && isnan(right));
}

static ins_status parse_numbers(const ins_option *option, const char *text,
                                const ins_source *source, ins_arena *arena, void *field,
                                ins_error *error)
{
    static const item_kind kind = {sizeof(double), parse_number, same_number};
    char **texts;
    size_t count = ins_list_split(text, arena, &texts);
    const void *items = NULL;
    ins_status status = parse_items(&kind, option, texts, count, source, arena, &items, error);
    if (status == INS_OK) *(ins_numbers *)field = (ins_numbers){count, items};
    return status;
}

static void write_numbers(const ins_option *option, const void *field, ins_text *out)
{
    const ins_numbers *numbers = field;
    for (size_t i = 0; i < numbers->count; i++) {
        if (i > 0) ins_text_add(out, " ");
        if (isnan(numbers->item[i]))
            ins_text_add(out, option->special);
        else
            ins_kind_number.write(option, &numbers->item[i], out);
    }
}

const ins_option_kind ins_kind_numbers = {parse_numbers, write_numbers, ins_option_numbers, NULL};

static bool same_size(const void *a, const void *b)
{
    return *(const size_t *)a == *(const size_t *)b;
}

static ins_status parse_sizes(const ins_option *option, const char *text, const ins_source *source,
                              ins_arena *arena, void *field, ins_error *error)
{
    const item_kind kind = {sizeof(size_t), ins_kind_integer.parse, same_size};
    char **texts;
    size_t count = ins_list_split(text, arena, &texts);
    const void *items = NULL;
    ins_status status = parse_items(&kind, option, texts, count, source, arena, &items, error);
    if (status == INS_OK) *(ins_sizes *)field = (ins_sizes){count, items};
    return status;
}

static void write_sizes(const ins_option *option, const void *field, ins_text *out)
{
    const ins_sizes *sizes = field;
    for (size_t i = 0; i < sizes->count; i++) {
        if (i > 0) ins_text_add(out, " ");
        ins_kind_integer.write(option, &sizes->item[i], out);
    }
}

const ins_option_kind ins_kind_sizes = {parse_sizes, write_sizes, ins_option_integers, NULL};

/* Two networks of the same layers would be run twice, whatever their names. */
static ins_status check_networks(const ins_blueprints *networks, const ins_source *source,
                                 ins_error *error)
{
    ins_status status = INS_OK;
    for (size_t i = 1; i < networks->count; i++)
        for (size_t j = 0; j < i; j++)
            if (ins_blueprint_same(&networks->item[i], &networks->item[j])) {
                char display[INS_DISPLAY_SIZE];
                const char *text = networks->item[i].label;
                status = ins_error_add(error, INS_USAGE,
                                       "%s: the same network is listed twice (got \"%s\")",
                                       source->where, ins_display(display, text, strlen(text)));
                break;
            }
    return status;
}

static ins_status parse_networks(const ins_option *option, const char *text,
                                 const ins_source *source, ins_arena *arena, void *field,
                                 ins_error *error)
{
    ins_blueprints networks;
    (void)option;
    ins_status status =
        ins_blueprints_parse(text, source->where, arena, &networks.count, &networks.item, error);
    if (status == INS_OK) status = check_networks(&networks, source, error);
    if (status == INS_OK) *(ins_blueprints *)field = networks;
    return status;
}

static void write_networks(const ins_option *option, const void *field, ins_text *out)
{
    (void)option;
    const ins_blueprints *networks = field;
    for (size_t i = 0; i < networks->count; i++) {
        if (i > 0) ins_text_add(out, " ");
        ins_text_add(out, networks->item[i].label);
    }
}

static void range_of_networks(const ins_option *option, ins_text *out)
{
    (void)option;
    ins_text_add(out, "layers such as 64,64 or input(8,8,1),conv(16,3),act,gmean, see `initscope "
                      "list layers`");
}

const ins_option_kind ins_kind_networks = {parse_networks, write_networks, range_of_networks, NULL};

static bool same_name(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b) == 0;
}

static ins_status parse_names(const ins_option *option, const char *text, const ins_source *source,
                              ins_arena *arena, void *field, ins_error *error)
{
    static const item_kind kind = {.size = sizeof(const char *), .same = same_name};
    const char *line;
    ins_names names;
    ins_status status = ins_kind_text.parse(option, text, source, arena, &line, error);
    if (status != INS_OK) return status;
    if (!ins_names_parse(line, arena, &names))
        return ins_option_refuse(option, text, source, error);
    status = check_twice(&kind, (const char *)names.item, names.count, names.item, source, error);
    if (status == INS_OK) *(ins_names *)field = names;
    return status;
}

static void write_names(const ins_option *option, const void *field, ins_text *out)
{
    (void)option;
    ins_names_write(field, out);
}

static void range_of_names(const ins_option *option, ins_text *out)
{
    (void)option;
    ins_text_add(out, "names with commas between them, those that have a comma in quotes");
}

const ins_option_kind ins_kind_names = {parse_names, write_names, range_of_names, NULL};
