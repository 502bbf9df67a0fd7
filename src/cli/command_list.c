/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* initscope list: the tables of the program, as they are. */
#include <config.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"
#include "initscope/activation.h"
#include "initscope/columns.h"
#include "initscope/dataset.h"
#include "initscope/file.h"
#include "initscope/forget.h"
#include "initscope/gaussian.h"
#include "initscope/generator.h"
#include "initscope/initializer.h"
#include "initscope/layer.h"
#include "initscope/loss.h"
#include "initscope/optimizer.h"
#include "initscope/residual.h"
#include "initscope/settings.h"
#include "initscope/verdict.h"

/* One subject of the list. */
typedef struct subject {
    const char *name;
    void (*print)(const void *table, ins_arena *arena, ins_error *error);
    const void *table;
} subject;

/* "fan_in (or fan_out, fan_avg)": the default, then the other words */
static void add_words(const ins_parameter *parameter, ins_text *text)
{
    size_t chosen = (size_t)parameter->fallback;
    const char *separator = " (or ";
    ins_text_add(text, parameter->words[chosen]);
    for (size_t i = 0; parameter->words[i]; i++) {
        if (i == chosen) continue;
        ins_text_add_format(text, "%s%s", separator, parameter->words[i]);
        separator = ", ";
    }
    ins_text_add(text, ")");
}

/* A default that is below the range stands for none. */
static bool has_default(const ins_parameter *parameter)
{
    const bool number = parameter->kind == INS_PARAMETER_NUMBER ||
                        parameter->kind == INS_PARAMETER_INTEGER ||
                        parameter->kind == INS_PARAMETER_GAIN;
    return !parameter->required && parameter->kind != INS_PARAMETER_CALL &&
           !(number && parameter->fallback < parameter->minimum);
}

/* "channels, kernel, stride=1", "mean=0, stddev=0.05" */
static const char *parameters_of(const ins_entry *entry, ins_arena *arena)
{
    ins_text text = {0};
    for (const ins_parameter *parameter = entry->parameters; parameter->name; parameter++) {
        char digits[INS_NUMBER_SIZE];
        ins_text_add_format(&text, "%s%s", text.length > 0 ? ", " : "", parameter->name);
        if (!has_default(parameter)) continue;
        ins_text_add(&text, "=");
        ins_format_number(digits, parameter->fallback);
        if (parameter->kind == INS_PARAMETER_WORD)
            add_words(parameter, &text);
        else
            ins_text_add(&text,
                         parameter->kind == INS_PARAMETER_PATH ? parameter->meaning : digits);
    }
    const char *copy = text.length > 0 ? ins_arena_copy(arena, text.data, text.length) : "";
    ins_text_free(&text);
    return copy;
}

/* The formula, and the other names of the row. */
static const char *formula_of(const ins_entry *entry, ins_arena *arena)
{
    ins_text text = {0};
    char **names = NULL;
    const size_t count = entry->aliases ? ins_list_split(entry->aliases, arena, &names) : 0;
    ins_text_add(&text, entry->formula);
    for (size_t i = 0; i < count; i++)
        ins_text_add_format(&text, "%s %s", i == 0 ? "; also" : ",", names[i]);
    const char *copy = ins_arena_copy(arena, text.data, text.length);
    ins_text_free(&text);
    return copy;
}

static void print_entries(const void *table, ins_arena *arena, ins_error *error)
{
    (void)error;
    const ins_entries *entries = table;
    ins_listing listing = {.columns = 4};
    ins_listing_add(&listing, arena,
                    (const char *[]){entries->kind, "formula", "parameters", "source"});
    for (size_t i = 0; i < entries->count; i++) {
        const ins_entry *entry = ins_entry_at(entries, i);
        ins_listing_add(&listing, arena,
                        (const char *[]){entry->name, formula_of(entry, arena),
                                         parameters_of(entry, arena), entry->source});
    }
    ins_listing_print(&listing);
}

/* "|a|>0.97": outputs that count as saturated */
static const char *saturation_of(const ins_activation *row, ins_arena *arena)
{
    double below = row->saturated_below, above = row->saturated_above;
    if (isinf(below) && isinf(above)) return "-";
    if (isinf(below)) return ins_arena_format(arena, "a>%.4g", above);
    if (below == -above) return ins_arena_format(arena, "|a|>%.4g", above);
    return ins_arena_format(arena, "a<%.4g or a>%.4g", below, above);
}

