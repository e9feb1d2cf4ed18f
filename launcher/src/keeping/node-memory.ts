/**
 * How much memory Berth's Node processes may waste for speed. Said here for the launcher and for the benchmarks, which must
 * measure what users run; docker/ says it again, and node-memory.test.ts compares.
 */

/**
 * Left alone, V8 sizes its heap by the computer's memory: on one of 24 GB its nursery grew to 134 MB, and the old generation
 * to four times what lived in it, which nobody gives back. A panel of 10,000 machines needs 95 MB of heap and took 760 MB.
 * A heap of 1 GB at most makes V8 collect at 1.6 times what lives, and holds ten times such a fleet.
 */
export const panelNodeArgs = ['--max-semi-space-size=16', '--max-old-space-size=1024'] as const

/** Each of Node's and V8's threads would keep freed memory in an arena of its own: 30 MB for the panel. */
export const panelMemoryEnv = { MALLOC_ARENA_MAX: '2' } as const

/**
 * Sampling makes much short-lived garbage: V8's nursery begins at 1 MB and is cleared again and again by it; with 8 MB the
 * agent's CPU falls by a tenth. Left to grow, it would take 30 MB more when a hundred consoles are busy.
 */
export const agentNodeArgs = ['--min-semi-space-size=8', '--max-semi-space-size=8'] as const

/** Much is read and thrown away by thousands of machines: a small nursery would be cleared all the time. */
export const simulationNodeArgs = ['--max-semi-space-size=32'] as const
