/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* initscope audit: which rule drew the weights of files that others wrote. */
#include <config.h>

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "cli.h"
#include "initscope/activation.h"
#include "initscope/audit.h"
#include "initscope/file.h"
#include "initscope/log_row.h"
#include "initscope/weights_file.h"

static const char about[] =
    "Reads weights from .npy, .npz and .safetensors files, or from the directories of them, and "
    "tells of each matrix and kernel which initializer of `initscope list initializers` drew it, "
    "how far it has moved since, and which others fit as well; whether units are equal or zero; "
    "and, by the variance that was measured, what the layer makes of E[z^2] on the way forward and "
    "of E[delta^2] on the way back with the activation in front of it. Then, of the network, the "
    "rule that all tensors together vote for, and what depth makes of the gains.\n"
    "Names tell which end of a shape is the units: kernel (Keras, Flax) has them last, weight and "
    "W "
    "(PyTorch, this program) first, and so do packed gates (weight_ih, weight_hh) and projections "
    "(in_proj_weight, qkv); otherwise both are tried. Biases, norms and other vectors are counted "
    "and no more.\n"
    "\"Drawn by\" is said where the rule, of which nothing is fitted, passes the test of "
    "Kolmogorov "
    "and Smirnov (p of 0.01 or more); \"began as\" where the network's vote is certain (log odds "
    "above 20); whether a network was ever trained cannot be told from its weights alone.";

#define FAIL_ON_RANGE "symmetric, nonfinite or none"

static const ins_flag rows[] = {
    {.name = "activation",
     .argument = "NAME",
     .help = "activation in front of each layer, for the gains",
     .fallback = "relu",
     .title = "Options"},
    {.name = "layout",
     .argument = "WORD",
     .help = "which end of a shape is the units: torch the first, keras the last, auto by the name "
             "of the tensor",
     .fallback = "auto",
     .range = "auto, torch or keras"},
    {.name = "format",
     .argument = "WORD",
     .help = "what is printed: text, or csv, a row a tensor",
     .fallback = "text",
     .range = "text or csv"},
    {.name = "output",
     .letter = 'o',
     .argument = "FILE",
     .help = "writes the rows of csv to FILE as well",
     .fallback = "none"},
    {.name = "fail-on",
     .argument = "WORD...",
     .help = "what makes the exit status 6: symmetric, units of a matrix, no embedding, that are "
             "equal and not all 0; nonfinite, elements that are not finite",
     .fallback = "none",
     .range = FAIL_ON_RANGE},
    {.name = "help", .letter = 'h', .help = "this text"},
    {0}};

typedef enum output_format { FORMAT_TEXT, FORMAT_CSV } output_format;
static const char *const formats[] = {"text", "csv", NULL};

/* What was asked, and what is known of the network being read. */
typedef struct session {
    ins_arena *arena;
    ins_choice activation;
    size_t layout, format;
    bool fail_symmetric, fail_nonfinite, found;
    const char *path; /* of the file being read */
    ins_audit *audit;
    ins_list files; /* of const char *: of each origin */
    ins_text skipped;
    size_t skips;
    ins_text csv;
    bool printed;
} session;

/* --- The command line ------------------------------------------------------------------------- */

static size_t read_word(const ins_arguments *arguments, const char *option,
                        const char *const *words, const char *range, ins_error *error)
{
    const char *text = ins_arguments_value(arguments, option);
    char display[INS_DISPLAY_SIZE];
    if (text == NULL) return 0;
    for (size_t i = 0; words[i] != NULL; i++)
        if (strcmp(words[i], text) == 0) return i;
    ins_error_add(error, INS_USAGE, "--%s: must be %s (got \"%s\")", option, range,
                  ins_display(display, text, strlen(text)));
    return 0;
}

