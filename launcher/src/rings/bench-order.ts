/** Which benchmarks run, and in which order: that of the promises. */
const order = [
  ...[
    'create',
    'console-throughput',
    'console-latency',
    'console-stall',
    'console-many',
    'event-latency',
    'migrate',
    'move-consoles',
    'drain',
  ],
  ...['forecast', 'sample', 'fleet', 'fleet-growth', 'fleet-moves', 'first-load', 'restart'],
]

/** Those asked for, or all there are; one that the order does not know comes last. Undefined for `unknown` when all are known. */
export function chooseBenches(
  known: readonly string[],
  wanted: readonly string[],
): { names: string[]; unknown: string | undefined } {
  const place = (name: string): number => (order.includes(name) ? order.indexOf(name) : order.length)
  const names = (wanted.length === 0 ? [...known] : [...new Set(wanted)]).sort((a, b) => place(a) - place(b))
  return { names, unknown: wanted.find((name) => !known.includes(name)) }
}
