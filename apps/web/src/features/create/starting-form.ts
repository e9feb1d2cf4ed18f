import type { ImageView } from '@berth/core/image/image'
import type { CreateForm } from './create-form.ts'
import { suggestName } from './name-suggestion.ts'
import { sizePresets } from './size-presets.ts'
import { leastDiskGiB } from './to-vm-spec.ts'
import type { Materials } from './use-materials.ts'

/** What was kept, with the image that the address names: whoever came by that link wants it, whatever lies there. */
export function withWantedImage(kept: CreateForm, { images }: Materials, wantedImageId: string | null): CreateForm {
  const image = images.find(({ imageId, state }) => imageId === wantedImageId && state === 'ready')
  return image === undefined || image.imageId === kept.imageId ? kept : withImage(kept, image)
}

/** Another image brings its own firmware, and the disk grows where it is too small for it. */
export const withImage = (form: CreateForm, image: ImageView): CreateForm => ({
  ...form,
  imageId: image.imageId,
  diskGiB: Math.max(form.diskGiB, leastDiskGiB(image)),
  firmware: null,
})

/** A form that can be sent as it is: the newest disk image, the smallest size that it takes, a network that a host has. */
export function startingForm(empty: CreateForm, materials: Materials, wantedImageId: string | null): CreateForm {
  const ready = materials.images.filter((image) => image.state === 'ready')
  const image =
    ready.find((candidate) => candidate.imageId === wantedImageId) ??
    ready.find(({ kind }) => kind === 'disk') ??
    ready[0]
  const size = sizePresets.find(
    ({ id, memoryMiB }) => id !== 'nano' && memoryMiB * 1024 ** 2 >= (image?.hints.minMemoryBytes ?? 0),
  )
  const kinds = new Set<string>(materials.hosts.flatMap((host) => host.facts?.networkKinds ?? []))
  // One on a bridge is chosen, not guessed: what it leads to is not known here.
  const network = materials.networks.find(({ kind }) => kind !== 'bridge' && (kinds.size === 0 || kinds.has(kind)))
  return {
    ...empty,
    name: suggestName(),
    imageId: image?.imageId ?? '',
    vcpus: size?.vcpus ?? empty.vcpus,
    memoryMiB: size?.memoryMiB ?? empty.memoryMiB,
    diskGiB: Math.max(size?.diskGiB ?? empty.diskGiB, leastDiskGiB(image)),
    networkIds: network ? [network.networkId] : [],
  }
}
