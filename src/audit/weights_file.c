/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* Files of weights: which there are, and their tensors one by one. */
#include <config.h>

#include "initscope/weights_file.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <sys/stat.h>

#include "initscope/elements.h"
#include "initscope/file.h"
#include "initscope/memory.h"
#include "initscope/safetensors.h"
#include "initscope/stream.h"
#include "initscope/zip.h"

_Static_assert((int)INS_WEIGHTS_DIMENSIONS == (int)INS_ARRAY_DIMENSIONS, "every array is a tensor");

/* --- Names ------------------------------------------------------------------------------------ */

/* Numbers in names count as numbers: layer2 before layer10. */
static int compare_naturally(const char *a, const char *b)
{
    while (*a != '\0' && *b != '\0') {
        if (isdigit((unsigned char)*a) && isdigit((unsigned char)*b)) {
            const size_t zeros_a = strspn(a, "0"), zeros_b = strspn(b, "0");
            const size_t digits_a = strspn(a + zeros_a, "0123456789");
            const size_t digits_b = strspn(b + zeros_b, "0123456789");
            if (digits_a != digits_b) return digits_a < digits_b ? -1 : 1;
            const int order = strncmp(a + zeros_a, b + zeros_b, digits_a);
            if (order != 0) return order;
            a += zeros_a + digits_a;
            b += zeros_b + digits_b;
        } else {
            if (*a != *b) return (unsigned char)*a < (unsigned char)*b ? -1 : 1;
            a++;
            b++;
        }
    }
    return (*a != '\0') - (*b != '\0');
}

static bool has_ending(const char *name, const char *ending)
{
    const size_t length = strlen(name), size = strlen(ending);
    return length > size && strcmp(name + length - size, ending) == 0;
}

static const char *without_ending(const char *name, const char *ending, ins_arena *arena)
{
    const size_t length = strlen(name), size = strlen(ending);
    return ins_arena_copy(arena, name, has_ending(name, ending) ? length - size : length);
}

/* The length of a pattern at the start of text, # standing for a digit; 0: it is not there. */
static size_t match(const char *text, const char *pattern)
{
    size_t i = 0;
    for (; pattern[i] != '\0'; i++)
        if (pattern[i] == '#' ? !isdigit((unsigned char)text[i]) : text[i] != pattern[i]) return 0;
    return i;
}

/* --- Which files there are -------------------------------------------------------------------- */

static const char *const endings[] = {".npy", ".npz", ".safetensors", NULL};

static bool is_readable(const char *name)
{
    for (const char *const *ending = endings; *ending != NULL; ending++)
        if (has_ending(name, *ending)) return true;
    return false;
}

static const char *base_of(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash != NULL ? slash + 1 : path;
}

static const char *network_of(const char *path, ins_arena *arena)
{
    static const char part[] = "-#####-of-#####.safetensors";
    const char *base = base_of(path);
    const size_t length = strlen(path), before = (size_t)(base - path);
    if (has_ending(path, ".npy")) {
        const size_t epoch = match(base, "epoch####");
        if (epoch > 0 && base[epoch] == '.') return ins_arena_copy(arena, path, before + epoch);
        return before > 1 ? ins_arena_copy(arena, path, before - 1) : ".";
    }
    if (length >= sizeof part && match(path + length - (sizeof part - 1), part) > 0)
        return ins_arena_copy(arena, path, length - (sizeof part - 1));
    return path;
}

static void add_source(const char *path, const char *network, ins_arena *arena, ins_list *sources)
{
    ins_weights_source *source = ins_list_add(arena, sources, sizeof *source);
    *source = (ins_weights_source){path, network};
}

enum { DEEPEST = 32 }; /* directories in each other */

static ins_status find_below(const char *directory, size_t depth, ins_arena *arena,
                             ins_list *sources, ins_error *error)
{
    DIR *open = opendir(directory);
    ins_status status = INS_OK;
    if (open == NULL) return ins_file_problem(directory, INS_DATA, error);
    for (const struct dirent *entry; status == INS_OK && (entry = readdir(open)) != NULL;) {
        struct stat itself, target;
        if (entry->d_name[0] == '.') continue;
        char *joined = ins_path_join(directory, entry->d_name);
        const char *path = ins_arena_copy(arena, joined, strlen(joined));
        free(joined);
        if (lstat(path, &itself) == 0 && S_ISDIR(itself.st_mode)) {
            if (depth < DEEPEST) status = find_below(path, depth + 1, arena, sources, error);
        } else if (is_readable(entry->d_name) && stat(path, &target) == 0 &&
                   S_ISREG(target.st_mode)) {
            add_source(path, network_of(path, arena), arena, sources);
        }
    }
    closedir(open);
    return status;
}

