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

# With CXX="ccache g++" a result serves every working tree of this project, wherever it lies: a precompiled header, which is never
# twice the same, is known by what was compiled.
export CCACHE_BASEDIR = $(CURDIR)
export CCACHE_NOHASHDIR = 1
export CCACHE_SLOPPINESS = pch_defines,time_macros,include_file_mtime,include_file_ctime
export CCACHE_PCH_EXTSUM = 1

PREFIX ?= /usr/local
DESTDIR ?=
BINDIR = $(DESTDIR)$(PREFIX)/bin
MANDIR = $(DESTDIR)$(PREFIX)/share/man/man1
BASHDIR = $(DESTDIR)$(PREFIX)/share/bash-completion/completions
ZSHDIR = $(DESTDIR)$(PREFIX)/share/zsh/site-functions
FISHDIR = $(DESTDIR)$(PREFIX)/share/fish/vendor_completions.d

.PHONY: all
all: ## build build/forever and the example server
	@tool/deps build
	@$(MAKE) --no-print-directory binaries

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
# Optimized as a whole when it is linked: a twelfth less binary. `make LTO=` links quicker, which helps while one works on it.
LTO ?= $(IS_GCC)
ifneq ($(LTO),)
release_FLAGS += -flto
release_LTO = -flto=$(JOBS)
AR = gcc-ar
endif
ifeq ($(OS),Linux)
release_FLAGS += -fno-pie
release_LINK = -static -no-pie -s -Wl,--gc-sections
else ifeq ($(OS),Darwin)
release_LINK = -Wl,-dead_strip
else
release_LINK = -s -Wl,--gc-sections
endif
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
fuzz_FLAGS = -O1 -g1 -fno-omit-frame-pointer -fno-sanitize-recover=all \
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
# CLI11 and spdlog are included by one file each, which nobody steps through.
fault_HEAVY = -g0
asan_HEAVY = -g0
fuzz_HEAVY = -O0 -g0

# Sources: the folder chooses the back end.

