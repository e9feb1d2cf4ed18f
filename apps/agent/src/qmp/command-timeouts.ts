/**
 * How long a command may take before its caller hears QMP_TIMEOUT, counted from the call (so with its time in the queue).
 *
 * QEMU works commands off one by one in its main loop: a bound is not what the command needs but what a machine that is
 * not stuck needs when another command and the disk are slow. A command that timed out may still take effect.
 */
import type { QmpCommands } from './qmp-types.generated.ts'

export type QmpCommandName = keyof QmpCommands

const defaultTimeoutMs = 10_000

const timeoutsMs: Partial<Record<QmpCommandName, number>> = {
  // Opening and closing images reads and flushes metadata, on storage that may just be slow.
  'blockdev-add': 30_000,
  'blockdev-del': 30_000,
  block_resize: 60_000,
  device_add: 30_000,
  // Drain all writes in flight before they answer.
  stop: 30_000,
  system_reset: 30_000,
  // Starting means taking the image locks, and is asked once.
  cont: 30_000,
  screendump: 15_000,
  // Answers only when the last pass in flight has let the main loop go.
  migrate_cancel: 30_000,
}

export function commandTimeoutMs(command: QmpCommandName): number {
  return timeoutsMs[command] ?? defaultTimeoutMs
}
