/**
 * The states of a machine.
 *
 *                    start                 cpus run
 *   creating ─▶ stopped ─────▶ starting ───────────▶ running ◀────▶ paused
 *                  ▲  ▲            │ fails             │  │  stop/cont  │
 *                  │  └────────────┘                   │  │             │
 *                  │          shutdown asked ┌─────────┘  │             │
 *                  │                         ▼            │ panic, QEMU dies
 *                  └──── process ends ── stopping         ▼             │
 *                  └─────────────────────────────────  crashed ◀────────┘
 *
 * creating, deleting and unknown are the panel's words: nobody has seen the machine yet, it is going away, or nobody has
 * seen it lately. All others are published by the agent that holds the machine. migrating is running or paused while its
 * memory goes to another host: it ends there, or running or paused here.
 */
import { z } from 'zod'

export const heldVmStates = ['stopped', 'starting', 'running', 'paused', 'stopping', 'migrating', 'crashed'] as const
export const heldVmStateSchema = z.enum(heldVmStates)
/** A state as the agent that holds the machine knows it. */
export type HeldVmState = z.infer<typeof heldVmStateSchema>

export const vmStateSchema = z.enum([...heldVmStates, 'creating', 'deleting', 'unknown'])
export type VmState = z.infer<typeof vmStateSchema>

export const pauseReasonSchema = z.enum(['user', 'io-error', 'internal-error', 'watchdog', 'migration', 'unknown'])
export type PauseReason = z.infer<typeof pauseReasonSchema>

/** Why a machine's last run ended. `lastLines` are QEMU's own last words. */
export const vmExitSchema = z.object({
  reason: z.enum(['guest-shutdown', 'stopped', 'guest-panic', 'qemu-exited', 'start-failed', 'host-restarted']),
  message: z.string(),
  exitCode: z.int().nullable(),
  signal: z.string().nullable(),
  lastLines: z.array(z.string()),
  at: z.iso.datetime(),
})
export type VmExit = z.infer<typeof vmExitSchema>
