/* The options of reading as a command line gives them. */
#include <config.h>

#include "initscope/reading.h"

#include <string.h>

const char *const ins_header_names[] = {"auto", "yes", "no", NULL};
const char *const ins_categories_names[] = {"onehot", "refuse", NULL};
const char *const ins_missing_names[] = {"refuse", "drop", "mean", NULL};

static const char plain[] =
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./,:=@%+";

void ins_shell_word(const char *word, ins_text *out)
{
    if (word[0] != '\0' && word[strspn(word, plain)] == '\0') {
        ins_text_add(out, word);
        return;
    }
    ins_text_add(out, "'");
    for (; *word != '\0'; word++) {
        if (*word == '\'')
            ins_text_add(out, "'\\''");
        else
            ins_text_add_bytes(out, word, 1);
    }
    ins_text_add(out, "'");
}

static void add_names(const char *option, const ins_names *names, ins_text *out)
{
    ins_text list = {0};
    if (names->count == 0) return;
    for (size_t i = 0; i < names->count; i++)
        ins_text_add_format(&list, "%s%s", i > 0 ? "," : "", names->item[i]);
    ins_text_add_format(out, " --%s ", option);
    ins_shell_word(list.data, out);
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
