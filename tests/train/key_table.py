#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Learn how much each degree sounds in major and minor: prints
lib/music/key_table.c.

usage: key_table.py NOTTINGHAM.txt POP909-FOLDER > lib/music/key_table.c
"""
import sys

import corpus


def main():
    share = [[[.5] * 12 for _ in range(2)] for _ in range(2)]
    for style, path in enumerate(sys.argv[1:3]):
        for t in corpus.load(path):
            keys = t.keys
            for on, off, p in t.melody:
                tonic, minor = [k for k in keys if k[0] <= on + .01 or k is keys[0]][-1][1:]
                heavy = 1.5 if abs(on - round(on)) < .05 else 1
                share[style][minor][(p - tonic) % 12] += (off - on) * heavy
    print('''/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * How much each degree sounds in major and minor.  Made by
 * tests/train/key_table.py; do not edit.  Learnt, half and half, from the
 * melodies of the Nottingham Music Database (folk tunes; edition
 * jukedeck/nottingham-dataset, GPL-3.0) and POP909 (Z. Wang et al., ISMIR
 * 2020; MIT).
 */
#include "music/key_table.h"

const double key_profile[2][12] = {''')
    for minor in range(2):
        p = [sum(share[s][minor][i] / sum(share[s][minor]) for s in range(2)) / 2 for i in range(12)]
        p = [.97 * x + .03 / 12 for x in p]
        print('\t{ ' + ', '.join('%.4f' % x for x in p[:6]) + ',\n\t  ' + ', '.join('%.4f' % x for x in p[6:]) + ' },')
    print('};')


if __name__ == '__main__':
    main()
