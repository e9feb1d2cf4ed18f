/**
 * Brings a machine's history to the host that has taken it: past the panel, under the move's token. The machine runs there
 * already, so what does not come over in time is told and given up.
 */
import { setTimeout as pause } from 'node:timers/promises'
import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import {
  historyChunkBytes,
  historyParts,
  maxHistoryBytes,
  type HistoryPart,
} from '@berth/core/agent-contract/move-history'
import type { VmId } from '@berth/core/ids/ids'
import type { Logger } from 'pino'
import type { HostAddress, HostLink } from '../http/host-link.ts'
import type { GivenRecord } from '../vm/vm-record.ts'
import type { Histories } from './histories.ts'

export interface HistoryOutOptions {
  readonly vmId: VmId
  readonly given: GivenRecord
  readonly histories: Histories
  readonly openLink: (to: HostAddress) => Promise<HostLink>
  readonly logger: Logger
  /** Aborts when the agent ends: the next one begins anew. */
  readonly signal: AbortSignal
}

/** Of 10 MB that is a link of 5 Mbit/s; a slower one has more to do than to carry graphs. */
const allMs = 20_000
const chunkMs = 10_000
/** The last bytes of a process that has ended are in the socket already. */
const lastWordsMs = 1_000

/** Never throws, and takes at most 20 s. */
export async function bringHistory(options: HistoryOutOptions): Promise<void> {
  const { vmId, given, logger } = options
  const beganMs = performance.now()
  const signal = AbortSignal.any([options.signal, AbortSignal.timeout(allMs)])
  try {
    await using link = await options.openLink(given)
    for (const part of historyParts) {
      await bringPart(link, { ...options, part, signal }).catch((error: unknown) => {
        if (signal.aborted) throw error
        logger.warn({ err: error, vmId, part }, 'a part of a machine that moved does not follow it')
      })
    }
    logger.info({ vmId, ms: Math.round(performance.now() - beganMs) }, "a machine's history was brought")
  } catch (error) {
    logger.warn({ err: error, vmId }, 'the history of a machine that moved does not follow it')
  }
}

async function bringPart(link: HostLink, options: HistoryOutOptions & { readonly part: HistoryPart }): Promise<void> {
  const { vmId, given, part, histories, signal } = options
  const packed = await histories[part].pack(vmId, AbortSignal.any([signal, AbortSignal.timeout(lastWordsMs)]))
  if (packed.length === 0 || packed.length > maxHistoryBytes) return
  const content = await promisify(gzip)(packed, { level: 1 })
  const { moveId, token } = given
  for (let offset = 0; offset < content.length; offset += historyChunkBytes) {
    const chunk = content.subarray(offset, offset + historyChunkBytes)
    const isLast = offset + chunk.length === content.length
    const sent = { vmId, moveId, token, part, offset, isLast, chunk: chunk.toString('base64') }
    await link.bringHistory(sent, { timeoutMs: chunkMs, signal })
    // Other machines' moves share the link and this agent.
    await pause(0, undefined, { signal })
  }
}
