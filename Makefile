# Builds, tests and installs `forever`. `make help` lists the targets; GNU make, any C++20 compiler.

VERSION := 0.1.0

OS := $(shell uname -s)
ifeq ($(OS),Darwin)
CXX := c++
endif
JOBS := $(shell nproc 2>/dev/null || sysctl -n hw.ncpu 2>/dev/null || echo 2)

# As many compilers as there are processors, unless the user said -j.
ifeq ($(MAKELEVEL),0)
MAKEFLAGS += -j$(JOBS)
endif
MAKEFLAGS += --no-builtin-rules
.SUFFIXES:
.SECONDARY:
comma := ,

# With CXX="ccache g++" a result serves every working tree of this project, wherever it lies.
export CCACHE_BASEDIR = $(CURDIR)
export CCACHE_NOHASHDIR = 1
export CCACHE_SLOPPINESS = time_macros,include_file_mtime,include_file_ctime

PREFIX ?= /usr/local
DESTDIR ?=
BINDIR = $(DESTDIR)$(PREFIX)/bin
MANDIR = $(DESTDIR)$(PREFIX)/share/man/man1
BASHDIR = $(DESTDIR)$(PREFIX)/share/bash-completion/completions
ZSHDIR = $(DESTDIR)$(PREFIX)/share/zsh/site-functions
FISHDIR = $(DESTDIR)$(PREFIX)/share/fish/vendor_completions.d

.PHONY: all
all: ## build build/forever and the example server
	@tool/deps --check build
	$(call counting,binaries)

.PHONY: help
help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-11s %s\n", $$1, $$2 }' Makefile

# Flags.

WERROR ?= -Werror
WARNINGS = -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Werror=switch $(WERROR)
# spdlog and fmt are header-only and compiled in one file of ours, so that a static binary needs no library of theirs.
DEFINES = -DSPDLOG_FMT_EXTERNAL -DFMT_HEADER_ONLY -DFMT_STATIC_THOUSANDS_SEPARATOR="','" -DFOREVER_VERSION='"$(VERSION)"'
COMMON = -std=c++20 -I. $(WARNINGS) $(DEFINES)
# A static binary needs libyaml.a. Where the distribution has none (Fedora), forever says that it reads no YAML.
YAML := $(if $(filter Linux,$(OS)),$(wildcard $(shell $(CXX) -print-file-name=libyaml.a)),-lyaml)
override LDLIBS += $(YAML)
BASE = $(COMMON) -Iplatform/posix $(if $(YAML),,-DFOREVER_WITHOUT_YAML)
ifneq ($(OS),Linux)
BASE += $(addprefix -isystem ,$(wildcard /opt/homebrew/include /usr/local/include))
endif

# Small: what this program waits for is the kernel. The exceptions (HOT) are the path of every line of log, and of every app
# in a list. At -Os gcc 12 sees std::variant and std::optional used uninitialized where they are not; -O0 and -O2 do not.
IS_GCC := $(if $(findstring clang,$(shell $(CXX) --version 2>/dev/null)),,$(filter Linux,$(OS)))
release_FLAGS = -Os -DNDEBUG -ffunction-sections -fdata-sections $(if $(IS_GCC),-Wno-maybe-uninitialized)
# Hardened, as root runs it: loaded at an address that cannot be foreseen, with nothing writable that need not be, and nothing
# both writable and executable (`make lint` looks at the built file). 3 needs gcc 12 or clang, and takes the place of a distribution's 2.
ifeq ($(OS),Linux)
FORTIFY := $(if $(IS_GCC),$(if $(filter 8 9 10 11,$(firstword $(subst ., ,$(shell $(CXX) -dumpversion)))),2,3),3)
release_FLAGS += -fPIE -fstack-protector-strong -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=$(FORTIFY) \
	$(if $(filter x86_64 i%86,$(shell uname -m)),-fcf-protection)
