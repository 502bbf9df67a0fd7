/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* The options of `run`, which are also the keys of an experiment file: one table.
 *
 * The parser of both sources, --help, the resolved experiment.ini, and whoever lists options read
 * this table. Precedence: default < file < command line. */
#ifndef INITSCOPE_SETTINGS_H
#define INITSCOPE_SETTINGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "initscope/blueprint.h"
#include "initscope/dataset.h"
#include "initscope/entry.h"
#include "initscope/error.h"
#include "initscope/log_writer.h"
#include "initscope/memory.h"
#include "initscope/text.h"

typedef struct ins_blueprints {
    size_t count;
    const ins_blueprint *item;
} ins_blueprints;

typedef struct ins_choices {
    size_t count;
    const ins_choice *item;
} ins_choices;

typedef struct ins_numbers {
    size_t count;
    const double *item; /* NAN: the option's special word */
} ins_numbers;

typedef struct ins_sizes {
    size_t count;
    const size_t *item; /* 0: the option's special word */
} ins_sizes;

/* Which of the recorded epochs. */
typedef struct ins_epochs {
    bool all, last;
    size_t count;
    const size_t *item; /* (count), apart from the last */
} ins_epochs;

/* When weights are written: the words of save-weights. */
typedef enum ins_weights_saved {
    INS_WEIGHTS_NONE,
    INS_WEIGHTS_ENDS, /* at epoch 0 and the last */
    INS_WEIGHTS_ALL   /* at every recorded epoch */
} ins_weights_saved;

/* Whether all runs hold out the same test rows: the words of split. */
typedef enum ins_splitting {
    INS_SPLIT_FIXED,
    INS_SPLIT_BY_SEED /* of split_seed + seed - 1 */
} ins_splitting;

/* Where the rows come from. */
typedef struct ins_data_source {
    const char *name; /* as written in experiment.ini: a bundled set's name, an absolute path or the
                         call of a generator */
    const char *path; /* to open, or the call; NULL: a bundled set that is not installed */
    ins_choice generator; /* a row of ins_generators; entry NULL: the path is opened */
} ins_data_source;

typedef struct ins_settings {
    ins_choices init, activation, optimizer, residual_init, recurrent_init, forget_bias;
    ins_blueprints network;
    ins_numbers learning_rate; /* NAN: the optimizer's own */
    ins_numbers dropout, weight_decay;
    ins_sizes batch; /* 0: all training rows */

    ins_data_source data;
    ins_names label; /* none: the last column */
    ins_names features, drop;
    size_t delimiter;  /* index into ins_delimiter_names */
    size_t header;     /* ins_header */
    size_t categories; /* ins_categories */
    size_t missing;    /* ins_missing */
    ins_choice loss;   /* entry NULL: by the label */
    size_t scale;      /* ins_scaling */
    double test_fraction;
    size_t split; /* ins_splitting */
    size_t split_seed;

    ins_choice output_init, first_init, embedding_init; /* entry NULL: the run's own */
    ins_choice bias_init;
    double clip; /* 0: none */
    size_t epochs;
    size_t shuffle; /* 0 or 1 */
    size_t seeds, seed;

    size_t probe, record_every;
    ins_epochs histograms, symmetry, spectrum;
    size_t bins;
    size_t save_weights; /* ins_weights_saved */
    const char *title;   /* "": not given */
    const char *question;
    const char *note;
    size_t threads;     /* 0: all cores */
    ins_shard shard;    /* which trials are run here */
    double time_limit;  /* seconds; 0: none */
    const char *output; /* "": not given */

    const char **where; /* of each option of ins_options: "--epochs" or "iris.ini:4" */
    ins_arena *arena;   /* owns all the above */
} ins_settings;

extern const char *const ins_delimiter_names[]; /* auto comma semicolon tab */
extern const char *const ins_bundled_data[];    /* names of the bundled data sets */

/* Where a value was written. */
typedef struct ins_source {
    const char *where;     /* starts the messages: "--epochs", "iris.ini:4" */
    const char *directory; /* of the experiment file: data files are looked for there too; NULL:
                              command line */
} ins_source;

