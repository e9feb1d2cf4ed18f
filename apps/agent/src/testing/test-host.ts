/**
 * A host for tests: folders of its own, an agent in this process that can be killed and started again, real QEMU.
 *
 * "Killed" here is what a kill leaves: sockets and files as they are, QEMUs running. Disposing the host ends its QEMUs by
 * their verified identity.
 */
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { AgentCommand } from '@berth/core/agent-contract/agent-commands'
import { stepReportSchema, type StepReport } from '@berth/core/agent-contract/step-report'
import { errorFromWire } from '@berth/core/errors/app-error'
import { networkIdSchema, newUuid, nicIdSchema, vmIdSchema, volumeIdSchema, type VmId } from '@berth/core/ids/ids'
import { MiB } from '@berth/core/units/bytes'
import { vmObservationSchema, type VmObservation } from '@berth/core/vm/vm-observation'
import { vmSpecSchema, type VmSpec } from '@berth/core/vm/vm-spec'
import { pino } from 'pino'
import { startAgent, type Agent } from '../agent.ts'
import { loadConfig, type AgentConfig } from '../config.ts'
import { killProcess, scanProcesses } from '../qemu/process-identity.ts'
import { runDirPaths } from '../qemu/run-dir.ts'
import { pauseVcpus } from '../qmp/commands/lifecycle-commands.ts'
import { queryMigrate, setMoveBandwidth } from '../qmp/commands/move-commands.ts'
import { connectQmp, type QmpClient } from '../qmp/qmp-client.ts'
import { freePort } from './free-port.ts'
import { openTestPanel, type AgentCalls, type TestPanel } from './test-panel.ts'

export class TestHost implements AsyncDisposable {
  readonly root: string
  readonly config: AgentConfig
  readonly environment: Record<string, string>
  readonly panel: TestPanel
  readonly #ownsPanel: boolean
  #agent: Agent | undefined
  #calls: AgentCalls | undefined
  #step = 0
  readonly operationId = newUuid()

  private constructor(made: {
    root: string
    environment: Record<string, string>
    panel: TestPanel
    ownsPanel: boolean
    moveLimits: AgentConfig['moveLimits']
  }) {
    this.#ownsPanel = made.ownsPanel
    this.root = made.root
    this.environment = made.environment
    this.panel = made.panel
    const config = loadConfig(made.environment)
    this.config = made.moveLimits === undefined ? config : { ...config, moveLimits: made.moveLimits }
  }

  /** `panel`: another host's too, for those that speak with each other; whoever opened it closes it. */
  static async open(shared: { panel?: TestPanel; moveLimits?: AgentConfig['moveLimits'] } = {}): Promise<TestHost> {
    const root = await mkdtemp(join(tmpdir(), 'berth-agent-'))
    await chmod(root, 0o711)
    const panel = shared.panel ?? (await openTestPanel())
    await writeFile(join(root, 'token'), panel.token)
    const environment = {
      BERTH_AGENT_DATA: join(root, 'data'),
      BERTH_AGENT_RUN: join(root, 'run'),
      BERTH_AGENT_LISTEN: `127.0.0.1:${await freePort()}`,
      BERTH_AGENT_ACCELERATION: 'tcg',
      BERTH_PANEL_URL: panel.url,
      BERTH_JOIN_TOKEN_FILE: join(root, 'token'),
      LOG_LEVEL: 'silent',
    }
    const ownsPanel = shared.panel === undefined
    return new TestHost({ root, environment, panel, ownsPanel, moveLimits: shared.moveLimits })
  }