static int by_network(const void *a, const void *b)
{
    const ins_weights_source *first = a, *second = b;
    const int order = compare_naturally(first->network, second->network);
    return order != 0 ? order : compare_naturally(first->path, second->path);
}

ins_status ins_weights_find(const char *path, ins_arena *arena, ins_list *sources, ins_error *error)
{
    struct stat status;
    const size_t before = sources->count;
    if (stat(path, &status) != 0) return ins_file_problem(path, INS_DATA, error);
    if (!S_ISDIR(status.st_mode)) {
        const char *copy = ins_arena_copy(arena, path, strlen(path));
        add_source(copy, has_ending(copy, ".npy") ? copy : network_of(copy, arena), arena, sources);
        return INS_OK;
    }
    if (find_below(path, 0, arena, sources, error) != INS_OK) return INS_DATA;
    if (sources->count == before)
        return ins_error_add(error, INS_DATA, "%s: holds no .npy, .npz or .safetensors file", path);
    qsort((ins_weights_source *)sources->items + before, sources->count - before,
          sizeof(ins_weights_source), by_network);
    return INS_OK;
}

/* --- Arrays ----------------------------------------------------------------------------------- */

static void tell(const ins_weights_visitor *visitor, const char *name, const ins_array *array)
{
    ins_weights weights = {.name = name, .dimensions = array->dimensions, .wide = array->x};
    memcpy(weights.shape, array->shape, sizeof weights.shape);
    if (array->whole)
        visitor->skip(visitor->context, name, "whole numbers");
    else
        visitor->tensor(visitor->context, &weights);
}

static ins_status read_npy(const char *path, const ins_weights_visitor *visitor, ins_arena *arena,
                           ins_error *error)
{
    ins_array array = {0};
    ins_stream *stream = ins_stream_open(path, error);
    if (stream == NULL) return INS_DATA;
    const ins_byte_source source = ins_stream_source(stream);
    const ins_status status = ins_npy_read_array(&source, &array, error);
    if (status == INS_OK) tell(visitor, without_ending(base_of(path), ".npy", arena), &array);
    ins_array_free(&array);
    ins_stream_close(stream);
    return status;
}

static ins_status read_member(const char *path, ins_zip *zip, size_t index,
                              const ins_weights_visitor *visitor, ins_arena *arena,
                              ins_error *error)
{
    const char *name = ins_zip_name(zip, index);
    ins_array array = {0};
    if (!has_ending(name, ".npy"))
        return ins_error_add(error, INS_DATA,
                             "%s(%s): no array: members of an .npz archive are .npy files", path,
                             name);
    ins_zip_member *member = ins_zip_member_open(zip, index, error);
    if (member == NULL) return INS_DATA;
    const ins_byte_source source = ins_zip_member_source(member);
    const ins_status status = ins_npy_read_array(&source, &array, error);
    if (status == INS_OK) tell(visitor, without_ending(name, ".npy", arena), &array);
    ins_array_free(&array);
    ins_zip_member_close(member);
    return status;
}

static bool has_member(const ins_zip *zip, const char *ending)
{
    for (size_t i = 0; i < ins_zip_members(zip); i++)
        if (has_ending(ins_zip_name(zip, i), ending)) return true;
    return false;
}

/* --- Formats that are not read ---------------------------------------------------------------- */

/* What does it in Python. */
#define TORCH                                                                     \
    "a PyTorch file is a pickle, which is a program, and is not read: in Python " \
    "initscope.audit(torch.load(f, weights_only=True))"
#define KERAS                                                                                    \
    "HDF5 and Keras files are not read: in Python initscope.audit({name: array}), or write the " \
    "arrays with numpy.savez"

typedef struct foreign {
    const char *ending; /* of the name */
    const char *magic;  /* what the file begins with; NULL: the name alone tells */
    const char *remedy;
} foreign;

static const foreign foreigners[] = {
    {".pt", "\x80\x02", TORCH}, {".pth", NULL, TORCH},     {".bin", NULL, TORCH},
    {".ckpt", NULL, TORCH},     {".h5", "\x89HDF", KERAS}, {".hdf5", NULL, KERAS},
    {".keras", NULL, KERAS},
};
enum { FOREIGNERS = sizeof foreigners / sizeof foreigners[0] };

