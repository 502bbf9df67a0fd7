/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* The language of networks: what is read, how it is written, what is refused and with which words.
 */
#include <config.h>

#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "initscope/activation.h"
#include "initscope/blueprint.h"

#include "check_tap.h"

static ins_arena *arena;

static void setup(void)
{
    arena = ins_arena_new();
}

static void teardown(void)
{
    ins_arena_free(arena);
}

typedef struct networks {
    size_t count;
    const ins_blueprint *item;
} networks;

static networks parse(const char *text)
{
    ins_error error = {0};
    networks found = {0};

    ck_assert_msg(ins_blueprints_parse(text, "test", arena, &found.count, &found.item, &error) ==
                      INS_OK,
                  "%s\nin %.2000s", error.line[0], text);
    ck_assert_uint_gt(found.count, 0);
    return found;
}

static const ins_blueprint *parse_one(const char *text)
{
    const networks found = parse(text);

    ck_assert_uint_eq(found.count, 1);
    return found.item;
}

/* The labels of all networks of a text with blanks between them. */
static const char *canonical(const char *text)
{
    const networks found = parse(text);
    ins_text labels = {0};

    for (size_t i = 0; i < found.count; i++)
        ins_text_add_format(&labels, "%s%s", i > 0 ? " " : "", found.item[i].label);
    const char *copy = ins_arena_copy(arena, labels.data, labels.length);
    ins_text_free(&labels);
    return copy;
}

