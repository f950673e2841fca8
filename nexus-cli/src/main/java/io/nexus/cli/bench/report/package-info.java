/** What a bench run says in the end: a table, JSON whose fields are documented, a page that needs nothing else. */
@NullMarked
package io.nexus.cli.bench.report;

import org.jspecify.annotations.NullMarked;