static void read_fail_on(const ins_arguments *arguments, session *s, ins_error *error)
{
    const char *text = ins_arguments_value(arguments, "fail-on");
    char **words;
    const size_t count = ins_list_split(text != NULL ? text : "none", s->arena, &words);
    for (size_t i = 0; i < count; i++) {
        const bool symmetric = strcmp(words[i], "symmetric") == 0;
        const bool nonfinite = strcmp(words[i], "nonfinite") == 0;
        char display[INS_DISPLAY_SIZE];
        s->fail_symmetric |= symmetric;
        s->fail_nonfinite |= nonfinite;
        if (!symmetric && !nonfinite && (count > 1 || strcmp(words[i], "none") != 0))
            ins_error_add(error, INS_USAGE, "--fail-on: must be " FAIL_ON_RANGE " (got \"%s\")",
                          ins_display(display, words[i], strlen(words[i])));
    }
}

static void read_options(const ins_arguments *arguments, session *s, ins_error *error)
{
    const char *activation = ins_arguments_value(arguments, "activation");
    ins_choice_parse(&ins_activations, activation != NULL ? activation : "relu", "--activation",
                     s->arena, &s->activation, error);
    s->layout = read_word(arguments, "layout", ins_layout_names, "auto, torch or keras", error);
    s->format = read_word(arguments, "format", formats, "text or csv", error);
    read_fail_on(arguments, s, error);
    if (arguments->operands == 0)
        ins_error_add(error, INS_USAGE, "audit: no file of weights; see `initscope audit --help`");
}

/* --- Reading ---------------------------------------------------------------------------------- */

static void on_tensor(void *context, const ins_weights *weights)
{
    session *s = context;
    const size_t before = ins_audit_count(s->audit);
    ins_audit_add(s->audit, weights);
    if (ins_audit_count(s->audit) > before)
        *(const char **)ins_list_add(s->arena, &s->files, sizeof(const char *)) = s->path;
}

static void on_skip(void *context, const char *name, const char *type)
{
    enum { NAMED = 5 };
    session *s = context;
    if (++s->skips <= NAMED)
        ins_text_add_format(&s->skipped, "%s%s (%s)", s->skips > 1 ? ", " : "", name, type);
    else if (s->skips == NAMED + 1)
        ins_text_add(&s->skipped, ", ...");
}

/* --- What is printed ---------------------------------------------------------------------------
 */

static const char *safe(const char *name, ins_arena *arena)
{
    char text[4096];
    ins_make_safe(text, sizeof text, name, strlen(name));
    return ins_arena_copy(arena, text, strlen(text));
}

static const char *shape_of(const ins_origin *origin, ins_arena *arena)
{
    ins_text text = {0};
    for (size_t i = 0; i < origin->dimensions; i++)
        ins_text_add_format(&text, "%s%zu", i > 0 ? ", " : "(", origin->shape[i]);
    ins_text_add(&text, ")");
    const char *shape = ins_arena_copy(arena, text.data, text.length);
    ins_text_free(&text);
    return shape;
}

/* Empty: it does not apply. */
static const char *digits(const char *format, double x, ins_arena *arena)
{
    char text[INS_NUMBER_SIZE];
    if (isnan(x)) return "";
    snprintf(text, sizeof text, format, x);
    return ins_arena_copy(arena, text, strlen(text));
}

static const char *origin_text(const ins_origin *origin, ins_arena *arena)
{
    ins_text text = {0};
    ins_origin_say(origin, &text);
    const char *copy = ins_arena_copy(arena, text.data, text.length);
    ins_text_free(&text);
    return copy;
}

static const char *units_text(const ins_origin *origin, ins_arena *arena)
{
    const double pairs = origin->duplicate_pairs, zeros = origin->zero_units;
    ins_text text = {0};
    if (pairs > 0)
        ins_text_add_format(&text, "%.0f pair%s of equal units", pairs, pairs > 1 ? "s" : "");
    if (zeros > 0)
        ins_text_add_format(&text, "%s%.0f zero unit%s", pairs > 0 ? ", " : "", zeros,
                            zeros > 1 ? "s" : "");
    const char *copy = ins_arena_copy(arena, text.data != NULL ? text.data : "", text.length);
    ins_text_free(&text);
    return copy;
}

