/* The rules of the verdicts, for the files of the analysis. */
#ifndef VERDICTS_H
#define VERDICTS_H

#include "initscope/analysis.h"

/* What a fitted gain and its total over the depth amount to. */
typedef enum ins_signal {
    INS_SIGNAL_UNKNOWN,
    INS_SIGNAL_VANISHES,
    INS_SIGNAL_SHRINKS, /* less than the threshold a layer, but the depth or the evidence is lacking
                         */
    INS_SIGNAL_KEPT,
    INS_SIGNAL_GROWS,
    INS_SIGNAL_EXPLODES
} ins_signal;

ins_signal ins_signal_of(ins_interval gain, double total);

/* Bits 1u << ins_verdict from the measures of an arm of so many runs. */
unsigned ins_verdicts_of(const ins_arm_analysis *arm, size_t runs, double chance, double classes);

static inline bool ins_has_verdict(const ins_arm_analysis *arm, ins_verdict verdict)
{
    return (arm->verdicts >> verdict & 1U) != 0;
}

#endif
