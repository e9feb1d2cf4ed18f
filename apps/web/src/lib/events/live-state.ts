/** How far the page follows the truth. `sinceMs`: when the stream was lost, by this browser's clock. */
export type LiveState =
  | { kind: 'connecting' }
  | { kind: 'live' }
  | { kind: 'reconnecting'; sinceMs: number }
  | { kind: 'stale'; sinceMs: number }
