/* Options that take a list: its items, none of them twice. */
#include <config.h>

#include <math.h>
#include <string.h>

#include "initscope/activation.h"
#include "option_kind.h"

enum { HIDDEN_LAYERS = 10000, HIDDEN_UNITS = 1000000 };

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

/* Reads "64" or "20x256" of length bytes. */
static bool parse_stack(const char *text, size_t length, long long *layers, long long *units)
{
    const char *cross = memchr(text, 'x', length);
    *layers = 1;
    if (!cross) return ins_parse_integer(text, length, 1, HIDDEN_UNITS, units);
    size_t head = (size_t)(cross - text);
    return ins_parse_integer(text, head, 1, HIDDEN_LAYERS, layers) &&
           ins_parse_integer(cross + 1, length - head - 1, 1, HIDDEN_UNITS, units);
}

/* The shape with stacks of three and more equal layers as NxW. */
static const char *hidden_label(const size_t *units, size_t count, ins_arena *arena)
{
    ins_text label = {0};
    for (size_t i = 0, run; i < count; i += run) {
        for (run = 1; i + run < count && units[i + run] == units[i];) run++;
        if (i > 0) ins_text_add(&label, ",");
        if (run >= 3)
            ins_text_add_format(&label, "%zux%zu", run, units[i]);
        else if (run == 2)
            ins_text_add_format(&label, "%zu,%zu", units[i], units[i]);
        else
            ins_text_add_format(&label, "%zu", units[i]);
    }
    const char *copy = ins_arena_copy(arena, label.data, label.length);
    ins_text_free(&label);
    return copy;
}

static ins_status parse_hidden(const ins_option *option, const char *text, const ins_source *source,
                               ins_arena *arena, void *item, ins_error *error)
{
    size_t *units = ins_arena_get(arena, HIDDEN_LAYERS, sizeof *units, "widths of layers");
    size_t count = 0;
    const char *part = text;
    for (;;) {
        size_t length = strcspn(part, ",");
        long long layers, width;
        if (!parse_stack(part, length, &layers, &width) || (size_t)layers > HIDDEN_LAYERS - count)
            return ins_option_refuse(option, text, source, error);
        for (long long i = 0; i < layers; i++) units[count++] = (size_t)width;
        if (part[length] == '\0') break;
        part += length + 1;
    }
    *(ins_hidden *)item = (ins_hidden){count, units, hidden_label(units, count, arena)};
    return INS_OK;
}

static bool same_hidden(const void *a, const void *b)
{
    const ins_hidden *left = a, *right = b;
    return strcmp(left->label, right->label) == 0;
}

/* Commas belong to a shape, so blanks alone separate shapes. */
static size_t split_at_blanks(const char *text, ins_arena *arena, char ***items)
{
    static const char blanks[] = " \t";
    *items = ins_arena_get(arena, strlen(text) / 2 + 1, sizeof **items, "a list of shapes");
    size_t count = 0;
    for (text += strspn(text, blanks); *text; text += strspn(text, blanks)) {
        size_t length = strcspn(text, blanks);
        (*items)[count++] = ins_arena_copy(arena, text, length);
        text += length;
    }
    return count;
}

static ins_status parse_hiddens(const ins_option *option, const char *text,
                                const ins_source *source, ins_arena *arena, void *field,
                                ins_error *error)
{
    static const item_kind kind = {sizeof(ins_hidden), parse_hidden, same_hidden};
    char **texts;
    size_t count = split_at_blanks(text, arena, &texts);
    const void *items = NULL;
    ins_status status = parse_items(&kind, option, texts, count, source, arena, &items, error);
    if (status == INS_OK) *(ins_hiddens *)field = (ins_hiddens){count, items};
    return status;
}

static void write_hiddens(const ins_option *option, const void *field, ins_text *out)
{
    (void)option;
    const ins_hiddens *hiddens = field;
    for (size_t i = 0; i < hiddens->count; i++) {
        if (i > 0) ins_text_add(out, " ");
        ins_text_add(out, hiddens->item[i].label);
    }
}

static void range_of_hiddens(const ins_option *option, ins_text *out)
{
    (void)option;
    ins_text_add_format(out,
                        "widths from 1 to %d such as 64,64 or 20x256 (20 layers of 256), at most "
                        "%d layers",
                        HIDDEN_UNITS, HIDDEN_LAYERS);
}

const ins_option_kind ins_kind_hiddens = {parse_hiddens, write_hiddens, range_of_hiddens, NULL};

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
