/** The HTTP face on the same services: the seed's routes, health, metrics. Runs on the server's bounded pool. */
@NullMarked
package io.nexus.api.http;

import org.jspecify.annotations.NullMarked;
