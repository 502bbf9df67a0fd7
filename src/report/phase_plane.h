/* The phase plane of the activations of a part, and the places of its networks. */
#ifndef INITSCOPE_PHASE_PLANE_H
#define INITSCOPE_PHASE_PLANE_H

#include "part.h"

enum { INS_MOST_PLANES = 12 };

/* Arms that are one point: equal initializer, activation and place. */
typedef struct ins_point {
    size_t arm, arms; /* the first of them, and how many */
    size_t panel;
    size_t number; /* of its initializer, from 1 */
    double sigma_w, sigma_b;
    double least, most; /* hidden layers */
} ins_point;

typedef struct ins_phase_plane {
    size_t panels, cells, rows; /* cells of one panel; values of sigma_b */
    const char *activation[INS_MOST_PLANES];
    const double *sigma_w, *sigma_b; /* of all rows of phase.csv */
    const size_t *first;             /* (cells) rows of the first panel */
    double *chi;                     /* (panels, cells); NAN: none */
    double step_w, step_b;
    double low_w, high_w, low_b, high_b; /* edges */
    ins_point *point;
    size_t points;
} ins_phase_plane;

/* A part for which ins_no_phase is NULL. */
ins_phase_plane ins_phase_plane_read(ins_flow *flow);

/* The figure with its caption. */
void ins_phase_plane_draw(ins_flow *flow, const ins_phase_plane *plane);

/* A number of depth.csv of an arm. */
double ins_depth_of(const ins_study *study, size_t arm, ins_column_id column);

#endif