typedef struct ins_option ins_option;

/* How the values of an option are read and written. Problems are INS_USAGE, and field is then
 * untouched. range says what the values are, the special word apart; NULL: the option does. words
 * adds the names that a value can have, each after a blank; NULL: it has none. */
typedef struct ins_option_kind {
    ins_status (*parse)(const ins_option *option, const char *text, const ins_source *source,
                        ins_arena *arena, void *field, ins_error *error);
    void (*write)(const ins_option *option, const void *field, ins_text *out);
    void (*range)(const ins_option *option, ins_text *out);
    void (*words)(const ins_option *option, ins_text *out);
} ins_option_kind;

extern const ins_option_kind ins_kind_integer;  /* size_t */
extern const ins_option_kind ins_kind_number;   /* double */
extern const ins_option_kind ins_kind_word;     /* size_t, index into table, a list of words */
extern const ins_option_kind ins_kind_text;     /* const char *, one line */
extern const ins_option_kind ins_kind_names;    /* ins_names, with commas between them */
extern const ins_option_kind ins_kind_path;     /* const char *, as it is */
extern const ins_option_kind ins_kind_choice;   /* ins_choice from table, an ins_entries */
extern const ins_option_kind ins_kind_data;     /* ins_data_source */
extern const ins_option_kind ins_kind_choices;  /* ins_choices */
extern const ins_option_kind ins_kind_numbers;  /* ins_numbers */
extern const ins_option_kind ins_kind_sizes;    /* ins_sizes */
extern const ins_option_kind ins_kind_networks; /* ins_blueprints */
extern const ins_option_kind ins_kind_epochs;   /* ins_epochs */
extern const ins_option_kind ins_kind_shard;    /* ins_shard */

typedef enum ins_option_group {
    INS_GROUP_FACTORS, /* may be lists; the run covers their cross product */
    INS_GROUP_DATA,
    INS_GROUP_TRAINING,
    INS_GROUP_RECORD,
    INS_GROUPS
} ins_option_group;

/* The options, as rows of ins_options. */
typedef enum ins_option_id {
    INS_OPTION_INIT,
    INS_OPTION_ACTIVATION,
    INS_OPTION_NETWORK,
    INS_OPTION_RESIDUAL_INIT,
    INS_OPTION_RECURRENT_INIT,
    INS_OPTION_FORGET_BIAS,
    INS_OPTION_OPTIMIZER,
    INS_OPTION_LEARNING_RATE,
    INS_OPTION_DROPOUT,
    INS_OPTION_WEIGHT_DECAY,
    INS_OPTION_BATCH,
    INS_OPTION_DATA,
    INS_OPTION_LABEL,
    INS_OPTION_FEATURES,
    INS_OPTION_DROP,
    INS_OPTION_HEADER,
    INS_OPTION_DELIMITER,
    INS_OPTION_CATEGORIES,
    INS_OPTION_MISSING,
    INS_OPTION_LOSS,
    INS_OPTION_SCALE,
    INS_OPTION_TEST_FRACTION,
    INS_OPTION_SPLIT,
    INS_OPTION_SPLIT_SEED,
    INS_OPTION_OUTPUT_INIT,
    INS_OPTION_FIRST_INIT,
    INS_OPTION_EMBEDDING_INIT,
    INS_OPTION_BIAS_INIT,
    INS_OPTION_CLIP,
    INS_OPTION_EPOCHS,
    INS_OPTION_SHUFFLE,
    INS_OPTION_SEEDS,
    INS_OPTION_SEED,
    INS_OPTION_PROBE,
    INS_OPTION_RECORD_EVERY,
    INS_OPTION_HISTOGRAMS,
    INS_OPTION_BINS,
    INS_OPTION_SYMMETRY,
    INS_OPTION_SPECTRUM,
    INS_OPTION_SAVE_WEIGHTS,
    INS_OPTION_TITLE,
    INS_OPTION_QUESTION,
    INS_OPTION_NOTE,
    INS_OPTION_THREADS,
    INS_OPTION_SHARD,
    INS_OPTION_TIME_LIMIT,
    INS_OPTION_OUTPUT,
    INS_OPTIONS
} ins_option_id;

