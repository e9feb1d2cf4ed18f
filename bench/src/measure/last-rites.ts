/**
 * What must not outlive a benchmark, however it ends short of SIGKILL. Everything here runs synchronously in the process's
 * last moment: after an exception or Ctrl-C no promise is waited for any more.
 */
const rites = new Set<() => void>()

/** Newest first, as in a stack: what was made last may still write into what was made first. */
process.on('exit', () => [...rites].toReversed().forEach(perform))
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130))

/** A folder into which a dying process still writes cannot be removed, and that must not spare the processes that are left. */
function perform(rite: () => void): void {
  try {
    rite()
  } catch (error) {
    process.stderr.write(`not cleaned up: ${String(error)}\n`)
  }
}

/** Registers it; the returned function takes it back, once it was done in the usual way. */
export function atLast(rite: () => void): () => void {
  rites.add(rite)
  return () => rites.delete(rite)
}

/** Signals a process that may be gone. */
export function signalIfThere(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal)
  } catch {
    // It ended by itself.
  }
}
