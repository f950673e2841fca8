package io.nexus.api.ring;

import java.util.Arrays;

/**
 * Gives each of some rows a number of distinct columns, none of which may be used more often than its capacity, at the
 * lowest total cost: successive cheapest paths through the flow network source → row → column → sink. Small inputs
 * only (tens of rows and columns). Deterministic: ties go to the lower row, then the lower column.
 */
final class CheapestSeats {
    /** Not to be chosen at any price. */
    static final long FORBIDDEN = Long.MAX_VALUE;

    private static final long INFINITE = Long.MAX_VALUE / 4;

    private final long[][] cost;
    private final int columnCapacity;
    private final boolean[][] chosen;
    private final int[] columnUse;

    private CheapestSeats(long[][] cost, int columnCapacity) {
        this.cost = cost;
        this.columnCapacity = columnCapacity;
        this.chosen = new boolean[cost.length][cost[0].length];
        this.columnUse = new int[cost[0].length];
    }

    /**
     * @param cost by row and column, not negative, or {@link #FORBIDDEN}
     * @return which columns each row got
     * @throws IllegalArgumentException if there is no such choice
     */
    static boolean[][] choose(long[][] cost, int columnsPerRow, int columnCapacity) {
        CheapestSeats seats = new CheapestSeats(cost, columnCapacity);
        for (int round = 0; round < columnsPerRow; round++) {
            for (int row = 0; row < cost.length; row++) {
                seats.addColumnTo(row);
            }
        }
        return seats.chosen;
    }

    /** One more column for the row; rows served before may change columns on the way, but keep their number. */
    private void addColumnTo(int row) {
        long[] rowCost = filled(cost.length);
        long[] columnCost = filled(columnUse.length);
        int[] rowFrom = new int[cost.length];
        int[] columnFrom = new int[columnUse.length];
        rowCost[row] = 0;
        while (relaxColumns(rowCost, columnCost, columnFrom)) {
            relaxRows(rowCost, columnCost, rowFrom);
        }
        int column = cheapestFree(columnCost);
        columnUse[column]++;
        while (true) {
            int from = columnFrom[column];
            chosen[from][column] = true;
            if (from == row) {
                return;
            }
            column = rowFrom[from];
            chosen[from][column] = false;
        }
    }

    private static long[] filled(int size) {
        long[] costs = new long[size];
        Arrays.fill(costs, INFINITE);
        return costs;
    }

    private boolean relaxColumns(long[] rowCost, long[] columnCost, int[] columnFrom) {
        boolean shorter = false;
        for (int row = 0; row < rowCost.length; row++) {
            for (int column = 0; column < columnCost.length && rowCost[row] < INFINITE; column++) {
                if (!chosen[row][column]
                        && cost[row][column] != FORBIDDEN
                        && rowCost[row] + cost[row][column] < columnCost[column]) {
                    columnCost[column] = rowCost[row] + cost[row][column];
                    columnFrom[column] = row;
                    shorter = true;
                }
            }
        }
        return shorter;
    }

    /** A row that gives a chosen column back saves its cost. */
    private void relaxRows(long[] rowCost, long[] columnCost, int[] rowFrom) {
        for (int row = 0; row < rowCost.length; row++) {
            for (int column = 0; column < columnCost.length; column++) {
                if (chosen[row][column]
                        && columnCost[column] < INFINITE
                        && columnCost[column] - cost[row][column] < rowCost[row]) {
                    rowCost[row] = columnCost[column] - cost[row][column];
                    rowFrom[row] = column;
                }
            }
        }
    }

    private int cheapestFree(long[] columnCost) {
        int best = -1;
        for (int column = 0; column < columnCost.length; column++) {
            if (columnUse[column] < columnCapacity
                    && columnCost[column] < INFINITE
                    && (best < 0 || columnCost[column] < columnCost[best])) {
                best = column;
            }
        }
        if (best < 0) {
            throw new IllegalArgumentException("no choice within the capacities");
        }
        return best;
    }
}
