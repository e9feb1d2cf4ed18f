/**
 * Drafts that were not saved, by machine, for as long as the tab lives: a look at the console must not cost what was typed.
 * Written in the browser only.
 */
import type { HardwareDraft, HardwareFields } from './hardware-draft.ts'

export interface KeptDraft {
  readonly draft: HardwareDraft
  /** The machine when editing began. */
  readonly before: { readonly revision: number; readonly fields: HardwareFields }
}

const kept = new Map<string, KeptDraft>()

export const keptDraft = (vmId: string): KeptDraft | undefined => kept.get(vmId)

export function keepDraft(vmId: string, value: KeptDraft): void {
  if (Object.keys(value.draft).length === 0) kept.delete(vmId)
  else kept.set(vmId, value)
}
