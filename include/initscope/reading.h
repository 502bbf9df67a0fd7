/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* How a table of people's data is to be read: the options of the group Data, but for the split. */
#ifndef INITSCOPE_READING_H
#define INITSCOPE_READING_H

#include <stdbool.h>
#include <stddef.h>

#include "initscope/memory.h"
#include "initscope/text.h"

/* Names in the order in which an option gives them. */
typedef struct ins_names {
    size_t count;
    const char *const *item; /* (count) */
} ins_names;

/* Separated by commas; blanks around a name are not part of it. A name that has a comma, or begins
 * with a quote, stands in quotes, doubled within, as in CSV. False for an empty name, a quote that
 * does not close, or what follows one. An empty text has no names. */
bool ins_names_parse(const char *text, ins_arena *arena, ins_names *names);
void ins_names_write(const ins_names *names, ins_text *out);

/* Whether the first line names the columns. */
typedef enum ins_header { INS_HEADER_AUTO, INS_HEADER_YES, INS_HEADER_NO } ins_header;

/* What becomes of a column of a few different texts. */
typedef enum ins_categories { INS_CATEGORIES_ONEHOT, INS_CATEGORIES_REFUSE } ins_categories;

/* What becomes of cells that are missing. */
typedef enum ins_missing { INS_MISSING_REFUSE, INS_MISSING_DROP, INS_MISSING_MEAN } ins_missing;

/* What is to be predicted. */
typedef enum ins_task {
    INS_TASK_AUTO,    /* not known yet */
    INS_TASK_CLASSES, /* the class of a row */
    INS_TASK_NUMBERS, /* one number or several */
    INS_TASK_INPUTS   /* the features themselves */
} ins_task;

/* The words of the options, NULL-terminated, indexed by the above. */
extern const char *const ins_header_names[], *const ins_categories_names[],
                                                 *const ins_missing_names[];

/* {.path} alone: the defaults. */
typedef struct ins_reading {
    const char *path;
    ins_names label; /* none: the last column; INS_LABEL_INPUTS: the features */
    ins_names features, drop;
    char delimiter; /* '\0': detected */
    ins_header header;
    ins_categories categories;
    ins_missing missing;
    ins_task task; /* AUTO: by the label; CLASSES or NUMBERS: as --loss says */
} ins_reading;

#define INS_LABEL_INPUTS "features"

/* The most different texts of a column of categories. */
enum { INS_CATEGORY_LIMIT = 64 };

/* Whether the features themselves are to be predicted. */
bool ins_reading_wants_inputs(const ins_reading *reading);

/* Appends " --label Survived --drop Name,Ticket": what differs from the defaults, as a shell reads
 * it. */
void ins_reading_options(const ins_reading *reading, ins_text *out);

#endif
