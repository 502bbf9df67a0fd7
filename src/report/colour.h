/* Colours between two others. */
#ifndef INITSCOPE_COLOUR_H
#define INITSCOPE_COLOUR_H

#include <math.h>

/* from at share 0, to at share 1; 0xRRGGBB. */
static inline unsigned ins_mix(unsigned from, unsigned to, double share)
{
    unsigned rgb = 0;
    for (unsigned shift = 24; shift > 0; shift -= 8) {
        double a = from >> (shift - 8) & 0xFF, b = to >> (shift - 8) & 0xFF;
        rgb = rgb << 8 | (unsigned)lround(a + share * (b - a));
    }
    return rgb;
}

#endif
