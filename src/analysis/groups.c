/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* A part is a pair of a group and a level. */
#include <config.h>

#include "groups.h"

#include <stdlib.h>
#include <string.h>

#include "initscope/memory.h"
#include "row_map.h"

bool ins_groups_part(size_t *group, const size_t *level, size_t count)
{
    ins_row_map pairs;
    size_t *part = ins_allocate(count + 1, sizeof *part, "groups");
    size_t groups = 0, parts = 0;
    ins_row_map_start(&pairs, 0, UINT64_MAX);
    for (size_t i = 0; i < count; i++) {
        part[i] = ins_row_map_put(&pairs, (uint64_t)group[i] << 32 | level[i], parts);
        parts += part[i] == parts;
        if (group[i] >= groups) groups = group[i] + 1;
    }
    bool parted = parts > groups;
    if (parted) memcpy(group, part, count * sizeof *part);
    ins_row_map_free(&pairs);
    free(part);
    return parted;
}
