/** What was typed on a machine's hardware page and not saved, with the machine as it was when that began. */
import { z } from 'zod'
import { firmwareSchema } from '@berth/core/image/image'
import { movePolicySchema } from '@berth/core/migration/move-policy'
import type { VmView } from '@berth/core/vm/vm-view'
import { changedMeanwhile, changesOf, fieldsOf, type HardwareDraft, type HardwareFields } from './hardware-draft.ts'

const fieldSchemas = {
  name: z.string(),
  description: z.string(),
  tags: z.array(z.string()),
  isProtected: z.boolean(),
  movePolicy: movePolicySchema,
  vcpus: z.number(),
  memoryBytes: z.number(),
  diskBytes: z.number(),
  firmware: firmwareSchema,
  hasScreen: z.boolean(),
}
const draftSchema = z.object({
  name: fieldSchemas.name.exactOptional(),
  description: fieldSchemas.description.exactOptional(),
  tags: fieldSchemas.tags.exactOptional(),
  isProtected: fieldSchemas.isProtected.exactOptional(),
  movePolicy: fieldSchemas.movePolicy.exactOptional(),
  vcpus: fieldSchemas.vcpus.exactOptional(),
  memoryBytes: fieldSchemas.memoryBytes.exactOptional(),
  diskBytes: fieldSchemas.diskBytes.exactOptional(),
  firmware: fieldSchemas.firmware.exactOptional(),
  hasScreen: fieldSchemas.hasScreen.exactOptional(),
})
const keptSchema = z.object({
  draft: draftSchema,
  before: z.object({ revision: z.number(), fields: z.object(fieldSchemas) }),
})

export interface Before {
  readonly revision: number
  readonly fields: HardwareFields
}

export interface KeptHardware {
  readonly draft: HardwareDraft
  readonly before: Before
}

/** Null for what an older Berth wrote. */
export const readKeptHardware = (stored: unknown): KeptHardware | null => keptSchema.safeParse(stored).data ?? null

export const beforeOf = (vm: VmView): Before => ({ revision: vm.revision, fields: fieldsOf(vm) })

/** With nothing typed there is nothing to lose, and a revision that changed nothing shown here (a start) is no conflict. */
export function effectiveBefore(kept: KeptHardware | null, vm: VmView): Before {
  if (kept === null || changesOf(kept.draft, vm).length === 0) return beforeOf(vm)
  return changedMeanwhile(kept.before.fields, vm).length === 0 ? beforeOf(vm) : kept.before
}
