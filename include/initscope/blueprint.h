/* The language of networks: "input(8,8,1),2x(conv(16,3),act),maxpool(2),gmean".
 *
 *   networks = network { blank network } ;    network = [ NAME "=" ] list ;
 *   list = item { "," item } ;                item = [ COUNT "x" ] unit ;
 *   unit = WIDTH | "(" list ")" | layer [ "@" NAME ] ;
 *   layer = NAME [ "(" [ argument { "," argument } ] ")" ] ;
 *
 * NAME is a row of ins_layer_kinds, or of ins_activations, which is an activation that no factor
 * changes. WIDTH is dense(WIDTH),act. A layer with parameters of its row has them as in any call;
 * res(list, scale=, skip=(list), start=) has lists as well. Blanks separate networks only outside
 * parentheses and not beside a comma. A count before a unit repeats it.
 *
 * Canonical text has no blanks and no defaults; dense(n),act is n; three and more equal items are
 * Nx, groups that come twice and more Nx(..), starting as late as the number of repeats allows. */
#ifndef INITSCOPE_BLUEPRINT_H
#define INITSCOPE_BLUEPRINT_H

#include <stdbool.h>
#include <stddef.h>

#include "initscope/entry.h"
#include "initscope/error.h"
#include "initscope/layer.h"
#include "initscope/memory.h"
#include "initscope/text.h"

/* Most layers of a network, those inside of residual blocks included; most of them inside one
 * another; widest layer. */
enum { INS_BLUEPRINT_LAYERS = 20001, INS_BLUEPRINT_DEPTH = 100, INS_BLUEPRINT_UNITS = 1000000 };

typedef struct ins_element ins_element;

/* Layers one after the other, repeats written out. */
typedef struct ins_elements {
    size_t count;
    const ins_element *item;
} ins_elements;

struct ins_element {
    const ins_layer_kind *kind; /* of an activation that is named: the kind "act" */
    ins_choice choice;     /* of the kind's parameters; of a named activation: that; of "act": the
                              kind's entry, which has no parameters */
    const char *label;     /* after @; NULL: none */
    ins_choice weights, start; /* init= and start= of the call; entry NULL: not given */
    ins_elements body, skip; /* of res */
};

/* One network, in an arena. */
typedef struct ins_blueprint {
    const char *name;  /* before "="; NULL: none */
    const char *text;  /* canonical, without the name */
    const char *label; /* canonical, with it */
    ins_elements layers;
} ins_blueprint;

/* All networks of a text, in arena. where starts the messages: "--network: column 12: ...". Errors
 * are INS_USAGE: no network at all; what the grammar or a row does not allow; networks beyond the
 * limits above; two of the same name. Two networks that are the same are left to the caller. */
ins_status ins_blueprints_parse(const char *text, const char *where, ins_arena *arena,
                                size_t *count, const ins_blueprint **list, ins_error *error);

/* Whether their layers are the same, whatever their names. */
bool ins_blueprint_same(const ins_blueprint *a, const ins_blueprint *b);

/* Whether it is a list of widths, as 64,64 or 20x256 is: dense(n),act and nothing else. */
bool ins_blueprint_is_dense(const ins_blueprint *blueprint);

#endif
