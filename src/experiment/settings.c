/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* The options of `run`: their table, and the settings that command line and experiment file make of
 * it. */
#include <config.h>

#include "initscope/settings.h"

#include <math.h>
#include <stdint.h>
#include <string.h>

#include "initscope/activation.h"
#include "initscope/file.h"
#include "initscope/forget.h"
#include "initscope/grid.h"
#include "initscope/ini.h"
#include "initscope/initializer.h"
#include "initscope/loss.h"
#include "initscope/optimizer.h"
#include "initscope/residual.h"

#define FIELD(member) .field = offsetof(ins_settings, member)
#define SEED_MAXIMUM 4294967295.0

const char *const ins_delimiter_names[] = {"auto", "comma", "semicolon", "tab", NULL};

static const char *const switch_names[] = {"no", "yes", NULL};
static const char *const splitting_names[] = {"fixed", "by-seed", NULL};
static const char *const weights_saved_names[] = {"none", "ends", "all", NULL};

const char *const ins_group_titles[INS_GROUPS] = {
    [INS_GROUP_FACTORS] =
        "Factors; each may be a list, and every combination is run for every seed",
    [INS_GROUP_DATA] = "Data",
    [INS_GROUP_TRAINING] = "Training",
    [INS_GROUP_RECORD] = "Recording and output"};

