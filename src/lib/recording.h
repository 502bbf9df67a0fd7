/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* One run as its tensors come in: statistics of each are taken at once, and a moment's rows stand
 * in the order of the layers when it is over. */
#ifndef INITSCOPE_LIB_RECORDING_H
#define INITSCOPE_LIB_RECORDING_H

#include <stdint.h>

#include "initscope.h"
#include "initscope/error.h"
#include "initscope/run_identity.h"
#include "initscope/shared_log.h"

typedef struct ins_recording ins_recording;

/* The identity is copied. */
ins_recording *ins_recording_new(const ins_run_identity *identity);
void ins_recording_free(ins_recording *recording); /* NULL is fine */

const ins_run_identity *ins_recording_identity(const ins_recording *recording);

/* All as the functions of initscope.h of these names promise; INS_USAGE: nothing was done. */
ins_status ins_recording_add_layer(ins_recording *recording, const initscope_layer *layer,
                                   int *number, ins_error *error);
ins_status ins_recording_begin(ins_recording *recording, const initscope_moment *moment,
                               ins_error *error);
ins_status ins_recording_show(ins_recording *recording, int layer, initscope_role role,
                              const initscope_array *array, ins_error *error);

/* Ends the moment: its rows are appended to rows, with 0 for the number of the run. scored: the
 * scores are accuracies. Nothing when no moment has begun. */
void ins_recording_finish(ins_recording *recording, bool scored, ins_log_rows *rows);

/* Where the run stands. */
ins_run_figures ins_recording_state(const ins_recording *recording, const char *status,
                                    bool scored);

#endif
