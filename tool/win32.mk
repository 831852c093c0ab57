# The Windows flavour: the same sources with platform/win32 as their back end, cross-compiled, and the rings of tests that
# do not speak POSIX themselves. Included by the Makefile.

win32_PRODUCT := $(ABOVE) $(wildcard platform/*.cpp platform/win32/*.cpp platform/elsewhere/*.cpp)
WIN32_SUPPORT := $(filter-out test/support/main.cpp,$(wildcard test/support/*.cpp test/support/win32/*.cpp))
WIN32_RINGS := unit contract e2e
# The files of the e2e ring that speak of nothing which Windows lacks; they run unchanged.
WIN32_E2E := apps_file environment export habits identity list logs logs_verb restarting send stopping verbs watch watch_switch
# A test file that includes a header of POSIX', or calls what only POSIX has, is about POSIX.
posix_words = include <(unistd|fcntl|poll|pthread|signal|grp|pwd|sys/[a-z]+|arpa/[a-z]+|netinet/[a-z]+)\.h>|::(setenv|mkdtemp)\b
win32_ring = $(or $(win32_$(1)_FILES),$(shell grep -LE '$(posix_words)' $(wildcard test/$(1)/*.cpp $(foreach f,$(STOREYS) platform,test/$(1)/$(f)/*.cpp)))) $(wildcard test/$(1)/win32/*.cpp)
win32_e2e_FILES = test/e2e/apps.cpp $(WIN32_E2E:%=test/e2e/%_test.cpp)
WIN32_CHILD := $(wildcard test/child/*.cpp test/child/win32/*.cpp)

# The libraries' headers must be there before anything is compiled.
win32_BEFORE = build/win32/include
$(eval $(call flavour,win32))

build/win32/include: tool/cross-include
	$(call say,make,$@)
	@tool/cross-include $@

build/win32/support.a: $(call objects,win32,$(WIN32_SUPPORT))
	@rm -f $@
	$(Q)$(AR) rcs $@ $^

# What is linked may have changed with this very file.
win32_link = $(Q)$(WIN32_CXX) $(win32_LINK) $(filter-out %.mk,$^) $(win32_LIBS)

define win32_ring_binary
build/win32/$(1).exe: $$(call objects,win32,$$(call win32_ring,$(1))) build/win32/obj/test/support/main.o \
		build/win32/support.a build/win32/product.a tool/win32.mk
	$$(call say,link,$$@)
	$$(win32_link) -o $$@
endef
$(foreach r,$(WIN32_RINGS),$(eval $(call win32_ring_binary,$(r))))

build/win32/forever.exe: build/win32/obj/forever.o build/win32/product.a
	$(call say,link,$@)
	$(win32_link) -o $@

build/win32/child.exe: $(call objects,win32,$(WIN32_CHILD)) build/win32/obj/test/support/win32/wine.o build/win32/product.a
	$(call say,link,$@)
	$(win32_link) -o $@

.PHONY: win32-binaries
win32-binaries: build/win32/forever.exe build/win32/child.exe $(WIN32_RINGS:%=build/win32/%.exe)
