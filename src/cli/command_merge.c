/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* initscope merge: the shards of an experiment become one run directory. */
#include <config.h>

#include <stdio.h>
#include <string.h>

#include "cli.h"
#include "initscope/merge.h"

static const char about[] =
    "Joins the DIRs of shards, which `initscope run` has written, to one run directory, byte for "
    "byte "
    "what one process would have written, `environment.csv`, `timing.csv` and `manifest.csv` "
    "apart. Shards of other "
    "experiments, versions, data or kernels of the matrix product are refused, and so are runs "
    "that "
    "are there twice or not at all: which ones, and in which shard, is said.";

static const ins_flag rows[] = {
    {.name = "output",
     .letter = 'o',
     .argument = "DIR",
     .help = "the run directory; a non-empty one is refused without --force or --resume",
     .fallback = "none, required",
     .range = "a directory",
     .title = "Options"},
    {.name = "partial", .help = "take the runs that are there, and warn of those that are missing"},
    {.name = "force", .help = "replace a non-empty output directory"},
    {.name = "resume", .help = "go on with a merge that was interrupted"},
    {.name = "quiet", .letter = 'q', .help = "no warnings or summary"},
    {.name = "help", .letter = 'h', .help = "this text"},
    {0}};

static void print_summary(const ins_merge_terms *terms, const ins_merge_outcome *outcome)
{
    char display[1024];
    ins_make_safe(display, sizeof display, terms->output, strlen(terms->output));
    ins_warnings_print(&outcome->missing);
    fprintf(stderr, "initscope: %zu runs of %zu shard%s -> %s\n", outcome->trials, outcome->shards,
            outcome->shards == 1 ? "" : "s", display);
}

static void merge(const ins_arguments *arguments, ins_arena *arena, ins_error *error)
{
    (void)arena;
    const bool force = ins_arguments_value(arguments, "force"),
               resume = ins_arguments_value(arguments, "resume");
    const ins_merge_terms terms = {.directory = (const char *const *)arguments->operand,
                                   .directories = arguments->operands,
                                   .output = ins_arguments_value(arguments, "output"),
                                   .policy = force    ? INS_LOG_FORCE
                                             : resume ? INS_LOG_RESUME
                                                      : INS_LOG_NEW,
                                   .partial = ins_arguments_value(arguments, "partial")};
    ins_merge_outcome outcome;
    if (terms.directories == 0)
        ins_error_add(error, INS_USAGE, "merge: no shards; see `initscope merge --help`");
    if (terms.output == NULL || terms.output[0] == '\0')
        ins_error_add(error, INS_USAGE, "merge: no output directory; name one with -o DIR");
    if (force && resume)
        ins_error_add(error, INS_USAGE, "merge: --force and --resume exclude each other");
    if (error->status != INS_OK || ins_merge(&terms, &outcome, error) != INS_OK) return;
    if (!ins_arguments_value(arguments, "quiet")) print_summary(&terms, &outcome);
    ins_text_free(&outcome.missing);
}

const ins_command ins_command_merge = {.name = "merge",
                                       .usage = "[OPTION]... DIR... -o DIR",
                                       .help = "join the shards of an experiment",
                                       .about = about,
                                       .operand = INS_OPERAND_RUNS,
                                       .rows = rows,
                                       .run = merge};
