/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* Structure of matrices. */
#include <config.h>

#include "structure.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "initscope/blas.h"
#include "initscope/memory.h"
#include "initscope/real.h"

/* --- Units ------------------------------------------------------------------------------------ */

typedef struct hashed_unit {
    uint64_t hash;
    size_t unit;
} hashed_unit;

/* Bits of x; 0 and -0 are equal numbers. */
static uint64_t bits_of(double x)
{
    uint64_t bits;
    if (x == 0) return 0;
    memcpy(&bits, &x, sizeof bits);
    return bits;
}

/* Multiplication by the constant of SplitMix64, and its upper bits folded down. */
static uint64_t mix(uint64_t hash, uint64_t bits)
{
    hash = (hash ^ bits) * 0x9e3779b97f4a7c15U;
    return hash ^ hash >> 29;
}

static int by_hash(const void *a, const void *b)
{
    const hashed_unit *first = a, *second = b;
    if (first->hash != second->hash) return first->hash < second->hash ? -1 : 1;
    return (first->unit > second->unit) - (first->unit < second->unit);
}

static bool are_equal(const ins_view *view, size_t a, size_t b)
{
    for (size_t j = 0; j < view->inputs; j++)
        if (ins_view_at(view, a, j) != ins_view_at(view, b, j)) return false;
    return true;
}

/* Equal hashes stand next to each other; what hashes alike without being equal is so rare that a
 * class is compared with its first unit only. */
static double count_pairs(const ins_view *view, hashed_unit *units, size_t count)
{
    double pairs = 0;
    qsort(units, count, sizeof *units, by_hash);
    for (size_t i = 0, end; i < count; i = end) {
        double equal = 1;
        for (end = i + 1; end < count && units[end].hash == units[i].hash; end++)
            if (are_equal(view, units[i].unit, units[end].unit)) equal++;
        pairs += equal * (equal - 1) / 2;
    }
    return pairs;
}

ins_units_seen ins_see_units(const ins_view *view)
{
    ins_units_seen seen = {.live = ins_allocate(view->units, sizeof(bool), "units")};
    hashed_unit *units = ins_reserve(view->units, sizeof *units, "units");
    for (size_t u = 0; u < view->units; u++) {
        uint64_t hash = 0;
        size_t zeros = 0;
        for (size_t j = 0; j < view->inputs; j++) {
            const double x = ins_view_at(view, u, j);
            hash = mix(hash, bits_of(x));
            zeros += x == 0;
            seen.nonfinite += !isfinite(x);
            seen.square += x * x;
            seen.largest = fmax(seen.largest, fabs(x));
        }
        seen.zero_elements += (double)zeros;
        seen.live[u] = zeros < view->inputs;
        if (seen.live[u]) units[seen.alive++] = (hashed_unit){hash, u};
    }
    seen.square /= (double)view->units * (double)view->inputs;
    seen.zeros = view->units - seen.alive;
    seen.duplicate_pairs = count_pairs(view, units, seen.alive);
    free(units);
    return seen;
}

/* --- Structure -------------------------------------------------------------------------------- */

static bool is_constant(const ins_view *view)
{
    const double first = ins_view_at(view, 0, 0);
    for (size_t u = 0; u < view->units; u++)
        for (size_t j = 0; j < view->inputs; j++)
            if (ins_view_at(view, u, j) != first) return false;
    return true;
}

/* nonzeros is the number of elements that are not 0 in the whole tensor. */
static bool is_identity(const ins_view *view, double nonzeros)
{
    const size_t least = view->units < view->inputs ? view->units : view->inputs;
    const double first = ins_view_at(view, 0, 0);
    if (least < 2 || nonzeros != (double)least) return false;
    for (size_t i = 0; i < least; i++)
        if (ins_view_at(view, i, i) != first) return false;
    return true;
}

/* Zeros of an input, of the units that have others. */
static size_t zeros_of(const ins_view *view, const ins_units_seen *seen, size_t input)
{
    size_t zeros = 0;
    for (size_t u = 0; u < view->units; u++)
        zeros += seen->live[u] && ins_view_at(view, u, input) == 0;
    return zeros;
}

static ins_structure sparse(const ins_view *view, const ins_units_seen *seen, double share)
{
    const double all = (double)view->units * (double)view->inputs;
    const size_t first = zeros_of(view, seen, 0);
    ins_structure found = {.family = INS_FAMILY_SPARSE,
                           .name = "sparse",
                           .sparsity = share,
                           .scale = sqrt(seen->square * all / (all - seen->zero_elements))};
    for (size_t j = 1; j < view->inputs && found.name != NULL; j++)
        if (zeros_of(view, seen, j) != first) found.name = NULL;
    return found;
}

enum { VECTORS = 64, ELEMENTS = 1 << 24 };

/* Vectors of the smaller side, spread over it, in scale that keeps their products finite. */
static void copy_vectors(const ins_view *view, size_t vectors, double scale, real *x)
{
    const bool rows = view->units <= view->inputs;
    const size_t side = rows ? view->units : view->inputs,
                 length = rows ? view->inputs : view->units;
    for (size_t v = 0; v < vectors; v++) {
        const size_t at = v * side / vectors;
        for (size_t k = 0; k < length; k++)
            x[v * length + k] =
                (real)(rows ? ins_view_at(view, at, k) * scale : ins_view_at(view, k, at) * scale);
    }
}

