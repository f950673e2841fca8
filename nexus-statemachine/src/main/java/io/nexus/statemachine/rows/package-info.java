/**
 * The rows of a segment as they lie in the store and travel in the feed: keys, values and what the store indexes.
 * Stateless functions and immutable records: any thread may use them.
 *
 * <pre>
 * key (big-endian, so that rows sort by kind, then pool instance, then unit)      value (leading byte: version)
 * +------+---------------+-----------+
 * | 0x01 | instance u32  |                POOL        {@link io.nexus.statemachine.rows.PoolRow}
 * +------+---------------+
 * | 0x02 | instance u32  |                COUNTERS    {@link io.nexus.statemachine.rows.CountersRow}
 * +------+---------------+-----------+
 * | 0x03 | instance u32  | unit u32  |    ALLOCATION  {@link io.nexus.statemachine.rows.UnitRow}
 * +------+---------------+-----------+
 * | 0x04 | seq u64                   |    RECENT      {@link io.nexus.statemachine.rows.RecentRow}
 * +------+---------------------------+
 * | 0x05 |                                BRANCHES    {@link io.nexus.statemachine.rows.BranchesRow}
 * +------+
 * | 0x11 | instance u32  | unit u32  | ended ms u64 |   HISTORY  {@link io.nexus.statemachine.rows.HistoryRow}
 * +------+---------------+-----------+--------------+
 * | 0x12 | instance u32  | unit u32  |    RESERVATION {@link io.nexus.statemachine.rows.ReservationRow}
 * +------+---------------+-----------+
 * | 0x21 |                                PLAN         \
 * | 0x22 | instance u32  |                ENTRY         } meta group, see the catalogue
 * | 0x23 |                                NEXT_INSTANCE/
 * +------+
 * </pre>
 */
@NullMarked
package io.nexus.statemachine.rows;

import org.jspecify.annotations.NullMarked;
