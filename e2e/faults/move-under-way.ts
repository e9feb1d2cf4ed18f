/** One move of the matrix: begun, brought to its moment and held there, broken, healed. */
import { existsSync, readFileSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setImmediate as breathe, setTimeout as pause } from 'node:timers/promises'
import { expect } from '@playwright/test'
import { z } from 'zod'
import type { QemuProcess } from '../checker/berth-layout.ts'
import type { RunSampler } from '../checker/run-sampler.ts'
import { doneSchema } from '../support/panel-client.ts'
import { fillDisk } from '../lab/small-disk.ts'
import type { LabProxy } from '../lab/lab-proxy.ts'
import { freeze } from './host-processes.ts'
import { findAgent, findVictim, watchStep } from './kill-points.ts'
import { FullWay } from './full-way.ts'
import type { Fault, Moment } from './move-cases.ts'
import type { MovingMachine, TwoHostBerth } from './two-host-berth.ts'

const waitMs = 30_000
/** Long enough for every side to notice, short of the time after which a silent move is called off. */
const cutMs = 4_000
/** The agents of a lab's hosts listen there. */
const agentPort = 7_443
/** Slow enough that what fails while memory is sent fails before its end, also with the few megabytes of a fresh guest. */
const bandwidthBytesPerSecond = { slow: 2 ** 20, otherwise: 16 * 2 ** 20 } as const
const slowMoments: ReadonlySet<Moment> = new Set(['copying', 'sending'])
const copyingSchema = z.object({
  progress: z.object({ phase: z.string(), disks: z.array(z.object({ doneBytes: z.number() })).optional() }).nullable(),
})

const queuedSchema = z.object({ status: z.string(), progressText: z.string().nullable() })

type Victim = Exclude<Extract<Fault, { dies: unknown }>['dies'], 'everything'>
const everything = ['panel', 'database', 'source agent', 'target agent'] as const satisfies readonly Victim[]
const victims = [...everything, 'source QEMU', 'target QEMU'] as const satisfies readonly Victim[]

export interface Sides {
  readonly source: string
  readonly target: string
}

export class MoveUnderWay implements AsyncDisposable {
  readonly #berth: TwoHostBerth
  readonly #machine: MovingMachine
  readonly #sampler: RunSampler
  readonly #pids = new Map<string, number>()
  readonly #asleep = new Map<string, Disposable>()
  readonly #troubles = new AsyncDisposableStack()
  #proxy: LabProxy | undefined
  #way: FullWay | undefined
  #operationId = ''
  #isHurried = false
  readonly sides: Sides
  /** What must stand nowhere: the keys and the token of this move. */
  readonly secrets = new Map<string, string>()

  constructor(berth: TwoHostBerth, machine: MovingMachine, { sampler, sides }: { sampler: RunSampler; sides: Sides }) {
    this.#berth = berth
    this.#machine = machine
    this.#sampler = sampler
    this.sides = sides
  }

