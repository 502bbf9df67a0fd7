/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* Members of zip archives, read in order: stored or deflated, checked by their check sums. */
#ifndef INITSCOPE_ZIP_H
#define INITSCOPE_ZIP_H

#include <stdbool.h>
#include <stddef.h>

#include "initscope/error.h"
#include "initscope/stream.h"

typedef struct ins_zip ins_zip;

/* Opens an archive; NULL and an INS_DATA problem where path is none. error may be NULL. */
ins_zip *ins_zip_open(const char *path, ins_error *error);
void ins_zip_close(ins_zip *zip); /* NULL is fine */

size_t ins_zip_members(const ins_zip *zip);
const char *ins_zip_name(const ins_zip *zip, size_t member); /* valid while zip is; "" for none */

typedef struct ins_zip_member ins_zip_member;

/* Opens a member; NULL and an INS_DATA problem when it is encrypted, packed in another way, or
 * declares more bytes than its packed ones can unpack to. Close it before the archive. */
ins_zip_member *ins_zip_member_open(ins_zip *zip, size_t member, ins_error *error);
void ins_zip_member_close(ins_zip_member *member); /* NULL is fine */

/* Its bytes, named "PATH(MEMBER)", its size the declared one, beyond which nothing is unpacked. */
ins_byte_source ins_zip_member_source(ins_zip_member *member);

/* "1.7.3": of the library that reads archives. */
const char *ins_libzip_version(void);

#endif