/* NULL: of no format that is known and not read. */
static const char *find_remedy(const char *path, const char *head)
{
    for (size_t i = 0; i < FOREIGNERS; i++)
        if (foreigners[i].magic != NULL &&
            strncmp(head, foreigners[i].magic, strlen(foreigners[i].magic)) == 0)
            return foreigners[i].remedy;
    for (size_t i = 0; i < FOREIGNERS; i++)
        if (has_ending(path, foreigners[i].ending)) return foreigners[i].remedy;
    return NULL;
}

static ins_status refuse(const char *path, const char *remedy, ins_error *error)
{
    return ins_error_add(error, INS_DATA, "%s: %s", path,
                         remedy != NULL
                             ? remedy
                             : "no file of weights that is read: .npy, .npz and .safetensors are");
}

/* --- Archives --------------------------------------------------------------------------------- */

static ins_status read_zip(const char *path, const ins_weights_visitor *visitor, ins_arena *arena,
                           ins_error *error)
{
    ins_zip *zip = ins_zip_open(path, error);
    ins_status status = INS_OK;
    if (zip == NULL) return INS_DATA;
    if (has_member(zip, "/data.pkl"))
        status = refuse(path, TORCH, error);
    else if (has_member(zip, ".h5"))
        status = refuse(path, KERAS, error);
    else if (!has_member(zip, ".npy"))
        status = refuse(path, NULL, error);
    for (size_t i = 0; status == INS_OK && i < ins_zip_members(zip); i++)
        status = read_member(path, zip, i, visitor, arena, error);
    ins_zip_close(zip);
    return status;
}

static int by_name(const void *a, const void *b)
{
    const ins_stored_tensor *const *first = a, *const *second = b;
    return compare_naturally((*first)->name, (*second)->name);
}

static ins_status read_safetensors(const char *path, const ins_weights_visitor *visitor,
                                   ins_error *error)
{
    ins_safetensors *file = ins_safetensors_open(path, error);
    ins_status status = INS_OK;
    if (file == NULL) return INS_DATA;
    const size_t count = ins_safetensors_count(file);
    const ins_stored_tensor **order = ins_reserve(count + 1, sizeof *order, "tensors");
    for (size_t i = 0; i < count; i++) order[i] = ins_safetensors_at(file, i);
    qsort(order, count, sizeof *order, by_name);
    for (size_t i = 0; status == INS_OK && i < count; i++) {
        ins_array array = {0};
        if (!order[i]->floating) {
            visitor->skip(visitor->context, order[i]->name, order[i]->type);
            continue;
        }
        status = ins_safetensors_read(file, (size_t)(order[i] - ins_safetensors_at(file, 0)),
                                      &array, error);
        if (status == INS_OK) tell(visitor, order[i]->name, &array);
        ins_array_free(&array);
    }
    free(order);
    ins_safetensors_close(file);
    return status;
}

/* --- One file --------------------------------------------------------------------------------- */

enum { HEAD = 9 }; /* a header's length, and the brace behind it */

ins_status ins_weights_read(const char *path, const ins_weights_visitor *visitor, ins_error *error)
{
    char head[HEAD + 1] = "";
    size_t length;
    /* The length of a header may look like the start of another format. */
    if (has_ending(path, ".safetensors")) return read_safetensors(path, visitor, error);
    ins_stream *stream = ins_stream_open(path, error);
    if (stream == NULL) return INS_DATA;
    const ins_byte_source source = ins_stream_source(stream);
    ins_status status = ins_bytes_read(&source, head, HEAD, &length, error);
    ins_stream_close(stream);
    if (status != INS_OK) return status;
    const char *remedy = find_remedy(path, head);
    ins_arena *arena = ins_arena_new();
    if (ins_is_npy(head, length))
        status = read_npy(path, visitor, arena, error);
    else if (strncmp(head, "PK\3\4", 4) == 0 || strncmp(head, "PK\5\6", 4) == 0 ||
             has_ending(path, ".npz"))
        status = read_zip(path, visitor, arena, error);
    else if (remedy == NULL && head[HEAD - 1] == '{')
        status = read_safetensors(path, visitor, error);
    else
        status = refuse(path, remedy, error);
    ins_arena_free(arena);
    return status;
}
