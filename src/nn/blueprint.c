/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* The language of networks: its canonical text, and its parser.
 *
 * A repeat is the same elements again, so that what is written once is held once, and how many
 * layers there may still be is divided by a count before what it repeats is read: a text that asks
 * for too many ends before it has cost anything. */
#include <config.h>

#include "initscope/blueprint.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "initscope/activation.h"
#include "initscope/forget.h"
#include "initscope/initializer.h"
#include "initscope/keyed_hash.h"
#include "initscope/list.h"
#include "initscope/residual.h"
#include "initscope/text.h"

enum {
    PERIOD = 256, /* most items of a group that the canonical text repeats */
    /* Most parentheses inside one another. Canonical text has for every residual block its own and
     * those of skip or of a group, and of groups in groups as many as 20001 can be halved. */
    PARENTHESES = 4 * INS_BLUEPRINT_DEPTH,
    NAME_LENGTH = INS_LAYER_NAME - 1
};

static const char blanks[] = " \t\r\n\v\f", marks[] = "(),=@", ends[] = "(),=@ \t\r\n\v\f";
static const char digits[] = "0123456789";

/* --- Canonical text --------------------------------------------------------------------------- */

/* A piece of text; in a list what stands between two commas: a layer, or a width. */
typedef struct part {
    const char *text;
    size_t length;
} part;

/* The shortest group that begins at an item and comes again; period 0: none does. late: it comes as
 * often from the next item on. */
typedef struct repeat {
    size_t period, times;
    bool late;
} repeat;

/* The width that this layer and the next are; of length 0 when they are none. */
static part width_of(ins_elements list, size_t i)
{
    static const char begin[] = "dense(";
    const char *text = list.item[i]->text, *width = text + strlen(begin);
    if (i + 1 >= list.count || strncmp(text, begin, strlen(begin)) != 0 ||
        strcmp(list.item[i + 1]->text, "act") != 0)
        return (part){0};
    const size_t length = strspn(width, digits);
    return (part){width, strcmp(width + length, ")") == 0 ? length : 0};
}

static size_t items_of(ins_elements list, part *items)
{
    size_t count = 0;
    for (size_t i = 0; i < list.count; i++) {
        items[count] = width_of(list, i);
        if (items[count].length > 0)
            i++;
        else
            items[count] = (part){list.item[i]->text, strlen(list.item[i]->text)};
        count++;
    }
    return count;
}

static bool same_item(part a, part b)
{
    return a.length == b.length && (a.text == b.text || memcmp(a.text, b.text, a.length) == 0);
}

static void find_repeats(const part *items, size_t count, size_t longest, repeat *found)
{
    for (size_t period = 1; period <= longest && 2 * period <= count; period++) {
        const size_t least = period == 1 ? 3 : 2;
        size_t same = 0; /* items from here on that come again one period later */
        for (size_t i = count - period; i-- > 0;) {
            same = same_item(items[i], items[i + period]) ? same + 1 : 0;
            /* What comes again between two items that do not is too short. */
            while (same == 0 && i > period && !same_item(items[i - period], items[i])) i -= period;
            const size_t times = 1 + same / period;
            if (found[i].period == 0 && times >= least)
                found[i] = (repeat){period, times, same % period > 0};
        }
    }
}

static void add_items(const part *items, size_t count, size_t longest, ins_text *out)
{
    repeat *found = ins_allocate(count, sizeof *found, "repeats of layers");
    find_repeats(items, count, longest, found);
    for (size_t i = 0, step; i < count; i += step) {
        const bool repeats = found[i].period > 0 && !found[i].late;
        step = repeats ? found[i].period * found[i].times : 1;
        if (i > 0) ins_text_add(out, ",");
        if (repeats) ins_text_add_format(out, "%zux", found[i].times);
        if (repeats && found[i].period > 1) {
            ins_text_add(out, "(");
            add_items(items + i, found[i].period, longest, out);
            ins_text_add(out, ")");
        } else {
            ins_text_add_bytes(out, items[i].text, items[i].length);
        }
    }
    free(found);
}

static void add_list(ins_elements list, size_t longest, ins_text *out)
{
    part *items = ins_allocate(list.count, sizeof *items, "items of a network");
    add_items(items, items_of(list, items), longest, out);
    free(items);
}

