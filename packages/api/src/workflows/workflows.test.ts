import { describe, expect, it } from 'vitest'
import { newUuid, nicIdSchema, networkIdSchema, imageIdSchema, volumeIdSchema, type ImageId } from '@berth/core/ids/ids'
import { operationKinds, type OperationKind } from '@berth/core/operation/operation'
import { macOfNic } from '@berth/core/network/network'
import { GiB } from '@berth/core/units/bytes'
import { vmSpecSchema, type VmSpec } from '@berth/core/vm/vm-spec'
import type { JsonObject, Workflow } from '@berth/core/workflow/step'
import { harnessCases, type HarnessCase, type HarnessWorld } from '@berth/core/workflow/workflow-harness'
import { imageDelete } from './image-delete.ts'
import { imageForget } from './image-forget.ts'
import { imageImport } from './image-import.ts'
import type { VmRecord, WorkflowContext } from './ports.ts'
import { FakeHost } from './testing/fake-host.ts'
import { drainCases, MemoryDrains } from './testing/memory-drains.ts'
import { MemoryImages, MemoryMoves, MemoryPools, MemoryVms, type MemoryImage } from './testing/memory-records.ts'
import { migrateCases } from './testing/move-world.ts'
import { rehearseCases } from './testing/rehearse-world.ts'
import { poolCases } from './testing/pool-worlds.ts'
import { vmCreate } from './vm-create.ts'
import { vmDelete } from './vm-delete.ts'
import { vmEjectDisc, vmInsertDisc, type VmDiscWorkflow } from './vm-disc.ts'
import { vmMoveDisk } from './vm-move-disk.ts'
import { vmPause, vmReboot, vmReset, vmResume, vmShutdown, vmStart, vmStop } from './vm-power.ts'
import { vmUpdate } from './vm-update.ts'
import { workflowRegistry } from './workflow-registry.ts'

const nicId = nicIdSchema.parse(newUuid())
const discId = imageIdSchema.parse(newUuid())

function makeSpec(changes: Partial<VmSpec> = {}): VmSpec {
  return vmSpecSchema.parse({
    name: 'web-1',
    vcpus: 1,
    memoryBytes: GiB,
    firmware: 'bios',
    machineType: 'pc-q35-7.2',
    hasScreen: true,
    disks: [1, 2].map(() => ({
      volumeId: volumeIdSchema.parse(newUuid()),
      pool: 'default',
      format: 'qcow2',
      sizeBytes: GiB,
      source: { kind: 'blank' },
    })),
    nics: [{ nicId, mac: macOfNic(nicId), network: { kind: 'user', networkId: networkIdSchema.parse(newUuid()) } }],
    cloudInit: null,
    desiredPower: 'off',
    ...changes,
  })
}

class Panel {
  readonly other: FakeHost | undefined
  readonly host = new FakeHost()
  readonly vms = new MemoryVms()
  readonly images = new MemoryImages()
  readonly pools = new MemoryPools()
  readonly context: WorkflowContext = {
    link: (hostId) => (this.other?.hostId === hostId ? this.other : this.host),
    vms: this.vms,
    images: this.images,
    pools: this.pools,
    moves: new MemoryMoves(),
    drains: new MemoryDrains(),
  }
  readonly vmId = newUuid()
  readonly imageId = imageIdSchema.parse(newUuid())

  constructor(other?: FakeHost) {
    this.other = other
  }

  addVm(lifecycle: VmRecord['lifecycle'], spec = makeSpec()): void {
    const { vmId } = this
    this.vms.rows.set(vmId, { vmId, hostId: this.host.hostId, ownerEpoch: 1, revision: 1, lifecycle, spec })
  }

  /** As if it had been created earlier. */
  placeVm({ isOn, isPaused = false }: { isOn: boolean; isPaused?: boolean }): void {
    this.addVm('present', makeSpec({ desiredPower: isOn ? 'on' : 'off' }))
    this.host.vms.set(this.vmId, { revision: 1, isOn, isPaused, starts: isOn ? 1 : 0 })
    for (const disk of this.row?.spec.disks ?? []) this.host.volumes.set(disk.volumeId, disk.sizeBytes)
  }

  get row(): VmRecord | undefined {
    return this.vms.rows.get(this.vmId)
  }

  get held() {
    return this.host.vms.get(this.vmId)
  }

  onHost(): string[] {
    return [...this.host.vms.keys(), ...this.host.volumes.keys(), ...this.host.images]
  }
}