BACKEND := platform/posix $(if $(filter Linux,$(OS)),platform/linux,platform/bsd platform/elsewhere)
# The storeys above the seam, each with its rooms.
STOREYS := cli client supervisor app text
ABOVE := $(sort $(foreach s,$(STOREYS),$(wildcard $(s)/*.cpp $(s)/*/*.cpp)))
PRODUCT := $(ABOVE) $(wildcard platform/*.cpp $(addsuffix /*.cpp,$(BACKEND)))
MAIN := $(wildcard forever.cpp)
SUPPORT := $(wildcard test/support/*.cpp test/support/posix/*.cpp)
CHILD := $(wildcard test/child/*.cpp test/child/posix/*.cpp)
SERVER := $(wildcard example/server.cpp)
FUZZERS := $(patsubst test/fuzz/%.cpp,%,$(wildcard test/fuzz/*.cpp))
ring = $(wildcard test/$(1)/*.cpp $(foreach f,$(STOREYS) platform posix,test/$(1)/$(f)/*.cpp))
have_ring = $(if $(call ring,$(1)),$(1))
HEAVY := $(if $(PRODUCT),$(shell grep -lE '^ *\# *include *[<"](CLI|spdlog)/' $(PRODUCT)))

# The headers that nearly all files share, compiled once a flavour (tool/prelude.hpp); `make PCH=` does without. What is
# compiled with other flags than its flavour, or defines the body of Catch2, cannot use them.
PCH ?= 1
UNPRECOMPILED := $(HEAVY) $(HOT) test/support/main.cpp $(CHILD) $(wildcard test/child/win32/*.cpp) $(SERVER)
prelude = $(if $(PCH),$(if $(filter $(UNPRECOMPILED),$(2)),,build/$(1)/pch/$(if $(filter test/%,$(2)),test/support,tool)/prelude.hpp))

Q = $(if $(V),,@)
say = $(if $(V),,@printf '  %-4s %s\n' '$(1)' '$(2)')

# A flavour is one set of flags: build/<flavour>/obj/ for every source, build/<flavour>/product.a.
define flavour
compile_$(1) = $$(or $$($(1)_CXX),$$(CXX)) $$(or $$($(1)_BASE),$$(BASE)) $$($(1)_FLAGS) $$(CPPFLAGS) $$(CXXFLAGS) -MMD -MP

build/$(1)/pch/%.hpp.gch: %.hpp
	@mkdir -p $$(@D)
	$$(call say,C++,$$< ($(1)))
	@printf '#error "$$<: the compiled form was not accepted"\n' >$$(@:.gch=)
	$$(Q)$$(compile_$(1)) -x c++-header $$< -o $$@
	$$(if $$(findstring ccache,$$(compile_$(1))),$$(Q)$$(compile_$(1)) -E -P $$< -o - -MF /dev/null | cksum >$$@.sum)

.SECONDEXPANSION:
build/$(1)/obj/%.o: %.cpp $$$$(addsuffix .gch,$$$$(call prelude,$(1),$$$$*.cpp))
	@mkdir -p $$(@D)
	$$(call say,C++,$$< ($(1)))
	$$(Q)$$(compile_$(1)) $$(addprefix -include ,$$(call prelude,$(1),$$<)) $$(if $$(filter $$<,$$(HEAVY)),$$($(1)_HEAVY)) \
		$$(if $$(filter $$<,$$(HOT)),$$($(1)_HOT)) -c $$< -o $$@

build/$(1)/product.a: $$(patsubst %.cpp,build/$(1)/obj/%.o,$$(or $$($(1)_PRODUCT),$$(PRODUCT)))
	@rm -f $$@
	$$(Q)$$(AR) rcs $$@ $$^
endef
$(foreach f,release test fault asan fuzz,$(eval $(call flavour,$(f))))
include tool/win32.mk
-include $(shell find build/*/obj build/*/pch -name '*.d' 2>/dev/null)

link = $(Q)$(CXX) $(LDFLAGS) $($(1)_LINK) $(release_LTO) $^ $(LDLIBS)

.PHONY: binaries
binaries: $(if $(MAIN),build/forever) $(if $(SERVER),build/server)

build/forever: build/release/obj/forever.o build/release/product.a
	$(call say,link,$@)
	$(call link,release) -o $@

build/server: build/release/obj/example/server.o
	$(call say,link,$@)
	$(call link,release) -o $@

# Tests: one binary a ring. The harness and the talking child are built once and serve every flavour.

build/test/support.a: $(filter-out build/test/obj/test/support/main.o,$(SUPPORT:%.cpp=build/test/obj/%.o))
	@rm -f $@
	$(Q)$(AR) rcs $@ $^

# Catch2's own body, which nobody steps through.
build/test/obj/test/support/main.o: test_FLAGS = -O0 -g0

build/test/child: $(CHILD:%.cpp=build/release/obj/%.o)
	@mkdir -p $(@D)
	$(call say,link,$@)
	$(call link,release) -o $@

define ring_binary
build/$(1)/$(2): $$(patsubst %.cpp,build/$(1)/obj/%.o,$$(call ring,$(2))) build/test/obj/test/support/main.o \
		build/test/support.a build/$(3)/product.a
	$$(call say,link,$$@)
	$$(call link,$(1)) -lutil -o $$@
endef
# What is tested is what is shipped: the quick rings take the release's objects.
$(foreach r,unit contract e2e,$(eval $(call ring_binary,test,$(r),release)))
$(foreach r,unit contract,$(eval $(call ring_binary,asan,$(r),asan)))
$(eval $(call ring_binary,fault,fault,fault))

build/asan/forever build/fault/forever: build/%/forever: build/%/obj/forever.o build/%/product.a
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
	@$(MAKE) --no-print-directory test-binaries
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

.PHONY: fuzz
fuzz: ## the fuzz targets alone, each for FUZZ_RUNS inputs
	@tool/deps test
	@$(MAKE) --no-print-directory fuzz-binaries LIBFUZZER="$$(tool/libfuzzer)"
	@$(run_tests) $(fuzz_rings)

.PHONY: win32
win32: ## cross-build the Windows back end and its tests (mingw-w64)
	@tool/deps win32
	@$(MAKE) --no-print-directory win32-binaries

.PHONY: test-win32
test-win32: ## the tests that run on Windows too, under Wine
	@tool/deps win32
	@$(MAKE) --no-print-directory win32-binaries
	@ONLY='$(ONLY)' tool/test-win32 $(foreach r,$(WIN32_RINGS),$(r)=build/win32/$(r).exe)

.PHONY: lint
lint: ## formatting, clang-tidy, shellcheck, the man page, the layers
	@tool/deps lint
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