static bool is_dense(ins_elements list)
{
    for (size_t i = 0; i < list.count; i += 2)
        if (width_of(list, i).length == 0) return false;
    return list.count > 0;
}

static void add_element(const ins_element *element, ins_text *out)
{
    const char *call = element->choice.label;
    if (element->body.count > 0) {
        const size_t name = strlen(element->kind->entry.name), length = strlen(call);
        ins_text_add_format(out, "%s(", element->kind->entry.name);
        add_list(element->body, PERIOD, out);
        if (length > name) {
            ins_text_add(out, ",");
            ins_text_add_bytes(out, call + name + 1, length - name - 2);
        }
        if (element->skip.count > 0) {
            ins_text_add(out, ",skip=(");
            add_list(element->skip, PERIOD, out);
            ins_text_add(out, ")");
        }
        ins_text_add(out, ")");
    } else {
        ins_text_add(out, call);
    }
    if (element->label != NULL) ins_text_add_format(out, "@%s", element->label);
}

/* --- Messages --------------------------------------------------------------------------------- */

/* A set of names. */
typedef struct name_set {
    size_t count, capacity; /* a power of two, or 0 */
    const char **slot;
} name_set;

typedef struct parser {
    const char *text, *where;
    size_t at; /* the byte of text that is read next */
    ins_arena *arena;
    ins_error *error;
    const ins_element **layer; /* (layers): of the lists that are read, one behind the other */
    size_t layers, capacity;
    const ins_element *act;     /* once it was met behind a width */
    size_t room;                /* layers that may still come where a count repeats each of them */
    bool repeated;              /* there is a count that does */
    size_t parentheses, blocks; /* that are open */
    name_set labels;            /* of the network's layers */
    name_set called;            /* the networks */
} parser;

/* "--network: column 12" */
static const char *place(const parser *p, size_t at)
{
    size_t column = 1;
    for (size_t i = 0; i < at; column++) {
        const size_t length = ins_utf8_length(p->text + i, at - i);
        i += length > 0 ? length : 1;
    }
    return ins_arena_format(p->arena, "%s: column %zu", p->where, column);
}

/* The word, or one mark, at a place; at the end it is empty. */
static part word_at(const parser *p, size_t at)
{
    const size_t length = strcspn(p->text + at, ends);
    return (part){p->text + at, length > 0 || p->text[at] == '\0' ? length : 1};
}

static const char *copy(const parser *p, part piece)
{
    return ins_arena_copy(p->arena, piece.text, piece.length);
}

/* "--network: column 12: WHAT (got "GOT")AFTER" */
static ins_status report(const parser *p, size_t at, const char *what, part got, const char *after)
{
    char shown[INS_DISPLAY_SIZE];
    return ins_error_add(p->error, INS_USAGE, "%s: %s (got \"%s\")%s", place(p, at), what,
                         ins_display(shown, got.text, got.length), after);
}

/* Of the word that begins there. */
__attribute__((format(printf, 3, 4))) static ins_status complain(const parser *p, size_t at,
                                                                 const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    const char *what = ins_arena_format_list(p->arena, format, arguments);
    va_end(arguments);
    return report(p, at, what, word_at(p, at), "");
}

static ins_status not_closed(const parser *p, size_t open)
{
    const part rest = {p->text + open, strlen(p->text + open)};
    return report(p, open, "this parenthesis is not closed", rest, "");
}

static ins_status nothing_to_read(const parser *p)
{
    return complain(p, p->at,
                    p->text[p->at] == ')' && p->parentheses == 0
                        ? "this parenthesis was not opened"
                        : "must be a layer, a width or a list in parentheses");
}

/* "A, B, C" */
static void add_valid(const ins_entries *table, ins_text *out)
{
    for (size_t i = 0; i < table->count; i++)
        ins_text_add_format(out, "%s%s", i > 0 ? ", " : "", ins_entry_at(table, i)->name);
}

/* The names and aliases, a blank before each. */
static void add_names(const ins_entries *table, ins_text *out)
{
    for (size_t i = 0; i < table->count; i++) {
        const ins_entry *entry = ins_entry_at(table, i);
        ins_text_add_format(out, " %s %s", entry->name, entry->aliases ? entry->aliases : "");
    }
}

