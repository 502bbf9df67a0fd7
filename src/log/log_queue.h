/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* The trials under way, in the order in which their rows are to be written.
 *
 * A trial gets its entry before it begins. Its rows may be complete in any order; the first in the
 * queue is to be written as soon as its own are, by one thread at a time, which holds no lock
 * meanwhile. A trial that will not come ends the queue: those before it are still written, none
 * after it. Every function may be called from any thread. */
#ifndef INITSCOPE_LOG_QUEUE_H
#define INITSCOPE_LOG_QUEUE_H

#include <stdbool.h>
#include <stddef.h>

#include "initscope/log_writer.h"

typedef struct ins_log_queue ins_log_queue;

/* room: entries at a time, from 1. */
ins_log_queue *ins_log_queue_new(size_t room);
void ins_log_queue_free(ins_log_queue *queue); /* NULL is fine */

/* An entry at the end, with no rows, waiting until there is room. NULL: the queue has ended. */
ins_log_entry *ins_log_queue_enter(ins_log_queue *queue, size_t trial);

/* The entry's rows are complete. True: the caller is to write what ins_log_queue_first gives, until
 * that is NULL. */
bool ins_log_queue_complete(ins_log_queue *queue, ins_log_entry *entry);

/* The entry that is to be written next; NULL while its rows are not complete, or there is none. */
ins_log_entry *ins_log_queue_first(ins_log_queue *queue);

/* The first one is written: there is room again. */
void ins_log_queue_leave(ins_log_queue *queue);

/* The entry will not be written: the queue ends there. */
void ins_log_queue_end(ins_log_queue *queue, ins_log_entry *entry);

#endif
