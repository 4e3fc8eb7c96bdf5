/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Topics and identities of messages.
 *
 * A topic is a root and a tail.  The root is the plant's own template for
 * what belongs to a station, and {template up to {site}}/_gw/{gateway} for
 * what belongs to the gateway.  Every word put into a topic is made safe: a
 * slash, +, #, space, control character or byte that is not UTF-8 becomes an
 * underscore, and so does a word that is not stated. */
#ifndef SPC_ADAPTERS_MQTT_TOPIC_H
#define SPC_ADAPTERS_MQTT_TOPIC_H

#include "adapters/mqtt/message.h"

/* `tail` may hold {characteristic}, {stream}, {link} and {word}; a stretch in
 * [brackets] goes when its word is empty.  The caller frees; NULL: no
 * memory. */
char *spc_topic_station(const struct spc_scene *scene, const char *tail,
                        const char *word);
char *spc_topic_gateway(const struct spc_scene *scene, const char *tail,
                        const char *word);

/* "gw-07:6f1c2a90:000812".  The caller frees; NULL: no memory. */
char *spc_event_identity(const struct spc_scene *scene, uint64_t seq);

#endif
