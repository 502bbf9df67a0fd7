/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* The tables of the program as roff, for the manual pages. */
#include <config.h>

#include <ctype.h>
#include <string.h>

#include "initscope/audit.h"
#include "initscope/columns.h"
#include "manual.h"

enum { LINE = 78 };

/* One character as roff shows it literally. `Text between backquotes` is bold. */
static void add_character(ins_text *out, char character, bool *bold)
{
    static const struct {
        char character;
        const char *roff;
    } special[] = {{'\\', "\\e"}, {'-', "\\-"}, {'\'', "\\(aq"}, {'^', "\\(ha"}, {'~', "\\(ti"}};
    if (character == '`') {
        *bold = !*bold;
        ins_text_add(out, *bold ? "\\fB" : "\\fR");
        return;
    }
    for (size_t i = 0; i < sizeof special / sizeof special[0]; i++)
        if (special[i].character == character) {
            ins_text_add(out, special[i].roff);
            return;
        }
    ins_text_add_bytes(out, &character, 1);
}

static void add_word(ins_text *out, const char *word, size_t length)
{
    bool bold = false;
    for (size_t i = 0; i < length; i++) add_character(out, word[i], &bold);
}

/* Lines of running text, no longer than style asks for. */
static void add_text(ins_text *out, const char *text)
{
    bool bold = false;
    size_t column = 0;
    ins_text word = {0};
    for (text += strspn(text, " "); *text; text += strspn(text, " ")) {
        size_t length = strcspn(text, " ");
        ins_text_clear(&word);
        /* A dot at the start of a line would be a request. */
        if (*text == '.') ins_text_add(&word, "\\&");
        for (size_t i = 0; i < length; i++) add_character(&word, text[i], &bold);
        bool fits = column + 1 + word.length <= LINE;
        if (column > 0) ins_text_add(out, fits ? " " : "\n");
        column = column > 0 && fits ? column + 1 + word.length : word.length;
        ins_text_add(out, word.data);
        text += length;
    }
    ins_text_add(out, "\n");
    ins_text_free(&word);
}

/* A paragraph's head in bold. */
static void add_head(ins_text *out, const char *head)
{
    ins_text_add(out, ".TP\n\\fB");
    add_word(out, head, strlen(head));
    ins_text_add(out, "\\fR\n");
}

static void add_heading(ins_text *out, const char *format, const char *name)
{
    ins_text_add(out, ".SS ");
    ins_text_add_format(out, format, name);
    ins_text_add(out, "\n");
}

void ins_manual_commands(ins_text *out)
{
    for (size_t i = 0; ins_commands[i]; i++) {
        ins_text_add_format(out, ".TP\n\\fBinitscope %s\\fR ", ins_commands[i]->name);
        add_word(out, ins_commands[i]->usage, strlen(ins_commands[i]->usage));
        ins_text_add(out, "\n");
        add_text(out, ins_commands[i]->help);
    }
}

static void add_flag(ins_text *out, const ins_flag *flag)
{
    ins_text description = {0};
    ins_text_add(out, ".TP\n");
    if (flag->letter) ins_text_add_format(out, "\\fB\\-%c\\fR, ", flag->letter);
    ins_text_add(out, "\\fB\\-\\-");
    add_word(out, flag->name, strlen(flag->name));
    ins_text_add(out, "\\fR");
    if (flag->argument) ins_text_add_format(out, "=\\fI%s\\fR", flag->argument);
    ins_text_add(out, "\n");
    ins_flag_describe(flag, &description);
    add_text(out, description.data);
    ins_text_free(&description);
}

/* What stands above a group of flags. */
static void add_title(ins_text *out, const char *title)
{
    ins_text line = {0};
    ins_text_add_format(&line, "%s:", title);
    ins_text_add(out, ".PP\n");
    add_text(out, line.data);
    ins_text_free(&line);
}

/* Whether a flag of run says the same. */
static bool is_of_run(const ins_flag *flag, const ins_flag *flags_of_run)
{
    for (; flags_of_run->name; flags_of_run++)
        if (strcmp(flag->name, flags_of_run->name) == 0)
            return strcmp(flag->help, flags_of_run->help) == 0;
    return false;
}

/* Flags that are as those of run are only named; without flags_of_run there are none such. The
 * title that stands above all of them already is not repeated. */
