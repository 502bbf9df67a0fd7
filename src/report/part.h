/* One experiment read, analysed and given its colours. */
#ifndef INITSCOPE_PART_H
#define INITSCOPE_PART_H

#include "initscope/page.h"

typedef struct ins_experiment {
    ins_study study;
    ins_analysis analysis;
    ins_part part;
} ins_experiment;

/* Reads directory; the names live in arena. */
ins_status ins_experiment_read(const char *directory, ins_arena *arena, ins_experiment *experiment,
                               ins_error *error);
void ins_experiment_free(ins_experiment *experiment);

#endif