/* Of names with blanks between them the one nearest to name, or NULL. */
static const char *nearest_of(const parser *p, const char *name, const char *list)
{
    char **split = NULL;
    const size_t count = ins_list_split(list, p->arena, &split);
    const char **ended = ins_arena_get(p->arena, count + 1, sizeof *ended, "names");
    for (size_t i = 0; i < count; i++) ended[i] = split[i];
    return ins_nearest(name, ended);
}

static ins_status unknown_layer(const parser *p, size_t at, const char *name)
{
    ins_text all = {0}, after = {0};
    add_names(&ins_layer_kinds, &all);
    add_names(&ins_activations, &all);
    const char *near = nearest_of(p, name, all.data);
    ins_text_add(&after, ";");
    if (near != NULL) ins_text_add_format(&after, " did you mean %s?", near);
    ins_text_add(&after, " layers: ");
    add_valid(&ins_layer_kinds, &after);
    ins_text_add(&after, "; activations: ");
    add_valid(&ins_activations, &after);
    ins_status status = report(p, at, "unknown layer", word_at(p, at), after.data);
    ins_text_free(&all);
    ins_text_free(&after);
    return status;
}

/* Of a layer of lists: its lists and the parameters of its row are valid. */
static ins_status unknown_argument(const parser *p, size_t at, const ins_entry *entry)
{
    const char *names[INS_PARAMETERS + 2] = {NULL};
    ins_text after = {0};
    size_t count = 0;
    for (const ins_parameter *one = entry->parameters; one->name != NULL; one++)
        names[count++] = one->name;
    names[count++] = "skip";
    const char *near = ins_nearest(copy(p, word_at(p, at)), names);
    ins_text_add(&after, ";");
    if (near != NULL) ins_text_add_format(&after, " did you mean %s?", near);
    for (size_t i = 0; i < count; i++)
        ins_text_add_format(&after, "%s %s", i > 0 ? "," : " valid:", names[i]);
    const char *what = ins_arena_format(p->arena, "unknown parameter of %s", entry->name);
    ins_status status = report(p, at, what, word_at(p, at), after.data);
    ins_text_free(&after);
    return status;
}

/* --- Pieces of text --------------------------------------------------------------------------- */

static size_t blanks_at(const parser *p, size_t at)
{
    return strspn(p->text + at, blanks);
}

static void skip_blanks(parser *p)
{
    p->at += blanks_at(p, p->at);
}

/* Whether this mark comes next; blanks before it are nothing. */
static bool next_is(parser *p, char mark)
{
    const size_t next = p->at + blanks_at(p, p->at);
    if (p->text[next] != mark) return false;
    p->at = next;
    return true;
}

static bool take(parser *p, char mark)
{
    const bool is_next = next_is(p, mark);
    if (is_next) p->at++;
    return is_next;
}

/* Whether the word here is the name of what follows "=". */
static bool is_named(const parser *p)
{
    const size_t end = p->at + strcspn(p->text + p->at, ends);
    return p->text[end + blanks_at(p, end)] == '=';
}

/* Where the list ends that began before at: at the parenthesis that closes it, or with comma its
 * item, at a comma; else at the end of the text. */
static size_t end_of(const parser *p, size_t at, bool comma)
{
    size_t depth = 0;
    for (; p->text[at] != '\0'; at++) {
        if (depth == 0 && (p->text[at] == ')' || (comma && p->text[at] == ','))) break;
        if (p->text[at] == '(') depth++;
        if (p->text[at] == ')') depth--;
    }
    return at;
}

/* Adds the text up to end without the blanks that are nothing. */
static void add_squeezed(const parser *p, size_t end, ins_text *out)
{
    for (size_t i = p->at; i < end; i++) {
        const size_t next = i + blanks_at(p, i);
        if (next >= end) return;
        const bool at_mark = out->length == 0 || strchr(marks, out->data[out->length - 1]) ||
                             strchr(marks, p->text[next]);
        if (next > i && !at_mark) ins_text_add(out, " ");
        ins_text_add_bytes(out, p->text + next, 1);
        i = next;
    }
}

static const char **name_slot(const name_set *set, const char *name)
{
    size_t i = (size_t)ins_keyed_hash(name, strlen(name));
    for (;; i++) {
        const char **slot = &set->slot[i & (set->capacity - 1)];
        if (*slot == NULL || strcmp(*slot, name) == 0) return slot;
    }
}