# Relocations in their short form where the C library applies them: glibc from 2.36.
RELR := $(shell printf '\043include <features.h>\n\043if __GLIBC__ == 2 && __GLIBC_MINOR__ >= 36\nyes\n\043endif\n' | $(CXX) -E -P -x c++ - 2>/dev/null)
release_LINK = -static-pie -s -Wl,--gc-sections -Wl,-z,relro -Wl,-z,now -Wl,-z,noexecstack $(if $(filter yes,$(RELR)),-Wl$(comma)-z$(comma)pack-relative-relocs)
else ifeq ($(OS),Darwin)
release_LINK = -Wl,-dead_strip
else
release_LINK = -s -Wl,--gc-sections
endif
# To be shipped: optimized as a whole when it is linked, which takes a twentieth off the binary and half a minute to make.
dist_FLAGS = $(release_FLAGS) $(if $(IS_GCC),-flto)
dist_LINK = $(release_LINK) $(if $(IS_GCC),-flto=$(JOBS))
dist_AR = $(if $(IS_GCC),gcc-ar)
test_FLAGS = -O0 -g1
ifeq ($(OS),Linux)
test_LINK = -no-pie
endif
fault_FLAGS = -O0 -g1 -DFOREVER_FAULT_INJECTION
sanitizers = address,undefined
asan_FLAGS = -O0 -g1 -fno-omit-frame-pointer -fsanitize=$(sanitizers) -fno-sanitize-recover=all
asan_LINK = -fsanitize=$(sanitizers)

# libFuzzer where clang brings it (tool/libfuzzer finds out); else gcc and a main of ours that feeds noise.
LIBFUZZER ?=
fuzz_FLAGS = -O2 -g1 -fno-omit-frame-pointer -fno-sanitize-recover=all \
	-fsanitize=$(sanitizers)$(if $(LIBFUZZER),$(comma)fuzzer-no-link)
fuzz_LINK = -fsanitize=$(sanitizers)$(if $(LIBFUZZER),$(comma)fuzzer)
fuzz_CXX = $(LIBFUZZER)

# Windows 10 and later, by the cross compiler. GCC 12's takes a null check in libstdc++'s own strings for an error.
WIN32_CXX ?= $(if $(shell command -v ccache),ccache )x86_64-w64-mingw32-g++-posix
win32_CXX = $(WIN32_CXX)
win32_BASE = $(COMMON) -Iplatform/win32 -isystem build/win32/include -D_WIN32_WINNT=0x0A00 -DUNICODE -D_UNICODE
win32_FLAGS = -Os -DNDEBUG -ffunction-sections -fdata-sections -Wno-maybe-uninitialized
win32_LINK = -static -s -Wl,--gc-sections
win32_HOT = -O2
win32_LIBS = -lws2_32 -liphlpapi -lntdll

HOT := text/json_text.cpp supervisor/log/log_file.cpp supervisor/log/log_lines.cpp supervisor/log/log_writer.cpp app/status_reader.cpp
release_HOT = -O2
dist_HOT = -O2
# CLI11 and spdlog are included by one file each, which need no debug information.
fault_HEAVY = -g0
asan_HEAVY = -g0
fuzz_HEAVY = -O1 -g0

# Sources: the directory chooses the back end.

