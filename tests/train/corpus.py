# SPDX-License-Identifier: GPL-3.0-or-later
"""Tunes to learn from, times in felt beats (a dotted quarter in 6/8).

Reads two text forms: blocks of `word value` lines with token/ticks lists (24
ticks a quarter; the Nottingham tunes), and folders of NNN.txt files with one
timed `beat`, `chord`, `melody` or `piano` a line (POP909).
"""
import bisect
import glob
import os
import re

STEPS = dict(C=0, D=2, E=4, F=5, G=7, A=9, B=11)
MINOR_THIRD = re.compile(r'min|dim|hdim|m(?!aj)')


def pitch_class(name):
    return (STEPS[name[0]] + name.count('#') - name[1:].count('b')) % 12


def parse_chord(label):
    """-> (root, kind) with kind 'maj', 'min' or another triad; None: no chord."""
    m = re.match(r'([A-G][#b]*):?([^/]*)', label)
    if not m:
        return None
    q = m[2]
    kind = ('other' if re.match(r'dim|hdim|aug|sus|5', q) else
            'min' if re.match(r'min|m(?!aj)', q) else 'maj')
    return pitch_class(m[1]), kind


def parse_key(label):
    tonic, mode = label.split(':')
    return pitch_class(tonic), int(mode.startswith('min'))


class Tune:
    """melody, piano: [(on, off, pitch)]; chords: [(on, off, root, kind)];
    keys: [(beat, tonic, minor)]; all times in felt beats, bars at multiples
    of per_bar."""

    def __init__(self, name, meter, melody, piano, chords, keys):
        n, d = meter
        self.name, self.meter = name, meter
        self.subdivision = 3 if n in (6, 9, 12) else 2
        tactus = 4 / d * (3 if self.subdivision == 3 else 1)
        self.per_bar = round(n * 4 / d / tactus)
        self.tactus = tactus

        def scale(rows):
            return sorted((r[0] / tactus, r[1] / tactus) + r[2:] for r in rows)
        self.melody, self.piano, self.chords = map(scale, (melody, piano, chords))
        self.keys = [(k[0] / tactus,) + k[1:] for k in keys]
        self.end = max(x[1] for x in self.melody + self.chords)

    def chord_at(self, beat):
        """(root, kind) sounding at a beat, or None."""
        i = bisect.bisect_right([c[0] for c in self.chords], beat + .01) - 1
        c = self.chords[i] if i >= 0 else None
        return c[2:] if c and c[1] > beat + .01 else None


def nottingham(path):
    for block in open(path).read().split('\n\n'):
        rows = [x.split(' ', 1) for x in block.strip().splitlines()]
        f = dict(r for r in rows if len(r) == 2)
        if 'tune' not in f:
            continue

        def spans(text):
            now, out = 0, []
            for token in text.split():
                label, ticks = token.rsplit('/', 1)
                if label != '-':
                    out.append((now / 24, (now + int(ticks)) / 24, label))
                now += int(ticks)
            return out
        chords = [(a, b) + parse_chord(x) for a, b, x in spans(f['chords'])
                  if parse_chord(x)]
        keys = [(int(r[1].split()[0]) / 24,) + parse_key(r[1].split()[1])
                for r in rows if r[0] == 'key']
        yield Tune(f['tune'], tuple(map(int, f['meter'].split('/'))),
                   [(a, b, int(p)) for a, b, p in spans(f['melody'])], [],
                   chords, keys)


def pop909(folder):
    for path in sorted(glob.glob(os.path.join(folder, '*.txt'))):
        rows = [x.split() for x in open(path) if x.strip() and x[0] != '#']
        at = [float(r[1]) for r in rows if r[0] == 'beat']
        lead = (int(next(r[2] for r in rows if r[0] == 'beat')) - 1) % 4

        def beat(t):
            t = float(t)
            i = min(max(0, bisect.bisect_right(at, t) - 1), len(at) - 2)
            return max(0, lead + i + (t - at[i]) / (at[i + 1] - at[i]))
        part = {w: [(beat(r[1]), beat(r[2]), int(r[3])) for r in rows
                    if r[0] == w] for w in ('melody', 'piano', 'bridge')}
        chords = [(round(beat(r[1]) * 4) / 4, round(beat(r[2]) * 4) / 4) +
                  parse_chord(r[3]) for r in rows
                  if r[0] == 'chord' and parse_chord(r[3])]
        key = next(parse_key(r[1]) for r in rows if r[0] == 'key')
        yield Tune('pop' + os.path.basename(path)[:3], (4, 4), part['melody'],
                   part['piano'] + part['bridge'], chords, [(0,) + key])


def load(path):
    return list(pop909(path) if os.path.isdir(path) else nottingham(path))
