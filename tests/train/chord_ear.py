#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Learn what chords look like to the ears, and print lib/analysis/chord_table.c.

usage: chord_ear.py SET...

SET is a folder of NAME.ref (event stream with chords and tempo) and NAME.chroma
(what dump_sounding prints of its audio).  A chord's log odds are linear in the
treble and bass chroma turned to its root: one row of weights for major, one
for minor, learnt as a softmax over 24 chords.  The tunes' guitar plays roots
on every beat; some are moved to the fifth and third, as a player would.
"""
import glob
import sys
import numpy as np

NAMES = 'C C# D Eb E F F# G Ab A Bb B'.split()
MAJOR = {'maj', '7', 'maj7', 'maj6', '9', 'maj9', 'sus4', 'sus2', 'add9', 'aug', 'aug7', '7sus4'}


def read(path):
    rows = [l.rstrip('\n').split('\t') for l in open(path) if l[0] != '#']
    return [(float(r[0]), r[2], r[5], dict(x.split('=', 1) for x in r[6:])) for r in rows]


def truth(base):
    ev, tempo, out = read(base + '.ref'), [], []
    for t, kind, _, x in ev:
        if kind == 'tempo':
            tempo.append((t, float(x['bpm'])))

    def seconds(b):
        s, last, bpm = 0., 0., 60.
        for t, x in tempo:
            if t >= b:
                break
            s += (t - last) * 60 / bpm
            last, bpm = t, x
        return s + (b - last) * 60 / bpm
    for t, kind, d, x in ev:
        if kind == 'chord':
            q = x.get('quality', 'maj')
            r = x['root']
            lab = 24 if r == 'N' else None
            if lab is None:
                r = {'Db': 'C#', 'D#': 'Eb', 'Gb': 'F#', 'G#': 'Ab', 'A#': 'Bb', 'Cb': 'B', 'E#': 'F', 'Fb': 'E', 'B#': 'C'}.get(r, r)
                minor = q.startswith('min') or q in ('hdim7', 'dim', 'dim7')
                lab = 2 * NAMES.index(r) + (1 if minor else 0)
                if q in ('dim', 'dim7', 'hdim7', 'aug', 'sus2', 'sus4'):
                    lab = -1
            out.append((seconds(t), seconds(t + float(d)), lab))
    return out


def frames(base):
    d = np.loadtxt(base + '.chroma')
    lab = np.full(len(d), -2)
    for a, b, l in truth(base):
        # A frame belongs to a chord once its window mostly does.
        lab[(d[:, 0] > a + .07) & (d[:, 0] < b + .02)] = l
    return d[:, 1:13], d[:, 13:25], d[:, 25], d[:, 26], lab


def rows(treble, bass):
    """-> [frames, 24 chords' features]: turned treble, bass."""
    return np.stack([np.concatenate([np.roll(treble, -r, 1), np.roll(bass, -r, 1)], 1) for r in range(12)], 1)


def main():
    T, B, L, D = [], [], [], []
    for s in sys.argv[1:]:
        for f in sorted(glob.glob(s + '/*.chroma') + glob.glob(s + '*.chroma')):
            import os
            base = f[:-7]
            if not os.path.exists(base + '.ref'):
                continue
            t, b, ton, p, lab = frames(base)
            ok = (lab >= 0) & (lab < 24) & (t.max(1) > 0)
            T.append(t[ok]); B.append(b[ok]); L.append(lab[ok]); D.append(ton[ok])
            print(base, ok.sum(), file=sys.stderr)
    n = min(4000, min(len(x) for x in L))
    rng = np.random.default_rng(1)
    pick = [rng.choice(len(x), min(len(x), n), False) for x in L]
    half = len(L) // 2

    def cat(X, part):
        return np.concatenate([x[p] for x, p in list(zip(X, pick))[part]])

    def walk(b):
        """Basses that alternate between root, fifth and third, as people play."""
        dice, out = rng.random(len(b)), b.copy()
        for lo, hi, up in ((0, .14, 7), (.14, .17, 4), (.17, .2, 3)):
            on = (dice >= lo) & (dice < hi)
            out[on] = np.roll(b[on], up, 1)
        out[dice > .95] = 0
        return out
    B = [walk(b) for b in B]
    tr, te = slice(0, None, 2), slice(1, None, 2)

    def fit(part, reg=1e-4):
        X, y = rows(np.sqrt(cat(T, part)), np.sqrt(cat(B, part))), cat(L, part)
        W, bias = np.zeros((2, 24)), np.zeros(2)
        vW, vb = np.zeros_like(W), np.zeros(2)
        N = len(y)
        for it in range(400):
            z = np.einsum('nrf,mf->nrm', X, W) + bias
            z = z.reshape(N, 24)
            z -= z.max(1, keepdims=True)
            p = np.exp(z)
            p /= p.sum(1, keepdims=True)
            p[np.arange(N), y] -= 1
            g = p.reshape(N, 12, 2)
            gW = np.einsum('nrm,nrf->mf', g, X) / N + reg * W
            gb = g.sum((0, 1)) / N
            vW = .9 * vW - 1.5 * gW
            vb = .9 * vb - 1.5 * gb
            W += vW
            bias += vb
        return W, bias

    def acc(W, bias, part):
        X, y = rows(np.sqrt(cat(T, part)), np.sqrt(cat(B, part))), cat(L, part)
        z = (np.einsum('nrf,mf->nrm', X, W) + bias).reshape(len(y), 24)
        return (z.argmax(1) == y).mean()
    W, b = fit(tr)
    print('held-out frames right: %.3f, trained on: %.3f' % (acc(W, b, te), acc(W, b, tr)), file=sys.stderr)
    if len(sys.argv) > 2:
        W, b = fit(slice(None))
    print('/* SPDX-License-Identifier: GPL-3.0-or-later */\n/*')
    print(' * How chords look in chroma, learnt by tests/train/chord_ear.py from audio\n'
          ' * rendered of the Nottingham folk tunes (GPL-3.0) and POP909 songs (MIT).\n */')
    print('#include "analysis/chord_table.h"\n')
    print('const double pf_chord_table_bias[2] = {%.4f, %.4f};\n' % tuple(b - b.mean()))
    print('const double pf_chord_table[2][24] = {')
    for m in range(2):
        print('\t{')
        for k in range(0, 24, 6):
            print('\t\t' + ' '.join('%.3f,' % x for x in W[m, k:k + 6]))
        print('\t},')
    print('};')


main()
