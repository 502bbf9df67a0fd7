/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* Options that take one value: how each kind is read, strictly, and written. */
#include <config.h>

#include "option_kind.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "initscope/file.h"
#include "initscope/generator.h"

enum { TEXT_LIMIT = 10000 };

void ins_option_range(const ins_option *option, ins_text *out)
{
    if (option->range) {
        ins_text_add(out, option->range);
        return;
    }
    option->kind->range(option, out);
    if (option->special) ins_text_add_format(out, ", or %s", option->special);
    if (option->meaning) ins_text_add_format(out, " (%s)", option->meaning);
}

ins_status ins_option_refuse(const ins_option *option, const char *text, const ins_source *source,
                             ins_error *error)
{
    char display[INS_DISPLAY_SIZE];
    ins_text range = {0};
    ins_option_range(option, &range);
    ins_error_add(error, INS_USAGE, "%s: must be %s (got \"%s\")", source->where, range.data,
                  ins_display(display, text, strlen(text)));
    ins_text_free(&range);
    return INS_USAGE;
}

bool ins_option_is_special(const ins_option *option, const char *text)
{
    return option->special && strcmp(text, option->special) == 0;
}

const char *ins_option_trim(const char *text, ins_arena *arena)
{
    static const char blanks[] = " \t\r\n\v\f";
    text += strspn(text, blanks);
    size_t length = strlen(text);
    while (length > 0 && strchr(blanks, text[length - 1])) length--;
    return ins_arena_copy(arena, text, length);
}

static ins_status parse_integer(const ins_option *option, const char *text,
                                const ins_source *source, ins_arena *arena, void *field,
                                ins_error *error)
{
    text = ins_option_trim(text, arena);
    long long value = 0;
    if (!ins_option_is_special(option, text) &&
        !ins_parse_integer(text, strlen(text), (long long)option->minimum,
                           (long long)option->maximum, &value))
        return ins_option_refuse(option, text, source, error);
    *(size_t *)field = (size_t)value;
    return INS_OK;
}

static void write_integer(const ins_option *option, const void *field, ins_text *out)
{
    size_t value = *(const size_t *)field;
    if (option->special && value == 0)
        ins_text_add(out, option->special);
    else
        ins_text_add_format(out, "%zu", value);
}

void ins_option_integers(const ins_option *option, ins_text *out)
{
    ins_text_add_format(out, "an integer from %.0f to %.0f", option->minimum, option->maximum);
}

const ins_option_kind ins_kind_integer = {parse_integer, write_integer, ins_option_integers, NULL};

static ins_status parse_number(const ins_option *option, const char *text, const ins_source *source,
                               ins_arena *arena, void *field, ins_error *error)
{
    text = ins_option_trim(text, arena);
    double value = 0;
    if (ins_parse_number(text, strlen(text), &value) != INS_NUMBER_FINITE ||
        value < option->minimum || value > option->maximum)
        return ins_option_refuse(option, text, source, error);
    *(double *)field = value;
    return INS_OK;
}

static void write_number(const ins_option *option, const void *field, ins_text *out)
{
    (void)option;
    char digits[INS_NUMBER_SIZE];
    ins_format_number(digits, *(const double *)field);
    ins_text_add(out, digits);
}

/* "a number from 0 to below 1", "a finite number above 0": an end that is no integer is open. */
void ins_option_numbers(const ins_option *option, ins_text *out)
{
    double least = rint(option->minimum), most = rint(option->maximum);
    bool bounded = option->maximum < INS_UNBOUNDED, closed = least == option->minimum;
    ins_text_add_format(out, "a %snumber %s %.0f", bounded ? "" : "finite ",
                        closed ? "from" : "above", least);
    if (bounded)
        ins_text_add_format(out, " %s %s%.0f", closed ? "to" : "and",
                            most == option->maximum ? "" : "below ", most);
    else if (closed)
        ins_text_add(out, " up");
}

const ins_option_kind ins_kind_number = {parse_number, write_number, ins_option_numbers, NULL};

static ins_status parse_word(const ins_option *option, const char *text, const ins_source *source,
                             ins_arena *arena, void *field, ins_error *error)
{
    text = ins_option_trim(text, arena);
    const char *const *words = option->table;
    for (size_t i = 0; words[i]; i++)
        if (strcmp(words[i], text) == 0) {
            *(size_t *)field = i;
            return INS_OK;
        }
    return ins_option_refuse(option, text, source, error);
}

