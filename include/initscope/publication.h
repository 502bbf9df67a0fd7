/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* Publishing: what was staged takes its final names all at once, or everything stays as it was.
 *
 * Who publishes writes into a staging directory, then exchanges. What has a final name until then
 * waits in staging/INS_REPLACED until all names have moved. It goes back when one cannot move, and,
 * after a process that was killed in between, when the next one recovers. */
#ifndef INITSCOPE_PUBLICATION_H
#define INITSCOPE_PUBLICATION_H

#include "initscope/error.h"

/* What is replaced bears this name meanwhile. */
#define INS_REPLACED "replaced"

typedef enum ins_publication_kind {
    INS_PUBLISH_NEW,     /* staging becomes the directory final, which is empty or missing */
    INS_PUBLISH_REPLACE, /* staging becomes the directory final, whatever that was */
    INS_PUBLISH_ENTRIES  /* the entries of staging, its lock apart, move into the directory final,
                            each in place of one of its name; what else final holds stays */
} ins_publication_kind;

typedef struct ins_publication {
    const char *staging, *final;
    ins_publication_kind kind;
} ins_publication;

/* Brings staging with all below it to the disk, exchanges, and brings the new names to the disk.
 * INS_OUTPUT on failure, and the names are as they were (or, when only the last failed, as they
 * should be). What a whole directory replaced is removed at the end; the staging directory of
 * entries, with what they replaced, is the caller's to remove. */
ins_status ins_publication_exchange(const ins_publication *publication, ins_error *error);

/* Puts back what an exchange that was cut short has set aside. INS_OUTPUT when it cannot. */
ins_status ins_publication_recover(const ins_publication *publication, ins_error *error);

#endif
