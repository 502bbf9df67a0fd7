/* How deep a network can be, by the depth scales of depth.csv. */
#ifndef INITSCOPE_REACH_H
#define INITSCOPE_REACH_H

#include "initscope/study.h"

/* Layers through which two inputs stay apart and a gradient keeps its scale: six times the shorter
 * of the two depth scales (Schoenholz et al. 2017). INFINITY on the edge of chaos, NAN when
 * depth.csv does not tell. */
double ins_reach(const ins_study *study, size_t arm);

#endif