BACKEND := platform/posix $(if $(filter Linux,$(OS)),platform/linux,platform/bsd platform/elsewhere)
# The storeys above the seam, each with its rooms.
STOREYS := cli client supervisor app text
ABOVE := $(sort $(foreach s,$(STOREYS),$(wildcard $(s)/*.cpp $(s)/*/*.cpp)))
PRODUCT := $(ABOVE) $(wildcard platform/*.cpp $(addsuffix /*.cpp,$(BACKEND)))
MAIN := $(wildcard forever.cpp)
SUPPORT := $(wildcard test/support/*.cpp test/support/posix/*.cpp)
CHILD := $(wildcard test/child/*.cpp test/child/posix/*.cpp)
SERVER := $(wildcard example/server.cpp)
CHAOS_PROGRAM := $(wildcard test/chaos/program.cpp)
CHAOS := $(filter-out $(CHAOS_PROGRAM),$(wildcard test/chaos/*.cpp))
FUZZERS := $(patsubst test/fuzz/%.cpp,%,$(wildcard test/fuzz/*.cpp))
ring = $(wildcard test/$(1)/*.cpp $(foreach f,$(STOREYS) platform posix,test/$(1)/$(f)/*.cpp))
have_ring = $(if $(call ring,$(1)),$(1))
HEAVY := $(if $(PRODUCT),$(shell grep -lE '^ *\# *include *[<"](CLI|spdlog)/' $(PRODUCT)))

# Units. A compiler spends most of its time on headers, so the files of one directory (a room) are compiled together: as one file in
# build/ that includes them. A large room is compiled in parts. `make UNITY=` compiles each file by itself; so are always those with
# flags of their own, and those that bring the large headers.
UNITY ?= 1
PARTED := test/e2e/ test/unit/cli/ test/contract/ test/contract/posix/
ALONE := $(HEAVY) $(HOT) $(MAIN) $(SERVER) $(CHAOS_PROGRAM) test/support/main.cpp $(FUZZERS:%=test/fuzz/%.cpp)

# objects FLAVOUR,SOURCES: what they are compiled to.
objects = $(call singles,$(1),$(if $(UNITY),$(filter $(ALONE),$(2)),$(2))) $(if $(UNITY),$(call rooms,$(1),$(filter-out $(ALONE),$(2))))
singles = $(patsubst %.cpp,build/$(1)/obj/%.o,$(2))
rooms = $(foreach d,$(sort $(dir $(2))),$(call parts,$(1),$(d),$(foreach s,$(2),$(if $(filter $(d),$(dir $(s))),$(s))),1 2 3 4 5 6 7 8 9))
parts = $(if $(filter $(2),$(PARTED)),$(call part,$(1),$(2),$(3),$(4)),$(call unit,$(1),$(2)all,$(3)))
part = $(if $(3),$(call unit,$(1),$(2)all-$(firstword $(4)),$(wordlist 1,6,$(3))) $(call part,$(1),$(2),$(wordlist 7,999,$(3)),$(wordlist 2,99,$(4))))
unit = build/$(1)/obj/$(2).o$(eval UNITS_$(1) += build/$(1)/units/$(2).cpp '$(3)')

Q = $(if $(V),,@)
# On a terminal `make` has counted what there is to do (TOTAL), and each line says how much of that is done.
# The + passes the job server on, which make does by itself only where it sees $(MAKE) in a recipe.
say = $(if $(V),,@$(if $(TOTAL),printf . >>build/progress; printf '[%d/%d] %-4s %s\n' "$$(wc -c <build/progress)" $(TOTAL),printf '  %-4s %s\n') '$(1)' '$(2)')
counting = +@total=; if [ -t 1 ] && [ -z '$(V)' ]; then mkdir -p build; : >build/progress; \
	total=$$($(MAKE) --no-print-directory -n $(1) 2>/dev/null | grep -c "^printf '  %"); fi; \
	$(MAKE) --no-print-directory $(1) TOTAL=$$total

# A flavour is one set of flags: build/<flavour>/obj/ for every source, build/<flavour>/product.a. The flags are kept in
# build/<flavour>/flags: what was compiled with others is compiled again, as the linker does not take every mixture.
define flavour
compile_$(1) = $$(or $$($(1)_CXX),$$(CXX)) $$(or $$($(1)_BASE),$$(BASE)) $$($(1)_FLAGS) $$(CPPFLAGS) $$(CXXFLAGS) -MMD -MP
link_$(1) = $$(LDFLAGS) $$($(1)_LINK) $$(LDLIBS)
flags_$(1) = $$(filter-out ccache %/ccache,$$(compile_$(1))) $$($(1)_HOT) $$($(1)_HEAVY) $$(HOT)

$$(eval $$(call compile,$(1),))
$$(eval $$(call compile,$(1),build/$(1)/units/))

build/$(1)/product.a: $$(call objects,$(1),$$(or $$($(1)_PRODUCT),$$(PRODUCT)))
	@rm -f $$@
	$$(Q)$$(or $$($(1)_AR),$$(AR)) rcs $$@ $$^
endef
define compile
build/$(1)/obj/%.o: $(2)%.cpp build/$(1)/flags | $$($(1)_BEFORE)
	@mkdir -p $$(@D)
	$$(call say,C++,$(if $(2),$$*,$$<) ($(1)))
	$$(Q)$$(compile_$(1)) $$(if $$(filter $$<,$$(HEAVY)),$$($(1)_HEAVY)) $$(if $$(filter $$<,$$(HOT)),$$($(1)_HOT)) -c $$< -o $$@
endef
FLAVOURS := release dist test fault asan fuzz win32 aarch64
$(foreach f,$(filter-out win32 aarch64,$(FLAVOURS)),$(eval $(call flavour,$(f))))
include tool/win32.mk tool/aarch64.mk

-include $(shell find build/*/obj -name '*.d' 2>/dev/null)

