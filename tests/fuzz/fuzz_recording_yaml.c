/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The YAML of `libinput record`: a first line makes sure that it is taken for that. */
#include "tests/fuzz/recording_fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	fuzz_recording("version: 1\n", data, size);
	return 0;
}
