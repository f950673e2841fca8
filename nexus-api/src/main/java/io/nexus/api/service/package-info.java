/** The use cases, without wire types: allocate, renew, release, look up, pools, status. Stateless but for bounded caches; any thread; futures instead of blocking. */
@NullMarked
package io.nexus.api.service;

import org.jspecify.annotations.NullMarked;