/** One line for each thing that is not as it should be. */
const unless = (facts: Record<string, boolean | undefined>): string[] =>
  Object.entries(facts).flatMap(([text, holds]) => (holds === true ? [] : [text]))

interface WorldParts {
  readonly panel: Panel
  readonly args: unknown
  readonly leftovers: () => string[]
  readonly missing: () => string[]
}
const worldOf = ({ panel, ...parts }: WorldParts): HarnessWorld<WorkflowContext> => ({
  context: panel.context,
  ...parts,
})

function cases<State extends JsonObject>(
  workflow: Workflow<WorkflowContext, State>,
  world: () => HarnessWorld<WorkflowContext>,
): readonly HarnessCase[] {
  return harnessCases({ workflow, world })
}

interface PowerWorld {
  readonly before: { readonly isOn: boolean; readonly isPaused?: boolean }
  readonly after: (panel: Panel) => Record<string, boolean | undefined>
  /** What a failure must not have changed. */
  readonly kept?: (panel: Panel) => Record<string, boolean | undefined>
}

const powerWorld =
  ({ before, after, kept }: PowerWorld) =>
  (): HarnessWorld<WorkflowContext> => {
    const panel = new Panel()
    panel.placeVm(before)
    return worldOf({
      panel,
      args: { vmId: panel.vmId, timeoutMs: 5_000 },
      leftovers: () => unless(kept?.(panel) ?? {}),
      missing: () => unless(after(panel)),
    })
  }

const isOff = (panel: Panel) => ({
  'the power is off': panel.held?.isOn === false,
  'wanted off': panel.row?.spec.desiredPower === 'off',
})

const makeCreateWorld = (bringImage?: { imageId: ImageId; pool: string }, other?: FakeHost) => {
  const panel = new Panel(other)
  panel.addVm('creating')
  const world = worldOf({
    panel,
    args: { vmId: panel.vmId, start: true, bringImage },
    leftovers: () => [...panel.onHost(), ...panel.vms.rows.keys()],
    missing: () =>
      unless({
        'it runs': panel.held?.isOn,
        'it was started once': panel.held?.starts === 1,
        'both disks': panel.host.volumes.size === 2 && panel.vms.hasVolumes,
        'it is published': panel.row?.lifecycle === 'present',
        'the host comes back with it': panel.row?.spec.desiredPower === 'on',
      }),
  })
  return { panel, world }
}

const updateWorld = () => {
  const panel = new Panel()
  panel.placeVm({ isOn: false })
  const previousSpec = panel.row?.spec ?? makeSpec()
  const disks = previousSpec.disks.map((disk, index) => (index === 0 ? { ...disk, sizeBytes: 2 * GiB } : disk))
  const changed = { ...previousSpec, vcpus: 2, disks }
  panel.addVm('present', changed)
  panel.vms.rows.set(panel.vmId, { ...(panel.row ?? fail()), revision: 2 })
  const sizes = () => [...panel.host.volumes.values()]
  return worldOf({
    panel,
    args: { vmId: panel.vmId, previousSpec },
    leftovers: () =>
      unless({
        'the old spec': panel.row?.spec.vcpus === 1,
        'the old size': panel.row?.spec.disks[0]?.sizeBytes === GiB,
      }),
    missing: () =>
      unless({
        'the host knows': panel.held?.revision === 2,
        'it grew': sizes().toString() === [2 * GiB, GiB].toString(),
      }),
  })
}

/** From the one disc to the other; null is an empty drive. */
const discCases = (workflow: VmDiscWorkflow, before: ImageId | null, after: ImageId | null): readonly HarnessCase[] =>
  cases(workflow, () => {
    const panel = new Panel()
    panel.placeVm({ isOn: true })
    const previousSpec = makeSpec({ desiredPower: 'on', cdrom: { imageId: before } })
    panel.addVm('present', { ...previousSpec, cdrom: { imageId: after } })
    panel.vms.rows.set(panel.vmId, { ...(panel.row ?? fail()), revision: 2 })
    panel.host.discs.set(panel.vmId, before)
    const isIn = (disc: ImageId | null): boolean => panel.host.discs.get(panel.vmId) === disc
    return worldOf({
      panel,
      args: { vmId: panel.vmId, previousSpec, isForced: false, ...(after === null ? {} : { imageId: after }) },
      leftovers: () => unless({ 'the old disc': isIn(before) && panel.row?.spec.cdrom?.imageId === before }),
      missing: () => unless({ 'the host knows': panel.held?.revision === 2, 'the new disc': isIn(after) }),
    })
  })

