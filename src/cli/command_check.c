/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* initscope check: the verdicts of run directories, for a script that must stop at one. */
#include <config.h>

#include <stdio.h>
#include <string.h>

#include "cli.h"
#include "initscope/check.h"

static const char about[] =
    "Reads the CSV logs in the DIRs as `initscope report` does, draws nothing, and prints a line "
    "for each verdict that holds: DIR, initializer in its setting, verdict, the number and the "
    "layer that it rests on, and how many runs have it. When a verdict of --fail-on holds, or one "
    "of --require does not, the exit status is 6.\n"
    "Verdicts are those of `initscope list verdicts`; the report's method page has their rules. "
    "What ends in _forward or _backward may be given without: it means both.";

#define FAIL_ON "diverged symmetric collapsed vanishing exploding saturated dead not_moving"

static const ins_flag rows[] = {
    {.name = "fail-on",
     .argument = "VERDICT...",
     .help = "verdicts that make the exit status 6 when some initializer has one",
     .fallback = FAIL_ON,
     .range = "verdicts, see `initscope list verdicts`, or none",
     .title = "Options"},
    {.name = "require",
     .argument = "VERDICT...",
     .help = "verdicts that make the exit status 6 when some initializer does not have one",
     .fallback = "none",
     .range = "verdicts, see `initscope list verdicts`, or none"},
    {.name = "running",
     .help = "take runs that libinitscope has under way as far as they have come"},
    {.name = "quiet", .letter = 'q', .help = "no lines: the exit status alone"},
    {.name = "help", .letter = 'h', .help = "this text"},
    {0}};

/* What is asked of every directory. */
typedef struct question {
    unsigned fail_on, require;
    bool running, quiet, found;
} question;

/* The verdicts that an option lists. */
static unsigned read_verdicts(const ins_arguments *arguments, const char *option,
                              const char *fallback, ins_arena *arena, ins_error *error)
{
    const char *text = ins_arguments_value(arguments, option);
    char **words;
    const size_t count = ins_list_split(text != NULL ? text : fallback, arena, &words);
    unsigned all = 0;
    for (size_t i = 0; i < count; i++) {
        const unsigned verdicts = ins_verdicts_named(words[i]);
        char display[INS_DISPLAY_SIZE];
        if (count == 1 && strcmp(words[i], "none") == 0) return 0;
        if (verdicts == 0)
            ins_error_add(error, INS_USAGE,
                          "--%s: unknown verdict (got \"%s\"); see `initscope check --help`",
                          option, ins_display(display, words[i], strlen(words[i])));
        all |= verdicts;
    }
    return all;
}

static void print_line(const ins_analysis *analysis, size_t arm, ins_verdict verdict, bool lacks)
{
    char safe[4096];
    ins_text text = {0};
    ins_text_add_format(&text, "%s: %s: %s", analysis->study->directory,
                        analysis->study->arm[arm].label, lacks ? "not " : "");
    ins_verdict_line(analysis, arm, verdict, &text);
    ins_make_safe(safe, sizeof safe, text.data, text.length);
    puts(safe);
    ins_text_free(&text);
}

static void check_arm(const ins_analysis *analysis, size_t arm, question *asked)
{
    for (unsigned v = 0; v < INS_VERDICTS; v++) {
        const bool has = ins_has_verdict(&analysis->arm[arm], (ins_verdict)v);
        const bool lacks = !has && (asked->require >> v & 1U);
        const bool fails = has && (asked->fail_on >> v & 1U);
        asked->found |= lacks || fails;
        if ((lacks || fails || (has && ins_verdict_table[v].bad)) && !asked->quiet)
            print_line(analysis, arm, (ins_verdict)v, lacks);
    }
}

static void check_directory(const char *directory, question *asked, ins_error *error)
{
    ins_study study;
    ins_analysis analysis;
    const ins_status status = asked->running ? ins_study_read_running(directory, &study, error)
                                             : ins_study_read(directory, &study, error);
    if (status != INS_OK) return;
    ins_text warnings = {0};
    ins_study_warn(&study, &warnings);
    if (!asked->quiet) ins_warnings_print(&warnings);
    ins_text_free(&warnings);
    ins_analyse(&study, &analysis);
    for (size_t a = 0; a < study.arms; a++) check_arm(&analysis, a, asked);
    ins_analysis_free(&analysis);
    ins_study_free(&study);
}

static void check(const ins_arguments *arguments, ins_arena *arena, ins_error *error)
{
    question asked = {.fail_on = read_verdicts(arguments, "fail-on", FAIL_ON, arena, error),
                      .require = read_verdicts(arguments, "require", "none", arena, error),
                      .running = ins_arguments_value(arguments, "running") != NULL,
                      .quiet = ins_arguments_value(arguments, "quiet") != NULL};
    if (arguments->operands == 0)
        ins_error_add(error, INS_USAGE, "check: no run directory; see `initscope check --help`");
    for (size_t i = 0; error->status == INS_OK && i < arguments->operands; i++)
        check_directory(arguments->operand[i], &asked, error);
    if (error->status == INS_OK && asked.found) error->status = INS_FOUND;
}

const ins_command ins_command_check = {
    .name = "check",
    .usage = "[OPTION]... DIR...",
    .help = "the verdicts of the logs in the DIRs, as lines and as exit status",
    .about = about,
    .operand = INS_OPERAND_RUNS,
    .rows = rows,
    .run = check};
