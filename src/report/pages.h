/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* The pages, each a section of the document and a row of the table. */
#ifndef INITSCOPE_PAGES_H
#define INITSCOPE_PAGES_H

#include "tell.h"

/* A row of the table of pages. One page is one file page_NAME.c. */
typedef struct ins_page {
    const char *name; /* in the contents: "Signal" */
    /* Whether the logs have what it needs and it says something here. */
    bool (*applies)(const ins_tell *tell);
    void (*write)(ins_tell *tell);
    bool in_book; /* in a chapter of a book as well; else only in a report on one experiment */
} ins_page;

/* The pages of one experiment, in their order; ends with name NULL. */
extern const ins_page ins_page_table[];

/* The chapter of one experiment. */
void ins_write_chapter(ins_tell *tell);

bool ins_glance_applies(const ins_tell *tell);
void ins_write_glance(ins_tell *tell);
bool ins_sweep_applies(const ins_tell *tell);
void ins_write_sweep(ins_tell *tell);
bool ins_learning_applies(const ins_tell *tell);
void ins_write_learning(ins_tell *tell);
bool ins_signal_applies(const ins_tell *tell);
void ins_write_signal(ins_tell *tell);
bool ins_gains_applies(const ins_tell *tell);
void ins_write_gains(ins_tell *tell);
bool ins_streams_applies(const ins_tell *tell);
void ins_write_streams(ins_tell *tell);
bool ins_steps_applies(const ins_tell *tell);
void ins_write_steps(ins_tell *tell);
bool ins_tokens_applies(const ins_tell *tell);
void ins_write_tokens(ins_tell *tell);
bool ins_gradients_applies(const ins_tell *tell);
void ins_write_gradients(ins_tell *tell);
bool ins_symmetry_applies(const ins_tell *tell);
void ins_write_symmetry(ins_tell *tell);
bool ins_distributions_applies(const ins_tell *tell);
void ins_write_distributions(ins_tell *tell);
bool ins_time_applies(const ins_tell *tell);
void ins_write_time(ins_tell *tell);
bool ins_map_applies(const ins_tell *tell);
void ins_write_map(ins_tell *tell);
bool ins_isometry_applies(const ins_tell *tell);
void ins_write_isometry(ins_tell *tell);
bool ins_width_applies(const ins_tell *tell);
void ins_write_width(ins_tell *tell);
bool ins_spread_applies(const ins_tell *tell);
void ins_write_spread(ins_tell *tell);
bool ins_comparison_applies(const ins_tell *tell);
void ins_write_comparison(ins_tell *tell);

/* Signal and error of two arms, one that loses them and one that keeps them. */
void ins_draw_worked(ins_tell *tell, size_t lost, size_t kept);

/* Once a document; tells (count) are its experiments. */
void ins_write_answers(ins_document *document, const ins_tell *tells, size_t count);
void ins_write_reading(ins_document *document, ins_tell *tells, size_t count);
/* Grades and words, into the last section. */
void ins_write_words(ins_document *document, const ins_tell *tells, size_t count);
void ins_write_method(ins_document *document, const ins_tell *tells, size_t count);
void ins_write_dictionary(ins_document *document);

#endif
