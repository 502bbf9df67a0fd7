# SPDX-FileCopyrightText: The initscope authors
# SPDX-License-Identifier: GPL-3.0-or-later
# The table that the shapes are made of: 120 flowers that never were.
BEGIN {
    print "length,width,colour,kind"
    for (i = 1; i <= 120; i++)
        printf "%.1f,%.2f,%s,%s\n", 4 + i * 7 % 13 / 10, 1 + i * 5 % 11 / 4,
            i % 3 == 0 ? "red" : i % 3 == 1 ? "blue" : "white", i % 2 ? "setosa" : "virginica"
}
