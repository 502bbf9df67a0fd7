/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* What the tables of initializers, activations and optimizers have in common: a name, its
 * mathematics, its parameters; and the call syntax that picks one, "random_normal(stddev=0.01)". */
#ifndef INITSCOPE_ENTRY_H
#define INITSCOPE_ENTRY_H

#include <stdbool.h>
#include <stddef.h>

#include "initscope/error.h"
#include "initscope/memory.h"
#include "initscope/text.h"

typedef enum ins_parameter_kind {
    INS_PARAMETER_NUMBER, /* in [minimum, maximum] */
    INS_PARAMETER_INTEGER,
    INS_PARAMETER_WORD,   /* one of words; the value is its index */
    INS_PARAMETER_GAIN,   /* a number, or an activation's name that the experiment room resolves */
    INS_PARAMETER_PATH,   /* text; may also be given without its name: file(DIR) */
    INS_PARAMETER_EXTENT, /* "3" or "3x5": see ins_extent; each number in [minimum, maximum] */
    INS_PARAMETER_CALL    /* a call of table, whose canonical text is kept */
} ins_parameter_kind;

typedef struct ins_parameter {
    const char *name; /* NULL ends the list */
    ins_parameter_kind kind;
    double fallback;                 /* default */
    double minimum, maximum;         /* inclusive; open ends by nextafter or DBL_TRUE_MIN */
    const char *const *words;        /* NULL-terminated; INS_PARAMETER_WORD only */
    const char *meaning;             /* "standard deviation" */
    bool required;                   /* has no default */
    bool nameless;                   /* the canonical call gives it by its place alone */
    const struct ins_entries *table; /* INS_PARAMETER_CALL only */
} ins_parameter;

enum { INS_PARAMETERS = 7 };

typedef struct ins_entry {
    const char *name;    /* "he_normal" */
    const char *formula; /* "N(0, 2/fan_in) truncated at 2 sd" */
    const char *source;  /* "He et al. 2015, eq. 10" */
    ins_parameter parameters[INS_PARAMETERS + 1];
    /* What is wrong with the values taken together ("minval must be below maxval"), NULL when
     * nothing is. May be NULL. */
    const char *(*check)(const double *value);
    const char *aliases; /* other names of the same row, separated by blanks; NULL: none */
} ins_entry;

/* One row of a table with its parameters' values. */
typedef struct ins_choice {
    const ins_entry *entry;           /* the first member of its table's row type */
    double value[INS_PARAMETERS];     /* NAN for an unresolved gain */
    const char *word[INS_PARAMETERS]; /* a path, a call, the activation naming a gain; else NULL */
    const char *label; /* canonical call; parameters at their defaults are left out */
} ins_choice;

/* Of an extent the number of axis 0 or 1; one that was given alone is of both. */
enum { INS_EXTENT_LIMIT = 65535 };
static inline size_t ins_extent(double value, size_t axis)
{
    const size_t first = (size_t)value / (INS_EXTENT_LIMIT + 1);
    const size_t second = (size_t)value % (INS_EXTENT_LIMIT + 1);
    return axis == 0 || second == 0 ? first : second;
}

/* Whether an extent was given as two numbers. */
static inline bool ins_extent_is_pair(double value)
{
    return (size_t)value % (INS_EXTENT_LIMIT + 1) > 0;
}

/* The extent of one number: the default of a row. */
#define INS_EXTENT(number) ((double)(number) * (INS_EXTENT_LIMIT + 1))

/* A table of rows whose first member is an ins_entry. */
typedef struct ins_entries {
    const char *kind; /* "initializer" */
    const void *rows;
    size_t count, size;
} ins_entries;

const ins_entry *ins_entry_at(const ins_entries *table, size_t index);

/* By its name or an alias; NULL: none. */
const ins_entry *ins_entry_find(const ins_entries *table, const char *name);

/* Parses one call. where starts the messages ("--init", "iris.ini:4"); an unknown name lists the
 * valid ones and the nearest; an alias gives the row's own name. Strings live in arena. INS_USAGE
 * on failure. */
ins_status ins_choice_parse(const ins_entries *table, const char *text, const char *where,
                            ins_arena *arena, ins_choice *choice, ins_error *error);

/* Splits a list at commas and blanks outside parentheses into items in arena. Returns their number.
 */
size_t ins_list_split(const char *text, ins_arena *arena, char ***items);

#endif
