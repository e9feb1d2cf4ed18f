import { KiB, MiB } from '@berth/core/units/bytes'

/** Bounds of a console connection. A viewer that reads nothing costs at most these, and delays nobody else. */
export const consoleLimits = {
  /** Sent but not yet taken by the viewer: above the first we stop reading for it, below the second we go on. */
  pauseAboveBytes: 1 * MiB,
  resumeBelowBytes: 256 * KiB,
  /** A frame from a viewer: keys, pointer, pasted text. */
  maxPayloadBytes: 1 * MiB,
  viewersPerConsole: 32,
  connectTimeoutMs: 5_000,
  pingIntervalMs: 20_000,
  /** For viewers to answer that they are dismissed; an agent is back within 2 s. */
  goodbyeMs: 300,
} as const