# Linked again when the flags have changed, which are on record.
link = $(Q)$(CXX) $(LDFLAGS) $($(1)_LINK) $(filter-out %/link-flags,$^) $(LDLIBS)

# `make lint` knows the limit.
size = @echo "  size $@: $$(wc -c <$@ | tr -d ' ') bytes"

.PHONY: binaries
binaries: $(if $(MAIN),build/forever) $(if $(SERVER),build/server)

build/forever: build/release/obj/forever.o build/release/product.a build/release/link-flags
	$(call say,link,$@)
	$(call link,release) -o $@
	$(size)

build/server: build/release/obj/example/server.o build/release/link-flags
	$(call say,link,$@)
	$(call link,release) -o $@

build/dist/forever: build/dist/obj/forever.o build/dist/product.a build/dist/link-flags
	$(call say,link,$@)
	$(call link,dist) -o $@
	$(size)

# Each file by itself, which a unit may hide the need for: syntax only, and only what has changed.
ALONE_CHECKS = $(patsubst %.cpp,build/alone/%.ok,$(PRODUCT) $(MAIN))
build/alone/%.ok: %.cpp build/release/flags
	@mkdir -p $(@D)
	$(call say,look,$<)
	$(Q)$(compile_release) -MF $(@:.ok=.d) -MT $@ -fsyntax-only $< && touch $@
-include $(shell find build/alone -name '*.d' 2>/dev/null)
.PHONY: alone alone-checks
alone-checks: $(ALONE_CHECKS)
alone: ## look whether each file compiles by itself
	@tool/deps --check build
	$(call counting,alone-checks)

# What is shipped. Windows and 64-bit ARM are built where their cross compilers are.
CROSS = $(if $(shell command -v aarch64-linux-gnu-g++),build/aarch64/forever) $(if $(shell command -v x86_64-w64-mingw32-g++-posix),build/win32/forever.exe)
.PHONY: dist dist-binaries deb npm packages
dist-binaries: build/dist/forever $(if $(filter Linux,$(OS)),$(CROSS))
dist: ## what is shipped, optimized as a whole: archives, bill of materials and checksums in build/packages
	@tool/deps --check build
	$(call counting,dist-binaries)
	@tool/package archives sbom sums
deb: ## a package for Debian and Ubuntu in build/packages
	@tool/deps --check build
	$(call counting,dist-binaries)
	@tool/package deb
npm: ## the npm packages in build/packages
	@tool/deps --check build
	$(call counting,dist-binaries)
	@tool/package npm
packages: ## all of them
	@tool/deps --check build
	$(call counting,dist-binaries)
	@tool/package archives deb npm sbom sums

.PHONY: test-packages
test-packages: ## what is shipped, tried as its users would
	@tool/deps packages
	@$(MAKE) --no-print-directory dist-binaries build/test/child
	@tool/package archives deb npm sbom sums
	@test/package/run

# Tests: one binary a ring. The harness and the talking child are built once and serve every flavour.

build/test/support.a: $(call objects,test,$(filter-out test/support/main.cpp,$(SUPPORT)))
	@rm -f $@
	$(Q)$(AR) rcs $@ $^

# Catch2's own body, which need no debug information.
build/test/obj/test/support/main.o: test_FLAGS = -O0 -g0

build/test/child: $(call objects,release,$(CHILD)) build/release/link-flags
	@mkdir -p $(@D)
	$(call say,link,$@)
	$(call link,release) -o $@

build/test/chaos: $(call objects,test,$(CHAOS)) build/test/support.a
	$(call say,link,$@)
	$(call link,test) -lutil -o $@