  /** Asks for the move and resolves at the moment; answers the operation. */
  async reach(moment: Moment, fault: Fault): Promise<string> {
    const { vmId, name } = this.#machine
    const { source, target } = this.sides
    // The move must begin with it in the way: nobody can step between the ends of a connection that is open.
    if ('halfOpen' in fault)
      this.#proxy = this.#troubles.use(await this.#berth.lab.proxyBetween(source, target, agentPort))
    if (moment === 'queued') return this.#queue()
    const watch = await watchStep(this.#berth.dataDir, { targetName: name, kind: 'vm.migrate', step: 'prepare' })
    const wish = {
      ...{ vmId, targetHostId: this.#berth.hostId(target) },
      bandwidthBytesPerSecond: bandwidthBytesPerSecond[slowMoments.has(moment) ? 'slow' : 'otherwise'],
    }
    const { operationId } = await this.#berth.machines.panel.mutate('vm.migrate', wish, doneSchema)
    await watch.reached
    if (moment === 'preparing') return operationId
    if (moment === 'copying') return this.#copying(operationId)
    await this.#until('memory is sent', () => this.#sampler.hasHeardMove(vmId, 'active'))
    await this.#noteKeys()
    // Looking for them takes longer than the instants last that are met below.
    await this.#findAll()
    if (moment === 'switching') await this.#until('it stands', () => !this.#sampler.isRunning(vmId), true)
    // Otherwise the case would be another one than its name says.
    if (moment === 'sending') expect(this.#sampler.hasHeardMove(vmId, 'completed'), 'it is over already').toBe(false)
    if (moment === 'sending' || moment === 'switching') return operationId
    if (moment === 'given') this.#sleep('target agent')
    if (moment === 'given' || moment === 'giving') {
      await this.#until('it is given', () => this.#isGiven(), moment === 'giving')
      return operationId
    }
    await this.#until('it is taken', () => existsSync(this.#recordOn(target)), true)
    if (moment === 'taking') return operationId
    this.#sleep('source agent')
    await this.#until('it runs there', () => this.#sampler.isRunning(vmId))
    return operationId
  }

  async #queue(): Promise<string> {
    const { panel } = this.#berth.machines
    const { source, target } = this.sides
    this.#way = this.#troubles.use(await FullWay.open(this.#berth, this.sides))
    const wish = {
      ...{ vmId: this.#machine.vmId, targetHostId: this.#berth.hostId(target) },
      bandwidthBytesPerSecond: bandwidthBytesPerSecond.otherwise,
    }
    const { operationId } = await panel.mutate('vm.migrate', wish, doneSchema)
    const look = (): Promise<unknown> => panel.query('operation.get', { operationId }, queuedSchema)
    const progressText = `Waits: 2 moves leave ${source}, at most 2 may at once.`
    await expect.poll(look, { message: 'it waits', intervals: [20] }).toEqual({ status: 'queued', progressText })
    await this.#findAll(['panel', 'database', 'source agent', 'target agent', 'source QEMU'])
    // Otherwise the case would be another one than its name says.
    expect(await this.#way.isFull(), 'the others are under way still').toBe(true)
    this.#operationId = operationId
    return operationId
  }

  async #copying(operationId: string): Promise<string> {
    const isCopying = async (): Promise<boolean> => {
      const { progress } = await this.#berth.machines.panel.query('operation.move', { operationId }, copyingSchema)
      return progress?.phase === 'disks' && progress.disks?.some(({ doneBytes }) => doneBytes > 0) === true
    }
    await expect.poll(isCopying, { message: 'its disk is copied', timeout: waitMs, intervals: [50] }).toBe(true)
    await this.#noteKeys()
    await this.#findAll()
    return operationId
  }

  /** Resolves when what was cut is whole again. Everybody who slept wakes; what died is started by its keeper. */
  async suffer(fault: Fault): Promise<void> {
    if ('dies' in fault) {
      const victims = fault.dies === 'everything' ? everything : [fault.dies]
      const pids = await Promise.all(
        victims.map(async (victim) => this.#pids.get(victim) ?? (await this.#find(victim))),
      )
      for (const pid of pids) process.kill(pid, 'SIGKILL')
      return this.#wakeAll()
    }
    if ('cancelled' in fault) {
      const asked = { operationId: this.#operationId }
      await this.#berth.machines.panel.mutate('operation.cancel', asked, z.unknown())
      return
    }
    const { lab } = this.#berth
    const { source, target } = this.sides
    if ('blocked' in fault) return lab.blockDoors(source, target)
    if ('full' in fault) {
      const full = this.#troubles.use(await fillDisk(this.#berth.diskOf(target)))
      if (this.#asleep.size === 0) return
      this.#wakeAll()
      await pause(cutMs)
      return full[Symbol.asyncDispose]()
    }
    if ('halfOpen' in fault) this.#proxy?.chaos.vanish('server')
    else await this.#cut(fault.cut)
    this.#wakeAll()
    await pause(cutMs)
    await lab.heal()
  }

  /**
   * A move that was begun slowly, so that the fault came in its middle, and goes on after it: at that rate even a guest that
   * idles may write faster than it is sent, for ever. Until the panel takes it; refused when nothing is sent any more.
   */
  readonly hurry = async (): Promise<void> => {
    await this.#way?.hurry()
    if (this.#isHurried) return
    const wish = { vmId: this.#machine.vmId, bandwidthBytesPerSecond: bandwidthBytesPerSecond.otherwise }
    const asked = this.#berth.machines.panel.mutate('vm.setMoveBandwidth', wish, z.unknown())
    this.#isHurried = await asked.then(
      () => true,
      () => false,
    )
  }

  /** Those that it waited for have ended as well. */
  async untilAlone(): Promise<void> {
    await this.#way?.ended()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#wakeAll()
    await this.#troubles.disposeAsync()
    await this.#berth.lab.heal()
  }

  async #cut(link: Extract<Fault, { cut: unknown }>['cut']): Promise<void> {
    const { lab } = this.#berth
    const { source, target } = this.sides
    if (link === 'between the hosts') return lab.cutBetween(source, target)
    if (link === 'way to the target') return lab.cutOneWay(source, target)
    if (link === 'way to the source') return lab.cutOneWay(target, source)
    return lab.host(link === 'cable of the source' ? source : target).cut('management')
  }

  /** `isSharp`: within the turn of the loop, for instants that nothing holds. */
  async #until(what: string, isSo: () => boolean, isSharp = false): Promise<void> {
    const deadline = performance.now() + waitMs
    while (!isSo()) {
      if (performance.now() > deadline) throw new Error(`it never came so far: ${what}`)
      await (isSharp ? breathe() : pause(5))
    }
  }

  #recordOn(host: string): string {
    return join(this.#berth.dataDir, 'hosts', host, 'vms', this.#machine.vmId, 'vm.json')
  }

  #isGiven(): boolean {
    const token = /"given": \{[^}]*"token": "([0-9a-f]{64})"/.exec(
      readFileSync(this.#recordOn(this.sides.source), 'utf8'),
    )
    if (token?.[1] !== undefined) this.secrets.set('token of the move', token[1])
    return token !== null
  }

  async #noteKeys(): Promise<void> {
    for (const host of [this.sides.source, this.sides.target]) {
      const dir = join(this.#berth.runDir, host)
      for (const name of (await readdir(dir)).filter((one) => one.startsWith('key-'))) {
        const text = await readFile(join(dir, name, 'keys.psk'), 'utf8').catch(() => '')
        const key = text.trim().split(':')[1]
        if (key !== undefined) this.secrets.set('key of the move', key)
      }
    }
    expect(this.secrets.size, 'keys that were found').toBe(1)
  }

  #sleep(agent: 'source agent' | 'target agent'): void {
    const pid = this.#pids.get(agent)
    if (pid !== undefined) this.#asleep.set(agent, freeze(pid))
  }

  #wakeAll(): void {
    for (const sleeper of this.#asleep.values()) sleeper[Symbol.dispose]()
    this.#asleep.clear()
  }

  async #findAll(wanted: readonly Victim[] = victims): Promise<void> {
    await Promise.all(wanted.map(async (victim) => this.#pids.set(victim, await this.#find(victim))))
  }

  async #find(victim: Victim): Promise<number> {
    const { dataDir, checker } = this.#berth
    if (victim === 'panel' || victim === 'database') return (await findVictim(dataDir, victim)).pid
    const host = victim.startsWith('source') ? this.sides.source : this.sides.target
    const isIt = (qemu: QemuProcess): boolean => qemu.vmId === this.#machine.vmId && qemu.hostName === host
    const found = victim.endsWith('agent') ? await findAgent(dataDir, host) : (await checker.qemuProcesses()).find(isIt)
    if (!found) throw new Error(`there is no ${victim}`)
    return found.pid
  }
}