static void add_flags(ins_text *out, const ins_flag *flags, const ins_flag *flags_of_run,
                      const char *above)
{
    ins_text shared = {0};
    for (const ins_flag *flag = flags; flag->name; flag++) {
        if (flags_of_run && is_of_run(flag, flags_of_run)) {
            ins_text_add_format(&shared, "%s`--%s`", shared.length > 0 ? ", " : "", flag->name);
            continue;
        }
        if (flag->title && strcmp(flag->title, above) != 0) add_title(out, flag->title);
        add_flag(out, flag);
    }
    if (shared.length > 0) {
        ins_text_add(out, ".PP\nAs for \\fBrun\\fR:\n");
        add_text(out, shared.data);
    }
    ins_text_free(&shared);
}

static void add_about(ins_text *out, const char *about)
{
    ins_text paragraph = {0};
    while (*about) {
        size_t length = strcspn(about, "\n");
        ins_text_clear(&paragraph);
        ins_text_add_bytes(&paragraph, about, length);
        add_text(out, paragraph.data);
        about += length + (about[length] == '\n');
        if (*about) ins_text_add(out, ".PP\n");
    }
    ins_text_free(&paragraph);
}

void ins_manual_options(ins_text *out)
{
    ins_arena *arena = ins_arena_new();
    const ins_flag *flags_of_run = ins_command_flags(&ins_command_run, arena);
    for (const ins_flag *flag = ins_program_flags; flag->name; flag++) add_flag(out, flag);
    for (size_t i = 0; ins_commands[i]; i++) {
        const ins_command *command = ins_commands[i];
        add_heading(out, "initscope %s", command->name);
        add_about(out, command->about);
        add_flags(out, ins_command_flags(command, arena),
                  command == &ins_command_run ? NULL : flags_of_run, "");
    }
    ins_arena_free(arena);
}

void ins_manual_name(const ins_command *command, ins_text *out)
{
    ins_text_add(out, command->name);
}

void ins_manual_title(const ins_command *command, ins_text *out)
{
    for (const char *letter = command->name; *letter; letter++) {
        const char capital = (char)toupper((unsigned char)*letter);
        ins_text_add_bytes(out, &capital, 1);
    }
}

void ins_manual_usage(const ins_command *command, ins_text *out)
{
    ins_text_add(out, "\\fBinitscope ");
    add_word(out, command->name, strlen(command->name));
    ins_text_add(out, "\\fR\n");
    add_text(out, command->usage);
}

void ins_manual_summary(const ins_command *command, ins_text *out)
{
    add_text(out, command->help);
}

void ins_manual_about(const ins_command *command, ins_text *out)
{
    add_about(out, command->about);
}

void ins_manual_flags(const ins_command *command, ins_text *out)
{
    ins_arena *arena = ins_arena_new();
    add_flags(out, ins_command_flags(command, arena), NULL, "Options");
    ins_arena_free(arena);
}

void ins_manual_exits(ins_text *out)
{
    for (const ins_exit *row = ins_exits; row->status; row++) {
        add_head(out, row->status);
        add_text(out, row->meaning);
    }
}

static void add_column(ins_text *out, const ins_column *column)
{
    const ins_column_rule *rule = &ins_column_rules[column->type];
    ins_text_add(out, ".TP\n\\fB");
    add_word(out, column->name, strlen(column->name));
    ins_text_add_format(out, "\\fR (%s", column->type == INS_COLUMN_TEXT ? "text" : rule->name);
    if (rule->range != NULL) ins_text_add_format(out, ", %s", rule->range);
    /* The unit 1 is that of a pure number. */
    if (column->unit[0] != '\0' && strcmp(column->unit, "1") != 0)
        ins_text_add_format(out, ", unit: %s", column->unit);
    ins_text_add(out, ")\n");
    add_text(out, column->description);
}

void ins_manual_files(ins_text *out)
{
    for (ins_log_file file = 0; file < INS_LOG_FILES; file++) {
        const ins_log_table *table = &ins_log_tables[file];
        add_heading(out, "%s", table->file);
        add_text(out, table->description);
        for (const ins_column *column = table->columns; column->name; column++)
            add_column(out, column);
    }
}

void ins_manual_audit(ins_text *out)
{
    for (const ins_column *column = ins_audit_columns; column->name; column++)
        add_column(out, column);
}

void ins_manual_tensors(ins_text *out)
{
    for (size_t i = 0; i < INS_TENSORS; i++) {
        const ins_tensor_row *row = &ins_tensor_table[i];
        ins_text text = {0};
        ins_text_add_format(&text, "%s (%s). %s", row->symbol, row->shape, row->description);
        add_head(out, row->name);
        add_text(out, text.data);
        ins_text_free(&text);
    }
}