/** A disk goes into another pool of the host, over its image where it has one, which comes there first. */
const moveDiskCases = (isOverImage: boolean): readonly HarnessCase[] =>
  cases(vmMoveDisk, () => {
    const panel = new Panel()
    panel.placeVm({ isOn: true })
    const [volumeId, imageId] = [panel.row?.spec.disks[0]?.volumeId ?? '', discId]
    const { hostId } = panel.host
    const source = { kind: 'incoming', fileName: 'tiny.qcow2', checksum: null } as const
    const replicas = [{ hostId, pool: 'default' }]
    panel.images.rows.set(imageId, { source, state: 'ready', error: null, replicas })
    panel.host.images.add(imageId)
    const wanted = { vmId: panel.vmId, volumeId, number: 1, fromPool: 'default', toPool: 'fast', needBytes: 1 }
    const bringImages = isOverImage ? [{ imageId, pool: 'fast' }] : []
    const rowPool = (): string | undefined => panel.row?.spec.disks[0]?.pool
    return worldOf({
      panel,
      args: { ...wanted, bandwidthBytesPerSecond: null, keepsOld: true, bringImages },
      leftovers: () => unless({ 'it is where it was': panel.host.diskPools.size === 0 && rowPool() === 'default' }),
      missing: () =>
        unless({
          'it is there': panel.host.diskPools.get(volumeId) === 'fast',
          'the row says so': rowPool() === 'fast' && panel.row?.spec.disks[1]?.pool === 'default',
          'the host knows the row': panel.held?.revision === 2,
          'its image is there': !isOverImage || panel.images.rows.get(imageId)?.replicas.length === 2,
        }),
    })
  })

const fail = (): never => {
  throw new Error('The world has no machine.')
}

const registrations: Readonly<Record<OperationKind, () => readonly HarnessCase[]>> = {
  ...poolCases,
  'vm.create': () => [
    ...cases(vmCreate, () => makeCreateWorld().world),
    ...cases(vmCreate, createInPoolWorld),
    ...cases(vmCreate, createFromOtherHostWorld),
  ],
  'vm.delete': () =>
    cases(vmDelete, () => {
      const panel = new Panel()
      panel.placeVm({ isOn: true })
      return worldOf({
        panel,
        args: { vmId: panel.vmId },
        leftovers: () => unless({ 'it is untouched': panel.held?.isOn === true && panel.row?.lifecycle === 'present' }),
        missing: () => [...panel.onHost(), ...panel.vms.rows.keys()],
      })
    }),
  'vm.update': () => cases(vmUpdate, updateWorld),
  'vm.insertDisc': () => discCases(vmInsertDisc, null, discId),
  'vm.ejectDisc': () => discCases(vmEjectDisc, discId, null),
  'host.drain': drainCases,
  'vm.migrate': migrateCases,
  'vm.rehearse': rehearseCases,
  'vm.moveDisk': () => [...moveDiskCases(false), ...moveDiskCases(true)],
  'vm.start': () =>
    cases(
      vmStart,
      powerWorld({
        before: { isOn: false },
        after: (panel) => ({
          'it runs': panel.held?.isOn,
          once: panel.held?.starts === 1,
          'wanted on': panel.row?.spec.desiredPower === 'on',
        }),
        kept: (panel) => ({ 'wanted off': panel.row?.spec.desiredPower === 'off' }),
      }),
    ),
  'vm.stop': () => cases(vmStop, powerWorld({ before: { isOn: true }, after: isOff })),
  'vm.shutdown': () => cases(vmShutdown, powerWorld({ before: { isOn: true }, after: isOff })),
  'vm.reboot': () =>
    cases(vmReboot, powerWorld({ before: { isOn: true }, after: (panel) => ({ on: panel.held?.isOn }) })),
  'vm.reset': () =>
    cases(vmReset, powerWorld({ before: { isOn: true }, after: (panel) => ({ on: panel.held?.isOn }) })),
  'vm.pause': () =>
    cases(vmPause, powerWorld({ before: { isOn: true }, after: (panel) => ({ paused: panel.held?.isPaused }) })),
  'vm.resume': () =>
    cases(
      vmResume,
      powerWorld({
        before: { isOn: true, isPaused: true },
        after: (panel) => ({ resumed: panel.held?.isPaused === false }),
      }),
    ),
  'image.import': () =>
    cases(imageImport, () => {
      const panel = new Panel()
      const source = { kind: 'incoming', fileName: 'tiny.qcow2', checksum: null } as const
      panel.images.rows.set(panel.imageId, { source, state: 'importing', error: null, replicas: [] })
      const row = () => panel.images.rows.get(panel.imageId)
      return worldOf({
        panel,
        args: { imageId: panel.imageId, hostId: panel.host.hostId, pool: 'default', source },
        leftovers: () => [
          ...panel.onHost(),
          ...unless({ 'it failed, and says why': row()?.state === 'failed' && row()?.error !== null }),
        ],
        missing: () => unless({ ready: row()?.state === 'ready', file: panel.host.images.has(panel.imageId) }),
      })
    }),
  'image.delete': () =>
    cases(imageDelete, () => {
      const panel = new Panel()
      const source = { kind: 'incoming', fileName: 'tiny.qcow2', checksum: null } as const
      const replicas = [{ hostId: panel.host.hostId, pool: 'default' }]
      panel.images.rows.set(panel.imageId, { source, state: 'ready', error: null, replicas })
      panel.host.images.add(panel.imageId)
      return worldOf({
        panel,
        args: { imageId: panel.imageId },
        leftovers: () => unless({ 'still ready': panel.images.rows.get(panel.imageId)?.state === 'ready' }),
        missing: () => [...panel.onHost(), ...panel.images.rows.keys()],
      })
    }),
  'image.forget': () =>
    cases(imageForget, () => {
      const panel = new Panel()
      const source = { kind: 'incoming', fileName: 'tiny.qcow2', checksum: null } as const
      const { hostId } = panel.host
      const replicas = [hostId, newUuid()].map((each) => ({ hostId: each, pool: 'default' }))
      panel.images.rows.set(panel.imageId, { source, state: 'ready', error: null, replicas })
      panel.host.images.add(panel.imageId)
      const copies = () => panel.images.rows.get(panel.imageId)?.replicas ?? []
      const ownCopy = () => copies().find((each) => each.hostId === hostId)
      return worldOf({
        panel,
        args: { imageId: panel.imageId, hostId, pool: 'default' },
        leftovers: () => unless({ 'in use again': ownCopy() !== undefined && ownCopy()?.isLeaving !== true }),
        missing: () => [...panel.onHost(), ...unless({ 'one copy is left': copies().length === 1 && !ownCopy() })],
      })
    }),
}

