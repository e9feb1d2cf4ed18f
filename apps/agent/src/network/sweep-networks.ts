/** At the agent's start and end: bridges are there while machines run on them, and go with the last one. */
import type { Logger } from 'pino'
import type { Networks } from './networks.ts'

/** Never throws: a host that cannot be tidied up serves its machines all the same. */
export async function sweepNetworks(networks: Pick<Networks, 'sweep'>, logger: Logger): Promise<void> {
  try {
    const removed = await networks.sweep()
    if (removed.length > 0) logger.info({ removed }, 'networks that no machine uses were taken down')
  } catch (error) {
    logger.error({ err: error }, 'networks that no machine uses could not be taken down')
  }
}
