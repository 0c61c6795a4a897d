# What a packager changes.  Everything can be set on make's command line.

VERSION   = 0.1.0
PREFIX    = /usr/local
BINDIR    = $(PREFIX)/bin
SHAREDIR  = $(PREFIX)/share/performia
MANDIR    = $(PREFIX)/share/man
BASHCOMP  = $(PREFIX)/share/bash-completion/completions
ZSHCOMP   = $(PREFIX)/share/zsh/site-functions
FISHCOMP  = $(PREFIX)/share/fish/vendor_completions.d
UNITDIR   = $(PREFIX)/lib/systemd/user

CC         = cc
PKG_CONFIG = pkg-config
CFLAGS     = -O2 -g

# Debian packages: what the build needs, what makes it better, what the
# tests need.  `make deps` installs those that are missing.
DEB_BUILD    = gcc make pkg-config libc6-dev libyaml-dev libsndfile1-dev \
               libaubio-dev libfftw3-dev libsoxr-dev libasound2-dev liblo-dev
DEB_OPTIONAL = libebur128-dev libjack-jackd2-dev libfluidsynth-dev timgm6mb-soundfont
DEB_DEMO     = sonic-pi-samples sox
DEB_TEST     = bats mandoc sox jackd2 liblo-tools

# Optional libraries: found by pkg-config or left out, with a line that says
# so.  With ebur128, pf-render --lufs works; with fluidsynth, SoundFonts play;
# with jack, pf-engine -d jack.
OPTIONAL   = libebur128 fluidsynth jack

# libfluidsynth is opened when an instrument asks for it, never linked.
# What each program links with beyond libpf.a, the C library and libm.
# aubio is linked statically: its shared library loads FFmpeg and a hundred
# others, which costs 27 ms at every start.
LIBS_pf-agent   = yaml-0.1
LIBS_pf-ctl     = liblo
LIBS_pf-tap     = liblo
LIBS_pf-latency = liblo jack
LIBS_pf-analyze = sndfile soxr fftw3f aubio
LIBS_pf-engine  = alsa jack liblo sndfile soxr yaml-0.1
LIBS_pf-gen     = yaml-0.1
LIBS_pf-run     = yaml-0.1
LIBS_pf-render  = yaml-0.1 sndfile soxr libebur128
# What a benchmark measures beside ours.
LIBS_bench_lane = liblo jack