const readyOn = (hostId: string): MemoryImage => ({
  source: { kind: 'incoming', fileName: 'tiny.qcow2', checksum: null },
  ...{ state: 'ready', error: null, replicas: [{ hostId, pool: 'default' }] },
})

/** Only another host has the image: it comes from there. */
const createFromOtherHostWorld = () => {
  const sender = new FakeHost()
  const { panel, world } = makeCreateWorld({ imageId: discId, pool: 'default' }, sender)
  sender.images.add(discId)
  panel.images.rows.set(discId, readyOn(sender.hostId))
  return {
    ...world,
    leftovers: () => world.leftovers().filter((left) => left !== discId),
    missing: () => [
      ...world.missing(),
      ...unless({
        'the image is there': panel.host.images.has(discId),
        'and where it was': sender.images.has(discId),
        'both places are known': panel.images.rows.get(discId)?.replicas.length === 2,
      }),
    ],
  }
}

/** Its disks are to be in a pool to which the image comes first; there it stays, for others may begin to use it. */
const createInPoolWorld = () => {
  const { panel, world } = makeCreateWorld({ imageId: discId, pool: 'fast' })
  panel.images.rows.set(discId, readyOn(panel.host.hostId))
  return {
    ...world,
    leftovers: () => world.leftovers().filter((left) => left !== discId),
    missing: () => [
      ...world.missing(),
      ...unless({
        'the image is there': panel.host.images.has(discId),
        'its place is known': panel.images.rows.get(discId)?.replicas.some(({ pool }) => pool === 'fast'),
      }),
    ],
  }
}

describe('every kind of operation', () => {
  it('is registered here and in the registry', () => {
    expect(Object.keys(registrations).toSorted()).toEqual([...operationKinds].toSorted())
    expect(Object.keys(workflowRegistry).toSorted()).toEqual([...operationKinds].toSorted())
  })

  for (const kind of operationKinds) {
    describe(kind, () => {
      for (const each of registrations[kind]()) it(each.name, each.run)
    })
  }
})