build/test/chaos-program: $(call objects,release,$(CHAOS_PROGRAM))
	@mkdir -p $(@D)
	$(call say,link,$@)
	$(call link,release) -o $@

define ring_binary
build/$(1)/$(2): $$(call objects,$(1),$$(call ring,$(2))) build/test/obj/test/support/main.o \
		build/test/support.a build/$(3)/product.a build/$(1)/link-flags
	$$(call say,link,$$@)
	$$(call link,$(1)) -lutil -o $$@
endef
# What is tested is what is shipped: the quick rings take the release's objects.
$(foreach r,unit contract e2e,$(eval $(call ring_binary,test,$(r),release)))
$(foreach r,unit contract,$(eval $(call ring_binary,asan,$(r),asan)))
$(eval $(call ring_binary,fault,fault,fault))

build/asan/forever build/fault/forever: build/%/forever: build/%/obj/forever.o build/%/product.a build/%/link-flags
	$(call say,link,$@)
	$(call link,$*) -o $@

build/fuzz/%: build/fuzz/obj/test/fuzz/%.o $(if $(LIBFUZZER),,build/fuzz/obj/test/support/fuzz/noise.o) build/fuzz/product.a
	$(call say,link,$@)
	$(Q)$(or $(fuzz_CXX),$(CXX)) $(LDFLAGS) $(fuzz_LINK) $^ $(LDLIBS) -o $@

QUICK := $(foreach r,unit contract e2e,$(call have_ring,$(r)))
SANITIZED := $(foreach r,unit contract,$(call have_ring,$(r)))

.PHONY: test-binaries fault-binaries asan-binaries fuzz-binaries
test-binaries: binaries $(if $(CHILD),build/test/child) $(QUICK:%=build/test/%)
fault-binaries: test-binaries $(if $(call have_ring,fault),build/fault/fault $(if $(MAIN),build/fault/forever))
asan-binaries: test-binaries $(SANITIZED:%=build/asan/%) $(if $(MAIN),build/asan/forever)
fuzz-binaries: $(FUZZERS:%=build/fuzz/%)

quick_rings = $(foreach r,$(QUICK),$(r)=build/test/$(r))
fault_rings = $(if $(call have_ring,fault),fault=build/fault/fault)
asan_rings = $(foreach r,$(SANITIZED),asan-$(r)=build/asan/$(r)) $(if $(call have_ring,e2e),asan-e2e=build/test/e2e)
fuzz_rings = $(foreach f,$(FUZZERS),fuzz-$(f)=build/fuzz/$(f))
# `make test ONLY=STOP[12]` runs the cases whose names match that expression.
run_tests = ONLY='$(ONLY)' tool/test

.PHONY: test
test: ## the quick tests: unit, contract, end to end (under 90 s)
	@tool/deps test
	$(call counting,test-binaries)
	@$(run_tests) $(quick_rings)

.PHONY: test-all
test-all: ## all tests: the slow ones, faults, fuzzing and sanitizers too
	@tool/deps test
	@$(MAKE) --no-print-directory test-binaries fault-binaries asan-binaries
	@$(MAKE) --no-print-directory fuzz-binaries LIBFUZZER="$$(tool/libfuzzer)"
	@$(run_tests) --slow $(quick_rings) $(fault_rings) $(asan_rings) $(fuzz_rings)

.PHONY: asan
asan: ## the quick tests under AddressSanitizer and UndefinedBehaviorSanitizer
	@tool/deps test
	@$(MAKE) --no-print-directory asan-binaries
	@$(run_tests) $(asan_rings)

.PHONY: fault
fault: ## the fault tests alone: the n-th system call fails
	@tool/deps test
	@$(MAKE) --no-print-directory fault-binaries
	@$(run_tests) --slow $(fault_rings)