static void write_word(const ins_option *option, const void *field, ins_text *out)
{
    ins_text_add(out, ((const char *const *)option->table)[*(const size_t *)field]);
}

static void add_words(const char *const *words, ins_text *out)
{
    for (; *words; words++) ins_text_add_format(out, " %s", *words);
}

static void words_of_word(const ins_option *option, ins_text *out)
{
    add_words(option->table, out);
}

/* "none, standard or minmax" */
static void range_of_word(const ins_option *option, ins_text *out)
{
    const char *const *words = option->table;
    for (size_t i = 0; words[i]; i++)
        ins_text_add_format(out, "%s%s", i == 0 ? "" : words[i + 1] ? ", " : " or ", words[i]);
}

const ins_option_kind ins_kind_word = {parse_word, write_word, range_of_word, words_of_word};

/* True for a text that an experiment file can hold as a value. */
static bool is_writable(const char *text)
{
    size_t length = strlen(text);
    if (length > TEXT_LIMIT || text[0] == ';' || strstr(text, " ;")) return false;
    for (size_t i = 0; i < length; i++)
        if ((unsigned char)text[i] < ' ' || text[i] == '\x7f') return false;
    return true;
}

static ins_status parse_text(const ins_option *option, const char *text, const ins_source *source,
                             ins_arena *arena, void *field, ins_error *error)
{
    text = ins_option_trim(text, arena);
    if (!is_writable(text)) return ins_option_refuse(option, text, source, error);
    *(const char **)field = text;
    return INS_OK;
}

static void write_text(const ins_option *option, const void *field, ins_text *out)
{
    (void)option;
    ins_text_add(out, *(const char *const *)field);
}

static void range_of_text(const ins_option *option, ins_text *out)
{
    (void)option;
    ins_text_add_format(out, "one line of at most %d bytes without \" ;\", which begins a comment",
                        TEXT_LIMIT);
}

const ins_option_kind ins_kind_text = {parse_text, write_text, range_of_text, NULL};

/* A path that no experiment file will hold: any bytes. */
static ins_status parse_path(const ins_option *option, const char *text, const ins_source *source,
                             ins_arena *arena, void *field, ins_error *error)
{
    (void)option;
    (void)source;
    (void)error;
    *(const char **)field = ins_arena_copy(arena, text, strlen(text));
    return INS_OK;
}

static void range_of_path(const ins_option *option, ins_text *out)
{
    (void)option;
    ins_text_add(out, "a directory");
}

const ins_option_kind ins_kind_path = {parse_path, write_text, range_of_path, NULL};

/* "3/8" */
static ins_status parse_shard(const ins_option *option, const char *text, const ins_source *source,
                              ins_arena *arena, void *field, ins_error *error)
{
    text = ins_option_trim(text, arena);
    const size_t width = strcspn(text, "/");
    long long index, of;
    if (text[width] == '\0' ||
        !ins_parse_integer(text + width + 1, strlen(text + width + 1), 1,
                           (long long)option->maximum, &of) ||
        !ins_parse_integer(text, width, 1, of, &index))
        return ins_option_refuse(option, text, source, error);
    *(ins_shard *)field = (ins_shard){(size_t)index, (size_t)of};
    return INS_OK;
}

static void write_shard(const ins_option *option, const void *field, ins_text *out)
{
    (void)option;
    const ins_shard *shard = field;
    ins_text_add_format(out, "%zu/%zu", shard->index, shard->of);
}

static void range_of_shard(const ins_option *option, ins_text *out)
{
    ins_text_add_format(out, "I/N, two integers with 1 <= I <= N <= %.0f", option->maximum);
}

const ins_option_kind ins_kind_shard = {parse_shard, write_shard, range_of_shard, NULL};

