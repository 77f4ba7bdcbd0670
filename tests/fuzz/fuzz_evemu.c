/* SPDX-License-Identifier: GPL-2.0-or-later */
/* evemu's format, as it stands in a file that anybody may have sent. */
#include "tests/fuzz/recording_fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	fuzz_recording("", data, size);
	return 0;
}
