/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* Groups of things that agree in several respects, found one respect after the other. */
#ifndef GROUPS_H
#define GROUPS_H

#include <stdbool.h>
#include <stddef.h>

/* group, level: (count). Parts groups, numbered from 0 in the order in which they first stand, by
 * the level that each thing has in one more respect; true when some group is parted. */
bool ins_groups_part(size_t *group, const size_t *level, size_t count);

#endif