ins_status ins_option_choice(const ins_option *option, const char *text, const ins_source *source,
                             ins_arena *arena, ins_choice *choice, ins_error *error)
{
    char display[INS_DISPLAY_SIZE];
    ins_choice found;
    ins_status status = ins_choice_parse(option->table, text, source->where, arena, &found, error);
    if (status != INS_OK) return status;
    if (!is_writable(found.label))
        return ins_error_add(error, INS_USAGE,
                             "%s: a path with \" ;\" or control characters cannot be written to an "
                             "experiment file (got \"%s\")",
                             source->where, ins_display(display, text, strlen(text)));
    *choice = found;
    return INS_OK;
}

static ins_status parse_choice(const ins_option *option, const char *text, const ins_source *source,
                               ins_arena *arena, void *field, ins_error *error)
{
    text = ins_option_trim(text, arena);
    ins_choice choice = {0};
    if (!ins_option_is_special(option, text)) {
        ins_status status = ins_option_choice(option, text, source, arena, &choice, error);
        if (status != INS_OK) return status;
    }
    *(ins_choice *)field = choice;
    return INS_OK;
}

static void write_choice(const ins_option *option, const void *field, ins_text *out)
{
    const ins_choice *choice = field;
    ins_text_add(out, choice->entry ? choice->label : option->special);
}

void ins_option_entries(const ins_option *option, ins_text *out)
{
    const ins_entries *table = option->table;
    for (size_t i = 0; i < table->count; i++)
        ins_text_add_format(out, " %s", ins_entry_at(table, i)->name);
}

/* "an initializer" */
static void range_of_choice(const ins_option *option, ins_text *out)
{
    const char *kind = ((const ins_entries *)option->table)->kind;
    ins_text_add_format(out, "%s %s", strchr("aeiou", kind[0]) ? "an" : "a", kind);
}

const ins_option_kind ins_kind_choice = {parse_choice, write_choice, range_of_choice,
                                         ins_option_entries};

const char *const ins_bundled_data[] = {"iris", "wine", "breast_cancer", "digits", NULL};

/* A file, not a directory: a run directory called "iris" does not hide the data set. */
static bool is_data_file(const char *path)
{
    struct stat status;
    return stat(path, &status) == 0 && !S_ISDIR(status.st_mode);
}

static bool ends_in_blank(const char *path)
{
    return *path && path[strlen(path) - 1] == ' ';
}

/* A path with the bytes that an experiment file cannot hold, and backslashes, as \xHH. */
static const char *escaped(const char *path, ins_arena *arena)
{
    ins_text out = {0};
    for (; *path; path++) {
        unsigned char byte = (unsigned char)*path;
        bool last_blank = byte == ' ' && !path[1];
        if (byte < ' ' || byte == 0x7f || byte == ';' || byte == '\\' || last_blank)
            ins_text_add_format(&out, "\\x%02x", byte);
        else
            ins_text_add_bytes(&out, path, 1);
    }
    const char *copy = ins_arena_copy(arena, out.data, out.length);
    ins_text_free(&out);
    return copy;
}

/* The path that was escaped. */
static const char *unescaped(const char *text, ins_arena *arena)
{
    char *path = ins_arena_get(arena, strlen(text) + 1, 1, "a path"), *end = path;
    while (*text) {
        bool escape =
            text[0] == '\\' && text[1] == 'x' && strspn(text + 2, "0123456789abcdef") >= 2;
        char digits[3] = "";
        if (escape) memcpy(digits, text + 2, 2);
        *end++ = escape ? (char)strtoul(digits, NULL, 16) : *text;
        text += escape ? 4 : 1;
    }
    *end = '\0';
    return path;
}

/* Regular files are named by their real path, so that the written experiment finds them from
 * anywhere; a pipe has none. */
static ins_data_source data_file(const char *path, ins_arena *arena)
{
    struct stat status;
    char *resolved =
        stat(path, &status) == 0 && S_ISREG(status.st_mode) ? ins_path_resolve(path) : NULL;
    const char *name = resolved ? resolved : path;
    if (!is_writable(name) || ends_in_blank(name)) name = escaped(name, arena);
    ins_data_source data = {.name = ins_arena_copy(arena, name, strlen(name)),
                            .path = ins_arena_copy(arena, path, strlen(path))};
    free(resolved);
    return data;
}

static bool is_bundled(const char *name)
{
    for (const char *const *row = ins_bundled_data; *row; row++)
        if (strcmp(*row, name) == 0) return true;
    return false;
}