const ins_option ins_options[] = {
    [INS_OPTION_INIT] = {.key = "init",
                         .argument = "NAME...",
                         .fallback = "zeros random_uniform glorot_uniform he_uniform",
                         .help = "initializers of the hidden layers' weights",
                         .group = INS_GROUP_FACTORS,
                         .kind = &ins_kind_choices,
                         .table = &ins_initializers,
                         FIELD(init)},
    [INS_OPTION_ACTIVATION] = {.key = "activation",
                               .argument = "NAME...",
                               .fallback = "relu",
                               .help = "activations of the hidden layers",
                               .group = INS_GROUP_FACTORS,
                               .kind = &ins_kind_choices,
                               .table = &ins_activations,
                               FIELD(activation)},
    [INS_OPTION_NETWORK] = {.key = "network",
                            .alias = "hidden",
                            .argument = "NETWORK...",
                            .fallback = "64,64",
                            .help = "layers from the input on: 64,64 or 20x256 are dense layers of "
                                    "such widths; several networks are separated by blanks",
                            .group = INS_GROUP_FACTORS,
                            .kind = &ins_kind_networks,
                            FIELD(network)},
    [INS_OPTION_RESIDUAL_INIT] = {.key = "residual-init",
                                  .argument = "NAME...",
                                  .fallback = "none",
                                  .help = "how the branches of residual blocks start",
                                  .group = INS_GROUP_FACTORS,
                                  .kind = &ins_kind_choices,
                                  .table = &ins_residual_starts,
                                  FIELD(residual_init)},
    [INS_OPTION_RECURRENT_INIT] =
        {.key = "recurrent-init",
         .argument = "NAME...",
         .fallback = "orthogonal",
         .help =
             "initializers of the matrices that recurrent layers have on their own last output; "
             "one of a framework in --init has its own",
         .group = INS_GROUP_FACTORS,
         .kind = &ins_kind_choices,
         .table = &ins_initializers,
         FIELD(recurrent_init)},
    [INS_OPTION_FORGET_BIAS] = {.key = "forget-bias",
                                .argument = "NAME...",
                                .fallback = "1",
                                .help = "how the biases of forget gates of an lstm start; an "
                                        "initializer of a framework in --init has its own",
                                .group = INS_GROUP_FACTORS,
                                .kind = &ins_kind_choices,
                                .table = &ins_forget_biases,
                                FIELD(forget_bias)},
    [INS_OPTION_OPTIMIZER] = {.key = "optimizer",
                              .argument = "NAME...",
                              .fallback = "adam",
                              .help = "optimizers",
                              .group = INS_GROUP_FACTORS,
                              .kind = &ins_kind_choices,
                              .table = &ins_optimizers,
                              FIELD(optimizer)},
    [INS_OPTION_LEARNING_RATE] = {.key = "learning-rate",
                                  .alias = "lr",
                                  .argument = "RATE...",
                                  .fallback = "default",
                                  .shown = "the optimizer's own",
                                  .help = "step size of the optimizer",
                                  .group = INS_GROUP_FACTORS,
                                  .kind = &ins_kind_numbers,
                                  .minimum = INS_NEXT_TO_0,
                                  .maximum = INS_UNBOUNDED,
                                  .special = "default",
                                  FIELD(learning_rate)},
    [INS_OPTION_DROPOUT] =
        {.key = "dropout",
         .argument = "RATE...",
         .fallback = "0",
         .help = "share of hidden activations dropped while training (inverted dropout)",
         .group = INS_GROUP_FACTORS,
         .kind = &ins_kind_numbers,
         .maximum = INS_NEXT_TO_1,
         FIELD(dropout)},
    [INS_OPTION_WEIGHT_DECAY] = {.key = "weight-decay",
                                 .argument = "RATE...",
                                 .fallback = "0",
                                 .help =
                                     "L2 added to the gradient of the weights; decoupled for adamw",
                                 .group = INS_GROUP_FACTORS,
                                 .kind = &ins_kind_numbers,
                                 .maximum = INS_UNBOUNDED,
                                 FIELD(weight_decay)},
    [INS_OPTION_BATCH] = {.key = "batch",
                          .alias = "batch-size",
                          .argument = "ROWS...",
                          .fallback = "32",
                          .unit = "rows",
                          .help = "rows of a minibatch; the last, partial one is used",
                          .group = INS_GROUP_FACTORS,
                          .kind = &ins_kind_sizes,
                          .minimum = 1,
                          .maximum = 2147483647,
                          .special = "full",
                          .meaning = "all training rows",
                          FIELD(batch)},
    [INS_OPTION_DATA] =
        {.key = "data",
         .argument = "FILE",
         .fallback = "iris",
         .help =
             "the data, - for standard input; in an experiment file a relative path is looked for "
             "in the current directory first, then beside the experiment file",
         .group = INS_GROUP_DATA,
         .kind = &ins_kind_data,
         FIELD(data)},
    [INS_OPTION_LABEL] = {.key = "label",
                          .argument = "COLUMN...",
                          .fallback = "",
                          .shown = "the last column",
                          .range = "columns of the data, by name or number (x3), or features (the "
                                   "inputs themselves)",
                          .help = "what is to be predicted: the class, one number or several; of "
                                  "files of arrays the file of the labels",
                          .group = INS_GROUP_DATA,
                          .kind = &ins_kind_names,
                          FIELD(label)},
    [INS_OPTION_FEATURES] = {.key = "features",
                             .argument = "COLUMN...",
                             .fallback = "",
                             .shown = "all others",
                             .range = "columns of the data, by name or number (x3)",
                             .help = "columns to learn from",
                             .group = INS_GROUP_DATA,
                             .kind = &ins_kind_names,
                             FIELD(features)},
    [INS_OPTION_DROP] = {.key = "drop",
                         .argument = "COLUMN...",
                         .fallback = "",
                         .shown = "none",
                         .range = "columns of the data, by name or number (x3)",
                         .help = "columns to leave out",
                         .group = INS_GROUP_DATA,
                         .kind = &ins_kind_names,
                         FIELD(drop)},
    [INS_OPTION_HEADER] = {.key = "header",
                           .argument = "WORD",
                           .fallback = "auto",
                           .help = "whether the first line names the columns; without names they "
                                   "are x1, x2, ...",
                           .group = INS_GROUP_DATA,
                           .kind = &ins_kind_word,
                           .table = ins_header_names,
                           FIELD(header)},
    [INS_OPTION_DELIMITER] = {.key = "delimiter",
                              .argument = "WORD",
                              .fallback = "auto",
                              .help = "what separates the fields of the data",
                              .group = INS_GROUP_DATA,
                              .kind = &ins_kind_word,
                              .table = ins_delimiter_names,
                              FIELD(delimiter)},
    [INS_OPTION_CATEGORIES] = {.key = "categories",
                               .argument = "WORD",
                               .fallback = "onehot",
                               .range = "onehot (a column of 0 and 1 for each text) or refuse",
                               .help = "what becomes of a column of at most 64 different texts",
                               .group = INS_GROUP_DATA,
                               .kind = &ins_kind_word,
                               .table = ins_categories_names,
                               FIELD(categories)},
    [INS_OPTION_MISSING] = {.key = "missing",
                            .argument = "WORD",
                            .fallback = "refuse",
                            .range = "refuse, drop (the row) or mean (of the training rows; of "
                                     "categories the most frequent)",
                            .help = "what becomes of cells that are empty, NA, NaN, null, None, ? "
                                    "or -; a row without its label is always left out",
                            .group = INS_GROUP_DATA,
                            .kind = &ins_kind_word,
                            .table = ins_missing_names,
                            FIELD(missing)},
    [INS_OPTION_LOSS] = {.key = "loss",
                         .argument = "WORD",
                         .fallback = "auto",
                         .help = "what the outputs are compared by",
                         .group = INS_GROUP_DATA,
                         .kind = &ins_kind_choice,
                         .special = "auto",
                         .meaning = "mse of numbers with a fraction, cross_entropy of classes",
                         .table = &ins_losses,
                         FIELD(loss)},
    [INS_OPTION_SCALE] = {.key = "scale",
                          .argument = "WORD",
                          .fallback = "standard",
                          .help = "scaling of each feature, fitted on the training rows only",
                          .group = INS_GROUP_DATA,
                          .kind = &ins_kind_word,
                          .table = ins_scaling_names,
                          FIELD(scale)},
    [INS_OPTION_TEST_FRACTION] =
        {.key = "test-fraction",
         .argument = "SHARE",
         .fallback = "0.2",
         .help = "share of the rows held out for testing, rounded up to whole rows; 0 tests on the "
                 "training rows",
         .group = INS_GROUP_DATA,
         .kind = &ins_kind_number,
         .maximum = INS_NEXT_TO_1,
         FIELD(test_fraction)},
    [INS_OPTION_SPLIT] =
        {.key = "split",
         .argument = "WORD",
         .fallback = "fixed",
         .range = "fixed or by-seed (of split-seed + seed - 1)",
         .help = "whether all runs hold out the same rows, or those of each seed its own",
         .group = INS_GROUP_DATA,
         .kind = &ins_kind_word,
         .table = splitting_names,
         FIELD(split)},
    [INS_OPTION_SPLIT_SEED] =
        {.key = "split-seed",
         .argument = "SEED",
         .fallback = "42",
         .help = "seed of the split, as random_state of scikit-learn's train_test_split",
         .group = INS_GROUP_DATA,
         .kind = &ins_kind_integer,
         .maximum = SEED_MAXIMUM,
         FIELD(split_seed)},
    [INS_OPTION_OUTPUT_INIT] = {.key = "output-init",
                                .argument = "NAME",
                                .fallback = "same",
                                .help = "initializer of the output layer's weights",
                                .group = INS_GROUP_TRAINING,
                                .kind = &ins_kind_choice,
                                .special = "same",
                                .meaning = "that of the hidden layers",
                                .table = &ins_initializers,
                                FIELD(output_init)},
    [INS_OPTION_FIRST_INIT] = {.key = "first-init",
                               .argument = "NAME",
                               .fallback = "same",
                               .help = "initializer of the first layer's weights",
                               .group = INS_GROUP_TRAINING,
                               .kind = &ins_kind_choice,
                               .special = "same",
                               .meaning = "that of the hidden layers",
                               .table = &ins_initializers,
                               FIELD(first_init)},
    [INS_OPTION_EMBEDDING_INIT] = {.key = "embedding-init",
                                   .argument = "NAME",
                                   .fallback = "same",
                                   .help = "initializer of embeddings and learned positions",
                                   .group = INS_GROUP_TRAINING,
                                   .kind = &ins_kind_choice,
                                   .special = "same",
                                   .meaning = "that of the hidden layers",
                                   .table = &ins_initializers,
                                   FIELD(embedding_init)},
    [INS_OPTION_BIAS_INIT] = {.key = "bias-init",
                              .argument = "NAME",
                              .fallback = "zeros",
                              .help = "initializer of every bias",
                              .group = INS_GROUP_TRAINING,
                              .kind = &ins_kind_choice,
                              .table = &ins_initializers,
                              FIELD(bias_init)},
    [INS_OPTION_CLIP] = {.key = "clip",
                         .argument = "NORM",
                         .fallback = "0",
                         .help = "largest Euclidean norm of the gradient of all weights and biases "
                                 "of a minibatch: a longer one is cut to it; 0 for none",
                         .group = INS_GROUP_TRAINING,
                         .kind = &ins_kind_number,
                         .maximum = INS_UNBOUNDED,
                         FIELD(clip)},
    [INS_OPTION_EPOCHS] = {.key = "epochs",
                           .argument = "N",
                           .fallback = "10",
                           .unit = "epochs",
                           .help =
                               "passes over the training rows; 0 records the initial network only",
                           .group = INS_GROUP_TRAINING,
                           .kind = &ins_kind_integer,
                           .maximum = 1e6,
                           FIELD(epochs)},
    [INS_OPTION_SHUFFLE] = {.key = "shuffle",
                            .argument = "WORD",
                            .fallback = "yes",
                            .range = "yes or no",
                            .help = "whether each epoch draws a new order of the training rows",
                            .group = INS_GROUP_TRAINING,
                            .kind = &ins_kind_word,
                            .table = switch_names,
                            FIELD(shuffle)},
    [INS_OPTION_SEEDS] = {.key = "seeds",
                          .argument = "N",
                          .fallback = "5",
                          .unit = "seeds",
                          .help = "number of consecutive seeds of each combination",
                          .group = INS_GROUP_TRAINING,
                          .kind = &ins_kind_integer,
                          .minimum = 1,
                          .maximum = 1e6,
                          FIELD(seeds)},
    [INS_OPTION_SEED] = {.key = "seed",
                         .argument = "SEED",
                         .fallback = "1",
                         .help = "the first seed",
                         .group = INS_GROUP_TRAINING,
                         .kind = &ins_kind_integer,
                         .maximum = SEED_MAXIMUM,
                         FIELD(seed)},
    [INS_OPTION_PROBE] = {.key = "probe",
                          .argument = "ROWS",
                          .fallback = "512",
                          .unit = "rows",
                          .help =
                              "size of the fixed batch that is measured: the first training rows",
                          .group = INS_GROUP_RECORD,
                          .kind = &ins_kind_integer,
                          .minimum = 1,
                          .maximum = 2147483647,
                          FIELD(probe)},
    [INS_OPTION_RECORD_EVERY] = {.key = "record-every",
                                 .argument = "N",
                                 .fallback = "1",
                                 .unit = "epochs",
                                 .help = "record every N-th epoch, and always epoch 0 and the last",
                                 .group = INS_GROUP_RECORD,
                                 .kind = &ins_kind_integer,
                                 .minimum = 1,
                                 .maximum = 1e6,
                                 FIELD(record_every)},
    [INS_OPTION_HISTOGRAMS] =
        {.key = "histograms",
         .argument = "EPOCH...",
         .fallback = "0,last",
         .help = "epochs, of those that are recorded, whose histograms are written",
         .group = INS_GROUP_RECORD,
         .kind = &ins_kind_epochs,
         .maximum = 1e6,
         FIELD(histograms)},
    [INS_OPTION_BINS] = {.key = "bins",
                         .argument = "N",
                         .fallback = "60",
                         .unit = "bins",
                         .help = "bins of a histogram",
                         .group = INS_GROUP_RECORD,
                         .kind = &ins_kind_integer,
                         .minimum = 2,
                         .maximum = 10000,
                         FIELD(bins)},
    [INS_OPTION_SYMMETRY] =
        {.key = "symmetry",
         .argument = "EPOCH...",
         .fallback = "0,1,last",
         .help = "epochs, of those that are recorded, at which units that are alike are counted",
         .group = INS_GROUP_RECORD,
         .kind = &ins_kind_epochs,
         .maximum = 1e6,
         FIELD(symmetry)},
    [INS_OPTION_SPECTRUM] =
        {.key = "spectrum",
         .argument = "EPOCH...",
         .fallback = "0,last",
         .help = "epochs, of those that are recorded, whose singular values are written",
         .group = INS_GROUP_RECORD,
         .kind = &ins_kind_epochs,
         .maximum = 1e6,
         FIELD(spectrum)},
    [INS_OPTION_SAVE_WEIGHTS] =
        {.key = "save-weights",
         .argument = "WORD",
         .fallback = "none",
         .range = "none, ends (epoch 0 and the last) or all (that are recorded)",
         .help =
             "epochs whose weights are written, as weights/RUN/epochNNNN.layerNN.W.npy and .b.npy",
         .group = INS_GROUP_RECORD,
         .kind = &ins_kind_word,
         .table = weights_saved_names,
         FIELD(save_weights)},
    [INS_OPTION_TITLE] = {.key = "title",
                          .argument = "TEXT",
                          .fallback = "",
                          .shown = "from the name of the experiment file or the data",
                          .help = "the report's heading",
                          .group = INS_GROUP_RECORD,
                          .kind = &ins_kind_text,
                          FIELD(title)},
    [INS_OPTION_QUESTION] = {.key = "question",
                             .argument = "TEXT",
                             .fallback = "",
                             .shown = "empty",
                             .help = "what the experiment is to find out, one sentence; the report "
                                     "prints it under the heading and answers it",
                             .group = INS_GROUP_RECORD,
                             .kind = &ins_kind_text,
                             FIELD(question)},
    [INS_OPTION_NOTE] = {.key = "note",
                         .argument = "TEXT",
                         .fallback = "",
                         .shown = "empty",
                         .help = "a remark that is kept with the logs",
                         .group = INS_GROUP_RECORD,
                         .kind = &ins_kind_text,
                         FIELD(note)},
    [INS_OPTION_THREADS] = {.key = "threads",
                            .local = true,
                            .argument = "N",
                            .fallback = "all",
                            .unit = "cores",
                            .help = "trials that run at the same time; results do not depend on it",
                            .group = INS_GROUP_RECORD,
                            .kind = &ins_kind_integer,
                            .minimum = 1,
                            .maximum = 10000,
                            .special = "all",
                            FIELD(threads)},
    [INS_OPTION_SHARD] = {.key = "shard",
                          .local = true,
                          .argument = "I/N",
                          .fallback = "1/1",
                          .shown = "1/1, all trials",
                          .help = "run the trials whose number is I modulo N into a directory of "
                                  "their own; `initscope merge` joins the N directories",
                          .group = INS_GROUP_RECORD,
                          .kind = &ins_kind_shard,
                          .maximum = INS_SHARDS,
                          FIELD(shard)},
    [INS_OPTION_TIME_LIMIT] =
        {.key = "time-limit",
         .local = true,
         .argument = "SECONDS",
         .fallback = "0",
         .unit = "seconds",
         .help = "begin no trial that would not end so long after the start; what is left is for "
                 "--resume; 0 for no limit",
         .group = INS_GROUP_RECORD,
         .kind = &ins_kind_number,
         .maximum = INS_UNBOUNDED,
         FIELD(time_limit)},
    [INS_OPTION_OUTPUT] =
        {.key = "output",
         .letter = 'o',
         .local = true,
         .argument = "DIR",
         .fallback = "",
         .shown = "none, required",
         .help = "the run directory; a non-empty one is refused without --force or --resume",
         .group = INS_GROUP_RECORD,
         .kind = &ins_kind_path,
         FIELD(output)},
    [INS_OPTIONS] = {.key = NULL}};

