/** The contract's procedures, each bound to the part that answers it. Parse, call, map the error: no logic here. */
import { agentContract, contractVersion } from '@berth/core/agent-contract/agent-contract'
import type { AnyTRPCProcedure, AnyTRPCRouter } from '@trpc/server'
import type { AgentContext } from '../context.ts'
import { hostSnapshot } from '../host/host-snapshot.ts'
import { readCommandLine, sendKeys } from '../vm/vm-views.ts'
import { sightVolumes } from '../vm/volume-sightings.ts'
import { agentVersion, capabilities } from './capabilities.ts'
import type { CertificateRenewal } from './certificate-renewal.ts'
import { mutation, query, router, subscription } from './trpc.ts'

/** Every procedure of the contract, or it does not compile. */
type Complete = { [G in keyof typeof agentContract]: { [P in keyof (typeof agentContract)[G]]: AnyTRPCProcedure } }

export function createAgentRouter(context: AgentContext, renewal: CertificateRenewal): AnyTRPCRouter {
  const { agent, host, step, vm } = agentContract
  const { events, machines, sampler, screens, steps, storage } = context
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
      sendKeys: mutation(vm.sendKeys, async ({ vmId, keys }) => {
        await sendKeys(machines.require(vmId).requireMachine(), keys)
        return {}
      }),
    },
  } satisfies Complete
  return router({
    agent: router(procedures.agent),
    step: router(procedures.step),
    host: router(procedures.host),
    vm: router(procedures.vm),
  })
}
