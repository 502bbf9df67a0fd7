/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* Options that name epochs: none, all, or a list of numbers and "last". */
#include <config.h>

#include <string.h>

#include "option_kind.h"

static const char none[] = "none", all[] = "all", last[] = "last";

/* Adds one item of a list; false when it is none or was there before. */
static bool take_item(const ins_option *option, const char *text, ins_epochs *epochs, size_t *item)
{
    long long value;
    if (strcmp(text, last) == 0) {
        bool again = epochs->last;
        epochs->last = true;
        return !again;
    }
    if (!ins_parse_integer(text, strlen(text), (long long)option->minimum,
                           (long long)option->maximum, &value))
        return false;
    for (size_t i = 0; i < epochs->count; i++)
        if (item[i] == (size_t)value) return false;
    item[epochs->count++] = (size_t)value;
    return true;
}

static ins_status parse_epochs(const ins_option *option, const char *text, const ins_source *source,
                               ins_arena *arena, void *field, ins_error *error)
{
    char **texts;
    size_t count = ins_list_split(text, arena, &texts);
    if (count == 0) return ins_option_refuse(option, text, source, error);
    ins_epochs epochs = {0};
    if (count == 1 && strcmp(texts[0], none) == 0) {
        *(ins_epochs *)field = epochs;
        return INS_OK;
    }
    epochs.all = count == 1 && strcmp(texts[0], all) == 0;
    size_t *item = ins_arena_get(arena, count, sizeof *item, "a list of epochs");
    for (size_t i = 0; !epochs.all && i < count; i++)
        if (!take_item(option, texts[i], &epochs, item))
            return ins_option_refuse(option, texts[i], source, error);
    epochs.item = item;
    *(ins_epochs *)field = epochs;
    return INS_OK;
}

static void write_epochs(const ins_option *option, const void *field, ins_text *out)
{
    (void)option;
    const ins_epochs *epochs = field;
    for (size_t i = 0; i < epochs->count; i++)
        ins_text_add_format(out, "%s%zu", i > 0 ? "," : "", epochs->item[i]);
    if (epochs->last)
        ins_text_add_format(out, "%s%s", epochs->count > 0 ? "," : "", last);
    else if (epochs->count == 0)
        ins_text_add(out, epochs->all ? all : none);
}

static void epoch_words(const ins_option *option, ins_text *out)
{
    (void)option;
    ins_text_add_format(out, " %s %s %s", none, all, last);
}

static void range_of_epochs(const ins_option *option, ins_text *out)
{
    ins_text_add_format(out, "%s, %s, or a list of %s and of epochs from %.0f to %.0f, each once",
                        none, all, last, option->minimum, option->maximum);
}

const ins_option_kind ins_kind_epochs = {parse_epochs, write_epochs, range_of_epochs, epoch_words};

bool ins_epochs_have(const ins_epochs *epochs, size_t epoch, bool is_last)
{
    if (epochs->all || (epochs->last && is_last)) return true;
    for (size_t i = 0; i < epochs->count; i++)
        if (epochs->item[i] == epoch) return true;
    return false;
}

size_t ins_epochs_most(const ins_epochs *epochs, size_t recorded)
{
    size_t named = epochs->count + epochs->last;
    return epochs->all || named > recorded ? recorded : named;
}