const ins_option *ins_option_find(const char *key)
{
    for (const ins_option *option = ins_options; option->key; option++)
        if (strcmp(option->key, key) == 0 || (option->alias && strcmp(option->alias, key) == 0))
            return option;
    return NULL;
}

void ins_option_words(const ins_option *option, ins_text *out)
{
    if (option->special) ins_text_add_format(out, " %s", option->special);
    if (option->kind->words) option->kind->words(option, out);
}

static void *field_of(ins_settings *settings, const ins_option *option)
{
    return (char *)settings + option->field;
}

ins_status ins_settings_set(ins_settings *settings, const ins_option *option, const char *value,
                            const ins_source *source, ins_error *error)
{
    ins_status status = option->kind->parse(option, value, source, settings->arena,
                                            field_of(settings, option), error);
    if (status == INS_OK)
        settings->where[option - ins_options] =
            ins_arena_copy(settings->arena, source->where, strlen(source->where));
    return status;
}

void ins_settings_start(ins_settings *settings)
{
    *settings = (ins_settings){.arena = ins_arena_new()};
    settings->where =
        ins_arena_get(settings->arena, INS_OPTIONS, sizeof *settings->where, "settings");
    for (const ins_option *option = ins_options; option->key; option++) {
        ins_source source = {.where = ins_arena_format(settings->arena, "--%s", option->key)};
        ins_settings_set(settings, option, option->fallback, &source,
                         NULL); /* a default is valid */
    }
}

uint32_t ins_split_seed_of(const ins_settings *settings, size_t seed)
{
    size_t first = settings->split_seed;
    return (uint32_t)(settings->split == INS_SPLIT_FIXED ? first : first + seed - 1);
}

void ins_settings_free(ins_settings *settings)
{
    ins_arena_free(settings->arena);
    *settings = (ins_settings){0};
}

bool ins_settings_is_default(const ins_settings *settings, ins_option_id option)
{
    const ins_option *row = &ins_options[option];
    ins_text value = {0};
    ins_text_add(&value, "");
    row->kind->write(row, (const char *)settings + row->field, &value);
    const bool same = strcmp(value.data, row->fallback) == 0;
    ins_text_free(&value);
    return same;
}

const char *ins_settings_where(const ins_settings *settings, ins_option_id option)
{
    return settings->where[option];
}
