/** Two other machines that leave the same host, slowly: as many as may at once, so that whoever comes after them waits. */
import { z } from 'zod'
import { expect } from '@playwright/test'
import { doneSchema } from '../support/panel-client.ts'
import type { MovingMachine, TwoHostBerth } from './two-host-berth.ts'

const names = ['ahead-1', 'ahead-2'] as const
const endMs = 100_000
/** The least that a move may be given; a guest that has just booted takes seconds at it. */
const slowBytesPerSecond = 2 ** 20
const fastBytesPerSecond = 64 * 2 ** 20

interface Ahead {
  readonly machine: MovingMachine
  readonly operationId: string
}

export class FullWay implements AsyncDisposable {
  readonly #berth: TwoHostBerth
  readonly #ahead: readonly Ahead[]
  readonly #hurried = new Set<string>()

  private constructor(berth: TwoHostBerth, ahead: readonly Ahead[]) {
    this.#berth = berth
    this.#ahead = ahead
  }

  /** Both are under way when it returns. */
  static async open(berth: TwoHostBerth, { source, target }: { source: string; target: string }): Promise<FullWay> {
    const machines: MovingMachine[] = []
    for (const name of names) machines.push(await berth.addMovingMachine(name, 'shared', source))
    const begun = machines.map(async (machine) => {
      const wish = {
        ...{ vmId: machine.vmId, targetHostId: berth.hostId(target) },
        bandwidthBytesPerSecond: slowBytesPerSecond,
      }
      const { operationId } = await berth.machines.panel.mutate('vm.migrate', wish, doneSchema)
      return { machine, operationId }
    })
    const way = new FullWay(berth, await Promise.all(begun))
    await expect.poll(() => way.isFull(), { message: 'both are under way', intervals: [50] }).toBe(true)
    return way
  }

  async isFull(): Promise<boolean> {
    const seen = await Promise.all(this.#ahead.map(({ operationId }) => this.#berth.machines.operation(operationId)))
    return seen.every(({ status }) => status === 'running')
  }

  /** Until the panel takes it, for each; refused when nothing is sent. */
  async hurry(): Promise<void> {
    for (const { machine, operationId } of this.#ahead) {
      if (this.#hurried.has(operationId)) continue
      const wish = { vmId: machine.vmId, bandwidthBytesPerSecond: fastBytesPerSecond }
      await this.#berth.machines.panel.mutate('vm.setMoveBandwidth', wish, z.unknown()).then(
        () => this.#hurried.add(operationId),
        () => undefined,
      )
    }
  }

  /** However: both moved, or stayed. */
  async ended(): Promise<void> {
    for (const { operationId } of this.#ahead) {
      await this.#berth.machines.ended(operationId, endMs, () => this.hurry())
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.ended()
    for (const { machine } of this.#ahead) await this.#berth.machines.delete(machine.vmId)
  }
}
