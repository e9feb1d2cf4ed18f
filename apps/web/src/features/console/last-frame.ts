/** The last picture that this tab saw of each machine, shown while there is no live one. Gone with the tab. */

/** Never shown without its age, and never as what is on the screen now. */
export interface PastPicture {
  /** A data URL. */
  src: string
  /** ISO. */
  takenAt: string
}

const keyOf = (vmId: string): string => `berth-last-frame:${vmId}`

export function rememberFrame(vmId: string, { src, takenAt }: PastPicture): void {
  try {
    sessionStorage.setItem(keyOf(vmId), `${takenAt} ${src}`)
  } catch {
    // The storage is full or forbidden: then the host's picture is the only one while the machine is off.
    return
  }
}

export function recallFrame(vmId: string): PastPicture | null {
  try {
    const [takenAt = '', src = ''] = sessionStorage.getItem(keyOf(vmId))?.split(' ') ?? []
    return src.startsWith('data:image/') ? { src, takenAt } : null
  } catch {
    // Storage is forbidden in this browser.
    return null
  }
}

/** Of two, the one that was taken later: this tab may have looked on after the host's picture, or the other way round. */
export function newerPicture(one: PastPicture | null, other: PastPicture | null): PastPicture | null {
  if (one === null || other === null) return one ?? other
  return Date.parse(one.takenAt) >= Date.parse(other.takenAt) ? one : other
}
