#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Learn how chords follow each other and what melodies do over them: prints
lib/music/chord_table.c.

usage: chord_table.py NOTTINGHAM.txt POP909-FOLDER > lib/music/chord_table.c
"""
import sys

import corpus

# A "mode" is a kind of tune: as in lib/music/chord_table.h.
MODES = ('folk, major', 'folk, minor', 'pop, major', 'pop, minor')
PLACES = 3      # downbeat, half bar, other beats
KINDS = ('maj', 'min')


def place(index, per_bar):
    """The same as place_of() in lib/music/chord_follower.c."""
    return 0 if index == 0 else 1 if per_bar % 2 == 0 and index == per_bar // 2 else 2


def zeros(*n):
    return [zeros(*n[1:]) for _ in range(n[0])] if n else 0.


def key_at(t, beat):
    return [k for k in t.keys if k[0] <= beat + .01 or k is t.keys[0]][-1][1:]


def main():
    first = zeros(4, 24)
    trans = zeros(4, PLACES, 24, 24)
    emit = zeros(2, 4, 24, 12)
    tunes = zeros(4)
    for style, path in enumerate(sys.argv[1:3]):
        for t in corpus.load(path):
            m = style * 2 + key_at(t, 0)[1]
            tunes[m] += 1
            last = None
            by_beat = {}
            for on, off, p in t.melody:
                for h in range(int(on * 2), int(off * 2 - 1e-6) + 1):
                    w = min(off, h / 2 + .5) - max(on, h / 2)
                    by_beat.setdefault(h // 2, []).append((h % 2, p, w))
            for i in range(int(t.end)):
                tonic, minor = key_at(t, i)
                m = style * 2 + minor
                c = t.chord_at(i)
                if not c or c[1] not in KINDS:
                    last = None
                    continue
                s = (c[0] - tonic) % 12 * 2 + KINDS.index(c[1])
                if last is None:
                    first[m][s] += 1
                else:
                    trans[m][place(i % t.per_bar, t.per_bar)][last][s] += 1
                last = s
                for half, p, w in by_beat.get(i, ()):
                    c2 = t.chord_at(i + half * .5)
                    if c2 == c:
                        emit[half][m][s][(p - tonic) % 12] += w
    # Rare chords borrow from how melodies treat any chord of their kind, and
    # rare successions from the same place in the other modes.
    print('''/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * How chords follow each other and what melodies do over them.  Made by
 * tests/train/chord_table.py; do not edit.  Learnt from the Nottingham Music
 * Database (folk tunes; edition jukedeck/nottingham-dataset, GPL-3.0) and
 * POP909 (Z. Wang et al., "POP909: A Pop-song Dataset for Music Arrangement
 * Generation", ISMIR 2020; MIT).
 */
#include "music/chord_table.h"
''')
    # Tempered: the world is less one-sided than the collection.
    tunes = [n ** .5 for n in tunes]
    total = sum(tunes)
    print('const float chord_mode_share[CHORD_MODES] = { %s };\n' % ', '.join(
        '%.4ff' % (n / total) for n in tunes))
    print('const float chord_first[CHORD_MODES][24] = {')
    for m in range(4):
        print('\t{ /* %s */' % MODES[m] + nums(smooth(first[m], .5)) + '},')
    print('};\n\nconst float chord_next[CHORD_MODES][CHORD_PLACES][24][24] = {')
    for m in range(4):
        print('\t{ /* %s */' % MODES[m])
        for q in range(PLACES):
            print('\t\t{')
            for a in range(24):
                back = [sum(trans[x][q][a][b] for x in range(4) if x % 2 == m % 2) for b in range(24)]
                whole = [sum(trans[x][q][y][b] for x in range(4) for y in range(24)) for b in range(24)]
                p = smooth(whole, 1)
                stay = sum(sum(trans[m][q][y][y] for y in range(24)) for _ in (0,)) / max(1, sum(map(sum, trans[m][q])))
                p = [(1 - stay) * x + (stay if b == a else 0) for b, x in enumerate(p)]
                p = blend(back, p, 6)
                p = blend(trans[m][q][a], p, 6)
                print('\t\t\t{' + nums(p) + '},')
            print('\t\t},')
        print('\t},')
    print('};\n\nconst float chord_melody[2][CHORD_MODES][24][12] = {')
    for h in range(2):
        print('\t{')
        for m in range(4):
            print('\t\t{ /* %s, %s half of the beat */' % (MODES[m], ('first', 'second')[h]))
            kind = [[sum(emit[h][x][2 * r + k][(r + i) % 12] for x in range(4) for r in range(12))
                     for i in range(12)] for k in range(2)]
            scale = smooth([sum(emit[h][m][s][i] for s in range(24)) for i in range(12)], 1)
            for s in range(24):
                k = smooth(kind[s % 2], 1)
                p = [k[(i - s // 2) % 12] * (.02 + scale[i]) for i in range(12)]
                p = blend(emit[h][m][s], [x / sum(p) for x in p], 12)
                print('\t\t\t{' + nums(p) + '},')
            print('\t\t},')
        print('\t},')
    print('};')


def smooth(xs, a):
    z = sum(xs) + a * len(xs)
    return [(x + a) / z for x in xs]


def blend(counts, p, weight):
    z = sum(counts) + weight
    return [(c + weight * x) / z for c, x in zip(counts, p)]


def nums(xs):
    out = ''
    for i in range(0, len(xs), 6):
        out += '\n\t\t\t  ' + ', '.join('%.5ff' % x for x in xs[i:i + 6]) + ','
    return out


if __name__ == '__main__':
    main()