struct ins_option {
    const char *key;      /* "learning-rate"; NULL ends the table */
    const char *alias;    /* another name of the key, "lr"; NULL: none */
    char letter;          /* 'o' or '\0' */
    bool local;           /* not part of the experiment: left out of experiment.ini */
    const char *argument; /* "RATE..." */
    const char *fallback; /* the default, parsed like any value */
    const char *shown;    /* the default as help shows it; NULL: fallback */
    const char *unit;     /* "rows"; NULL: none */
    const char *range; /* completes "must be ..."; NULL: what ins_option_range makes of the rest */
    const char *help;  /* one line */
    ins_option_group group;
    const ins_option_kind *kind;
    size_t field;            /* offset in ins_settings */
    double minimum, maximum; /* inclusive, of numbers and integers; an open end is the number next
                                to an integer, or INS_NEXT_TO_0 */
    const char *special;     /* a word beside the values: "full", "default", "all", "same" */
    const char *meaning;     /* what it stands for; NULL: itself */
    const void *table;       /* words, or ins_entries */
};

/* The ends of ranges without the end itself: of numbers above 0, below 1, and of all finite ones.
 */
#define INS_NEXT_TO_0 0x1p-1022
#define INS_NEXT_TO_1 0x1.fffffffffffffp-1
#define INS_UNBOUNDED 0x1p1023

extern const ins_option ins_options[]; /* (INS_OPTIONS), and a row without key */
extern const char *const ins_group_titles[INS_GROUPS];

const ins_option *ins_option_find(const char *key); /* or its alias; NULL: no such option */

/* "an integer from 1 to 10000, or all": what the values of the option are. */
void ins_option_range(const ins_option *option, ins_text *out);

/* Every word that a value of the option can be, numbers and paths apart, each after a blank. */
void ins_option_words(const ins_option *option, ins_text *out);

/* All defaults. Bundled data may be missing: that is a problem of ins_settings_check. */
void ins_settings_start(ins_settings *settings);
void ins_settings_free(ins_settings *settings);

/* Whether an epoch, when it is recorded, is one of epochs; and how many of them at most are. */
bool ins_epochs_have(const ins_epochs *epochs, size_t epoch, bool is_last);
size_t ins_epochs_most(const ins_epochs *epochs, size_t recorded);

/* A value of the command line or of a file. INS_USAGE on failure. */
ins_status ins_settings_set(ins_settings *settings, const ins_option *option, const char *value,
                            const ins_source *source, ins_error *error);

/* Reads an experiment file. INS_USAGE, with one problem per bad line. */
ins_status ins_settings_read(ins_settings *settings, const char *path, ins_error *error);

/* How the settings have the data read; of strings of the settings. */
ins_reading ins_reading_of(const ins_settings *settings);

/* What rows they stand for: read, or generated. */
ins_status ins_data_read(const ins_settings *settings, ins_dataset *dataset, ins_error *error);

/* How the runs with a seed have them split and scaled. */
ins_preparation ins_preparation_of(const ins_settings *settings, size_t seed);

/* The seed of the split of the runs with a seed. */
uint32_t ins_split_seed_of(const ins_settings *settings, size_t seed);

/* What no single value shows: the seeds' range, the title, the gains' values, missing bundled data.
 */
ins_status ins_settings_check(ins_settings *settings, ins_error *error);

/* Every key of the experiment, resolved: reading it gives the same settings. */
void ins_settings_write(const ins_settings *settings, ins_text *out);

/* What an experiment file tells beside them, for those who read the logs: how to take the scores
 * and the axis of time. Reading it changes no setting. */
void ins_facts_write(const ins_samples *samples, ins_text *out);

/* Whether an option has its default. */
bool ins_settings_is_default(const ins_settings *settings, ins_option_id option);

/* Where an option's value comes from, for messages. */
const char *ins_settings_where(const ins_settings *settings, ins_option_id option);

#endif