static void names_free(name_set *set)
{
    free(set->slot);
    *set = (name_set){0};
}

/* False when it is there already. */
static bool names_add(name_set *set, const char *name)
{
    if (2 * set->count >= set->capacity) {
        name_set old = *set;
        set->capacity = old.capacity > 0 ? 2 * old.capacity : 16;
        set->slot = ins_allocate(set->capacity, sizeof *set->slot, "names");
        for (size_t i = 0; i < old.capacity; i++)
            if (old.slot[i] != NULL) *name_slot(set, old.slot[i]) = old.slot[i];
        names_free(&old);
    }
    const char **slot = name_slot(set, name);
    if (*slot != NULL) return false;
    *slot = name;
    set->count++;
    return true;
}

/* A name that the set has not yet: of a layer, or of a network. */
static ins_status parse_name(parser *p, name_set *set, const char *what, const char **name)
{
    static const char valid[] = "0123456789_-."
                                "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
    const size_t at = p->at, length = strspn(p->text + at, valid);
    if (length == 0 || length > NAME_LENGTH || length < word_at(p, at).length ||
        strchr("0123456789_-.", p->text[at]))
        return complain(p, at,
                        "the name of a %s must be a letter, then letters, digits, _ - or ., at "
                        "most %d in all",
                        what, NAME_LENGTH);
    *name = ins_arena_copy(p->arena, p->text + at, length);
    if (!names_add(set, *name)) return complain(p, at, "two %ss have this name", what);
    p->at += length;
    return INS_OK;
}

/* --- Lists ------------------------------------------------------------------------------------ */

/* Takes room for so many layers. */
static ins_status take_room(parser *p, size_t layers)
{
    if (layers > p->room)
        return complain(p, p->at, "a network has at most %d layers, a width being two",
                        INS_BLUEPRINT_LAYERS);
    p->room -= layers;
    return INS_OK;
}

static void push(parser *p, const ins_element *element)
{
    if (p->layers == p->capacity) {
        p->capacity = p->capacity > 0 ? 2 * p->capacity : 64;
        p->layer = ins_reallocate(p->layer, p->capacity, sizeof *p->layer, "layers");
    }
    p->layer[p->layers++] = element;
}

/* Takes off the layers that were read since first. */
static ins_elements pop_list(parser *p, size_t first)
{
    const size_t count = p->layers - first;
    const ins_element **item = ins_arena_get(p->arena, count, sizeof *item, "a list of layers");
    if (count > 0) memcpy(item, p->layer + first, count * sizeof *item);
    p->layers = first;
    return (ins_elements){count, item};
}

static ins_status parse_item(parser *p);

static ins_status parse_list(parser *p)
{
    ins_status status = INS_OK;
    do {
        skip_blanks(p);
        status = parse_item(p);
    } while (status == INS_OK && take(p, ','));
    return status;
}

/* Every one is followed by one of close_parenthesis, after an error as well. */
static ins_status open_parenthesis(parser *p)
{
    if (p->parentheses++ == PARENTHESES)
        return complain(p, p->at, "more than %d parentheses inside one another", PARENTHESES);
    p->at++;
    return INS_OK;
}

static ins_status close_parenthesis(parser *p, size_t open, ins_status status)
{
    p->parentheses--;
    if (status != INS_OK || take(p, ')')) return status;
    skip_blanks(p);
    if (p->text[p->at] == '\0') return not_closed(p, open);
    return complain(p, p->at, "a comma or ) must come before this");
}

static ins_status parse_group(parser *p)
{
    const size_t open = p->at;
    ins_status status = open_parenthesis(p);
    if (status == INS_OK) status = parse_list(p);
    return close_parenthesis(p, open, status);
}

/* --- Layers ----------------------------------------------------------------------------------- */

/* A row of the table. What a message alone needs is looked for when there is one. */
static ins_status choose(const parser *p, size_t at, const ins_entries *table, const char *call,
                         ins_choice *choice)
{
    if (ins_choice_parse(table, call, p->where, p->arena, choice, NULL) != INS_OK)
        return ins_choice_parse(table, call, place(p, at), p->arena, choice, p->error);
    for (const char *byte = choice->label; *byte; byte++)
        if ((unsigned char)*byte <= ' ' || *byte == '\x7f')
            return report(p, at, "a network cannot have blanks or control characters within words",
                          (part){call, strlen(call)}, "");
    return INS_OK;
}

