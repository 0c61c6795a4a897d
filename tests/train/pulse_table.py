#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Learn where in the bar notes begin: prints lib/music/pulse_table.c.

usage: pulse_table.py NOTTINGHAM.txt POP909-FOLDER > lib/music/pulse_table.c
"""
import bisect
import collections
import math
import sys

import corpus

# The kinds of bar, as in lib/music/pulse_states.h: name, beats, subdivision.
KINDS = (('4/4, melody', 4, 2), ('4/4, ensemble', 4, 2), ('3/4', 3, 2),
         ('2/4', 2, 2), ('6/8', 2, 3), ('9/8', 3, 3))
SLOTS = 12                    # a beat
COARSE = {2: 4, 3: 3}         # places of a beat that features tell apart
NFEATURES = (5, 9, 4, 5)


def pulse_features(ons, lengths, pitches, weight, i):
    """The same as features() in lib/music/pulse.c."""
    out = []
    if i >= 2:
        a, b = ons[i] - ons[i - 1], ons[i - 1] - ons[i - 2]
        r = a / b
        out.append(0 if r < .42 else 1 if r < .75 else 2 if r < 1.4 else 3 if r < 2.4 else 4)
    else:
        out.append(None)
    if i >= 1 and pitches[i] and pitches[i - 1]:
        d = pitches[i] - pitches[i - 1]
        m = abs(d)
        k = 0 if m == 0 else 1 if m <= 2 else 2 if m <= 4 else 3 if m <= 7 else 4
        out.append(k if k == 0 else k if d > 0 else k + 4)
    else:
        out.append(None)
    top = max(weight)
    if pitches[i] and sum(weight) > 3:
        x = weight[pitches[i] % 12] / top
        out.append(0 if x < .15 else 1 if x < .4 else 2 if x < .75 else 3)
    else:
        out.append(None)
    if i >= 1 and lengths[i] > 0:
        r = lengths[i] / (ons[i] - ons[i - 1])
        out.append(0 if r < .42 else 1 if r < .75 else 2 if r < 1.4 else 3 if r < 2.4 else 4)
    else:
        out.append(None)
    return out


def melody_line(t):
    """One note an onset, the highest."""
    top = {}
    for on, off, p in t:
        k = round(on * 96)
        if k not in top or p > top[k][2]:
            top[k] = (on, off, p)
    return [top[k] for k in sorted(top)]


class Kind:
    def __init__(self, beats, sub):
        self.beats, self.sub, self.n = beats, sub, beats * SLOTS
        self.count, self.bars = [0.] * self.n, 0.
        self.first = [0.] * self.n
        self.tunes = 0.
        self.nc = beats * COARSE[sub]
        self.feat = [[[1. for _ in range(k)] for _ in range(self.nc)] for k in NFEATURES]

    def add(self, t, notes, weight=1., features=True):
        line = melody_line(notes)
        ons = [n[0] for n in line]
        slots = [round(x * SLOTS) % self.n for x in ons]
        for s in {(round(x * SLOTS)) for x in ons}:
            self.count[s % self.n] += weight
        self.bars += weight * (ons[-1] - ons[0]) / self.beats
        self.first[slots[0]] += weight
        self.tunes += weight
        if not features:
            return
        lengths, pitches = [n[1] - n[0] for n in line], [n[2] for n in line]
        hist = [0.] * 12
        for i in range(len(line)):
            c = round(ons[i] * COARSE[self.sub]) % self.nc
            for k, v in enumerate(pulse_features(ons, lengths, pitches, hist, i)):
                if v is not None:
                    self.feat[k][c][v] += weight
            hist = [x * .98 for x in hist]
            hist[pitches[i] % 12] += min(2, lengths[i])


def main():
    kinds = [Kind(b, s) for _, b, s in KINDS]
    total = 0
    for t in corpus.load(sys.argv[1]):
        k = next((i for i, x in enumerate(kinds) if (x.beats, x.sub) == (t.per_bar, t.subdivision)), None)
        if k is not None:
            kinds[k].add(t, t.melody)
            total += 1
    for t in corpus.load(sys.argv[2]):
        kinds[1].add(t, t.melody, .5)
        kinds[1].add(t, t.melody + t.piano, 1, False)
    print('''/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Where in the bar notes begin.  Made by tests/train/pulse_table.py; do not
 * edit.  Learnt from the Nottingham Music Database (folk tunes; edition
 * jukedeck/nottingham-dataset, GPL-3.0) and POP909 (Z. Wang et al., "POP909:
 * A Pop-song Dataset for Music Arrangement Generation", ISMIR 2020; MIT).
 */
#include "music/pulse_states.h"

const struct pulse_kind pulse_kind[PULSE_KINDS] = {''')
    for (name, b, s), k in zip(KINDS, kinds):
        print('\t{ /* %s */\n\t\t.beats = %d, .subdivision = %d, .share = %.3f,' %
              (name, b, s, max(.03, k.tunes / (total + kinds[1].tunes))))
        rate = [min(.97, c / k.bars) for c in k.count]
        print('\t\t.rate = {' + rows(rate) + '},')
        f = [(x + .02) / (sum(k.first) + .02 * k.n) for x in k.first]
        print('\t\t.first = {' + rows(f) + '},')
        for name2, tab in zip(('ratio', 'interval', 'stable', 'length'), k.feat):
            whole = [sum(c[v] for c in tab) for v in range(len(tab[0]))]
            z = sum(whole)
            print('\t\t.%s = {' % name2)
            for c in tab:
                n = sum(c)
                print('\t\t\t{' + ', '.join('%.3f' % ((c[v] + 8 * whole[v] / z) / (n + 8) / (whole[v] / z))
                                            for v in range(len(c))) + '},')
            print('\t\t},')
        print('\t},')
    print('};')


def rows(xs):
    out = ''
    for i in range(0, len(xs), SLOTS):
        out += '\n\t\t\t' + ', '.join('%.3f' % x for x in xs[i:i + SLOTS // 2]) + ','
        out += '\n\t\t\t' + ', '.join('%.3f' % x for x in xs[i + SLOTS // 2:i + SLOTS]) + ','
    return out


if __name__ == '__main__':
    main()
