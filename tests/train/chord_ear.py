#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Learn what chords look like to the ears, and print lib/analysis/chord_table.c.

usage: chord_ear.py SET... > lib/analysis/chord_table.c

SET is a folder of NAME.ref (event stream with chords and tempo) and NAME.chroma
(what dump_sounding prints of its audio): melodies over guitar chords, over
broken chords with basses that alternate and walk, piano songs, whole bands.
Every second file of a set is held out first, to tell how good the net is; what
is printed has learnt from all.  A net with one small hidden layer, the same
for all twelve roots, sees treble and bass and their slow means, turned to the
root; learnt as a softmax over 24 chords.
"""
import glob
import sys

import numpy as np

HIDDEN, TREBLE_S, BASS_S = 24, .4, .8  # as in lib/analysis/chord_look.c
LOOKS = 48
FRAMES = 45000                # of each set
NEW_S, NEW_WEIGHT = .5, 6     # a chord that has just begun counts for more
LATE_S = .07                  # the windows lean back: till then it may be either
STEPS = dict(C=0, D=2, E=4, F=5, G=7, A=9, B=11)
TURN = np.stack([np.concatenate([(np.arange(12) + r) % 12 + 12 * part for part in range(4)])
                 for r in range(12)])
rng = np.random.default_rng(1)


def read(path):
    rows = [x.rstrip('\n').split('\t') for x in open(path) if x[0] != '#' and x.strip()]
    return [(float(r[0]), r[2], r[5] if len(r) > 5 else '-', dict(x.split('=', 1) for x in r[6:])) for r in rows]


def label(x):
    """-> root * 2 + minor; 24: no chord; -1: neither major nor minor."""
    root, quality = x['root'], x.get('quality', 'maj')
    if root == 'N':
        return 24
    if quality in ('dim', 'dim7', 'hdim7', 'aug', 'aug7', 'sus2', 'sus4', '5'):
        return -1
    pc = (STEPS[root[0]] + root.count('#') - root[1:].count('b')) % 12
    return 2 * pc + quality.startswith('min')


def truth(path):
    """-> [(seconds, seconds, label)]"""
    events = read(path)
    tempo = [(t, float(x['bpm'])) for t, kind, _, x in events if kind == 'tempo']

    def seconds(beat):
        s, last, bpm = 0., 0., 60.
        for t, x in tempo:
            if t >= beat:
                break
            s += (t - last) * 60 / bpm
            last, bpm = t, x
        return s + (beat - last) * 60 / bpm
    return [(seconds(t), seconds(t + float(d)), label(x)) for t, kind, d, x in events if kind == 'chord']


def slow(x, frames):
    """The mean that follows x in so many frames, as follow() in chord_look.c."""
    out, mean = np.zeros_like(x), np.zeros(x.shape[1])
    for i in range(len(x)):
        mean = mean + (x[i] - mean) / min(i + 1, frames)
        out[i] = mean
    return out


def frames(base):
    """-> looks[n, 48], labels, weights of the frames that have a chord"""
    d = np.loadtxt(base + '.chroma')
    step = np.median(np.diff(d[:, 0]))
    treble, bass = d[:, 1:13], d[:, 13:25]
    looks = np.sqrt(np.concatenate([treble, bass, slow(treble, TREBLE_S / step), slow(bass, BASS_S / step)], 1))
    labels, weight, last = np.full(len(d), -2), np.ones(len(d)), None
    for a, b, c in truth(base + '.ref'):
        labels[(d[:, 0] > a) & (d[:, 0] <= b)] = c
        if c != last:
            labels[(d[:, 0] > a) & (d[:, 0] < a + LATE_S)] = -2
            weight[(d[:, 0] > a) & (d[:, 0] < a + NEW_S)] = NEW_WEIGHT
        last = c
    ok = (labels >= 0) & (labels < 24) & (treble.max(1) > 0)
    return looks[ok].astype(np.float32), labels[ok], weight[ok].astype(np.float32)


def run(net, looks):
    turned = looks[:, TURN]
    hidden = turned @ net['U'].T + net['a']
    z = np.maximum(hidden, 0) @ net['V'].T + turned @ net['W'].T + net['b']
    z = z.reshape(len(looks), 24)
    z = z - z.max(1, keepdims=True)
    return turned, hidden, z - np.log(np.exp(z).sum(1, keepdims=True))


def learn(looks, labels, weight, epochs=10, batch=256, speed=3e-3, keep_small=2e-5):
    """Adam, ever slower."""
    def at_random(*shape):
        return rng.normal(size=shape).astype(np.float32)
    net = dict(U=at_random(HIDDEN, LOOKS) * .2, a=np.zeros(HIDDEN, np.float32), V=at_random(2, HIDDEN) * .1,
               W=np.zeros((2, LOOKS), np.float32), b=np.zeros(2, np.float32))
    first, second = ({k: 0 * v for k, v in net.items()} for _ in range(2))
    n, steps = 0, epochs * (len(labels) // batch) + 1
    for _ in range(epochs):
        order = rng.permutation(len(labels))
        for i in range(0, len(order) - batch, batch):
            pick = order[i:i + batch]
            turned, hidden, log_p = run(net, looks[pick])
            g = np.exp(log_p)
            g[np.arange(batch), labels[pick]] -= 1
            g = (g * weight[pick][:, None] / batch).reshape(batch, 12, 2)
            back = (g @ net['V']) * (hidden > 0)
            slope = dict(b=g.sum((0, 1)), W=np.tensordot(g, turned, ([0, 1], [0, 1])), a=back.sum((0, 1)),
                         V=np.tensordot(g, np.maximum(hidden, 0), ([0, 1], [0, 1])),
                         U=np.tensordot(back, turned, ([0, 1], [0, 1])))
            n += 1
            rate = speed * (1 - n / steps) + 1e-5
            for k in net:
                s = slope[k] + (keep_small * net[k] if k in 'UVW' else 0)
                first[k] = .9 * first[k] + .1 * s
                second[k] = .99 * second[k] + .01 * s * s
                net[k] = net[k] - rate * (first[k] / (1 - .9 ** n)) / (np.sqrt(second[k] / (1 - .99 ** n)) + 1e-7)
    return net


def gather(files):
    """So many frames of each set, at random."""
    out = []
    for one in files:
        parts = [np.concatenate(x) for x in zip(*map(frames, one))]
        pick = rng.permutation(len(parts[1]))[:FRAMES]
        parts[2] /= parts[2].mean()
        out.append([x[pick] for x in parts])
    return [np.concatenate(x) for x in zip(*out)]


def rows(xs):
    return ''.join('\t\t' + ' '.join('%.3ff,' % x for x in xs[i:i + 6]) + '\n' for i in range(0, len(xs), 6))


def table(name, matrix):
    print('\nconst float %s = {' % name)
    for x in matrix:
        print('\t{\n%s\t},' % rows(x))
    print('};')


def main():
    files = [[f[:-7] for f in sorted(glob.glob(s + '/*.chroma'))] for s in sys.argv[1:]]
    net = learn(*gather([x[::2] for x in files]))
    for s, one in zip(sys.argv[1:], files):
        looks, labels, _ = gather([one[1::2]])
        right = (run(net, looks)[2].argmax(1) == labels).mean()
        print('%s: %.3f of the held-out frames right' % (s, right), file=sys.stderr)
    net = learn(*gather(files))
    print('''/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What chords look like in chroma.  Made by tests/train/chord_ear.py; do not
 * edit.  Learnt from audio rendered of the Nottingham folk tunes (GPL-3.0),
 * POP909 songs (MIT) and songs of pf-gen.
 */
#include "analysis/chord_table.h"

const float chord_bias[2] = {%.4ff, %.4ff};''' % tuple(net['b'] - net['b'].mean()))
    table('chord_direct[2][CHORD_LOOKS]', net['W'])
    table('chord_by_hidden[2][CHORD_HIDDEN]', net['V'])
    print('\nconst float chord_hidden_bias[CHORD_HIDDEN] = {\n%s};' % rows(net['a']))
    table('chord_hidden[CHORD_HIDDEN][CHORD_LOOKS]', net['U'])


if __name__ == '__main__':
    main()
