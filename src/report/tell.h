/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* What the pages share: an experiment read and judged, the document they write into, and the way
 * from a name in the logs to a mark in the document. */
#ifndef INITSCOPE_TELL_H
#define INITSCOPE_TELL_H

#include "initscope/analysis.h"
#include "initscope/document.h"
#include "initscope/say.h"

/* One run directory. Texts are safe to draw. */
typedef struct ins_experiment {
    ins_study study;
    ins_analysis analysis;
    const char *title;    /* plain */
    const char *question; /* markup; NULL: none was asked */
    const char *slug;     /* its directory's name, for links */
} ins_experiment;

/* Reads directory; texts live in arena. */
ins_status ins_experiment_read(const char *directory, bool running, const ins_coverage *coverage,
                               ins_arena *arena, ins_experiment *experiment, ins_error *error);
void ins_experiment_free(ins_experiment *experiment);

typedef struct ins_tell {
    ins_document *document;
    ins_arena *arena; /* the document's */
    const ins_experiment *of;
    const ins_study *study;
    const ins_analysis *analysis;
    int first_arm, first_initializer; /* marks of arm 0 and of initializer 0 */
    const char *slug;                 /* of its chapter in the document */
    bool book;                        /* a chapter among others: only what its question needs */
    bool sweep;                       /* several settings */
    bool by_setting; /* one initializer in each of them: arms are named and coloured by these */
    size_t colours;  /* initializers, or arms, that have a colour of their own; 0: too many */
} ins_tell;

/* Registers the marks of the experiment. */
ins_tell ins_tell_new(ins_document *document, const ins_experiment *experiment, bool book);

int ins_tell_arm(const ins_tell *tell, size_t arm); /* its mark */
const ins_mark *ins_tell_mark(const ins_tell *tell, size_t arm);
/* The same under a heading that says the setting: of several settings, by the initializer, if there
 * are several of these. */
int ins_tell_arm_in_setting(const ins_tell *tell, size_t arm);
const ins_mark *ins_tell_mark_in_setting(const ins_tell *tell, size_t arm);
int ins_tell_initializer(const ins_tell *tell, size_t initializer);

/* Arms that are drawn together: those of a setting, told apart by the initializer; or all of them,
 * where one initializer is tried in few settings, of one network or, when asked for, of any. */
enum { INS_GROUP_ARMS = 8 };
typedef struct ins_arm_group {
    size_t count;
    size_t arm[INS_GROUP_ARMS];
    const char *label; /* of the setting; "": it goes without saying */
} ins_arm_group;

size_t ins_tell_groups(const ins_tell *tell, bool any_network);
ins_arm_group ins_tell_group(const ins_tell *tell, size_t group, bool any_network,
                             bool (*is_shown)(const ins_tell *tell, size_t arm));
bool ins_group_holds(const ins_arm_group *group, size_t arm);

/* The arms with a verdict, for a title, and their number: of more than three the number alone. */
const char *ins_tell_with(const ins_tell *tell, ins_verdict verdict, size_t *count);

/* Markup of the analysis as markup of the document. */
const char *ins_tell_text(const ins_tell *tell, const char *markup);

/* "64 units in each of 20 hidden layers", "Adam 0.001", ...: what all runs have in common, and the
 * size of the study. */
const char *ins_tell_settings(const ins_tell *tell);

/* An entry of experiment.ini or environment.csv, as markup; NULL when absent or empty. */
const char *ins_tell_entry(const ins_tell *tell, const char *key);

/* A mean at two digits, for tables: "0.44", "2.5·10^{−7}". */
const char *ins_tell_mean(const ins_tell *tell, ins_interval value);
/* The same and its interval: "0.44 [0.39, 0.49]", "2.5 [1.4, 4.4]·10^{−7}", "1.8 all alike"; the
 * mean alone where there is no interval. */
const char *ins_tell_interval(const ins_tell *tell, ins_interval value,
                              bool bold); /* "": no interval */
/* Whether every seed holds out test rows of its own: its split is drawn by split-seed + seed - 1.
 */
bool ins_tell_splits_by_seed(const ins_tell *tell);

/* The arms that have hidden layers enough for a total. */
bool ins_tell_has_depth(const ins_tell *tell);

/* Layers that are drawn of an arm: the hidden ones. */
size_t ins_tell_hidden(const ins_tell *tell, size_t arm);

/* Arms that have a panel or a row of their own: all of them or, where they are more than so many,
 * so many at equal steps from the first of the log to the last; and " Shown: ...", which says that,
 * or "". */
enum { INS_SHOWN_ARMS = 60 };
size_t ins_tell_shown(const ins_tell *tell);
size_t ins_tell_shown_arm(const ins_tell *tell, size_t index);
const char *ins_tell_shown_text(const ins_tell *tell);

/* What runs are judged by. */
static inline const ins_score *ins_tell_score(const ins_tell *tell)
{
    return &tell->analysis->facts.score;
}

/* "chance, 33.3 %", "0, the mean as an answer": what a dashed line of the score is; NULL: there is
 * none. */
const char *ins_tell_constant(const ins_tell *tell);

/* " Dashed: chance.", behind a chart with a line at the best constant answer; "": there is none. */
const char *ins_tell_dashed(const ins_tell *tell);

/* The way from the best constant answer to a perfect one, as a share from 0 to 1; 0: not known. */
double ins_tell_way(const ins_tell *tell, double score);

/* Whether this program trained the runs: then more is known of them than is in the logs. */
bool ins_tell_is_own(const ins_tell *tell);
bool ins_tells_own(const ins_tell *tells, size_t count); /* all of them */

/* Of some it is known what the best constant answer reaches: whether a run learned is told. */
bool ins_tells_judged(const ins_tell *tells, size_t count);

/* Of experiments, whether some are of numbers, and some of classes. */
bool ins_tells_numbers(const ins_tell *tells, size_t count);
bool ins_tells_classes(const ins_tell *tells, size_t count);

/* Whether the network of an arm is no chain of dense layers, of some arm of the experiments. */
bool ins_tells_graphs(const ins_tell *tells, size_t count);

#define INS_TELL(...) ins_arena_format(tell->arena, __VA_ARGS__)

#endif