/* What a call in a call stands for. */
static ins_choice *called_by(ins_element *element, const ins_parameter *parameter)
{
    if (parameter->table == &ins_residual_starts) return &element->start;
    if (parameter->table == &ins_forget_biases) return &element->forget;
    return strcmp(parameter->name, "recurrent") == 0 ? &element->recurrent : &element->weights;
}

/* Its row, and what calls in its call stand for: these were looked at with it. */
static ins_status choose_layer(const parser *p, size_t at, const ins_entries *table,
                               const char *call, ins_element *element)
{
    ins_choice *choice = &element->choice;
    ins_status status = choose(p, at, table, call, choice);
    for (size_t i = 0; i < INS_PARAMETERS && status == INS_OK; i++) {
        const ins_parameter *parameter = &choice->entry->parameters[i];
        if (parameter->table == NULL || choice->word[i] == NULL) continue;
        status = choose(p, at, parameter->table, choice->word[i], called_by(element, parameter));
    }
    return status;
}

/* The table that has this name, and in *kind the layer that it stands for; NULL: none has. */
static const ins_entries *find_kind(const char *name, const ins_layer_kind **kind)
{
    *kind = (const ins_layer_kind *)ins_entry_find(&ins_layer_kinds, name);
    if (*kind != NULL) return &ins_layer_kinds;
    for (size_t i = 0; i < ins_layer_kinds.count; i++) {
        *kind = (const ins_layer_kind *)ins_entry_at(&ins_layer_kinds, i);
        if ((*kind)->choices != NULL && ins_entry_find((*kind)->choices, name) != NULL)
            return (*kind)->choices;
    }
    return NULL;
}

/* KIND or KIND(VALUE,...) */
static ins_status parse_call(parser *p, const ins_entries *table, ins_element *element)
{
    const size_t at = p->at;
    size_t end = at + word_at(p, at).length;
    ins_text call = {0};
    if (p->text[end + blanks_at(p, end)] == '(') {
        const size_t open = end + blanks_at(p, end);
        end = end_of(p, open + 1, false);
        if (p->text[end] == '\0') return not_closed(p, open);
        end++;
    }
    ins_text_add(&call, "");
    add_squeezed(p, end, &call);
    ins_status status = choose_layer(p, at, table, call.data, element);
    ins_text_free(&call);
    p->at = end;
    return status;
}

static ins_status parse_skip(parser *p, ins_element *element)
{
    const size_t first = p->layers;
    if (element->skip.count > 0)
        return complain(p, p->at, "%s: skip must be given once", element->kind->entry.name);
    p->at += strlen("skip");
    take(p, '=');
    skip_blanks(p);
    ins_status status = parse_item(p);
    if (status == INS_OK) element->skip = pop_list(p, first);
    return status;
}

/* NAME=VALUE of a layer of lists: what is no list goes to the call of its row. */
static ins_status parse_named(parser *p, ins_element *element, ins_text *call)
{
    const ins_entry *entry = &element->kind->entry;
    const char *name = copy(p, word_at(p, p->at));
    size_t i = 0;
    if (strcmp(name, "skip") == 0) return parse_skip(p, element);
    while (entry->parameters[i].name != NULL && strcmp(entry->parameters[i].name, name) != 0) i++;
    if (entry->parameters[i].name == NULL) return unknown_argument(p, p->at, entry);
    const size_t end = end_of(p, p->at, true);
    ins_text_add(call, call->length == 0 ? "(" : ",");
    add_squeezed(p, end, call);
    p->at = end;
    return INS_OK;
}

/* LIST,NAME=VALUE,... */
static ins_status parse_arguments(parser *p, ins_element *element, ins_text *call)
{
    ins_status status = INS_OK;
    bool named = false;
    do {
        skip_blanks(p);
        if (is_named(p)) {
            named = true;
            status = parse_named(p, element, call);
        } else if (named && !strchr(",)", p->text[p->at])) {
            status = complain(p, p->at, "layers must come before arguments with names");
        } else {
            status = parse_item(p);
        }
    } while (status == INS_OK && take(p, ','));
    return status;
}

