/* What the text of a network tells of it, where layers.csv and network.csv tell nothing: its norms,
 * and what its borders take. */
#ifndef NETWORK_TEXT_H
#define NETWORK_TEXT_H

#include <stdbool.h>
#include <stddef.h>

typedef struct ins_network_facts {
    bool known;           /* there is a text that could be read */
    bool blocks;          /* it has residual blocks */
    bool normalized;      /* it has a norm somewhere */
    size_t batch_norms;   /* outside of residual blocks */
    size_t late_norms;    /* layer norms behind an activation, likewise */
    size_t convolutions;  /* with zero padding, outside of residual blocks */
    size_t rows, columns; /* of the map that the last of these reads; columns 1: a sequence */
    double border; /* share of the second moment that zero padding leaves behind the last of them,
                      of kernels whose taps are alike: the mean of t over each axis, where t is 1
                      before the first and then what the kernel's taps within bounds see. NAN: there
                      are none, or not all is known */
} ins_network_facts;

/* network: "input(8,8,1),conv(16,3),act,gmean"; NULL and shapes of dense layers are known as well.
 */
ins_network_facts ins_network_facts_of(const char *network);

#endif