static ins_data_source bundled_data(const char *name, ins_arena *arena)
{
    char *path = ins_bundled(ins_arena_format(arena, "data/%s.csv", name));
    ins_data_source data = {.name = name,
                            .path = path ? ins_arena_copy(arena, path, strlen(path)) : NULL};
    free(path);
    return data;
}

/* "spirals", "spirals(turns=2)" */
static bool is_generator(const char *name)
{
    char word[64];
    const size_t length = strcspn(name, "( ");
    if (length >= sizeof word) return false;
    memcpy(word, name, length);
    word[length] = '\0';
    return ins_entry_find(&ins_generators, word) != NULL;
}

static ins_status generated_data(const char *name, const ins_source *source, ins_arena *arena,
                                 ins_data_source *data, ins_error *error)
{
    ins_choice choice;
    ins_status status =
        ins_choice_parse(&ins_generators, name, source->where, arena, &choice, error);
    if (status == INS_OK)
        *data = (ins_data_source){.name = choice.label, .path = choice.label, .generator = choice};
    return status;
}

/* The names of bundled and of generated data. */
static const char *const *data_names(ins_arena *arena)
{
    size_t count = 0;
    while (ins_bundled_data[count] != NULL) count++;
    const char **names =
        ins_arena_get(arena, count + ins_generators.count + 1, sizeof *names, "names");
    memcpy(names, ins_bundled_data, count * sizeof *names);
    for (size_t i = 0; i < ins_generators.count; i++)
        names[count + i] = ins_entry_at(&ins_generators, i)->name;
    return names;
}

static ins_status unknown_data(const char *name, const ins_source *source, ins_arena *arena,
                               ins_error *error)
{
    const char *const *names = data_names(arena);
    char display[INS_DISPLAY_SIZE];
    ins_text known = {0};
    for (const char *const *row = names; *row; row++)
        ins_text_add_format(&known, "%s%s", known.length > 0 ? ", " : "", *row);
    const char *nearest = ins_nearest(name, names);
    ins_error_add(
        error, INS_DATA,
        "%s: no such file, bundled or generated data set; there are %s (got \"%s\")%s%s%s",
        source->where, known.data, ins_display(display, name, strlen(name)),
        nearest ? "; did you mean " : "", nearest ? nearest : "", nearest ? "?" : "");
    ins_text_free(&known);
    return INS_DATA;
}

static ins_status parse_data(const ins_option *option, const char *text, const ins_source *source,
                             ins_arena *arena, void *field, ins_error *error)
{
    const char *name = ins_option_trim(text, arena);
    if (name[0] == '\0') return ins_option_refuse(option, text, source, error);
    if (strcmp(name, "-") == 0) name = "/dev/stdin";
    if (is_data_file(text)) name = ins_arena_copy(arena, text, strlen(text));

    const char *beside = source->directory && name[0] != '/'
                             ? ins_arena_format(arena, "%s%s", source->directory, name)
                             : NULL;
    ins_data_source *data = field;
    if (is_data_file(name))
        *data = data_file(name, arena);
    else if (beside && is_data_file(beside))
        *data = data_file(beside, arena);
    else if (source->directory && is_data_file(unescaped(name, arena)))
        *data = data_file(unescaped(name, arena), arena);
    else if (is_bundled(name))
        *data = bundled_data(name, arena);
    else if (is_generator(name))
        return generated_data(name, source, arena, data, error);
    else if (!strpbrk(name, "./"))
        return unknown_data(name, source, arena, error);
    else
        *data = data_file(name, arena);
    return INS_OK;
}

static void write_data(const ins_option *option, const void *field, ins_text *out)
{
    (void)option;
    ins_text_add(out, ((const ins_data_source *)field)->name);
}

static void words_of_data(const ins_option *option, ins_text *out)
{
    (void)option;
    add_words(ins_bundled_data, out);
    for (size_t i = 0; i < ins_generators.count; i++)
        ins_text_add_format(out, " %s", ins_entry_at(&ins_generators, i)->name);
}

static void range_of_data(const ins_option *option, ins_text *out)
{
    (void)option;
    ins_text_add(out, "a file, or the name of a bundled or generated data set, see `initscope "
                      "list datasets generators`");
}

const ins_option_kind ins_kind_data = {parse_data, write_data, range_of_data, words_of_data};
