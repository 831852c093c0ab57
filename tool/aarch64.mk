# The Linux flavour for 64-bit ARM, cross-compiled and optimized as a whole, to be shipped. Its unit tests run under
# qemu-user. Included by the Makefile.

AARCH64_CXX ?= $(if $(shell command -v ccache),ccache )aarch64-linux-gnu-g++
aarch64_CXX = $(AARCH64_CXX)
aarch64_AR = aarch64-linux-gnu-gcc-ar
aarch64_PRODUCT = $(PRODUCT)
aarch64_BASE = $(COMMON) -Iplatform/posix -isystem build/aarch64/include -isystem build/aarch64/libyaml
aarch64_FLAGS = -Os -DNDEBUG -ffunction-sections -fdata-sections -Wno-maybe-uninitialized -fPIE -fstack-protector-strong \
	-U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=3 -mbranch-protection=standard -flto
aarch64_LINK = -static-pie -s -Wl,--gc-sections -Wl,-z,relro -Wl,-z,now -Wl,-z,noexecstack -flto=$(JOBS)
aarch64_HOT = -O2
AARCH64_LIBYAML = build/aarch64/libyaml/libyaml.a
AARCH64_RINGS := unit

# The libraries must be there before anything is compiled.
aarch64_BEFORE = build/aarch64/include $(AARCH64_LIBYAML)
$(eval $(call flavour,aarch64))

build/aarch64/include: tool/cross-include
	$(call say,make,$@)
	@tool/cross-include $@

$(AARCH64_LIBYAML): tool/cross-libyaml
	$(call say,make,$@)
	@tool/cross-libyaml arm64 $(@D)
	@touch $@

aarch64_link = $(Q)$(AARCH64_CXX) $(aarch64_LINK) $(filter-out %/link-flags,$^) $(AARCH64_LIBYAML)

build/aarch64/forever: build/aarch64/obj/forever.o build/aarch64/product.a build/aarch64/link-flags
	$(call say,link,$@)
	$(aarch64_link) -o $@
	$(size)

build/aarch64/child: $(call objects,aarch64,$(CHILD)) build/aarch64/link-flags
	$(call say,link,$@)
	$(aarch64_link) -o $@

define aarch64_ring_binary
build/aarch64/$(1): $$(call objects,aarch64,$$(call ring,$(1))) $$(call objects,aarch64,$$(SUPPORT)) build/aarch64/product.a build/aarch64/link-flags
	$$(call say,link,$$@)
	$$(aarch64_link) -o $$@
endef
$(foreach r,$(AARCH64_RINGS),$(eval $(call aarch64_ring_binary,$(r))))

.PHONY: aarch64-binaries
aarch64-binaries: build/aarch64/forever build/aarch64/child $(AARCH64_RINGS:%=build/aarch64/%)
