/**
 * Makes a machine: reserve (rows, when it was accepted) ─▶ image (into the disk's pool, where it is not there, from another host too) ─▶ volumes ─▶ define ─▶ start ─▶ publish.
 * Until it is published it can be undone whole: host first, rows last, so that no file outlives its row.
 */
import type { ImageId } from '@berth/core/ids/ids'
import { defineWorkflow } from '@berth/core/workflow/step'
import { bringImages, imageStepLimits } from './bring-image.ts'
import { operationArgsSchemas } from './operation-args.ts'
import type { WorkflowContext } from './ports.ts'
import {
  commandVm,
  commandVmIfThere,
  defineVm,
  hostStepLimits,
  inPool,
  requireVm,
  rowStepLimits,
  targetOf,
} from './vm-target.ts'

interface VmCreateState extends Readonly<Record<string, unknown>> {
  readonly vmId: string
  readonly start: boolean
  readonly bringImage?: { readonly imageId: ImageId; readonly pool: string } | undefined
}

export const vmCreate = defineWorkflow<WorkflowContext, VmCreateState>({
  kind: 'vm.create',
  version: 1,
  parseInput: (args) => operationArgsSchemas['vm.create'].parse(args),
  steps: [
    {
      name: 'reserve',
      title: 'Reserve name and room',
      isDoneOnAccept: true,
      ...rowStepLimits,
      do: async ({ vms }, { vmId, start }) => {
        if (start) await vms.setDesiredPower(vmId, 'on')
        return undefined
      },
      undo: async ({ vms }, { vmId }) => vms.remove(vmId),
    },
    {
      name: 'image',
      title: 'Bring the image to the pool',
      ...imageStepLimits,
      isNeeded: ({ bringImage }) => bringImage !== undefined,
      // Not undone: the next machine in that pool may be made of it already.
      do: async (context, { vmId, bringImage }, run) => {
        if (bringImage === undefined) return undefined
        const { hostId } = await requireVm(context, vmId)
        await bringImages(context, { hostId, images: [bringImage] }, run)
        return undefined
      },
    },
    {
      name: 'volumes',
      title: 'Create disks',
      ...hostStepLimits,
      // A full copy of a large image takes its time.
      timeoutMs: 3_600_000,
      do: async (context, { vmId }, run) => {
        const vm = await requireVm(context, vmId)
        // In order, the boot disk first: two copies at once only fight for the same spindle.
        for (const disk of vm.spec.disks) {
          await commandVm({ context, vm, run, part: disk.volumeId }, { kind: 'volume.create', ...targetOf(vm), disk })
        }
        await context.vms.setVolumesReady(vmId)
        return undefined
      },
      undo: async (context, { vmId }, run) => {
        const vm = await context.vms.find(vmId)
        for (const { volumeId, pool } of vm?.spec.disks.toReversed() ?? []) {
          if (vm === null) return
          const command = { kind: 'volume.delete', ...targetOf(vm), volumeId, ...inPool(pool) } as const
          await commandVm({ context, vm, run, part: volumeId }, command)
        }
      },
    },
    {
      name: 'define',
      title: 'Hand the machine to its host',
      ...hostStepLimits,
      do: async (context, { vmId }, run) => {
        await defineVm({ context, vm: await requireVm(context, vmId), run })
        return undefined
      },
      undo: async (context, { vmId }, run) => {
        const vm = await context.vms.find(vmId)
        if (vm !== null) await commandVmIfThere({ context, vm, run }, { kind: 'vm.undefine', ...targetOf(vm) })
      },
    },
    {
      name: 'start',
      title: 'Start',
      ...hostStepLimits,
      isNeeded: ({ start }) => start,
      do: async (context, { vmId }, run) => {
        const vm = await requireVm(context, vmId)
        await commandVm({ context, vm, run }, { kind: 'vm.start', ...targetOf(vm) })
        return undefined
      },
      undo: async (context, { vmId }, run) => {
        const vm = await context.vms.find(vmId)
        if (vm !== null) await commandVmIfThere({ context, vm, run }, { kind: 'vm.stop', ...targetOf(vm) })
      },
    },
    {
      name: 'publish',
      title: 'Publish',
      ...rowStepLimits,
      do: async ({ vms }, { vmId }) => {
        await vms.setLifecycle(vmId, 'present')
        return undefined
      },
      undo: async ({ vms }, { vmId }) => vms.setLifecycle(vmId, 'creating'),
    },
  ],
})
