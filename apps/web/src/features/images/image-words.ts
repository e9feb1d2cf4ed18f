/** How an image reads: its state, where it comes from, what it is called for short, and why it cannot be deleted. */
import type { ImageState, ImageView } from '@berth/core/image/image'
import type { StateKind } from '@berth/ui/state-dot'
import { plural } from '../../lib/format.ts'

export const imageStateLooks: Readonly<Record<ImageState, { kind: StateKind; word: string }>> = {
  importing: { kind: 'busy', word: 'Importing' },
  ready: { kind: 'on', word: 'Ready' },
  failed: { kind: 'failed', word: 'Import failed' },
  deleting: { kind: 'busy', word: 'Deleting' },
}

/** Where it was fetched from, short: the host of its address, or that it came with the installation. */
export function sourceText(image: Pick<ImageView, 'sourceUrl'>): string {
  if (image.sourceUrl === null) return 'From a file on the host'
  return URL.parse(image.sourceUrl)?.host ?? image.sourceUrl
}

/** Two letters for a tile: "De" for Debian 12, "Al" for AlmaLinux 9. */
export function monogram({ name, hints }: Pick<ImageView, 'name' | 'hints'>): string {
  const letters = /\p{L}{1,2}/u.exec(hints.osName === '' ? name : hints.osName)?.[0] ?? '?'
  return letters.charAt(0).toUpperCase() + letters.slice(1).toLowerCase()
}

export interface DeleteQuestion {
  image: Pick<ImageView, 'state' | 'vmCount'>
  isAdmin: boolean
}

/** Why it cannot be deleted now, or null. */
export function imageDeleteRefusal({ image, isAdmin }: DeleteQuestion): string | null {
  if (!isAdmin) return 'Only administrators delete images'
  if (image.state === 'importing') return 'It is still being imported; cancel that task first'
  if (image.state === 'deleting') return 'It is being deleted'
  if (image.vmCount === 0) return null
  const verb = image.vmCount === 1 ? 'is' : 'are'
  return `${plural(image.vmCount, 'machine')} ${verb} made from it, and share its blocks`
}

/** Why no machine can be made from it now, or null. */
export function imageUseRefusal({ state }: Pick<ImageView, 'state'>): string | null {
  if (state === 'ready') return null
  return state === 'importing'
    ? 'It is still being imported'
    : `Its state is: ${imageStateLooks[state].word.toLowerCase()}`
}
