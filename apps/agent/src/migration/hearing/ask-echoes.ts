/** Asks a guest for an echo each 10 ms, by ping: a program of the host's, so that no socket of ours needs a right of its own. */
import { hasErrorCode, toAppError } from '@berth/core/errors/app-error'
import { MiB } from '@berth/core/units/bytes'
import { hypervisor } from '../../hypervisor/hypervisor.ts'
import { cidrsIn, type EchoAddress } from './echo-address.ts'
import { replyTimeOf } from './reply-gaps.ts'

export const everyMs = 10
/**
 * After so many ping ends by itself, also where it outlived its agent: some 1 MB of text, if all are answered. Not by its deadline
 * (-w): with that it ends when the guest stands for so long that the kernel calls its address unreachable.
 */
const count = 12_000
const turnMs = count * everyMs
const maxOutputBytes = 8 * MiB
/** Half an hour: a hand-over that waits for a host that is away is not listened to for ever. */
const maxTurns = 15

/** None where the program is not there, or the bridge has none. */
export async function bridgeCidrs(bridge: string, signal: AbortSignal): Promise<string[]> {
  const args = ['-4', '-o', 'addr', 'show', 'dev', bridge]
  const answer = hypervisor().runTool({ file: 'ip', args, timeoutMs: 5_000, signal })
  return answer.then(
    ({ stdout }) => cidrsIn(stdout),
    // What it is needed for is said where the guest is asked.
    () => [],
  )
}

interface EchoEar {
  readonly bridge: string
  readonly onReply: (atMs: number) => void
  readonly signal: AbortSignal
}

/** Until `signal` aborts, or for half an hour. Returns why it came to nothing, in a sentence; undefined when it did not. */
export async function askEchoes(to: EchoAddress, ear: EchoEar): Promise<string | undefined> {
  for (let turn = 0; turn < maxTurns && !ear.signal.aborted; turn++) {
    const beganAtMs = performance.now()
    const trouble = await askOnce(to, ear)
    // A program that ends at once is not begun again and again.
    const hasLasted = performance.now() - beganAtMs > turnMs / 2
    if (trouble !== undefined && !hasLasted) return trouble
  }
  return undefined
}

async function askOnce({ family, address }: EchoAddress, { bridge, onReply, signal }: EchoEar) {
  const way = family === 4 ? ['-I', bridge] : []
  const args = [`-${family}`, '-n', '-D', '-i', String(everyMs / 1_000), '-c', String(count), ...way, address]
  const onLine = (line: string): void => {
    const atMs = replyTimeOf(line)
    if (atMs !== undefined) onReply(atMs)
  }
  // An interval is kept as well as the host's own load lets it.
  const timeoutMs = 2 * turnMs
  try {
    await hypervisor().runTool({ file: 'ping', args, timeoutMs, maxOutputBytes, endsWithAgent: true, signal, onLine })
    return undefined
  } catch (error) {
    return signal.aborted ? undefined : troubleText(error)
  }
}

/** setpriv's own exit code for a program that is not there. */
const notFound = 127

function troubleText(error: unknown): string {
  const { message, details } = toAppError(error)
  const { exitCode, lastLines } = details
  if (exitCode === notFound) return 'Its host has no ping (package iputils-ping).'
  const words = hasErrorCode(error, 'COMMAND_FAILED') && Array.isArray(lastLines) ? String(lastLines.at(-1) ?? '') : ''
  return `It could not be pinged: ${(words === '' ? message : words).slice(0, 300)}.`
}
