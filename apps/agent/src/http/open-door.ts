/** Joins where the host has not joined, then listens. */
import type { Upgrade } from '../console/consoles.ts'
import { PassedSockets } from '../console/passed-sockets.ts'
import { reachableAs } from '../config.ts'
import type { AgentContext } from '../context.ts'
import { createAgentRouter } from './agent-router.ts'
import { openAgentServer, type AgentServer } from './agent-server.ts'
import { agentVersion } from './capabilities.ts'
import { CertificateRenewal } from './certificate-renewal.ts'
import { ensureIdentity } from './join-panel.ts'

/** Throws JOIN_REFUSED, or what the system says when it cannot listen. Machines run meanwhile: they need no panel. */
export async function openDoor(context: AgentContext, signal: AbortSignal): Promise<AgentServer> {
  const { config, consoles, forecasting, logger, machines, offers, refused } = context
  const passed = config.house && new PassedSockets(config.house, process)
  const { listen, dataDir, panelUrl, joinTokenFile } = config
  const identity = await ensureIdentity({
    ...{ dataDir, panelUrl, joinTokenFile, agentVersion, logger, signal },
    address: reachableAs(config),
    port: listen.port,
  })
  const renewal = new CertificateRenewal({
    ...{ dataDir, identity, logger },
    onRenewed: (renewed) => server.useIdentity(renewed),
  })
  const server = await openAgentServer({
    ...{ identity, listen, logger, refused, pathSink: forecasting.sink, offers },
    router: createAgentRouter(context, { renewal, refused }),
    openLeashPost: passed && ((connection) => passed.takePost(connection)),
    openConsole: (upgrade, target) => {
      if (machines.get(target.vmId) === undefined) return false
      const open = (whole: Upgrade): void => consoles.handleUpgrade(whole, target)
      if (passed?.accept(upgrade, open) !== true) open(upgrade)
      return true
    },
  })
  return server
}
