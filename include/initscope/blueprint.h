/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* The language of networks: "input(8,8,1),2x(conv(16,3),act),maxpool(2),gmean".
 *
 *   networks = network { blank network } ;    network = [ NAME "=" ] list ;
 *   list = item { "," item } ;                item = [ COUNT "x" ] unit ;
 *   unit = WIDTH | "(" list ")" | layer [ "@" NAME ] ;
 *   layer = KIND [ "(" [ argument { "," argument } ] ")" ] ;
 *
 * KIND is a row of ins_layer_kinds, or of ins_activations, which is an activation that no factor
 * changes. WIDTH is dense(WIDTH),act. A layer has the parameters of its row, as in any call; one
 * that joins layers, res(list, scale=, start=, skip=(list)), has lists as well. A count before a
 * unit repeats it. NAME is a letter, then letters, digits, "_", "-" or "."; a network's own, or
 * one that a layer is called by. Blanks and ends of lines separate networks where they stand
 * outside parentheses and not beside "," "=" "@" or before "(" of a layer; elsewhere they are
 * nothing, but do not stand inside of a word.
 *
 * Canonical text has no blanks and no defaults; dense(n),act is n; in every list three and more
 * equal items are Nx, groups of at most 256 items that come twice and more Nx(..), the shortest
 * group first, starting as late as the number of repeats allows. A network of widths alone has no
 * groups. */
#ifndef INITSCOPE_BLUEPRINT_H
#define INITSCOPE_BLUEPRINT_H

#include <stdbool.h>
#include <stddef.h>

#include "initscope/entry.h"
#include "initscope/error.h"
#include "initscope/layer.h"
#include "initscope/memory.h"

enum {
    INS_BLUEPRINT_LAYERS = 20001, /* most layers of a network, with those in residual blocks */
    INS_BLUEPRINT_TOTAL = 100 * INS_BLUEPRINT_LAYERS, /* of all networks of a text */
    INS_BLUEPRINT_DEPTH = 100,                        /* most residual blocks inside one another */
    INS_BLUEPRINT_UNITS = 1000000                     /* widest layer */
};

typedef struct ins_element ins_element;

/* Layers one after the other, repeats written out: these are the same element. */
typedef struct ins_elements {
    size_t count;
    const ins_element *const *item;
} ins_elements;

struct ins_element {
    const ins_layer_kind *kind; /* of an activation that is named: the kind "act" */
    ins_choice choice; /* of the kind's parameters; of a named activation: that; of "act": the
                          kind's entry, which has no parameters */
    /* init=, recurrent=, forget= and start= of the call; entry NULL: not given */
    ins_choice weights, recurrent, forget, start;
    ins_elements body, skip; /* of res */
    const char *label;       /* after @; NULL: none */
    const char *text;        /* canonical, with the label */
};

/* One network, in an arena. */
typedef struct ins_blueprint {
    const char *name;  /* before "="; NULL: none */
    const char *text;  /* canonical, without the name */
    const char *label; /* canonical, with it */
    ins_elements layers;
} ins_blueprint;

/* All networks of a text, in arena. where starts the messages, columns count characters from 1:
 * "--network: column 12: ...". Errors are INS_USAGE, and one at a time: no network at all; what the
 * grammar or a row does not allow; networks beyond the limits above; two of the same name. Two
 * networks that are the same are left to the caller. */
ins_status ins_blueprints_parse(const char *text, const char *where, ins_arena *arena,
                                size_t *count, const ins_blueprint **list, ins_error *error);

/* Whether their layers are the same, whatever their names. */
bool ins_blueprint_same(const ins_blueprint *a, const ins_blueprint *b);

/* Whether it is a list of widths, as 64,64 or 20x256 is: dense(n),act and nothing else. */
bool ins_blueprint_is_dense(const ins_blueprint *blueprint);

#endif
