/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* The command line: what its files share. Nobody else includes it. */
#ifndef INITSCOPE_CLI_H
#define INITSCOPE_CLI_H

#include <stdbool.h>
#include <stddef.h>

#include "initscope/error.h"
#include "initscope/memory.h"
#include "initscope/runner.h"
#include "initscope/settings.h"
#include "initscope/solution.h"
#include "initscope/text.h"

/* An option as the command line takes it. */
typedef struct ins_flag {
    const char *name;     /* "epochs"; NULL ends a list */
    const char *alias;    /* another name, "lr"; NULL: none */
    char letter;          /* 'o' or '\0' */
    const char *argument; /* "N"; NULL: none is taken */
    const char *help;
    const char *fallback; /* the default as shown; NULL: none */
    const char *unit;     /* NULL: none */
    const char *range;    /* NULL: none */
    const char *title;    /* heading above it; NULL: none */
} ins_flag;

/* What a command takes beside its options. */
typedef enum ins_operand {
    INS_OPERAND_EXPERIMENT,
    INS_OPERAND_RUNS,
    INS_OPERAND_DATA,
    INS_OPERAND_SUBJECTS,
    INS_OPERAND_WEIGHTS
} ins_operand;

/* A command line taken apart. */
typedef struct ins_given {
    const ins_flag *flag;
    const char *value; /* NULL when none is taken */
} ins_given;

typedef struct ins_arguments {
    int words; /* as given, from the command's name on */
    char **word;
    size_t count, operands;
    ins_given *given;
    char **operand;
} ins_arguments;

/* One subcommand: the name typed, what it does, its code. */
typedef struct ins_command {
    const char *name;
    const char *usage; /* what follows the name */
    const char *help;  /* one line */
    const char *about; /* paragraphs, one a line */
    ins_operand operand;
    const ins_flag *rows; /* its options; NULL: flags makes them, in arena */
    const ins_flag *(*flags)(ins_arena *arena);
    /* Problems are added to error and decide the exit status. */
    void (*run)(const ins_arguments *arguments, ins_arena *arena, ins_error *error);
} ins_command;

const ins_flag *ins_command_flags(const ins_command *command, ins_arena *arena);

extern const ins_command ins_command_run, ins_command_report, ins_command_theory, ins_command_list,
    ins_command_check, ins_command_data, ins_command_audit, ins_command_merge;
extern const ins_command *const ins_commands[];        /* NULL ends the table */
const ins_command *ins_command_find(const char *name); /* NULL: none */

/* The name of the command, or of the flag when name begins with "--", that is near; or NULL. */
const char *ins_command_nearest(const char *name);

extern const ins_flag ins_program_flags[];  /* what the program takes in place of a command */
const char *ins_list_subject(size_t index); /* operands of list; NULL past the last */

/* What the program's exit status means. */
typedef struct ins_exit {
    const char *status;  /* "2"; NULL ends the table */
    const char *meaning; /* what happened */
} ins_exit;
extern const ins_exit ins_exits[];

/* Options stand anywhere before "--", by their whole name or alias. INS_USAGE for one that is
 * unknown or lacks its value. */
ins_status ins_arguments_parse(int argc, char **argv, const ins_flag *flags, ins_arena *arena,
                               ins_arguments *arguments, ins_error *error);

/* The last value of an option, "" when it takes none; NULL when it was not given. */
const char *ins_arguments_value(const ins_arguments *arguments, const char *name);

/* An option of the settings as a flag without a title. */
ins_flag ins_flag_of(const ins_option *option, ins_arena *arena);

/* The options of the command line that are of the settings. INS_USAGE on failure. */
ins_status ins_arguments_set_options(const ins_arguments *arguments, ins_settings *settings,
                                     ins_error *error);

/* Over the defaults: the experiment file, which may be the one operand, then the options of the
 * command line. INS_USAGE on failure. */
ins_status ins_arguments_set(const ins_arguments *arguments, const char *command,
                             ins_settings *settings, ins_error *error);

/* --help of a command and of the program, of which it is given the tables, on standard output, in
 * 80 columns. */
void ins_help_print(const ins_command *command, ins_arena *arena);
void ins_help_print_program(const ins_command *const *commands, const ins_flag *flags,
                            const ins_exit *exits);

/* "HELP [default: 32; an integer from 1 to 2147483647; unit: rows; also --batch-size]", added to
 * text. */
void ins_flag_describe(const ins_flag *flag, ins_text *text);

/* All problems, and warnings of a data set, a line each, on standard error. */
void ins_problems_print(const ins_error *error);
void ins_warnings_print(const ins_text *warnings);

/* A table in aligned columns on standard output; cells live in the caller's arena. */
enum { INS_LISTING_COLUMNS = 9 };
typedef struct ins_listing {
    size_t rows, columns, capacity;
    const char **cell; /* (rows, columns) */
} ins_listing;
void ins_listing_add(ins_listing *listing, ins_arena *arena, const char *const *cells);
void ins_listing_print(const ins_listing *listing);

/* scales.c: the scales of a network's layers, as a table and as lines for frameworks. */
void ins_solution_print(const ins_solution *solution, const ins_choice *activation, ins_keep keep,
                        ins_arena *arena);

size_t ins_terminal_columns(int fd); /* 0: not a terminal */

/* SIGINT, SIGTERM and SIGHUP ask to stop; a second SIGINT ends the program at once. */
void ins_signals_start(void);
bool ins_signals_stop(void);
_Noreturn void ins_signals_die(void); /* by the signal that was received */

/* Progress on standard error. */
typedef enum ins_loudness { INS_QUIET, INS_NORMAL, INS_VERBOSE } ins_loudness;
typedef struct ins_progress ins_progress;
ins_progress *ins_progress_new(ins_loudness loudness);
void ins_progress_tell(void *context, const ins_event *event);
void ins_progress_free(ins_progress *progress); /* removes the bar from the terminal */

#endif