static bool same_text(const char *a, const char *b)
{
    return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

static bool same_choice(const ins_choice *a, const ins_choice *b)
{
    bool same_values = a->entry == b->entry && same_text(a->label, b->label);

    for (size_t i = 0; i < INS_PARAMETERS; i++) {
        same_values &= a->value[i] == b->value[i] || (isnan(a->value[i]) && isnan(b->value[i]));
        same_values &= same_text(a->word[i], b->word[i]);
    }
    return same_values;
}

static bool same_list(ins_elements a, ins_elements b)
{
    bool same_layers = a.count == b.count;

    for (size_t i = 0; i < a.count && same_layers; i++) {
        const ins_element *left = a.item[i], *right = b.item[i];
        same_layers = left->kind == right->kind && same_text(left->text, right->text) &&
                      same_text(left->label, right->label) &&
                      same_choice(&left->choice, &right->choice) &&
                      same_choice(&left->weights, &right->weights) &&
                      same_choice(&left->recurrent, &right->recurrent) &&
                      same_choice(&left->forget, &right->forget) &&
                      same_choice(&left->start, &right->start) &&
                      same_list(left->body, right->body) && same_list(left->skip, right->skip);
    }
    return same_layers;
}

/* Printing and parsing again is the identity. */
static void check_round_trip(const ins_blueprint *network)
{
    const ins_blueprint *again = parse_one(network->label);

    ck_assert_str_eq(again->label, network->label);
    ck_assert_str_eq(again->text, network->text);
    ck_assert_int_eq(again->name == NULL, network->name == NULL);
    ck_assert(ins_blueprint_same(again, network));
    ck_assert_int_eq(ins_blueprint_is_dense(again), ins_blueprint_is_dense(network));
    ck_assert(same_list(again->layers, network->layers));
}

/* --- What is read ----------------------------------------------------------------------------- */

#define RESNET                                                                                  \
    "resnet=input(28,28,1),conv(16,3,bias=no),bn,act,3x(res(conv(16,3,bias=no),bn,act,"         \
    "conv(16,3,bias=no),bn),act),res(conv(32,3,stride=2,bias=no),bn,act,conv(32,3,bias=no),bn," \
    "skip=(conv(32,1,stride=2,bias=no),bn)),act,gmean"

/* Texts and how they are written. */
static const struct {
    const char *text, *label;
} good[] = {
    {"64,64", "64,64"},
    {"20x256", "20x256"},
    {"cnn=input(8,8,1),conv(16,3),act,conv(16, 3),act,maxpool(2),conv(32,3),act,gmean",
     "cnn=input(8,8,1),2x(conv(16,3),act),maxpool(2),conv(32,3),act,gmean"},
    {RESNET, RESNET},
    {"v2=input(28,28,1),conv(16,3),8xres(bn,act,conv(16,3),bn,act,conv(16,3)),bn,act,gmean",
     "v2=input(28,28,1),conv(16,3),8xres(2x(bn,act,conv(16,3))),bn,act,gmean"},
    {"ae=128,32,128", "ae=128,32,128"},
    {"f=input(28,28,1),conv(16,3),act,8xres(conv(16,3),act,conv(16,3),start=fixup),gmean",
     "f=input(28,28,1),conv(16,3),act,8xres(conv(16,3),act,conv(16,3),start=fixup),gmean"},
    {"pre=input(16,4),dense(64),4x(res(ln,64,dense(64)),res(ln,dense(256),act,dense(64))),gmean",
     "pre=input(16,4),dense(64),4x(res(ln,64,dense(64)),res(ln,256,dense(64))),gmean"},
    {"pre=input(16,4),dense(64),positions(sine),res(ln,attention(4)),res(ln,256,dense(64)),res(ln, "
     "attention(heads=4, causal=no)),res(ln,256,dense(64)),ln,gmean",
     "pre=input(16,4),dense(64),positions(sine),2x(res(ln,attention(4)),res(ln,256,dense(64))),ln,"
     "gmean"},
    {"embed(100,units=32),positions(kind=learned,init=gpt2),attention(4,yes,no)",
     "embed(100,32),positions(learned,init=gpt2),attention(4,causal=yes,bias=no)"},
    {"embed(vocabulary=10,units=4,init=random_normal(stddev=1)),attention(2,bias=yes,init=t_fixup)",
     "embed(10,4,init=random_normal(stddev=1)),attention(2,init=t_fixup)"},
    /* Widths. */
    {"64", "64"},
    {"1x64", "64"},
    {"2x64", "64,64"},
    {"3x64", "3x64"},
    {"064,0002x08", "64,8,8"},
    {"1000000", "1000000"},
    {"dense(64),act", "64"},
    {"dense(units=64,bias=yes),act", "64"},
    {"dense(64,bias=no),act", "dense(64,bias=no),act"},
    {"dense(64),relu", "dense(64),relu"},
    {"dense(64)@a,act", "dense(64)@a,act"},
    {"dense(64),act@a", "dense(64),act@a"},
    {"dense(64)", "dense(64)"},
    {"act", "act"},
    /* Repeats: the shortest, as late as their number allows; a network of widths alone has none of
     * groups. */
    {"64,32,64,32", "64,32,64,32"},
    {"2x(64,32)", "64,32,64,32"},
    {"2x(64,32),gmean", "2x(64,32),gmean"},
    {"res(64,32,64,32)", "res(2x(64,32))"},
    {"2x(3x(act,bn))", "6x(act,bn)"},
    {"act,bn,act,bn,act", "act,2x(bn,act)"},
    {"act,act,bn,act,act,bn", "2x(act,act,bn)"},
    {"3xact,bn,3xact,bn", "3xact,bn,3xact,bn"},
    {"2x(bn,3xact)", "2x(bn,3xact)"},
    {"2x(bn,2x(act,ln))", "2x(bn,2x(act,ln))"},
    {"(((act))),(bn,(ln))", "act,bn,ln"},
    {"3x(1x(2x(act)))", "6xact"},
    /* Arguments. */
    {"conv(kernel=3,channels=16)", "conv(16,3)"},
    {"conv(16,3x5,1,valid)", "conv(16,3x5,pad=valid)"},
    {"dropout(0.5),dropout(rate=.25),dropout()", "dropout,dropout(0.25),dropout"},
    {"leaky_relu(slope=0.2),leaky_relu(0.01),swish", "leaky_relu(slope=0.2),leaky_relu,silu"},
    {"dense(8,init=xavier)", "dense(8,init=glorot_uniform)"},
    {"dense(8,init=orthogonal(gain=tanh))", "dense(8,init=orthogonal(gain=tanh))"},
    {"dense(8,init=file(a=b,c))", "dense(8,init=file(a=b,c))"},
    {"res(8,scale=1)", "res(8)"},
    {"input(28,28),lstm(128)", "input(28,28),lstm(128)"},
    {"input(28,28),2xgru(units=8,bias=yes,sequence=yes)", "input(28,28),gru(8,sequence=yes),"
                                                          "gru(8,sequence=yes)"},
    {"rnn(8,no,yes,relu,recurrent=identity)", "rnn(8,activation=relu,recurrent=identity)"},
    {"rnn(8,activation=tanh,recurrent=orthogonal(gain=2),init=he)",
     "rnn(8,init=he_normal,recurrent=orthogonal(gain=2))"},
    {"lstm(8,recurrent=glorot,forget = chrono( steps=28 ),sequence=no)",
     "lstm(8,forget=chrono(28),recurrent=glorot_uniform)"},
    {"lstm(8,forget=1),lstm(8,forget=0,bias=no)", "lstm(8,forget=1),lstm(8,bias=no,forget=0)"},
    {"res(8,skip=conv(8,1))", "res(8,skip=(conv(8,1)))"},
    {"res(8,skip=3x8)", "res(8,skip=(3x8))"},
    {"res(8,skip=(8,act),start=layerscale(1e-5),scale=0.5)",
     "res(8,scale=0.5,start=layerscale(1e-5),skip=(8,act))"},
    {"res(res(res(act)@a,bn),skip=res(ln))@b-2.c_D",
     "res(res(res(act)@a,bn),skip=(res(ln)))@b-2.c_D"},
    /* Blanks. */
    {" 64 ,\t64\r\n,\n64 \n", "3x64"},
    {"64 32\n128", "64 32 128"},
    {"a = 64 b=\n32", "a=64 b=32"},
    {"64 a=64", "64 a=64"},
    {"( 64 , 32 ) ( 16 )", "64,32 16"},
    {"3x (act, bn)", "3x(act,bn)"},
    {"dense\n(\n8\n)\n@\na , act", "dense(8)@a,act"},
    {"res ( 8 , scale = 2 , skip = ( conv ( 8 , 1 ) ) )", "res(8,scale=2,skip=(conv(8,1)))"},
    {"dense( 8 , init = random_normal( stddev = 0.01 ) )",
     "dense(8,init=random_normal(stddev=0.01))"},
    {"(input(8),act)", "input(8),act"},
    {"1xdense(8)@a", "dense(8)@a"},
    {"dense(8)@a dense(8)@a", "dense(8)@a dense(8)@a"},
    {"x=dense(8)@x", "x=dense(8)@x"},
    {"dense(8)@a23456789a123456789b123456789c123456789d1234567",
     "dense(8)@a23456789a123456789b123456789c123456789d1234567"},
};

START_TEST(test_label)
{
    const networks found = parse(good[_i].text);

    ck_assert_str_eq(canonical(good[_i].text), good[_i].label);
    ck_assert_str_eq(canonical(good[_i].label), good[_i].label);
    for (size_t i = 0; i < found.count; i++) check_round_trip(&found.item[i]);
}
END_TEST

START_TEST(test_elements)
{
    const ins_blueprint *network =
        parse_one("n=input(8,8,1),conv(16,3,init=he_normal)@c,act,swish,"
                  "2xres(4,scale=0.5,start=zero_last,skip=(act,dense(4)))");
    const ins_element *const *item = network->layers.item, *block = item[4];

    ck_assert_str_eq(network->name, "n");
    ck_assert_uint_eq(network->layers.count, 6);
    ck_assert_str_eq(item[0]->kind->entry.name, "input");
    ck_assert(item[0]->choice.value[2] == 1);
    ck_assert_str_eq(item[1]->kind->entry.name, "conv");
    ck_assert_str_eq(item[1]->label, "c");
    ck_assert_str_eq(item[1]->text, "conv(16,3,init=he_normal)@c");
    ck_assert_str_eq(item[1]->weights.label, "he_normal");
    ck_assert_uint_eq(ins_extent(item[1]->choice.value[1], 1), 3);
    ck_assert_ptr_eq(item[2]->choice.entry, &item[2]->kind->entry);
    ck_assert_ptr_eq(item[3]->kind, item[2]->kind);
    ck_assert_ptr_eq(item[3]->choice.entry, ins_entry_find(&ins_activations, "silu"));
    ck_assert_str_eq(block->kind->entry.name, "res");
    ck_assert(block->choice.value[0] == 0.5);
    ck_assert_str_eq(block->start.label, "zero_last");
    ck_assert_ptr_null(block->weights.entry);
    ck_assert_uint_eq(block->body.count, 2);
    ck_assert_str_eq(block->body.item[0]->text, "dense(4)");
    ck_assert_str_eq(block->body.item[1]->text, "act");
    ck_assert_uint_eq(block->skip.count, 2);
    ck_assert_ptr_eq(item[5], block);
}
END_TEST

/* Texts of the same network, and at last one of another. */
static const char *const same[][4] = {
    {"64,64", "a=2x64", "dense(64),act,(64)", "64,64,64"},
    {"2x(64,32)", "64,32,64,32", "b=64,32,dense(64),act,1x32", "64,32,32,64"},
    {"dense(8,init=xavier)", "dense(8,init=glorot_uniform)", "dense(8,yes,init = glorot_uniform())",
     "dense(8,init=glorot_normal)"},
    {"res(8,skip=dense(8))", "res(dense(8),act,skip=(1xdense(8)))",
     "res((8),skip=((dense(8))),scale=1.0)", "res(dense(8),skip=(8))"},
    {"dense(8)@a", "x=dense(8)@a", "dense(8) @ a", "dense(8)@b"},
    {"relu", "relu()", "(relu)", "act"},
    {"4x(bn,act)", "2x(2x(bn,act))", "bn,act,3x(bn,act)", "4x(act,bn)"},
};

START_TEST(test_same)
{
    const ins_blueprint *first = parse_one(same[_i][0]);

    for (size_t i = 1; i < 3; i++) {
        const ins_blueprint *other = parse_one(same[_i][i]);
        ck_assert(ins_blueprint_same(first, other));
        ck_assert_str_eq(other->text, first->text);
        ck_assert(same_list(other->layers, first->layers));
    }
    ck_assert(!ins_blueprint_same(first, parse_one(same[_i][3])));
}
END_TEST

START_TEST(test_is_dense)
{
    static const char *const dense[] = {"64", "64,64", "20x256", "2x(8,16)", "dense(8),act"};
    static const char *const other[] = {"dense(8)",       "8,dense(8)",    "act",
                                        "input(8),8",     "dense(8),relu", "act,8",
                                        "dense(8)@a,act", "res(8)",        "dense(8,bias=no),act"};

    for (size_t i = 0; i < sizeof dense / sizeof dense[0]; i++)
        ck_assert(ins_blueprint_is_dense(parse_one(dense[i])));
    for (size_t i = 0; i < sizeof other / sizeof other[0]; i++)
        ck_assert(!ins_blueprint_is_dense(parse_one(other[i])));
}
END_TEST

/* --- What is refused -------------------------------------------------------------------------- */

#define MISSING "must be a layer, a width or a list in parentheses "
#define WIDTH "must be a width in [1, 1000000], or a count, x and what is repeated "
#define LAYERS                                                                                   \
    " layers: input, dense, conv, depthwise, act, maxpool, meanpool, gmean, gmax, flatten, bn, " \
    "ln, gn, rms, rnn, lstm, gru, dropout, alpha_dropout, embed, positions, attention, res; "    \
    "activations: linear, relu, leaky_relu, tanh, sigmoid, elu, selu, celu, gelu, gelu_tanh, "   \
    "silu, mish, softplus, softsign, lecun_tanh, "                                               \
    "hard_tanh, hard_sigmoid, erf, atan, sin, relu6"
#define NAME "must be a letter, then letters, digits, _ - or ., at most 47 in all "
#define TOO_MANY "a network has at most 20001 layers, a width being two "

/* Texts, and what is said behind "--network: column ". */
static const struct {
    const char *text, *message;
} bad[] = {
    {"", "1: " MISSING "(got \"\")"},
    {" \n", "3: " MISSING "(got \"\")"},
    {"64,,64", "4: " MISSING "(got \",\")"},
    {"64,", "4: " MISSING "(got \"\")"},
    {",64", "1: " MISSING "(got \",\")"},
    {"()", "2: " MISSING "(got \")\")"},
    {"(64,)", "5: " MISSING "(got \")\")"},
    {"@a", "1: " MISSING "(got \"@\")"},
    {"64,=", "4: " MISSING "(got \"=\")"},
    {"a=", "3: " MISSING "(got \"\")"},
    {"res()", "5: " MISSING "(got \")\")"},
    {"res(8,)", "7: " MISSING "(got \")\")"},
    {"res(8,scale=2,)", "15: " MISSING "(got \")\")"},
    {"res(8,skip=)", "12: " MISSING "(got \")\")"},
    {"res(8,skip=())", "13: " MISSING "(got \")\")"},
    {"res(,8)", "5: " MISSING "(got \",\")"},
    {"64)", "3: this parenthesis was not opened (got \")\")"},
    {"64 )", "4: this parenthesis was not opened (got \")\")"},
    {")", "1: this parenthesis was not opened (got \")\")"},
    {"dense(8))", "9: this parenthesis was not opened (got \")\")"},
    {"(64", "1: this parenthesis is not closed (got \"(64\")"},
    {"res(dense(3)", "4: this parenthesis is not closed (got \"(dense(3)\")"},
    {"64,dense(3", "9: this parenthesis is not closed (got \"(3\")"},
    {"res(8,scale=(2", "4: this parenthesis is not closed (got \"(8,scale=(2\")"},
    {"res(8 8)", "7: a comma or ) must come before this (got \"8\")"},
    {"(8=8)", "3: a comma or ) must come before this (got \"=\")"},
    {"64(32)", "3: a comma or a blank must come before this (got \"(\")"},
    {"conv(3,3)act", "10: a comma or a blank must come before this (got \"act\")"},
    {"dense(8)@a=3", "11: a comma or a blank must come before this (got \"=\")"},
    /* Widths and counts. */
    {"0", "1: " WIDTH "(got \"0\")"},
    {"1000001", "1: " WIDTH "(got \"1000001\")"},
    {"64,99999999999999999999", "4: " WIDTH "(got \"99999999999999999999\")"},
    {"64px", "1: " WIDTH "(got \"64px\")"},
    {"6.4", "1: " WIDTH "(got \"6.4\")"},
    {"dense(0)", "1: dense: units must be an integer in [1, 1000000] (got \"0\")"},
    {"64x", "1: a count must be followed by what it repeats (got \"64x\")"},
    {"act,64x,act", "5: a count must be followed by what it repeats (got \"64x\")"},
    {"3x act", "1: a count must be followed by what it repeats (got \"3x\")"},
    {"3x)", "1: a count must be followed by what it repeats (got \"3x\")"},
    {"0x64", "1: a count must be an integer in [1, 20001] (got \"0x64\")"},
    {"20002xact", "1: a count must be an integer in [1, 20001] (got \"20002xact\")"},
    {"99999999999999999999x8",
     "1: a count must be an integer in [1, 20001] (got \"99999999999999999999x8\")"},
    {"3x3x4", "3: a count cannot repeat a count without parentheses (got \"3x4\")"},
    /* Names of layers. */
    {"foo(3)", "1: unknown layer (got \"foo\");" LAYERS},
    {"64,maxpoll(2)", "4: unknown layer (got \"maxpoll\"); did you mean maxpool?" LAYERS},
    {"rlu", "1: unknown layer (got \"rlu\"); did you mean relu?" LAYERS},
    {"switch", "1: unknown layer (got \"switch\"); did you mean swish?" LAYERS},
    {"-5", "1: unknown layer (got \"-5\");" LAYERS},
    {"3xx8", "3: unknown layer (got \"x8\");" LAYERS},
    {"a=b=64", "3: unknown layer (got \"b\"); did you mean bn?" LAYERS},
    {"\303\244,\303\266", "1: unknown layer (got \"\303\244\");" LAYERS},
    {"act\n,\n\303\244b\303\266cd\n(\303\266)",
     "7: unknown layer (got \"\303\244b\303\266cd\");" LAYERS},
    {"dense(8,init=file(\303\244\303\266)),foo", "24: unknown layer (got \"foo\");" LAYERS},
    {"64,zz\001zz", "4: unknown layer (got \"zz\\x01zz\");" LAYERS},
    /* Arguments. */
    {"conv(32)", "1: conv: kernel must be given (got \"32\")"},
    {"dense", "1: dense: units must be given (got \"\")"},
    {"embed(10)", "1: embed: units must be given (got \"10\")"},
    {"64,positions", "4: positions: kind must be given (got \"\")"},
    {"positions(cosine)",
     "1: positions: unknown kind (got \"cosine\"); did you mean sine? valid: sine, learned"},
    {"attention", "1: attention: heads must be given (got \"\")"},
    {"attention(0)", "1: attention: heads must be an integer in [1, 1000000] (got \"0\")"},
    {"attention(2,casual=yes)", "1: unknown parameter of attention (got \"casual\"); did you mean "
                                "causal? valid: heads, causal, bias, init"},
    {"64,conv(32,3,strid=2)", "4: unknown parameter of conv (got \"strid\"); did you mean stride? "
                              "valid: channels, kernel, stride, pad, groups, bias, init"},
    {"conv(32,3,pad=sam)",
     "1: conv: unknown pad (got \"sam\"); did you mean same? valid: same, valid"},
    {"conv(3 2,3)", "1: conv: channels must be a number (got \"3 2\")"},
    {"act(3)", "1: act takes no parameters (got \"3\")"},
    {"relu (3)", "1: relu takes no parameters (got \"3\")"},
    {"leaky_relu(slop=3)",
     "1: unknown parameter of leaky_relu (got \"slop\"); did you mean slope? valid: slope"},
    {"dense(8,init=random_normal(stddev=0))",
     "1: random_normal: stddev must be in (0, inf) (got \"0\")"},
    {"dense(8,init=file(a b))",
     "1: a network cannot have blanks or control characters within words "
     "(got \"dense(8,init=file(a b))\")"},
    {"dense(8,init=file(a\001b))", "1: a network cannot have blanks or control characters within "
                                   "words (got \"dense(8,init=file(a\\x01b))\")"},
    {"lstm(8,activation=relu)", "1: unknown parameter of lstm (got \"activation\"); valid: units, "
                                "sequence, bias, forget, init, recurrent"},
    {"gru(8,forget=1)", "1: unknown parameter of gru (got \"forget\"); valid: units, sequence, "
                        "bias, init, recurrent"},
    {"lstm(8,forget=2)", "1: unknown forget-start (got \"2\"); valid: 0, 1, chrono"},
    {"lstm(8,forget=chrono)", "1: chrono: steps must be given (got \"\")"},
    {"lstm(8,forget=chrono(1))", "1: chrono: steps must be an integer in [2, 1000000] (got \"1\")"},
    {"rnn(8,activation=sigmoid)",
     "1: rnn: unknown activation (got \"sigmoid\"); valid: tanh, relu"},
    {"rnn(sequence=yes)", "1: rnn: units must be given (got \"sequence=yes\")"},
    {"res(8,start=rezro)", NULL}, /* see below */
    {"res", "1: res must be given layers (got \"res\")"},
    {"64,res(scale=2)", "4: res must be given layers (got \"res\")"},
    {"res(skip=8)", "1: res must be given layers (got \"res\")"},
    {"res(8,scal=2)", "7: unknown parameter of res (got \"scal\"); did you mean scale? valid: "
                      "scale, start, skip"},
    {"res(8,zzz=2)", "7: unknown parameter of res (got \"zzz\"); valid: scale, start, skip"},
    {"res(8,=2)", "7: unknown parameter of res (got \"=\"); valid: scale, start, skip"},
    {"res(8,scale=abc)", "1: res: scale must be a number (got \"abc\")"},
    {"res(8,scale=2,scale=3)", "1: res: scale must be given once (got \"3\")"},
    {"res(8,skip=8,skip=9)", "14: res: skip must be given once (got \"skip\")"},
    {"res(8,scale=2,8)", "15: layers must come before arguments with names (got \"8\")"},
    {"res(8,scale=2,(8))", "15: layers must come before arguments with names (got \"(\")"},
    /* The input. */
    {"64,input(8)", "4: input must be the first layer, and no other (got \"input\")"},
    {"2x(input(8),4)", "4: input must be the first layer, and no other (got \"input\")"},
    {"res(input(8),4)", "5: input must be the first layer, and no other (got \"input\")"},
    {"input", "1: sides must be given from the first on, as in input(8,8,1) (got \"input\")"},
    {"input(8,channels=3)", "1: sides must be given from the first on, as in input(8,8,1) (got "
                            "\"input(8,channels=3)\")"},
    /* Names. */
    {"dense(8)@", "10: the name of a layer " NAME "(got \"\")"},
    {"dense(8)@,act", "10: the name of a layer " NAME "(got \",\")"},
    {"dense(8)@9", "10: the name of a layer " NAME "(got \"9\")"},
    {"dense(8)@a:b", "10: the name of a layer " NAME "(got \"a:b\")"},
    {"dense(8)@a23456789a123456789b123456789c123456789d12345678",
     "10: the name of a layer " NAME "(got \"a23456789a123456789b123456789c123456789d12345678\")"},
    {"=64", "1: the name of a network " NAME "(got \"=\")"},
    {"3a=64", "1: the name of a network " NAME "(got \"3a\")"},
    {"\303\244=64", "1: the name of a network " NAME "(got \"\303\244\")"},
    {"a=64 b=32 a=16", "11: two networks have this name (got \"a\")"},
    {"dense(8)@a,dense(9)@a", "21: two layers have this name (got \"a\")"},
    {"dense(8)@a,res(act,skip=act@a)", "29: two layers have this name (got \"a\")"},
    {"2xdense(8)@a", "11: a count cannot repeat a layer that has a name (got \"@\")"},
    {"2x(act,res(act@a))", "15: a count cannot repeat a layer that has a name (got \"@\")"},
    {"64@a", "3: a name must be that of one layer, as in dense(64)@NAME (got \"@\")"},
    {"(act)@a", "6: a name must be that of one layer, as in dense(64)@NAME (got \"@\")"},
    /* Limits. */
    {"10001x8", "7: " TOO_MANY "(got \"8\")"},
    {"10000x8,act,act", "13: " TOO_MANY "(got \"act\")"},
    {"10000xres(act),2xact", "18: " TOO_MANY "(got \"act\")"},
    {"10000x(10000x(10000x8))", "21: " TOO_MANY "(got \"8\")"},
    {"20001x(20001x(20001x(20001x(20001x(20001xact)))))", "42: " TOO_MANY "(got \"act\")"},
};

static const char *refusal(const char *text)
{
    static ins_error error;
    static const char begin[] = "--network: column ";
    size_t count = 7;
    const ins_blueprint *list = NULL;

    error = (ins_error){0};
    ck_assert_int_eq(ins_blueprints_parse(text, "--network", arena, &count, &list, &error),
                     INS_USAGE);
    ck_assert_uint_eq(error.count, 1);
    ck_assert_uint_eq(count, 7);
    ck_assert_ptr_null(list);
    ck_assert_int_eq(strncmp(error.line[0], begin, strlen(begin)), 0);
    return error.line[0] + strlen(begin);
}

START_TEST(test_message)
{
    if (bad[_i].message != NULL) {
        ck_assert_str_eq(refusal(bad[_i].text), bad[_i].message);
        return;
    }
    ck_assert_msg(strstr(refusal(bad[_i].text), "did you mean rezero?") != NULL, "%s",
                  refusal(bad[_i].text));
}
END_TEST

/* count times before, middle, count times after */
static const char *around(const char *before, const char *middle, const char *after, size_t count)
{
    ins_text text = {0};

    for (size_t i = 0; i < count; i++) ins_text_add(&text, before);
    ins_text_add(&text, middle);
    for (size_t i = 0; i < count; i++) ins_text_add(&text, after);
    const char *copy = ins_arena_copy(arena, text.data, text.length);
    ins_text_free(&text);
    return copy;
}

START_TEST(test_depth)
{
    check_round_trip(parse_one(around("res(", "8", ")", 100)));
    check_round_trip(parse_one(around("res(act,skip=(", "8", "))", 100)));
    ck_assert_str_eq(canonical(around("(", "8", ")", 400)), "8");
    ck_assert_str_eq(refusal(around("res(", "8", ")", 101)),
                     "401: res cannot be inside of more than 99 others (got \"res\")");
    ck_assert_str_eq(refusal(around("(", "8", ")", 401)),
                     "401: more than 400 parentheses inside one another (got \"(\")");
    refusal(around("(", "8", ")", 1000000));
    refusal(around("res(", "8", ")", 1000000));
    refusal(around("res(8,skip=", "8", ")", 1000000));
    check_round_trip(parse_one(around("dense(8,init=orthogonal(gain=", "8", "))", 10000)));
}
END_TEST

#define LARGEST "input(8),10000x8"

START_TEST(test_large)
{
    const char *text = around("8,16,", "8", "", 4999);

    ck_assert_str_eq(canonical("input(8),10000x8"), "input(8),10000x8");
    ck_assert_uint_eq(parse_one("10000x8")->layers.count, 20000);
    ck_assert_str_eq(canonical(text), text);
    ck_assert_str_eq(canonical(around("act,ln,", "ln", "", 10000)), "10000x(act,ln),ln");
    check_round_trip(parse_one("input(8),10000x(act,ln)"));
    check_round_trip(parse_one(around("", "10000xres(act),act", "", 1)));
    /* 100 networks of 20001 layers are the most. */
    ck_assert_uint_eq(parse(around("", LARGEST, " " LARGEST, 99)).count, 100);
    ck_assert_str_eq(refusal(around("", LARGEST, " " LARGEST, 100)),
                     "1701: all networks together have more than 2000100 layers (got \"input\")");
}
END_TEST

START_TEST(test_names)
{
    ins_text text = {0};

    for (size_t i = 0; i < 1000; i++)
        ins_text_add_format(&text, "n%zu=dense(%zu)@l,act@m%zu ", i, i + 1, i);
    ins_text_add(&text, "last=");
    for (size_t i = 0; i < 1000; i++) ins_text_add_format(&text, "act@l%zu,", i);
    ins_text_add(&text, "ln");
    const networks found = parse(text.data);
    ck_assert_uint_eq(found.count, 1001);
    ck_assert_str_eq(found.item[999].label, "n999=dense(1000)@l,act@m999");
    check_round_trip(&found.item[1000]);
    ins_text_add(&text, ",bn@l500");
    ck_assert_ptr_nonnull(strstr(refusal(text.data), ": two layers have this name (got \"l500\")"));
    text.data[text.length -= strlen(",bn@l500")] = '\0';
    ins_text_add(&text, " n500=act");
    ck_assert_ptr_nonnull(
        strstr(refusal(text.data), ": two networks have this name (got \"n500\")"));
    ins_text_free(&text);
}
END_TEST

/* --- Networks at random ----------------------------------------------------------------------- */

static uint64_t state;

/* 0 .. count - 1 (xorshift64*) */
static size_t below(size_t count)
{
    state ^= state >> 12;
    state ^= state << 25;
    state ^= state >> 27;
    return (size_t)(state * 0x2545f4914f6cdd1dULL >> 33) % count;
}

static bool once_in(size_t count)
{
    return below(count) == 0;
}

/* What option --hidden of earlier versions made of widths: stacks of three and more alone. */
START_TEST(test_hidden)
{
    for (size_t trial = 0; trial < 2000; trial++) {
        size_t units[64], count = 0;
        ins_text text = {0}, label = {0};
        for (size_t items = 1 + below(8); items > 0; items--) {
            const size_t layers = 1 + below(4), width = 1 + below(trial % 2 == 0 ? 2 : 1000000);
            ins_text_add(&text, count > 0 ? "," : "");
            if (layers > 1 || once_in(3)) ins_text_add_format(&text, "%zux", layers);
            ins_text_add_format(&text, "%zu", width);
            for (size_t i = 0; i < layers; i++) units[count++] = width;
        }
        for (size_t i = 0, run; i < count; i += run) {
            for (run = 1; i + run < count && units[i + run] == units[i];) run++;
            if (run < 3) run = 1;
            ins_text_add(&label, i > 0 ? "," : "");
            if (run > 1) ins_text_add_format(&label, "%zux", run);
            ins_text_add_format(&label, "%zu", units[i]);
        }
        ck_assert_str_eq(canonical(text.data), label.data);
        ins_text_free(&text);
        ins_text_free(&label);
    }
}
END_TEST

/* A network as it may be written, and with nothing but single layers in its lists. */
typedef struct draft {
    ins_text written, plain;
    size_t labels;
} draft;

static void add_both(draft *d, const char *text)
{
    ins_text_add(&d->written, text);
    ins_text_add(&d->plain, text);
}

/* Where they are nothing. */
static void add_blanks(draft *d)
{
    static const char *const blanks[] = {" ", "\n", "\t", "\r\n  "};

    if (once_in(8)) ins_text_add(&d->written, blanks[below(4)]);
}

static void add_number(const ins_parameter *parameter, ins_text *out)
{
    const double low = fmax(parameter->minimum, -8), high = fmin(parameter->maximum, 8);
    const double share = (double)below(1025) / 1024;
    char digits[INS_NUMBER_SIZE];

    ins_format_number(digits, once_in(4) ? parameter->fallback : low + share * (high - low));
    ins_text_add(out, digits);
}

static void add_integer(const ins_parameter *parameter, ins_text *out)
{
    const double most = once_in(4) ? parameter->maximum : fmin(parameter->maximum, 9);
    char digits[INS_NUMBER_SIZE];

    ins_format_number(digits, fmin(parameter->minimum + (double)below(1000), most));
    ins_text_add(out, digits);
}

static void add_call(const ins_entries *table, const ins_entry *entry, ins_text *out);

static void add_value(const ins_parameter *parameter, ins_text *out)
{
    size_t words = 0;

    switch (parameter->kind) {
    case INS_PARAMETER_WORD:
        while (parameter->words[words] != NULL) words++;
        ins_text_add(out, parameter->words[below(words)]);
        break;
    case INS_PARAMETER_EXTENT:
        ins_text_add_format(out, "%zu", 1 + below(INS_EXTENT_LIMIT));
        if (once_in(3)) ins_text_add_format(out, "x%zu", 1 + below(5));
        break;
    case INS_PARAMETER_INTEGER:
        add_integer(parameter, out);
        break;
    case INS_PARAMETER_PATH:
        ins_text_add(out, "a/b-2=c,d");
        break;
    case INS_PARAMETER_CALL:
        add_call(parameter->table, ins_entry_at(parameter->table, below(parameter->table->count)),
                 out);
        break;
    case INS_PARAMETER_GAIN:
        if (once_in(2)) {
            ins_text_add(out, "tanh");
            break;
        }
        add_number(parameter, out);
        break;
    default:
        add_number(parameter, out);
    }
}

/* Arguments at random: those that are required, and some of the others; by their places as long as
 * none is left out. Returns how many. */
static size_t add_arguments(const ins_entry *entry, bool placed, ins_text *out)
{
    size_t count = 0;

    for (size_t i = 0; i < INS_PARAMETERS && entry->parameters[i].name != NULL; i++) {
        const ins_parameter *parameter = &entry->parameters[i];
        if (!parameter->required && parameter->kind != INS_PARAMETER_PATH && !once_in(3)) {
            placed = false;
            continue;
        }
        placed &= !once_in(4);
        if (count++ > 0) ins_text_add(out, ",");
        if (!placed) ins_text_add_format(out, "%s=", parameter->name);
        add_value(parameter, out);
    }
    return count;
}

/* One that its row does not refuse, such as a range that is empty. */
static void add_call(const ins_entries *table, const ins_entry *entry, ins_text *out)
{
    const size_t length = out->length;
    ins_choice choice;

    for (size_t tries = 0; tries < 100; tries++) {
        ins_text call = {0};
        ins_text_add_format(&call, "%s(", entry->name);
        const size_t arguments = add_arguments(entry, true, &call);
        ins_text_add(&call, ")");
        if (arguments == 0 && once_in(2)) call.data[call.length -= 2] = '\0';
        if (ins_choice_parse(table, call.data, "test", arena, &choice, NULL) == INS_OK)
            ins_text_add(out, call.data);
        ins_text_free(&call);
        if (out->length > length) return;
    }
    ck_abort_msg("%s: no call of it is accepted", entry->name);
}

static void add_list(draft *d, size_t depth, bool repeated);

static void add_block(draft *d, const ins_entry *entry, size_t depth, bool repeated)
{
    ins_text arguments = {0};

    ins_text_add(&arguments, "");
    add_arguments(entry, false, &arguments);
    add_both(d, entry->name);
    add_both(d, "(");
    add_list(d, depth + 1, repeated);
    if (arguments.length > 0) add_both(d, ",");
    add_both(d, arguments.data);
    if (once_in(3)) {
        add_both(d, ",skip=(");
        add_list(d, depth + 1, repeated);
        add_both(d, ")");
    }
    add_both(d, ")");
    ins_text_free(&arguments);
}

static void add_layer(draft *d, size_t depth, bool repeated)
{
    const size_t kinds = ins_layer_kinds.count;
    const ins_entries *table = once_in(4) ? &ins_activations : &ins_layer_kinds;
    /* Few kinds, so that there are repeats; the first is the input. */
    size_t row = once_in(2) ? 1 + below(4) : 1 + below(kinds - 1);
    ins_text call = {0};

    if (table == &ins_activations) row = below(once_in(2) ? 2 : table->count);
    const ins_entry *entry =
        once_in(6) ? ins_entry_find(&ins_layer_kinds, "res") : ins_entry_at(table, row);
    if (strcmp(entry->name, "res") == 0) {
        if (depth < 3)
            add_block(d, entry, depth, repeated);
        else
            add_both(d, "act");
    } else if (once_in(2)) {
        add_call(table, entry, &call);
        add_both(d, call.data);
        ins_text_free(&call);
    } else {
        add_both(d, once_in(2) ? "bn" : "dense(2)");
    }
    if (!repeated && once_in(8)) {
        char label[32];
        snprintf(label, sizeof label, "@l%zu", d->labels++);
        add_both(d, label);
    }
}

static void add_unit(draft *d, size_t depth, bool repeated)
{
    const size_t which = below(8);

    if (which < 2) {
        const size_t width = 1 + below(3);
        ins_text_add_format(&d->written, "%zu", width);
        ins_text_add_format(&d->plain, "dense(%zu),act", width);
    } else if (which < 4 && depth < 4) {
        ins_text_add(&d->written, "(");
        add_list(d, depth + 1, repeated);
        ins_text_add(&d->written, ")");
    } else {
        add_layer(d, depth, repeated);
    }
}

static void add_list(draft *d, size_t depth, bool repeated)
{
    for (size_t items = 1 + below(depth == 0 ? 6 : 3), i = 0; i < items; i++) {
        const size_t count = once_in(3) ? 1 + below(4) : 1;
        if (i > 0) add_both(d, ",");
        add_blanks(d);
        if (count > 1 || once_in(10)) ins_text_add_format(&d->written, "%zux", count);
        const size_t first = d->plain.length;
        add_unit(d, depth, repeated || count > 1);
        const char *once = ins_arena_copy(arena, d->plain.data + first, d->plain.length - first);
        for (size_t j = 1; j < count; j++) ins_text_add_format(&d->plain, ",%s", once);
        add_blanks(d);
    }
}

static draft draw(void)
{
    const ins_entry *input = ins_entry_at(&ins_layer_kinds, 0);
    draft d = {0};
    ins_text call = {0};

    ins_text_add(&d.written, once_in(4) ? "some = " : "");
    ins_text_add(&d.plain, "");
    if (once_in(4)) {
        ck_assert_str_eq(input->name, "input");
        add_call(&ins_layer_kinds, input, &call);
        add_both(&d, call.data);
        add_both(&d, ",");
        ins_text_free(&call);
    }
    add_list(&d, 0, false);
    return d;
}

/* The items of a list that is not folded: "64" for dense(64),act. */
static size_t items_of(ins_elements list, const char **items)
{
    size_t count = 0;

    for (size_t i = 0; i < list.count; i++) {
        const ins_element *one = list.item[i], *next = i + 1 < list.count ? list.item[i + 1] : NULL;
        items[count] = one->text;
        if (next != NULL && strcmp(next->text, "act") == 0) {
            const char *width = ins_arena_format(arena, "%.0f", one->choice.value[0]);
            if (strcmp(one->text, ins_arena_format(arena, "dense(%s)", width)) == 0) {
                items[count] = width;
                i++;
            }
        }
        count++;
    }
    return count;
}

/* How often the period items from here on stand one behind the other. */
static size_t times(const char *const *items, size_t count, size_t period)
{
    size_t same_items = 0;

    while (same_items + period < count &&
           strcmp(items[same_items], items[same_items + period]) == 0)
        same_items++;
    return 1 + same_items / period;
}

/* The rules of the canonical text as they are said, in cubic time. */
static void fold(const char *const *items, size_t count, ins_text *out)
{
    for (size_t i = 0; i < count;) {
        size_t period = 1, repeats = 1;
        bool later = false;
        for (; i + 2 * period <= count; period++) {
            repeats = times(items + i, count - i, period);
            if (repeats >= (period == 1 ? 3 : 2)) break;
            repeats = 1;
        }
        for (size_t late = 1; repeats > 1 && late < period; late++)
            later |= times(items + i + late, count - i - late, period) >= repeats;
        if (i > 0) ins_text_add(out, ",");
        if (repeats == 1 || later) {
            ins_text_add(out, items[i++]);
            continue;
        }
        ins_text_add_format(out, period == 1 ? "%zux" : "%zux(", repeats);
        fold(items + i, period, out);
        ins_text_add(out, period == 1 ? "" : ")");
        i += period * repeats;
    }
}

/* Returns whether the rules were applied. */
static bool check_folded(const ins_blueprint *network)
{
    enum { MOST = 256 };
    const char *items[2 * MOST];
    ins_text text = {0};

    if (network->layers.count > MOST || ins_blueprint_is_dense(network)) return false;
    fold(items, items_of(network->layers, items), &text);
    ck_assert_str_eq(network->text, text.data);
    ins_text_free(&text);
    return true;
}

START_TEST(test_random)
{
    size_t folded = 0, repeated = 0, blocks = 0, labels = 0;

    state = 20250101;
    for (size_t i = 0; i < 10000; i++) {
        ins_arena *outer = arena;
        arena = ins_arena_new();
        draft d = draw();
        const ins_blueprint *network = parse_one(d.written.data), *plain = parse_one(d.plain.data);
        check_round_trip(network);
        ck_assert(ins_blueprint_same(network, plain));
        ck_assert(same_list(network->layers, plain->layers));
        folded += check_folded(network);
        repeated += strstr(network->text, "x(") != NULL;
        blocks += strstr(network->text, "res(") != NULL;
        labels += strchr(network->text, '@') != NULL;
        ins_text_free(&d.written);
        ins_text_free(&d.plain);
        ins_arena_free(arena);
        arena = outer;
    }
    ck_assert_uint_gt(folded, 9000);
    ck_assert_uint_gt(repeated, 1000);
    ck_assert_uint_gt(blocks, 1000);
    ck_assert_uint_gt(labels, 1000);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("blueprint");
    TCase *read = tcase_create("read"), *refused = tcase_create("refused"),
          *drawn = tcase_create("drawn");

    tcase_add_checked_fixture(read, setup, teardown);
    tcase_add_loop_test(read, test_label, 0, sizeof good / sizeof good[0]);
    tcase_add_test(read, test_elements);
    tcase_add_loop_test(read, test_same, 0, sizeof same / sizeof same[0]);
    tcase_add_test(read, test_is_dense);
    suite_add_tcase(suite, read);
    tcase_add_checked_fixture(refused, setup, teardown);
    tcase_add_loop_test(refused, test_message, 0, sizeof bad / sizeof bad[0]);
    tcase_add_test(refused, test_depth);
    tcase_add_test(refused, test_large);
    tcase_add_test(refused, test_names);
    suite_add_tcase(suite, refused);
    tcase_add_checked_fixture(drawn, setup, teardown);
    tcase_add_test(drawn, test_hidden);
    tcase_add_test(drawn, test_random);
    suite_add_tcase(suite, drawn);
    return ins_run_suite(suite);
}
