# Performia.  Targets: all demo check check-long bench lint install uninstall
# clean.  SANITIZE=address,undefined (or thread) builds and checks under
# sanitizers; BUILD=dir builds elsewhere.
include config.mk

BUILD    = build$(if $(SANITIZE),/$(subst $(comma),-,$(SANITIZE)))
comma   := ,
have     = $(shell $(PKG_CONFIG) --exists $(1) 2>/dev/null && echo yes)
missing := $(foreach l,$(OPTIONAL),$(if $(call have,$(l)),,$(l)))
pkgs     = $(filter-out $(missing),$(1))
# Our own words for what pkg-config would say: aubio statically (config.mk).
aubio_a := $(wildcard $(shell $(PKG_CONFIG) --variable=libdir aubio 2>/dev/null)/libaubio.a)
libs     = $(if $(strip $(1)),$(shell $(PKG_CONFIG) --libs $(if $(aubio_a),$(filter-out aubio,$(1)),$(1)) 2>/dev/null)) \
           $(if $(aubio_a),$(if $(filter aubio,$(1)),$(aubio_a) -lfftw3f))

PROGRAMS := $(notdir $(patsubst %/,%,$(wildcard cmd/pf*/)))
LIB_SRC  := $(wildcard lib/*/*.c)
LIB_OBJ  := $(LIB_SRC:%.c=$(BUILD)/%.o)
UNITS    := $(patsubst tests/%.c,$(BUILD)/tests/%,$(wildcard tests/unit/test_*.c tests/rt/test_*.c))
BENCHES  := $(patsubst tests/%.c,$(BUILD)/tests/%,$(wildcard tests/bench/bench_*.c))
LONGS    := $(patsubst tests/%.c,$(BUILD)/tests/%,$(wildcard tests/stress/*.c tests/fuzz/*.c))
ALL_PKGS  = $(call pkgs,$(sort $(foreach v,$(filter LIBS_%,$(.VARIABLES)),$($(v)))))

PF_CPPFLAGS = -D_GNU_SOURCE -Ilib -Itests -DPF_VERSION='"$(VERSION)"' -DPF_SHAREDIR='"$(SHAREDIR)"' \
              $(foreach l,$(filter-out $(missing),$(OPTIONAL)),-DHAVE_$(l))
# Decisions must be the same on every host, so nothing is contracted (fused
# multiply-adds) but where a file asks for it: contracts of lib/event.
PF_CFLAGS   = -std=c11 -ffp-contract=off -fno-math-errno -Wall -Wextra -Wshadow -Wstrict-prototypes \
              -Wmissing-prototypes -Wconversion -Wno-sign-conversion -pthread \
              $(if $(SANITIZE),-fsanitize=$(SANITIZE) -fno-omit-frame-pointer -fno-sanitize-recover=undefined)
PF_LDFLAGS  = -pthread $(if $(SANITIZE),-fsanitize=$(SANITIZE))
COMPILE     = $(CC) $(PF_CPPFLAGS) $(CPPFLAGS) $(PF_CFLAGS) $(CFLAGS) $(SIMD) -MMD -MP -c -o $@ $<

all: $(PROGRAMS:%=$(BUILD)/%)
	@for l in $(missing); do echo "built without $$l (not found by pkg-config)"; done

.SECONDARY:
$(BUILD)/%.o: %.c config.mk
	@mkdir -p $(@D)
	$(COMPILE)
# The sense of pulse, run again over minutes when an agent is restarted.
$(BUILD)/lib/music/pulse_states.o: SIMD = -O3

# The same kernels for each width of vector registers, chosen at run time.
$(BUILD)/%_avx2_rt.o:   SIMD = -mavx2 -mfma
$(BUILD)/%_avx512_rt.o: SIMD = -mavx512f -mavx512dq -mavx512vl -mavx512bw -mavx2 -mfma

# Loops along time, laid side by side by the compiler.
$(BUILD)/lib/audiofile/quantize.o: SIMD = -O3 -fno-trapping-math
$(BUILD)/lib/engine/fx_%_rt.o $(patsubst %,$(BUILD)/lib/engine/%_rt.o,rows pluck string_loop body drums_voice): SIMD = -O3 -fno-trapping-math

$(BUILD)/libpf.a: $(LIB_OBJ)
	@rm -f $@ # and append: two rooms may each have a reader.o
	$(AR) qcs $@ $^

.SECONDEXPANSION:
$(PROGRAMS:%=$(BUILD)/%): $(BUILD)/%: $$(addprefix $(BUILD)/,$$(addsuffix .o,$$(basename $$(wildcard cmd/$$*/*.c)))) $(BUILD)/libpf.a
	$(CC) $(PF_LDFLAGS) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(call libs,$(call pkgs,$(LIBS_$*))) $(LDLIBS) -lm

$(BUILD)/tests/%: $(BUILD)/tests/%.o $(BUILD)/libpf.a
	$(CC) $(PF_LDFLAGS) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(call libs,$(ALL_PKGS)) $(LDLIBS) -lm

# A sound card for tests: a plug-in of ALSA.
CLOCK_CARD = $(BUILD)/tests/pfclock.so
$(CLOCK_CARD): tests/pfclock/pfclock.c
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) -std=gnu11 -Wall -Wextra $(CFLAGS) -fPIC -shared -DPIC -o $@ $< $(call libs,alsa)

# The entries that set up a bare machine: they install what is missing, and
# build with every processor unless told otherwise (-j).
demo check check-long bench: deps
	@$(MAKE) --no-print-directory $(if $(findstring -j,$(MAKEFLAGS)),,-j$$(nproc)) run-$@
deps:
	@tests/deps $(sort $(DEB_BUILD) $(DEB_OPTIONAL) $(DEB_DEMO) $(DEB_TEST))
run-demo: all
	@BUILD=$(BUILD) pipelines/demo.sh
run-check: all $(UNITS) $(CLOCK_CARD)
	@BUILD=$(BUILD) SANITIZE=$(SANITIZE) tests/run check
run-check-long: all $(UNITS) $(LONGS) $(CLOCK_CARD)
	@BUILD=$(BUILD) SANITIZE=$(SANITIZE) tests/run long
run-bench: all $(BENCHES) $(CLOCK_CARD)
	@BUILD=$(BUILD) tests/run bench
# What audio threads call must be allowed there; for a plain build.
check-rt: all
	@tests/rt/symbols $(BUILD)
lint:
	@tests/lint

install: all
	@BUILD=$(BUILD) DESTDIR=$(DESTDIR) BINDIR=$(BINDIR) SHAREDIR=$(SHAREDIR) MANDIR=$(MANDIR) \
	 BASHCOMP=$(BASHCOMP) ZSHCOMP=$(ZSHCOMP) FISHCOMP=$(FISHCOMP) UNITDIR=$(UNITDIR) PROGRAMS='$(PROGRAMS)' tests/install
uninstall:
	@DESTDIR=$(DESTDIR) BINDIR=$(BINDIR) SHAREDIR=$(SHAREDIR) MANDIR=$(MANDIR) \
	 BASHCOMP=$(BASHCOMP) ZSHCOMP=$(ZSHCOMP) FISHCOMP=$(FISHCOMP) UNITDIR=$(UNITDIR) PROGRAMS='$(PROGRAMS)' tests/install -u
clean:
	rm -rf build demo

.PHONY: all demo check check-long check-rt bench deps run-demo run-check run-check-long run-bench lint install uninstall clean
-include $(LIB_OBJ:.o=.d) $(wildcard $(BUILD)/cmd/*/*.d $(BUILD)/tests/*/*.d)
