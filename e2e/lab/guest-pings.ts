/** What the guest network sees of a guest: an echo asked for each 10 ms, and how long none came. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { inNamespace, systemPath } from './network-programs.ts'

export interface PingReport {
  sent: number
  received: number
  /** The longest time without an answer, between two answers. */
  longestGapMs: number
}

export interface GuestPings {
  /** Resolves with the first answer; rejects when there is none in time. */
  answered(timeoutMs: number): Promise<void>
  /** Ends it, and tells what came. */
  stop(): Promise<PingReport>
}

/** Pings from the namespace until stopped. Every answer counts by the time at which it came. */
export function startPings(namespace: string, address: string, everyMs = 10): GuestPings {
  const [file = '', ...args] = inNamespace(namespace, ['ping', '-n', '-D', '-i', String(everyMs / 1000), address])
  const child = spawn(file, args, { env: { PATH: systemPath, LC_ALL: 'C' }, stdio: ['ignore', 'pipe', 'pipe'] })
  const ended = once(child, 'close')
  const first = Promise.withResolvers<void>()
  let output = ''
  const keep = (text: string): void => {
    output += text
    if (answerLine.test(text)) first.resolve()
  }
  child.stdout.setEncoding('utf8').on('data', keep)
  child.stderr.setEncoding('utf8').on('data', keep)
  child.once('error', first.reject)
  return {
    answered: async (timeoutMs) => {
      const late = AbortSignal.timeout(timeoutMs)
      const tooLate = once(late, 'abort').then(() => {
        throw new Error(`${address} did not answer within ${timeoutMs} ms: ${output.slice(-500)}`)
      })
      await Promise.race([first.promise, tooLate])
    },
    stop: async () => {
      // ping prints its summary when it is interrupted.
      child.kill('SIGINT')
      await ended
      return readPings(output)
    },
  }
}

const answerLine = /^\[(\d+\.\d+)\] \d+ bytes from /m

/** From ping's own output with -D. Pure. */
export function readPings(output: string): PingReport {
  const times = [...output.matchAll(new RegExp(answerLine, 'gm'))].map(([, seconds]) => Number(seconds) * 1000)
  const gaps = times.slice(1).map((at, index) => at - (times[index] ?? at))
  const sent = Number(/^(\d+) packets transmitted/m.exec(output)?.[1] ?? 0)
  return { sent, received: times.length, longestGapMs: Math.max(0, ...gaps) }
}
