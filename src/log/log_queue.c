/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* A ring of entries, one for each trial under way, behind one lock. */
#include <config.h>

#include "log_queue.h"

#include <pthread.h>
#include <stdlib.h>

#include "initscope/memory.h"

struct ins_log_queue {
    pthread_mutex_t lock;
    pthread_cond_t changed; /* there is room, or the queue has ended */
    ins_log_entry *entry;   /* (room), those in the queue from first on */
    bool *complete;         /* (room) */
    size_t room, first, count;
    bool led; /* a thread is writing the first ones */
    bool ended;
};

void ins_log_rows_free(ins_log_rows *rows)
{
    for (ins_log_file file = 0; file < INS_LOG_FILES; file++) ins_text_free(&rows->file[file]);
}

ins_log_queue *ins_log_queue_new(size_t room)
{
    ins_log_queue *queue = ins_allocate(1, sizeof *queue, "the log");
    pthread_mutex_init(&queue->lock, NULL);
    pthread_cond_init(&queue->changed, NULL);
    queue->room = room;
    queue->entry = ins_allocate(room, sizeof *queue->entry, "the log");
    queue->complete = ins_allocate(room, sizeof *queue->complete, "the log");
    for (size_t i = 0; i < room; i++) queue->entry[i].place = i;
    return queue;
}

void ins_log_queue_free(ins_log_queue *queue)
{
    if (queue == NULL) return;
    for (size_t i = 0; i < queue->room; i++) ins_log_rows_free(&queue->entry[i].rows);
    free(queue->entry);
    free(queue->complete);
    pthread_cond_destroy(&queue->changed);
    pthread_mutex_destroy(&queue->lock);
    free(queue);
}

ins_log_entry *ins_log_queue_enter(ins_log_queue *queue, size_t trial)
{
    ins_log_entry *entry = NULL;
    pthread_mutex_lock(&queue->lock);
    while (queue->count == queue->room && !queue->ended)
        pthread_cond_wait(&queue->changed, &queue->lock);
    if (!queue->ended) {
        entry = &queue->entry[(queue->first + queue->count++) % queue->room];
        entry->trial = trial;
        for (ins_log_file file = 0; file < INS_LOG_FILES; file++)
            ins_text_clear(&entry->rows.file[file]);
    }
    pthread_mutex_unlock(&queue->lock);
    return entry;
}

bool ins_log_queue_complete(ins_log_queue *queue, ins_log_entry *entry)
{
    pthread_mutex_lock(&queue->lock);
    bool lead = !queue->led;
    queue->complete[entry->place] = true;
    queue->led = true;
    pthread_mutex_unlock(&queue->lock);
    return lead;
}

ins_log_entry *ins_log_queue_first(ins_log_queue *queue)
{
    pthread_mutex_lock(&queue->lock);
    queue->led = queue->complete[queue->first];
    ins_log_entry *first = queue->led ? &queue->entry[queue->first] : NULL;
    pthread_mutex_unlock(&queue->lock);
    return first;
}

void ins_log_queue_leave(ins_log_queue *queue)
{
    pthread_mutex_lock(&queue->lock);
    queue->complete[queue->first] = false;
    queue->first = (queue->first + 1) % queue->room;
    queue->count--;
    pthread_cond_broadcast(&queue->changed);
    pthread_mutex_unlock(&queue->lock);
}

void ins_log_queue_end(ins_log_queue *queue, ins_log_entry *entry)
{
    pthread_mutex_lock(&queue->lock);
    queue->complete[entry->place] = false;
    queue->ended = true;
    pthread_cond_broadcast(&queue->changed);
    pthread_mutex_unlock(&queue->lock);
}