static void add_activation(ins_listing *listing, const ins_choice *choice, ins_arena *arena)
{
    const ins_entry *entry = choice->entry;
    const char *parameters = parameters_of(entry, arena);
    ins_gains gains = ins_gains_of(choice);
    const char *cells[] = {entry->name,
                           ins_arena_format(arena, "%s%s%s", formula_of(entry, arena),
                                            *parameters ? "; " : "", parameters),
                           saturation_of((const ins_activation *)entry, arena),
                           ins_arena_format(arena, "%.4f", gains.second_moment),
                           ins_arena_format(arena, "%.4f", gains.variance),
                           ins_arena_format(arena, "%.4f", gains.gradient),
                           entry->source};
    ins_listing_add(listing, arena, cells);
}

static void print_activations(const void *table, ins_arena *arena, ins_error *error)
{
    const ins_entries *entries = table;
    ins_listing listing = {.columns = 7};
    ins_listing_add(&listing, arena,
                    (const char *[]){entries->kind, "formula", "saturated", "gain E[a^2]",
                                     "gain Var a", "gain grad", "source"});
    for (size_t i = 0; i < entries->count; i++) {
        ins_choice choice;
        const char *name = ins_entry_at(entries, i)->name;
        if (ins_choice_parse(entries, name, "list", arena, &choice, error) == INS_OK)
            add_activation(&listing, &choice, arena);
    }
    ins_listing_print(&listing);
}

static void print_optimizers(const void *table, ins_arena *arena, ins_error *error)
{
    (void)error;
    const ins_entries *entries = table;
    ins_listing listing = {.columns = 5};
    ins_listing_add(&listing, arena,
                    (const char *[]){entries->kind, "formula", "lr", "parameters", "source"});
    for (size_t i = 0; i < entries->count; i++) {
        const ins_entry *entry = ins_entry_at(entries, i);
        char rate[INS_NUMBER_SIZE];
        ins_format_number(rate, ((const ins_optimizer *)entry)->learning_rate);
        ins_listing_add(&listing, arena,
                        (const char *[]){entry->name, formula_of(entry, arena),
                                         ins_arena_format(arena, "%s", rate),
                                         parameters_of(entry, arena), entry->source});
    }
    ins_listing_print(&listing);
}

static void print_losses(const void *table, ins_arena *arena, ins_error *error)
{
    (void)error;
    const ins_entries *entries = table;
    ins_listing listing = {.columns = 5};
    ins_listing_add(&listing, arena,
                    (const char *[]){entries->kind, "predicts", "formula", "score", "source"});
    for (size_t i = 0; i < entries->count; i++) {
        const ins_loss *loss = (const ins_loss *)ins_entry_at(entries, i);
        ins_listing_add(&listing, arena,
                        (const char *[]){loss->entry.name, loss->classes ? "classes" : "numbers",
                                         loss->entry.formula, loss->score, loss->entry.source});
    }
    ins_listing_print(&listing);
}

static void print_generators(const void *table, ins_arena *arena, ins_error *error)
{
    (void)error;
    const ins_entries *entries = table;
    ins_listing listing = {.columns = 5};
    ins_listing_add(
        &listing, arena,
        (const char *[]){"generated", "rows and answer", "parameters", "loss", "source"});
    for (size_t i = 0; i < entries->count; i++) {
        const ins_entry *entry = ins_entry_at(entries, i);
        ins_listing_add(&listing, arena,
                        (const char *[]){entry->name, formula_of(entry, arena),
                                         parameters_of(entry, arena),
                                         ((const ins_generator *)entry)->loss, entry->source});
    }
    ins_listing_print(&listing);
}

static void print_tensors(const void *table, ins_arena *arena, ins_error *error)
{
    (void)error;
    const ins_tensor_row *rows = table;
    ins_listing listing = {.columns = 4};
    ins_listing_add(&listing, arena, (const char *[]){"tensor", "symbol", "shape", "description"});
    for (size_t i = 0; i < INS_TENSORS; i++)
        ins_listing_add(
            &listing, arena,
            (const char *[]){rows[i].name, rows[i].symbol, rows[i].shape, rows[i].description});
    ins_listing_print(&listing);
}

static void print_verdicts(const void *table, ins_arena *arena, ins_error *error)
{
    (void)error;
    const ins_verdict_row *rows = table;
    ins_listing listing = {.columns = 2};
    ins_listing_add(&listing, arena, (const char *[]){"verdict", "bad"});
    for (size_t i = 0; i < INS_VERDICTS; i++)
        ins_listing_add(&listing, arena,
                        (const char *[]){rows[i].name, rows[i].bad ? "yes" : "no"});
    ins_listing_print(&listing);
}

