/** How an image reads: its state, where it comes from, what it is called for short, and why it cannot be deleted. */
import type { ImagePlaceView, ImageState, ImageView } from '@berth/core/image/image'
import type { OperationStatus } from '@berth/core/operation/operation'
import { defaultPoolName } from '@berth/core/storage/volume'
import type { StateKind } from '@berth/ui/state-dot'

export const imageStateLooks: Readonly<Record<ImageState, { kind: StateKind; word: string }>> = {
  importing: { kind: 'busy', word: 'Importing' },
  ready: { kind: 'on', word: 'Ready' },
  failed: { kind: 'failed', word: 'Import failed' },
  deleting: { kind: 'busy', word: 'Deleting' },
}

/** How an image stands: one without a file tells how its import ended, which is not always a failure. */
export function imageLook(
  state: ImageState,
  lastImport: OperationStatus | undefined,
): { kind: StateKind; word: string } {
  if (state === 'failed' && lastImport === 'cancelled') return { kind: 'off', word: 'Import cancelled' }
  if (state === 'failed' && lastImport === 'interrupted') return { kind: 'warn', word: 'Import interrupted' }
  return imageStateLooks[state]
}

/** Where it was fetched from, short: the host of its address, or that it came with the installation. */
export function sourceText(image: Pick<ImageView, 'sourceUrl'>): string {
  if (image.sourceUrl === null) return 'From a file on the host'
  return URL.parse(image.sourceUrl)?.host ?? image.sourceUrl
}

/** What it is for, which only the file itself can tell. */
export function kindText({ kind, state }: Pick<ImageView, 'kind' | 'state'>): string {
  if (kind === 'iso') return 'ISO, goes into a CD drive'
  if (kind === 'disk') return 'Disk, machines start with a copy of it'
  return state === 'importing' ? 'Told by the file, once it is here' : 'Not known: it was not imported'
}

const placeWords: Readonly<Record<ImagePlaceView['state'], string>> = {
  importing: ' (coming)',
  ready: '',
  failed: ' (failed)',
  lost: ' (file lost)',
  deleting: ' (being removed)',
}

/** "host-a, host-b (file lost), host-c in pool fast": a host's own pool goes without saying. */
export const placesText = (places: ImageView['places']): string =>
  places
    .map(
      ({ hostName, pool, state }) =>
        `${hostName}${pool === defaultPoolName ? '' : ` in pool ${pool}`}${placeWords[state]}`,
    )
    .join(', ')

/** Two letters for a tile: "De" for Debian 12, "Al" for AlmaLinux 9. */
export function monogram({ name, hints }: Pick<ImageView, 'name' | 'hints'>): string {
  const letters = /\p{L}{1,2}/u.exec(hints.osName === '' ? name : hints.osName)?.[0] ?? '?'
  return letters.charAt(0).toUpperCase() + letters.slice(1).toLowerCase()
}

export interface DeleteQuestion {
  image: Pick<ImageView, 'state' | 'overlayVmCount' | 'insertedVmCount'>
  isAdmin: boolean
}

/** Why it cannot be deleted now, or null. */
export function imageDeleteRefusal({ image, isAdmin }: DeleteQuestion): string | null {
  if (!isAdmin) return 'Only administrators delete images'
  if (image.state === 'importing') return 'It is still being imported; cancel that task first'
  if (image.state === 'deleting') return 'It is being deleted'
  if (image.overlayVmCount === 0) {
    if (image.insertedVmCount === 0) return null
    return `It is in the CD drive of ${image.insertedVmCount === 1 ? '1 machine' : `${image.insertedVmCount} machines`}; eject it there first`
  }
  const disks =
    image.overlayVmCount === 1 ? 'The disk of 1 machine lies' : `The disks of ${image.overlayVmCount} machines lie`
  return `${disks} on top of it; delete ${image.overlayVmCount === 1 ? 'it' : 'them'} first`
}

/** Why no machine can be made from it now, or null. */
export function imageUseRefusal({ state }: Pick<ImageView, 'state'>): string | null {
  if (state === 'ready') return null
  return state === 'importing'
    ? 'It is still being imported'
    : `Its state is: ${imageStateLooks[state].word.toLowerCase()}`
}
