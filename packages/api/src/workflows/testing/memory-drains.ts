/** A host that is emptied in memory: its tasks succeed as soon as they are looked at, and each can be asked for only once. */
import { newUuid } from '@berth/core/ids/ids'
import { harnessCases, type HarnessCase } from '@berth/core/workflow/workflow-harness'
import type { MovePlan } from '@berth/core/maintenance/drain'
import { hostIdSchema, vmIdSchema } from '@berth/core/ids/ids'
import type { DrainChild, DrainItem, DrainState } from '../../maintenance/drain-state.ts'
import { hostDrain } from '../host-drain.ts'
import type { DrainRecords, WorkflowContext } from '../ports.ts'
import { FakeHost } from './fake-host.ts'
import { MemoryImages, MemoryMoves, MemoryPools, MemoryVms } from './memory-records.ts'

export class MemoryDrains implements DrainRecords {
  readonly target = { hostId: hostIdSchema.parse(newUuid()), name: 'host-b' }
  isClosed = false
  isPaused = false
  items: DrainItem[] = []
  /** By their keys: a second one for the same try would move a machine twice. */
  readonly asked = new Map<string, string>()
  readonly stopped: string[] = []

  async close(): Promise<void> {
    this.isClosed = true
  }

  async read(): Promise<DrainState> {
    return { hostId: 'host-a', hostName: 'host-a', isPaused: this.isPaused, items: this.items }
  }

  async plan({ items }: DrainState): Promise<MovePlan> {
    const machines = items.map(({ vmId, name }, index) => ({
      ...{ vmId: vmIdSchema.parse(vmId), name, memoryBytes: 1, vcpus: 1, isOn: true, kind: 'moves' as const },
      ...{ order: index + 1, target: this.target, reason: '', warnings: [], copyBytes: 0, durationMs: null },
    }))
    return { machines, hosts: [], durationMs: null }
  }

  async write(_operationId: string, items: readonly DrainItem[]): Promise<void> {
    this.items = this.items.map((item) => items.find(({ vmId }) => vmId === item.vmId) ?? item)
  }

  async children({ items }: DrainState): Promise<ReadonlyMap<string, DrainChild>> {
    const child = (id: string): DrainChild => ({
      status: this.stopped.includes(id) ? 'cancelled' : 'succeeded',
      message: null,
    })
    return new Map(items.flatMap(({ childId }) => (childId === null ? [] : [[childId, child(childId)] as const])))
  }

  async begin(_operationId: string, { vmId, tries }: DrainItem): Promise<string> {
    const key = `${vmId} ${tries}`
    const id = this.asked.get(key) ?? newUuid()
    this.asked.set(key, id)
    return id
  }

  async stop(childId: string): Promise<void> {
    this.stopped.push(childId)
  }

  async pause(): Promise<void> {
    return Promise.resolve()
  }
}

export const memoryItem = (name: string, change: Partial<DrainItem> = {}): DrainItem => ({
  ...{ vmId: newUuid(), name, choice: 'move', state: 'waiting', target: null, childId: null },
  ...{ tries: 0, triedHostIds: [], reason: null, ageMs: 0 },
  ...change,
})

export const drainCases = (): readonly HarnessCase[] =>
  harnessCases({
    workflow: hostDrain,
    world: () => {
      const drains = new MemoryDrains()
      drains.items = [
        ...['a', 'b', 'c', 'd'].map((name) => memoryItem(name)),
        memoryItem('e', { choice: 'shutdown' }),
        memoryItem('f', { choice: 'skip' }),
      ]
      const context: WorkflowContext = {
        link: () => new FakeHost(),
        vms: new MemoryVms(),
        images: new MemoryImages(),
        pools: new MemoryPools(),
        moves: new MemoryMoves(),
        drains,
      }
      // What has moved stays moved, also when the rest was given up; but no machine may have two tasks.
      const twice = (): string[] => (drains.asked.size > 5 ? ['a machine had two tasks'] : [])
      const states = (): string =>
        drains.items
          .map(({ state }) => state)
          .toSorted()
          .join(' ')
      return {
        context,
        args: { hostId: hostIdSchema.parse(newUuid()), choices: [] },
        leftovers: twice,
        missing: () =>
          drains.isClosed && states() === 'left moved moved moved moved shutDown' ? twice() : [`it is ${states()}`],
      }
    },
  })
