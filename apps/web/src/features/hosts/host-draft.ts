/** What the form for a new host holds, and what of it is asked of the panel. */
import { hostNameSchema } from '@berth/core/host/host-name'

export interface HostDraft {
  name: string
  /** Empty: as the panel has it. */
  address: string
  port: string
  folder: string
}

export const emptyHostDraft: HostDraft = { name: '', address: '', port: '', folder: '' }

/** Why the command cannot be made yet; what else is wrong, the panel says beside the field. */
export function draftReason({ name, port }: HostDraft): string | null {
  if (name.trim() === '') return 'Give it a name first'
  const checked = hostNameSchema.safeParse(name)
  if (!checked.success) return checked.error.issues[0]?.message ?? 'That name cannot be used'
  if (port.trim() !== '' && !/^\d{1,5}$/.test(port.trim())) return 'A port is a number'
  return null
}

export function invitationOf({ name, address, port, folder }: HostDraft) {
  return {
    name: name.trim(),
    ...(address.trim() === '' ? {} : { address: address.trim() }),
    ...(port.trim() === '' ? {} : { port: Number(port) }),
    ...(folder.trim() === '' ? {} : { folder: folder.trim() }),
  }
}
