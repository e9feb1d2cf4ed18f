/**
 * What a reader changed of a machine and has not saved. Only changed fields are kept, over the machine as it is now: what
 * others change meanwhile shows through, and what both changed is told apart. Pure.
 */
import type { Firmware } from '@berth/core/image/image'
import { movePolicySchema, type MovePolicy } from '@berth/core/migration/move-policy'
import { formatBytes } from '@berth/core/units/bytes'
import { fieldsPendingRestart, startingFieldNames } from '@berth/core/vm/restart-pending'
import { vmNameSchema } from '@berth/core/vm/vm-name'
import type { VmView } from '@berth/core/vm/vm-view'
import { tagProblem } from '../../lib/tag-text.ts'
import { policyWords } from '../migration/policy-words.ts'

export interface HardwareFields {
  readonly name: string
  readonly description: string
  readonly tags: readonly string[]
  readonly isProtected: boolean
  readonly movePolicy: MovePolicy
  readonly vcpus: number
  readonly memoryBytes: number
  readonly diskBytes: number
  readonly firmware: Firmware
  readonly hasScreen: boolean
}
export type FieldName = keyof HardwareFields
export type HardwareDraft = { readonly [F in FieldName]?: HardwareFields[F] }

export const fieldNames = [
  ...(['name', 'description', 'tags', 'isProtected', 'vcpus', 'memoryBytes', 'diskBytes'] as const),
  ...(['firmware', 'hasScreen', 'movePolicy'] as const),
] as const

export const fieldLabels: Readonly<Record<FieldName, string>> = {
  name: 'Name',
  description: 'Description',
  tags: 'Tags',
  isProtected: 'Protection',
  movePolicy: 'When it moves',
  vcpus: 'vCPUs',
  memoryBytes: 'Memory',
  diskBytes: 'Disk',
  firmware: 'Firmware',
  hasScreen: 'Screen',
}

/** What a change of a running machine takes: the panel's own fields and growing disks at once, the rest a start. */
const needsStart: readonly FieldName[] = startingFieldNames

export function appliesWhen(field: FieldName, vm: Pick<VmView, 'run'>): 'live' | 'next start' {
  return vm.run !== null && needsStart.includes(field) ? 'next start' : 'live'
}

export function fieldsOf(vm: VmView): HardwareFields {
  return {
    name: vm.name,
    description: vm.description,
    tags: vm.tags,
    isProtected: vm.isProtected,
    movePolicy: vm.movePolicy,
    vcpus: vm.spec.vcpus,
    memoryBytes: vm.spec.memoryBytes,
    diskBytes: vm.spec.disks[0]?.sizeBytes ?? 0,
    firmware: vm.spec.firmware,
    hasScreen: vm.spec.hasScreen,
  }
}

/** The draft with one field set; a field that is back at what the machine has is no change. */
export function withField<F extends FieldName>(
  draft: HardwareDraft,
  vm: VmView,
  [field, value]: readonly [F, HardwareFields[F]],
): HardwareDraft {
  const { [field]: _old, ...others } = draft
  return isSame(fieldsOf(vm)[field], value) ? others : { ...others, [field]: value }
}

export interface FieldChange {
  readonly field: FieldName
  readonly from: string
  readonly to: string
  readonly applies: 'live' | 'next start'
}

/** What would be saved, in words. Empty when somebody else made the same change meanwhile. */
export function changesOf(draft: HardwareDraft, vm: VmView): readonly FieldChange[] {
  const now = fieldsOf(vm)
  return fieldNames.flatMap((field) => {
    const wanted = draft[field]
    if (wanted === undefined || isSame(now[field], wanted)) return []
    return [{ field, from: say(field, now[field]), to: say(field, wanted), applies: appliesWhen(field, vm) }]
  })
}

/** What is saved and waits: the machine runs with `from` until its next start makes it `to`. */
export function waitingChanges({ spec, run }: Pick<VmView, 'spec' | 'run'>): readonly FieldChange[] {
  const startedWith = run?.startedWith
  if (startedWith === undefined) return []
  return fieldsPendingRestart(spec, startedWith).map((field) => ({
    field,
    from: say(field, startedWith[field]),
    to: say(field, spec[field]),
    applies: 'next start' as const,
  }))
}

/** Fields that differ between the machine as it was when editing began and as it is now. */
export function changedMeanwhile(before: HardwareFields, vm: VmView): readonly FieldName[] {
  const now = fieldsOf(vm)
  return fieldNames.filter((field) => !isSame(before[field], now[field]))
}

export function draftErrors(draft: HardwareDraft, vm: VmView): Readonly<Partial<Record<FieldName, string>>> {
  const errors: Partial<Record<FieldName, string>> = {}
  if (draft.name !== undefined) {
    const parsed = vmNameSchema.safeParse(draft.name)
    if (!parsed.success) errors.name = parsed.error.issues[0]?.message ?? 'This name cannot be used.'
  }
  const badTags = draft.tags === undefined ? null : tagProblem(draft.tags)
  if (badTags !== null) errors.tags = badTags
  const least = vm.spec.disks[0]?.sizeBytes ?? 0
  if (draft.diskBytes !== undefined && draft.diskBytes < least) {
    errors.diskBytes = `Disks only grow; it has ${formatBytes(least)}.`
  }
  return errors
}

function isSame(a: HardwareFields[FieldName], b: HardwareFields[FieldName]): boolean {
  return JSON.stringify(a) === JSON.stringify(b)
}

function say(field: FieldName, value: HardwareFields[FieldName]): string {
  if (field === 'firmware') return value === 'uefi' ? 'UEFI' : 'BIOS'
  if (field === 'movePolicy') return policyWords(movePolicySchema.parse(value)).title
  if (field === 'hasScreen') return value === true ? 'graphical' : 'none, serial only'
  if (typeof value === 'boolean') return value ? 'protected' : 'not protected'
  if (typeof value === 'number') return field === 'vcpus' ? String(value) : formatBytes(value)
  const text = typeof value === 'string' ? value : value.join(', ')
  return text === '' ? 'none' : text
}