# BINARY=build/fault/forever has a faked clock, BINARY=build/asan/forever the sanitizers; OPTIONS are those of test/chaos/main.cpp.
SEED ?= 1
MINUTES ?= 1
BINARY ?= build/forever
.PHONY: chaos chaos-binaries
chaos-binaries: binaries build/test/chaos build/test/chaos-program
chaos: ## apps of every kind, and all that can happen to them, by a seed: SEED= MINUTES= BINARY=
	@tool/deps test
	@$(MAKE) --no-print-directory chaos-binaries $(filter-out build/forever,$(BINARY))
	@build/test/chaos --seed $(SEED) --minutes $(MINUTES) --binary $(BINARY) $(OPTIONS)

.PHONY: fuzz
fuzz: ## the fuzz targets alone, each for FUZZ_RUNS inputs
	@tool/deps test
	@$(MAKE) --no-print-directory fuzz-binaries LIBFUZZER="$$(tool/libfuzzer)"
	@$(run_tests) $(fuzz_rings)

.PHONY: win32
win32: ## cross-build the Windows back end and its tests (mingw-w64)
	@tool/deps --check win32
	$(call counting,win32-binaries)

.PHONY: test-win32
test-win32: ## the tests that run on Windows too, under Wine
	@tool/deps win32
	@$(MAKE) --no-print-directory win32-binaries
	@ONLY='$(ONLY)' tool/test-win32 $(foreach r,$(WIN32_RINGS),$(r)=build/win32/$(r).exe)

.PHONY: test-recipes
test-recipes: all ## the recipes of docs/recipes, each line of them
	@tool/deps recipes
	@test/recipes/run

.PHONY: pictures
pictures: all ## record the pictures of the README again
	@tool/picture docs/terminal.svg build/forever

.PHONY: test-aarch64
test-aarch64: ## the unit tests of the Linux flavour for 64-bit ARM, under qemu-user
	@tool/deps packages
	@$(MAKE) --no-print-directory aarch64-binaries
	@ONLY='$(ONLY)' tool/test-aarch64 $(foreach r,$(AARCH64_RINGS),$(r)=build/aarch64/$(r))

.PHONY: lint
lint: all ## formatting, clang-tidy, shellcheck, the man page, spelling, words, the layers, the built binary
	@tool/deps --check lint
	@tool/lint

.PHONY: bench
bench: all ## measure side by side with other supervisors
	@test/bench/run
	@test/bench/cluster

.PHONY: demo
demo: ## build, and keep the example server alive on port 8081
	@tool/deps build
	@$(MAKE) --no-print-directory binaries
	@tool/demo

.PHONY: deps
deps: ## install what building, testing and linting need
	@tool/deps all

.PHONY: install
install: all ## install under PREFIX (/usr/local), below DESTDIR if given
	install -d '$(BINDIR)' '$(MANDIR)' '$(BASHDIR)' '$(ZSHDIR)' '$(FISHDIR)'
	install -m 755 build/forever '$(BINDIR)/forever'
	install -m 644 man/forever.1 '$(MANDIR)/forever.1'
	build/forever completion bash > '$(BASHDIR)/forever'
	build/forever completion zsh > '$(ZSHDIR)/_forever'
	build/forever completion fish > '$(FISHDIR)/forever.fish'
	chmod 644 '$(BASHDIR)/forever' '$(ZSHDIR)/_forever' '$(FISHDIR)/forever.fish'

.PHONY: uninstall
uninstall: ## remove what install installed
	rm -f '$(BINDIR)/forever' '$(MANDIR)/forever.1' '$(BASHDIR)/forever' '$(ZSHDIR)/_forever' '$(FISHDIR)/forever.fish'

.PHONY: clean
clean: ## remove build/
	rm -rf build

# Units and flags are written as soon as they are known, and only if they differ from what is there: objects depend on their dates.
quoted = '$(subst ','\'',$(strip $(1)))'
flags_known = $(filter-out $(if $(filter command%,$(origin LIBFUZZER)),,fuzz),$(FLAVOURS))
known = $(UNITS_$(1)) $(if $(filter $(1),$(flags_known)),build/$(1)/flags $(call quoted,$(flags_$(1))) build/$(1)/link-flags $(call quoted,$(link_$(1))))
# One call a flavour: a shell takes 128 KiB of words.
$(foreach f,$(FLAVOURS),$(if $(shell tool/write-changed $(call known,$(f)) && echo done),,$(error tool/write-changed failed)))
