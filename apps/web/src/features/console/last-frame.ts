/** The last picture that this tab saw of each machine, shown while there is no live one. Gone with the tab. */
const keyOf = (vmId: string): string => `berth-last-frame:${vmId}`

export function rememberFrame(vmId: string, dataUrl: string): void {
  try {
    sessionStorage.setItem(keyOf(vmId), dataUrl)
  } catch {
    // The storage is full or forbidden: then there is no picture while the machine is off, and nothing else is lost.
    return
  }
}

export function recallFrame(vmId: string): string | null {
  try {
    const dataUrl = sessionStorage.getItem(keyOf(vmId))
    return dataUrl?.startsWith('data:image/') ? dataUrl : null
  } catch {
    // Storage is forbidden in this browser.
    return null
  }
}
