/* The card of one arm: its variances by layer, its accuracy and a second measure over epochs, on
 * axes that all cards share. */
#ifndef INITSCOPE_PROFILE_H
#define INITSCOPE_PROFILE_H

#include "initscope/axis.h"
#include "part.h"

enum { INS_PROFILE_EPOCHS = 5 };

/* What stands in a card's last panel. */
typedef enum ins_profile_measure {
    INS_PROFILE_ZERO,      /* share of outputs that are exactly 0: rectifiers */
    INS_PROFILE_SATURATED, /* share of outputs beyond the knee: bounded activations */
    INS_PROFILE_LOSS,      /* for the rest */
    INS_PROFILE_MEASURES
} ins_profile_measure;

/* What the cards have in common. */
typedef struct ins_profiles {
    size_t epochs; /* of the profiles by layer */
    ins_epoch_index epoch[INS_PROFILE_EPOCHS];
    size_t points;                     /* of the curves over epochs */
    const ins_epoch_index *point;      /* (points) */
    size_t runs;                       /* of the arm with the most */
    ins_profile_measure *measure;      /* (arms) */
    ins_interval *accuracy, *measured; /* (arms, points) */
    ins_axis layers, time, z, delta;
    ins_axis share, loss;
    bool compact; /* four panels in a row */
} ins_profiles;

ins_profiles ins_profiles_new(ins_flow *flow, bool compact);

/* Mean over the hidden layers of a run's share of zeros or saturated outputs, or its training loss.
 */
double ins_profile_value(const ins_study *study, size_t run, ins_epoch_index epoch,
                         ins_profile_measure measure);

/* Its mean over the seeds of an arm, of the loss the geometric one. */
ins_interval ins_profile_mean(const ins_study *study, size_t arm, ins_epoch_index epoch,
                              ins_profile_measure measure);

/* Height of a card's figure whose panels are so high. */
double ins_profile_height(const ins_profiles *profiles, double panel);
ins_figure *ins_profile_draw(ins_flow *flow, const ins_profiles *profiles, size_t arm,
                             double panel);

#endif
