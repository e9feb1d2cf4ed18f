/** Why the disc of a machine cannot be changed now, and what keeps an image out of a drive. */
import type { ImageView } from '@berth/core/image/image'
import { vmCan } from '@berth/core/vm/vm-can'
import { situationOf } from '@berth/core/vm/vm-situation'
import type { VmView } from '@berth/core/vm/vm-view'

/** Null when it can. */
export function discRefusal(vm: VmView): string | null {
  const answer = vmCan.changeDisc(situationOf(vm))
  if (!answer.isAllowed) return answer.reason
  // SATA takes no drive while it runs; the drive comes with the next start.
  if (vm.spec.cdrom === null && vm.run !== null) return 'It was started without a CD drive. Shut it down first.'
  return null
}

export function insertRefusal(image: Pick<ImageView, 'imageId' | 'state'>, inserted: string | null): string | null {
  if (image.imageId === inserted) return 'It is in the drive'
  if (image.state === 'ready') return null
  return image.state === 'importing' ? 'It is still being imported' : 'It is not ready'
}