/* KIND(LIST,NAME=VALUE,...) */
static ins_status parse_block(parser *p, ins_element *element)
{
    const size_t at = p->at, first = p->layers;
    const char *name = element->kind->entry.name;
    ins_text call = {0}, whole = {0};
    p->at += word_at(p, at).length;
    if (!next_is(p, '(')) return complain(p, at, "%s must be given layers", name);
    if (p->blocks == INS_BLUEPRINT_DEPTH)
        return complain(p, at, "%s cannot be inside of more than %d others", name,
                        INS_BLUEPRINT_DEPTH - 1);
    const size_t open = p->at;
    p->blocks++;
    ins_status status = open_parenthesis(p);
    if (status == INS_OK) status = parse_arguments(p, element, &call);
    status = close_parenthesis(p, open, status);
    p->blocks--;
    if (status == INS_OK && p->layers == first)
        status = complain(p, at, "%s must be given layers", name);
    if (status == INS_OK) {
        element->body = pop_list(p, first);
        ins_text_add_format(&whole, "%s%s%s", name, call.length > 0 ? call.data : "",
                            call.length > 0 ? ")" : "");
        status = choose_layer(p, at, &ins_layer_kinds, whole.data, element);
    }
    ins_text_free(&call);
    ins_text_free(&whole);
    return status;
}

/* "@NAME" or nothing */
static ins_status parse_label(parser *p, ins_element *element)
{
    if (!next_is(p, '@')) return INS_OK;
    if (p->repeated) return complain(p, p->at, "a count cannot repeat a layer that has a name");
    p->at++;
    skip_blanks(p);
    return parse_name(p, &p->labels, "layer", &element->label);
}

/* The layer with its text. */
static void finish(parser *p, ins_element *element)
{
    ins_text text = {0};
    add_element(element, &text);
    element->text = ins_arena_copy(p->arena, text.data, text.length);
    ins_text_free(&text);
    push(p, element);
}

static ins_status parse_layer(parser *p)
{
    const char *name = copy(p, word_at(p, p->at));
    ins_element *element = ins_arena_get(p->arena, 1, sizeof *element, "a layer");
    const ins_entries *table = find_kind(name, &element->kind);
    if (table == NULL) return unknown_layer(p, p->at, name);
    if (element->kind->reads == 0 && (p->layers > 0 || p->blocks > 0 || p->repeated))
        return complain(p, p->at, "%s must be the first layer, and no other", name);
    ins_status status = take_room(p, 1);
    if (status == INS_OK)
        status = element->kind->reads > 1 ? parse_block(p, element) : parse_call(p, table, element);
    if (status == INS_OK) status = parse_label(p, element);
    if (status == INS_OK) finish(p, element);
    return status;
}

/* A layer that the text does not name. */
static ins_status add_layer(parser *p, const char *name, const char *call)
{
    ins_element *element = ins_arena_get(p->arena, 1, sizeof *element, "a layer");
    find_kind(name, &element->kind);
    ins_status status = choose_layer(p, p->at, &ins_layer_kinds, call, element);
    if (status == INS_OK) finish(p, element);
    return status;
}

/* dense(WIDTH),act */
static ins_status parse_width(parser *p)
{
    const part word = word_at(p, p->at);
    long long units;
    if (!ins_parse_integer(word.text, word.length, 1, INS_BLUEPRINT_UNITS, &units))
        return complain(p, p->at, "must be a width in [1, %d], or a count, x and what is repeated",
                        INS_BLUEPRINT_UNITS);
    ins_status status = take_room(p, 2);
    if (status != INS_OK) return status;
    status = add_layer(p, "dense", ins_arena_format(p->arena, "dense(%lld)", units));
    if (status != INS_OK) return status;
    p->at += word.length;
    if (p->act != NULL) {
        push(p, p->act);
        return INS_OK;
    }
    status = add_layer(p, "act", "act");
    if (status == INS_OK) p->act = p->layer[p->layers - 1];
    return status;
}

static ins_status parse_unit(parser *p)
{
    const char first = p->text[p->at];
    ins_status status = INS_OK;
    if (first == '(')
        status = parse_group(p);
    else if (first != '\0' && strchr(digits, first))
        status = parse_width(p);
    else if (strchr(ends, first))
        return nothing_to_read(p);
    else
        return parse_layer(p);
    if (status == INS_OK && next_is(p, '@'))
        status = complain(p, p->at, "a name must be that of one layer, as in dense(64)@NAME");
    return status;
}

