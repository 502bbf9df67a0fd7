/* One experiment read, analysed and given its colours. */
#ifndef INITSCOPE_PART_H
#define INITSCOPE_PART_H

#include "initscope/analysis.h"
#include "initscope/flow.h"

/* One experiment as the pages need it. Names are safe to draw; name is plain, prose is markup. */
typedef struct ins_part {
    const ins_study *study;
    const ins_analysis *analysis;
    const char *title;
    const char **name;  /* (arms) label of the arm, cleaned */
    const char **prose; /* (arms) the same as short markup for sentences */
    unsigned *colour;   /* (arms) of lines and points, the same on every page */
    unsigned *ink;      /* (arms) its darker variant for text */
    bool many;          /* more arms than hues: small multiples instead of lines together */
    bool last;          /* of the report: what all experiments share stands in it */
    /* The table of pages (pages.h), up to the row without a name: for pages that tell of others.
     * Set by the report. */
    const struct ins_page *pages;
} ins_part;

/* From here on the flow tells of part, which may be NULL: of none. */
void ins_flow_tell(ins_flow *flow, const ins_part *part);

typedef struct ins_experiment {
    ins_study study;
    ins_analysis analysis;
    ins_part part;
} ins_experiment;

/* Reads directory; the names live in arena and are drawn with the fonts of coverage, or NULL. Of
 * the part, last and pages stay unset. */
ins_status ins_experiment_read(const char *directory, ins_arena *arena,
                               const ins_coverage *coverage, ins_experiment *experiment,
                               ins_error *error);
void ins_experiment_free(ins_experiment *experiment);

#endif
