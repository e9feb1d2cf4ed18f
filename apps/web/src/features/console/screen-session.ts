/**
 * Ties noVNC's client to one socket and one place on the page. noVNC lives as long as its connection: each session makes a
 * new client, and the old one's last picture is kept to be shown meanwhile.
 */
import type RFB from '@novnc/novnc'
import { rememberFrame } from './last-frame.ts'
import type { ConsoleTold } from './run-session.ts'

export interface ScreenSettings {
  /** Scaled to the space there is; else one pixel is one pixel, with scroll bars. */
  isFitted: boolean
  isViewOnly: boolean
}

export interface ScreenPlace {
  /** Holds the picture; nothing else lies in it. */
  element: HTMLElement
  vmId: string
  label: string
}

export interface ScreenAttachment extends ConsoleTold {
  RfbClient: typeof RFB
  place: ScreenPlace
  settings: ScreenSettings
  onClient: (client: RFB | null) => void
  /** The picture at the end, as a data URL. */
  onLastFrame: (dataUrl: string) => void
}

/** Returns what ends the client. */
export function attachScreen(socket: WebSocket, attachment: ScreenAttachment): () => void {
  const { RfbClient, place, settings, onOpened, onClient, onLastFrame } = attachment
  const client = new RfbClient(place.element, socket, { shared: true })
  client.background = 'transparent'
  client.showDotCursor = true
  applySettings(client, settings)
  client.addEventListener('connect', () => {
    labelCanvas(place)
    onClient(client)
    onOpened()
    // Whoever opened a console wants to type; but a field that has the focus (search, a dialog) keeps it.
    if (!settings.isViewOnly && document.activeElement === document.body) client.focus({ preventScroll: true })
  })
  const wake = () => {
    if (document.visibilityState === 'hidden') keepFrame(client, place.vmId)
  }
  document.addEventListener('visibilitychange', wake)
  let isOver = false
  return () => {
    if (isOver) return
    isOver = true
    document.removeEventListener('visibilitychange', wake)
    const frame = keepFrame(client, place.vmId)
    if (frame) onLastFrame(frame)
    onClient(null)
    client.disconnect()
  }
}

export function applySettings(client: RFB, settings: ScreenSettings): void {
  client.scaleViewport = settings.isFitted
  client.viewOnly = settings.isViewOnly
}

function labelCanvas({ element, label }: ScreenPlace): void {
  const canvas = element.querySelector('canvas')
  canvas?.setAttribute('role', 'application')
  canvas?.setAttribute('aria-label', label)
  if (canvas) canvas.tabIndex = 0
}

/** The picture as it is now, kept for when there is none; null before the first one. */
function keepFrame(client: RFB, vmId: string): string | null {
  const dataUrl = client.toDataURL('image/jpeg', 0.75)
  // A canvas without a size gives "data:,".
  if (!dataUrl.startsWith('data:image/')) return null
  rememberFrame(vmId, dataUrl)
  return dataUrl
}