/* COUNT "x", or 1 where there is none. */
static ins_status parse_count(parser *p, size_t *count)
{
    const size_t at = p->at, length = strspn(p->text + at, digits);
    const char *unit = p->text + at + length + 1;
    long long number = 1;
    if (length > 0 && unit[-1] == 'x') {
        if (!ins_parse_integer(p->text + at, length, 1, INS_BLUEPRINT_LAYERS, &number))
            return complain(p, at, "a count must be an integer in [1, %d]", INS_BLUEPRINT_LAYERS);
        p->at += length + 1;
        if (!next_is(p, '(') && strchr(ends, unit[0]))
            return complain(p, at, "a count must be followed by what it repeats");
        if (strchr(digits, unit[0]) && unit[strspn(unit, digits)] == 'x')
            return complain(p, p->at, "a count cannot repeat a count without parentheses");
    }
    *count = (size_t)number;
    return INS_OK;
}

static ins_status parse_item(parser *p)
{
    const size_t first = p->layers, room = p->room;
    const bool repeated = p->repeated;
    size_t count = 1;
    ins_status status = parse_count(p, &count);
    if (status != INS_OK) return status;
    p->room = room / count;
    p->repeated |= count > 1;
    status = parse_unit(p);
    if (status != INS_OK) return status;
    p->room = room - (room / count - p->room) * count;
    p->repeated = repeated;
    const size_t length = p->layers - first;
    for (size_t i = 0; i < length * (count - 1); i++) push(p, p->layer[first + i]);
    return INS_OK;
}

/* --- Networks --------------------------------------------------------------------------------- */

static void write_out(const parser *p, ins_blueprint *blueprint)
{
    ins_text text = {0};
    add_list(blueprint->layers, is_dense(blueprint->layers) ? 1 : PERIOD, &text);
    blueprint->text = ins_arena_copy(p->arena, text.data, text.length);
    blueprint->label = blueprint->text;
    if (blueprint->name != NULL)
        blueprint->label = ins_arena_format(p->arena, "%s=%s", blueprint->name, blueprint->text);
    ins_text_free(&text);
}

/* [NAME "="] LIST. Layers, which are those of the networks before it, are counted. */
static ins_status parse_network(parser *p, ins_blueprint *blueprint, size_t *layers)
{
    const size_t at = p->at;
    ins_status status = INS_OK;
    p->room = INS_BLUEPRINT_LAYERS;
    names_free(&p->labels);
    if (is_named(p)) {
        status = parse_name(p, &p->called, "network", &blueprint->name);
        take(p, '=');
    }
    if (status == INS_OK) status = parse_list(p);
    if (status != INS_OK) return status;
    if (p->text[p->at] != '\0' && blanks_at(p, p->at) == 0)
        return p->text[p->at] == ')'
                   ? nothing_to_read(p)
                   : complain(p, p->at, "a comma or a blank must come before this");
    *layers += INS_BLUEPRINT_LAYERS - p->room;
    if (*layers > INS_BLUEPRINT_TOTAL)
        return complain(p, at, "all networks together have more than %d layers",
                        INS_BLUEPRINT_TOTAL);
    blueprint->layers = pop_list(p, 0);
    write_out(p, blueprint);
    return INS_OK;
}

ins_status ins_blueprints_parse(const char *text, const char *where, ins_arena *arena,
                                size_t *count, const ins_blueprint **list, ins_error *error)
{
    parser p = {.text = text, .where = where, .arena = arena, .error = error};
    ins_list found = {0};
    size_t layers = 0;
    ins_status status = INS_OK;
    do {
        skip_blanks(&p);
        status = parse_network(&p, ins_list_add(arena, &found, sizeof(ins_blueprint)), &layers);
        skip_blanks(&p);
    } while (status == INS_OK && text[p.at] != '\0');
    names_free(&p.labels);
    names_free(&p.called);
    free(p.layer);
    if (status != INS_OK) return status;
    *count = found.count;
    *list = found.items;
    return INS_OK;
}

bool ins_blueprint_same(const ins_blueprint *a, const ins_blueprint *b)
{
    return strcmp(a->text, b->text) == 0;
}

bool ins_blueprint_is_dense(const ins_blueprint *blueprint)
{
    return is_dense(blueprint->layers);
}