static void print_origins(const session *s)
{
    ins_listing listing = {.columns = 8};
    ins_listing_add(&listing, s->arena,
                    (const char *[]){"tensor", "shape", "fan_in Var", "p", "forward", "backward",
                                     "origin", "units"});
    for (size_t i = 0; i < ins_audit_count(s->audit); i++) {
        const ins_origin *o = ins_audit_at(s->audit, i);
        ins_listing_add(&listing, s->arena,
                        (const char *[]){safe(o->name, s->arena), shape_of(o, s->arena),
                                         digits("%.3g", o->fan_in * o->square, s->arena),
                                         digits("%.2g", o->p, s->arena),
                                         digits("%.3g", o->forward_gain, s->arena),
                                         digits("%.3g", o->backward_gain, s->arena),
                                         origin_text(o, s->arena), units_text(o, s->arena)});
    }
    ins_listing_print(&listing);
}

static void print_network(session *s, const char *network, const ins_vote *vote)
{
    ins_text lines = {0};
    printf("%s%s\n", s->printed ? "\n" : "", safe(network, s->arena));
    s->printed = true;
    if (ins_audit_count(s->audit) > 0) print_origins(s);
    ins_vote_say(vote, s->activation.label, &lines);
    if (s->skips > 0)
        ins_text_add_line(&lines, "not audited: %zu tensor%s: %s", s->skips,
                          s->skips > 1 ? "s" : "", s->skipped.data);
    if (lines.length > 0) fputs(lines.data, stdout);
    ins_text_free(&lines);
}

static const char *file_of(const session *s, size_t origin)
{
    return ((const char **)s->files.items)[origin];
}

static void end_network(session *s, const char *network)
{
    const ins_vote vote = ins_audit_end(s->audit);
    s->found |= (s->fail_symmetric && vote.symmetric) || (s->fail_nonfinite && vote.nonfinite);
    for (size_t i = 0; i < ins_audit_count(s->audit); i++)
        ins_origin_row(ins_audit_at(s->audit, i), file_of(s, i), &s->csv);
    if (s->format == FORMAT_TEXT) print_network(s, network, &vote);
}

/* The files from first on that hold one network. Returns the first of the next. */
static size_t audit_network(session *s, const ins_list *sources, size_t first, ins_error *error)
{
    const ins_weights_source *source = sources->items;
    const ins_weights_visitor visitor = {s, on_tensor, on_skip};
    size_t end = first;
    s->audit = ins_audit_new((ins_layout)s->layout, &s->activation);
    s->files.count = s->skips = 0;
    ins_text_clear(&s->skipped);
    for (; end < sources->count && strcmp(source[end].network, source[first].network) == 0; end++) {
        s->path = source[end].path;
        if (ins_weights_read(s->path, &visitor, error) != INS_OK) break;
    }
    if (error->status == INS_OK) end_network(s, source[first].network);
    ins_audit_free(s->audit);
    return end;
}

static void audit(const ins_arguments *arguments, session *s, ins_error *error)
{
    ins_list sources = {0};
    const char *output = ins_arguments_value(arguments, "output");
    for (size_t i = 0; error->status == INS_OK && i < arguments->operands; i++)
        ins_weights_find(arguments->operand[i], s->arena, &sources, error);
    ins_row_header(ins_audit_columns, &s->csv);
    for (size_t i = 0; error->status == INS_OK && i < sources.count;)
        i = audit_network(s, &sources, i, error);
    if (error->status == INS_OK && output != NULL)
        ins_file_write(output, s->csv.data, s->csv.length, error);
    if (error->status != INS_OK) return;
    if (s->format == FORMAT_CSV) fwrite(s->csv.data, 1, s->csv.length, stdout);
    if (s->found) error->status = INS_FOUND;
}

static void run(const ins_arguments *arguments, ins_arena *arena, ins_error *error)
{
    session s = {.arena = arena};
    read_options(arguments, &s, error);
    if (error->status == INS_OK) audit(arguments, &s, error);
    ins_text_free(&s.skipped);
    ins_text_free(&s.csv);
}

const ins_command ins_command_audit = {
    .name = "audit",
    .usage = "[OPTION]... FILE|DIR...",
    .help = "which initializers drew the weights of other people's files",
    .about = about,
    .operand = INS_OPERAND_WEIGHTS,
    .rows = rows,
    .run = run};