  get agent(): Agent {
    if (this.#agent === undefined) throw new Error('no agent runs')
    return this.#agent
  }

  get calls(): AgentCalls {
    if (this.#calls === undefined) throw new Error('no agent runs')
    return this.#calls
  }

  async start(): Promise<void> {
    const logger = pino({ level: this.config.logLevel })
    this.#agent = await startAgent({ config: this.config, logger, signal: new AbortController().signal })
    this.#calls = await this.panel.connect(this.#agent.port)
  }

  /** Its machines run on. */
  async stop(): Promise<void> {
    await this.#calls?.[Symbol.asyncDispose]()
    await this.#agent?.[Symbol.asyncDispose]()
    this.#agent = undefined
    this.#calls = undefined
  }

  /** The report of a command as a new step of one operation; waits up to 30 s. */
  async report(command: AgentCommand): Promise<StepReport> {
    const key = { operationId: this.operationId, step: `step-${++this.#step}`, attempt: 1 }
    return stepReportSchema.parse(await this.calls.mutate('step.run', { ...key, epoch: 1, command, waitMs: 30_000 }))
  }

  /** The result of a command; throws the step's error. */
  async run(command: AgentCommand): Promise<unknown> {
    const report = await this.report(command)
    if (report.status === 'succeeded') return report.result
    throw report.status === 'failed' ? errorFromWire(report.error) : new Error(`the step is ${report.status}`)
  }

  async observe(vmId: VmId): Promise<VmObservation> {
    return vmObservationSchema.parse(await this.calls.query('vm.observe', { vmId }))
  }

  /** Resolves when an observation of the machine fits, told by the event stream. Fails when the time is over. */
  async until(vmId: VmId, isIt: (vm: VmObservation) => boolean, timeoutMs = 15_000): Promise<VmObservation> {
    const signal = AbortSignal.timeout(timeoutMs)
    for await (const { event } of this.agent.context.events.read({ lastEventId: null, signal })) {
      const vms = event.kind === 'host.snapshot' ? event.snapshot.vms : event.kind === 'vm.observed' ? [event.vm] : []
      const found = vms.find((vm) => vm.vmId === vmId && isIt(vm))
      if (found !== undefined) return found
    }
    throw new Error(`machine ${vmId} never became so: ${JSON.stringify(this.agent.context.machines.get(vmId)?.record)}`)
  }

  /** Of its QEMU's own move, asked by the socket for experts, with or without an agent. */
  async moveStatusOf(vmId: VmId): Promise<string> {
    using qmp = await connectQmp({ socketPath: runDirPaths(this.config.runDir, vmId).expertQmpSocket })
    return (await queryMigrate(qmp)).status ?? 'none'
  }

  /** A move that was begun slowly, so that it could not end before something else was done, now may. */
  async hurryMove(vmId: VmId): Promise<void> {
    using qmp = await connectQmp({ socketPath: runDirPaths(this.config.runDir, vmId).expertQmpSocket })
    await setMoveBandwidth(qmp, 64 * MiB)
  }

  /** By the socket for experts; the agent is not asked. */
  async pauseBehindBack(vmId: VmId): Promise<void> {
    await this.withExpert(vmId, pauseVcpus)
  }

  /** What somebody does at the socket for experts. */
  async withExpert(vmId: VmId, work: (qmp: QmpClient) => Promise<void>): Promise<void> {
    using qmp = await connectQmp({ socketPath: runDirPaths(this.config.runDir, vmId).expertQmpSocket })
    await work(qmp)
  }

  /** A machine with one blank disk and a user-mode NIC, defined and off. SeaBIOS runs in it, and nothing else. */
  async define(change: Partial<VmSpec> = {}): Promise<VmId> {
    const vmId = vmIdSchema.parse(newUuid())
    const spec = bareSpec(change)
    for (const disk of spec.disks) await this.run({ kind: 'volume.create', vmId, vmEpoch: 1, disk })
    await this.run({ kind: 'vm.define', vmId, vmEpoch: 1, revision: 1, spec })
    return vmId
  }

  async defineAndStart(change: Partial<VmSpec> = {}): Promise<VmId> {
    const vmId = await this.define(change)
    await this.run({ kind: 'vm.start', vmId, vmEpoch: 1 })
    return vmId
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop()
    for (const identity of await scanProcesses(this.config.runDir)) await killProcess(identity)
    if (this.#ownsPanel) await this.panel[Symbol.asyncDispose]()
    await rm(this.root, { recursive: true, force: true })
  }
}

export function bareSpec(change: Partial<VmSpec> = {}): VmSpec {
  return vmSpecSchema.parse({
    name: 'bare',
    vcpus: 1,
    memoryBytes: 64 * MiB,
    firmware: 'bios',
    machineType: 'pc-q35-7.2',
    hasScreen: true,
    disks: [
      {
        volumeId: volumeIdSchema.parse(newUuid()),
        pool: 'default',
        format: 'qcow2',
        sizeBytes: 64 * MiB,
        source: { kind: 'blank' },
      },
    ],
    nics: [
      {
        nicId: nicIdSchema.parse(newUuid()),
        mac: '52:54:00:12:34:56',
        network: { networkId: networkIdSchema.parse(newUuid()), kind: 'user' },
      },
    ],
    cloudInit: null,
    desiredPower: 'on',
    ...change,
  })
}
