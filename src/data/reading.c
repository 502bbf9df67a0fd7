/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* The options of reading as a command line gives them. */
#include <config.h>

#include "initscope/reading.h"

#include <string.h>

#include "initscope/list.h"

const char *const ins_header_names[] = {"auto", "yes", "no", NULL};
const char *const ins_categories_names[] = {"onehot", "refuse", NULL};
const char *const ins_missing_names[] = {"refuse", "drop", "mean", NULL};

/* A name in quotes from the one at *text on, which is left behind the one that closes. NULL: none
 * does. */
static const char *parse_quoted(const char **text, ins_arena *arena)
{
    ins_text name = {0};
    ins_text_add(&name, "");
    const char *at = *text + 1;
    for (; *at != '\0' && (*at != '"' || at[1] == '"'); at++) {
        at += *at == '"';
        ins_text_add_bytes(&name, at, 1);
    }
    const char *copy = *at == '"' ? ins_arena_copy(arena, name.data, name.length) : NULL;
    *text = at + (*at == '"');
    ins_text_free(&name);
    return copy;
}

static const char *parse_plain(const char **text, ins_arena *arena)
{
    const char *name = *text;
    size_t length = strcspn(name, ",");
    *text += length;
    while (length > 0 && name[length - 1] == ' ') length--;
    return length > 0 ? ins_arena_copy(arena, name, length) : NULL;
}

bool ins_names_parse(const char *text, ins_arena *arena, ins_names *names)
{
    ins_list list = {0};
    bool more = text[strspn(text, " ")] != '\0';
    while (more) {
        text += strspn(text, " ");
        const char *name = *text == '"' ? parse_quoted(&text, arena) : parse_plain(&text, arena);
        text += strspn(text, " ");
        if (name == NULL || (*text != '\0' && *text != ',')) return false;
        *(const char **)ins_list_add(arena, &list, sizeof name) = name;
        more = *text == ',';
        text += more;
    }
    *names = (ins_names){list.count, list.items};
    return true;
}

static void add_name(const char *name, ins_text *out)
{
    const size_t length = strlen(name);
    const bool plain = length > 0 && name[0] != '"' && name[0] != ' ' && name[length - 1] != ' ' &&
                       strchr(name, ',') == NULL;
    if (plain) {
        ins_text_add(out, name);
        return;
    }
    ins_text_add(out, "\"");
    for (; *name != '\0'; name++)
        ins_text_add_bytes(out, *name == '"' ? "\"\"" : name, *name == '"' ? 2 : 1);
    ins_text_add(out, "\"");
}

void ins_names_write(const ins_names *names, ins_text *out)
{
    for (size_t i = 0; i < names->count; i++) {
        if (i > 0) ins_text_add(out, ",");
        add_name(names->item[i], out);
    }
}

static void add_names(const char *option, const ins_names *names, ins_text *out)
{
    ins_text list = {0};
    if (names->count == 0) return;
    ins_names_write(names, &list);
    ins_text_add_format(out, " --%s ", option);
    ins_text_add_word(out, list.data);
    ins_text_free(&list);
}

static void add_word(const char *option, const char *const *words, size_t chosen, ins_text *out)
{
    if (chosen > 0) ins_text_add_format(out, " --%s %s", option, words[chosen]);
}

static const char *delimiter_name(char delimiter)
{
    return delimiter == ',' ? "comma" : delimiter == ';' ? "semicolon" : "tab";
}

bool ins_reading_wants_inputs(const ins_reading *reading)
{
    const ins_names *label = &reading->label;
    return label->count == 1 && strcmp(label->item[0], INS_LABEL_INPUTS) == 0;
}

void ins_reading_options(const ins_reading *reading, ins_text *out)
{
    add_word("header", ins_header_names, reading->header, out);
    if (reading->delimiter != '\0')
        ins_text_add_format(out, " --delimiter %s", delimiter_name(reading->delimiter));
    add_names("label", &reading->label, out);
    add_names("features", &reading->features, out);
    add_names("drop", &reading->drop, out);
    add_word("categories", ins_categories_names, reading->categories, out);
    add_word("missing", ins_missing_names, reading->missing, out);
    if (reading->task == INS_TASK_CLASSES) ins_text_add(out, " --loss cross_entropy");
    if (reading->task == INS_TASK_NUMBERS) ins_text_add(out, " --loss mse");
}
