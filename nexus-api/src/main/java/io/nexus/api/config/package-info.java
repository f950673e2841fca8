/** Configuration by YAML and environment, strict; hard settings held to the disk. Read once at start. */
@NullMarked
package io.nexus.api.config;

import org.jspecify.annotations.NullMarked;