static void add_dataset(ins_listing *listing, const char *name, ins_arena *arena, ins_error *error)
{
    char *path = ins_bundled(ins_arena_format(arena, "data/%s.csv", name));
    if (!path) {
        ins_error_add(error, INS_DATA, "list: the bundled data set is not installed (got \"%s\")",
                      name);
        return;
    }
    ins_dataset dataset = {0};
    if (ins_dataset_read(&(ins_reading){.path = path}, &dataset, error) == INS_OK)
        ins_listing_add(
            listing, arena,
            (const char *[]){name, ins_arena_format(arena, "%zu", dataset.rows),
                             ins_arena_format(arena, "%zu", dataset.features),
                             ins_arena_format(arena, "%zu", dataset.classes),
                             ins_arena_copy(arena, dataset.label_name, strlen(dataset.label_name)),
                             ins_arena_copy(arena, path, strlen(path))});
    ins_dataset_free(&dataset);
    free(path);
}

static void print_datasets(const void *table, ins_arena *arena, ins_error *error)
{
    ins_listing listing = {.columns = 6};
    ins_listing_add(&listing, arena,
                    (const char *[]){"data set", "rows", "features", "classes", "label", "file"});
    for (const char *const *name = table; *name; name++) add_dataset(&listing, *name, arena, error);
    ins_listing_print(&listing);
}

static const subject subjects[] = {{"initializers", print_entries, &ins_initializers},
                                   {"layers", print_entries, &ins_layer_kinds},
                                   {"residual-starts", print_entries, &ins_residual_starts},
                                   {"forget-starts", print_entries, &ins_forget_biases},
                                   {"activations", print_activations, &ins_activations},
                                   {"optimizers", print_optimizers, &ins_optimizers},
                                   {"losses", print_losses, &ins_losses},
                                   {"tensors", print_tensors, ins_tensor_table},
                                   {"verdicts", print_verdicts, ins_verdict_table},
                                   {"datasets", print_datasets, ins_bundled_data},
                                   {"generators", print_generators, &ins_generators}};

enum { SUBJECTS = sizeof subjects / sizeof subjects[0] };

const char *ins_list_subject(size_t index)
{
    return index < SUBJECTS ? subjects[index].name : NULL;
}

static void unknown_subject(const char *name, ins_error *error)
{
    const char *names[SUBJECTS + 1] = {NULL};
    char display[INS_DISPLAY_SIZE];
    ins_text valid = {0};
    for (size_t i = 0; i < SUBJECTS; i++) {
        names[i] = subjects[i].name;
        ins_text_add_format(&valid, "%s%s", i > 0 ? ", " : "", names[i]);
    }
    const char *nearest = ins_nearest(name, names);
    ins_error_add(error, INS_USAGE, "list: unknown subject (got \"%s\"); %s%s%svalid: %s",
                  ins_display(display, name, strlen(name)), nearest ? "did you mean " : "",
                  nearest ? nearest : "", nearest ? "? " : "", valid.data);
    ins_text_free(&valid);
}

/* NULL, and the problem is said, when there is none of this name. */
static const subject *find_subject(const char *name, ins_error *error)
{
    for (size_t i = 0; i < SUBJECTS; i++)
        if (strcmp(subjects[i].name, name) == 0) return &subjects[i];
    unknown_subject(name, error);
    return NULL;
}

/* All names are looked up first, so that nothing is printed when one is wrong. */
static void print_subjects(const ins_arguments *arguments, ins_arena *arena, ins_error *error)
{
    for (size_t i = 0; i < arguments->operands; i++) find_subject(arguments->operand[i], error);
    for (size_t i = 0; error->status == INS_OK && i < arguments->operands; i++) {
        const subject *found = find_subject(arguments->operand[i], error);
        if (i > 0) putchar('\n');
        found->print(found->table, arena, error);
    }
}

static void print_all(ins_arena *arena, ins_error *error)
{
    for (size_t i = 0; i < SUBJECTS; i++) {
        if (i > 0) putchar('\n');
        subjects[i].print(subjects[i].table, arena, error);
    }
}

static void list(const ins_arguments *arguments, ins_arena *arena, ins_error *error)
{
    if (arguments->operands == 0)
        print_all(arena, error);
    else
        print_subjects(arguments, arena, error);
}

static const ins_flag rows[] = {
    {.name = "help", .letter = 'h', .help = "this text", .title = "Options"}, {0}};

const ins_command ins_command_list = {
    .name = "list",
    .usage = "[SUBJECT]...",
    .help = "what there is, one line each, with its formula",
    .about =
        "Prints what can be named in an experiment, in logs and in `initscope check`. A SUBJECT "
        "is initializers, layers, residual-starts, forget-starts, activations, optimizers, "
        "losses, tensors, verdicts, datasets or generators; without one, all are printed. "
        "Parameters "
        "are shown with their defaults, learning rates (lr) as well. The gains of an "
        "activation are the factors of the weights' standard deviation that keep, from "
        "standard normal preactivations, the second moment (which is what gain=NAME stands "
        "for), the variance, and the gradient; they are not the same.",
    .operand = INS_OPERAND_SUBJECTS,
    .rows = rows,
    .run = list};
