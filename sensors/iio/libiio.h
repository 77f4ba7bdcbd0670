/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * libiio's functions, loaded when a bus is first opened. Linked in, libiio and the twenty libraries it brings would cost every run of
 * the daemon 3 MB, those without a sensor too.
 */
#ifndef SENSORS_IIO_LIBIIO_H
#define SENSORS_IIO_LIBIIO_H

#include <iio.h>

#define LIBIIO_FUNCTIONS(X)                                                                                  \
	X(iio_buffer_destroy)                                                                                \
	X(iio_buffer_first)                                                                                  \
	X(iio_buffer_get_poll_fd)                                                                            \
	X(iio_buffer_refill)                                                                                 \
	X(iio_buffer_set_blocking_mode)                                                                      \
	X(iio_channel_attr_get_filename)                                                                     \
	X(iio_channel_attr_read)                                                                             \
	X(iio_channel_attr_write)                                                                            \
	X(iio_channel_convert)                                                                               \
	X(iio_channel_disable)                                                                               \
	X(iio_channel_enable)                                                                                \
	X(iio_channel_get_attr)                                                                              \
	X(iio_channel_get_attrs_count)                                                                       \
	X(iio_channel_get_data_format)                                                                       \
	X(iio_channel_is_scan_element)                                                                       \
	X(iio_context_destroy)                                                                               \
	X(iio_context_find_device)                                                                           \
	X(iio_context_get_device)                                                                            \
	X(iio_context_get_devices_count)                                                                     \
	X(iio_create_local_context)                                                                          \
	X(iio_device_attr_read)                                                                              \
	X(iio_device_attr_write)                                                                             \
	X(iio_device_create_buffer)                                                                          \
	X(iio_device_find_attr)                                                                              \
	X(iio_device_find_channel)                                                                           \
	X(iio_device_get_channel)                                                                            \
	X(iio_device_get_channels_count)                                                                     \
	X(iio_device_get_id)                                                                                 \
	X(iio_device_get_name)                                                                               \
	X(iio_device_get_trigger)                                                                            \
	X(iio_device_is_trigger)                                                                             \
	X(iio_device_set_trigger)

#define LIBIIO_MEMBER(name) __typeof__(name) *name;

struct libiio {
	LIBIIO_FUNCTIONS(LIBIIO_MEMBER)
};

/* Stays loaded. NULL, after a log line, when the library or one of the functions is not there. Not for two threads at once. */
const struct libiio *libiio_load(void);

#endif
