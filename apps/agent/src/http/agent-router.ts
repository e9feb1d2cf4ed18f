/** The contract's procedures, each bound to the part that answers it. Parse, call, map the error: no logic here. */
import { agentContract, contractVersion } from '@berth/core/agent-contract/agent-contract'
import type { AnyTRPCProcedure, AnyTRPCRouter } from '@trpc/server'
import type { AgentContext } from '../context.ts'
import { hostSnapshot } from '../host/host-snapshot.ts'
import { readCommandLine, sendKeys } from '../vm/vm-views.ts'
import { sightVolumes } from '../vm/volume-sightings.ts'
import { agentVersion, capabilities } from './capabilities.ts'
import type { CertificateRenewal } from './certificate-renewal.ts'
import { requireHost } from './peer.ts'
import type { RefusedCertificates } from './refused-certificates.ts'
import { mutation, query, router, subscription } from './trpc.ts'

/** Every procedure of the contract, or it does not compile. */
type Complete = { [G in keyof typeof agentContract]: { [P in keyof (typeof agentContract)[G]]: AnyTRPCProcedure } }

/** Whose certificates are good: this host's next one, and the others' that are not any more. */
export interface CertificateParts {
  readonly renewal: CertificateRenewal
  readonly refused: RefusedCertificates
}

export function createAgentRouter(context: AgentContext, { renewal, refused }: CertificateParts): AnyTRPCRouter {
  const { agent, forecast, host, move, step, vm } = agentContract
  const { consoles, events, forecasting, machines, movement, sampler, screens, steps, storage } = context
  const procedures = {
    agent: {
      hello: query(agent.hello, () => ({
        contractVersion,
        agentVersion,
        capabilities: [...capabilities],
        at: new Date().toISOString(),
      })),
      requestCertificate: mutation(agent.requestCertificate, async () => ({ csrPem: await renewal.request() })),
      installCertificate: mutation(agent.installCertificate, async ({ certificatePem }) => {
        await renewal.install(certificatePem)
        return {}
      }),
      refuseCertificates: mutation(agent.refuseCertificates, async ({ fingerprints }) => {
        await refused.replace(fingerprints)
        return {}
      }),
      events: subscription(agent.events, ({ lastEventId }, { signal }) =>
        events.read({ lastEventId: lastEventId ?? null, signal }),
      ),
    },
    step: {
      run: mutation(step.run, (request) => steps.run(request)),
      wait: query(step.wait, (request) => steps.wait(request)),
      cancel: mutation(step.cancel, (key) => ({ isAccepted: steps.cancel(key) })),
    },
    host: {
      snapshot: query(host.snapshot, () => hostSnapshot(context)),
      metrics: query(host.metrics, (input) => sampler.queryHost(input)),
    },
    pool: {
      inspect: query(agentContract.pool.inspect, (place) => storage.inspect(place)),
    },
    vm: {
      observe: query(vm.observe, async ({ vmId }) => {
        const actor = machines.require(vmId)
        await sightVolumes(actor, storage)
        return actor.look()
      }),
      metrics: query(vm.metrics, (input) => sampler.queryVm(machines.require(input.vmId).vmId, input.query)),
      screenshot: query(vm.screenshot, ({ vmId }) => screens.take(machines.require(vmId).requireMachine())),
      lastScreenshot: query(vm.lastScreenshot, async ({ vmId }) => ({
        screenshot: await screens.read(machines.require(vmId).vmId),
      })),
      commandLine: query(vm.commandLine, async ({ vmId }) => ({
        argv: await readCommandLine(machines.require(vmId).requireMachine()),
      })),
      flightRecords: query(vm.flightRecords, ({ vmId, ...filter }) => ({
        records: machines.require(vmId).recorder.read(filter),
      })),
      sendKeys: mutation(vm.sendKeys, async ({ vmId, keys, userId }) => {
        consoles.requireTyping({ vmId, kind: 'screen' }, userId)
        await sendKeys(machines.require(vmId).requireMachine(), keys)
        return {}
      }),
    },
    move: {
      bringFile: mutation(move.bringFile, async (input, { peer }) => {
        await movement.moveIn.bringFile({ ...input, peer: requireHost(peer) })
        return {}
      }),
      take: mutation(move.take, (input, { peer }) => movement.moveIn.take({ ...input, peer: requireHost(peer) })),
      recover: mutation(move.recover, (input, { peer }) =>
        movement.moveIn.recover({ ...input, peer: requireHost(peer) }),
      ),
      setBandwidth: mutation(move.setBandwidth, async (input) => {
        await movement.moveOut.setBandwidth(input)
        return {}
      }),
      bringHistory: mutation(move.bringHistory, async (input, { peer }) => {
        await movement.historyIn.bring({ ...input, peer: requireHost(peer) })
        return {}
      }),
      owner: query(move.owner, ({ vmId }, { peer }) => movement.owner(vmId, peer.kind === 'host' ? peer.hostId : null)),
    },
    forecast: {
      dirty: query(forecast.dirty, ({ vmId }, { signal }) => forecasting.dirty(vmId, signal)),
      path: query(forecast.path, ({ target }, { signal }) => forecasting.path(target, signal)),
    },
  } satisfies Complete
  return router({
    agent: router(procedures.agent),
    step: router(procedures.step),
    host: router(procedures.host),
    pool: router(procedures.pool),
    vm: router(procedures.vm),
    move: router(procedures.move),
    forecast: router(procedures.forecast),
  })
}
