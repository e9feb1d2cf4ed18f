import { pastedKeys, type SavedKey } from './to-vm-spec.ts'
import type { CreateForm } from './create-form.ts'

/** The saved keys with the pasted ones added under their comments; null when there is nothing to add. */
export function keysToKeep(form: CreateForm, savedKeys: readonly SavedKey[]): readonly SavedKey[] | null {
  if (!form.isKeepingKeys) return null
  const known = new Set(savedKeys.map((key) => bodyOf(key.publicKey)))
  const added = pastedKeys(form).filter((publicKey) => !known.has(bodyOf(publicKey)))
  if (added.length === 0) return null
  const names = new Set(savedKeys.map((key) => key.name))
  return [...savedKeys, ...added.map((publicKey) => ({ name: freeName(publicKey, names), publicKey }))]
}

const bodyOf = (publicKey: string): string => publicKey.split(' ')[1] ?? publicKey

/** The key's comment, numbered where it is taken; `names` grows by it. */
function freeName(publicKey: string, names: Set<string>): string {
  const comment = publicKey.split(' ').slice(2).join(' ').trim().slice(0, 70) || 'key'
  let name = comment
  for (let count = 2; names.has(name); count++) name = `${comment} ${count}`
  names.add(name)
  return name
}