/* Products of vectors over their mean square: off the diagonal the root mean square, and the
 * largest departure from 0 and 1 of all. */
typedef struct products {
    double square, apart, most;
} products;

static products measure(const real *gram, size_t vectors)
{
    products found = {0};
    for (size_t i = 0; i < vectors; i++)
        found.square += (double)gram[i * (vectors + 1)] / (double)vectors;
    for (size_t i = 0; i < vectors; i++) {
        for (size_t j = 0; j < vectors; j++) {
            const double product = (double)gram[i * vectors + j] / found.square - (i == j);
            if (i != j) found.apart += product * product;
            found.most = fmax(found.most, fabs(product));
        }
    }
    found.apart = sqrt(found.apart / ((double)vectors * (double)(vectors - 1)));
    return found;
}

/* What rounding to bfloat16 looks like. */
static const double least_movement = 0.005;

/* The largest of that share of movement 0.7 is sqrt(0.5625); of few pairs chance alone, at five
 * standard deviations, must not come so low: chi-square over its degrees of freedom, by Wilson and
 * Hilferty (Proceedings of the National Academy of Sciences 17, 1931). */
static double largest_square_share(size_t vectors)
{
    const double pairs = (double)vectors * (double)(vectors - 1) / 2, part = 2 / (9 * pairs);
    const double root = 1 - part - 5 * sqrt(part);
    return fmin(0.5625, root > 0 ? root * root * root : 0);
}

/* Orthogonal up to rounding, or nearer to it than independent elements come. Noise of r lengths
 * makes of the root mean square among vectors, over that of independent ones,
 * sqrt(2 r^2 + r^4) / (1 + r^2). */
static ins_structure orthogonal(const ins_view *view)
{
    const bool rows = view->units <= view->inputs;
    const size_t side = rows ? view->units : view->inputs,
                 length = rows ? view->inputs : view->units;
    const size_t most = ELEMENTS / length, wanted = side < VECTORS ? side : VECTORS;
    const size_t vectors = wanted < most ? wanted : most;
    ins_structure found = {.family = INS_FAMILY_NONE};
    double size = 0;
    for (size_t k = 0; k < length; k++)
        size = fmax(size, fabs(rows ? ins_view_at(view, 0, k) : ins_view_at(view, k, 0)));
    if (vectors < 2 || size == 0) return found;
    real *x = ins_reserve(vectors * length, sizeof *x, "vectors");
    real *gram = ins_reserve(vectors * vectors, sizeof *gram, "products of vectors");
    copy_vectors(view, vectors, 1 / size, x);
    ins_product(false, true, vectors, vectors, length, 1, x, x, 0, gram);
    const products among = measure(gram, vectors);
    const double share = among.apart * sqrt((double)length);
    double moved = share < 1 ? sqrt(1 / sqrt(1 - share * share) - 1) : 1;
    if (among.most < 1e-3 || moved < least_movement) moved = 0;
    if (among.most < 1e-3 || share * share < largest_square_share(vectors))
        found = (ins_structure){.family = INS_FAMILY_ORTHOGONAL,
                                .name = "orthogonal",
                                .scale = sqrt(among.square / (1 + moved * moved)) * size,
                                .trained = moved};
    free(gram);
    free(x);
    return found;
}

/* A window that is 0 but at its centre. */
static bool is_centred(const ins_view *centre, size_t taps, double nonzeros)
{
    double inside = 0;
    if (taps == 1) return false;
    for (size_t u = 0; u < centre->units; u++)
        for (size_t j = 0; j < centre->inputs; j++) inside += ins_view_at(centre, u, j) != 0;
    return inside == nonzeros;
}

ins_structure ins_structure_of(const ins_view *view, const ins_view *centre, size_t taps,
                               const ins_units_seen *seen)
{
    const double all = (double)view->units * (double)view->inputs;
    const double nonzeros = all - seen->zero_elements;
    if (is_constant(view))
        return (ins_structure){
            .family = INS_FAMILY_CONSTANT, .name = "constant", .scale = ins_view_at(view, 0, 0)};
    const bool centred = is_centred(centre, taps, nonzeros);
    const ins_view *matrix = centred ? centre : view;
    if (is_identity(matrix, nonzeros))
        return (ins_structure){.family = INS_FAMILY_IDENTITY,
                               .name = centred ? "dirac" : "identity",
                               .scale = ins_view_at(matrix, 0, 0)};
    if (centred) {
        ins_structure found = orthogonal(centre);
        if (found.family == INS_FAMILY_ORTHOGONAL && found.trained == 0) {
            found.name = "delta_orthogonal";
            return found;
        }
    }
    const double lived_in = (double)seen->alive * (double)view->inputs;
    const double share = (lived_in - nonzeros) / lived_in;
    if (share > 0.005) return sparse(view, seen, share);
    return orthogonal(view);
}
