/**
 * Ties noVNC's client to one socket and one place on the page. noVNC lives as long as its connection: each session makes a
 * new client, and the old one's last picture is kept to be shown meanwhile.
 */
import type RFB from '@novnc/novnc'
import { type PastPicture, rememberFrame } from './last-frame.ts'
import { createResizable, type ResizableScreen, type ResizeSupport } from './resizable-screen.ts'
import type { ConsoleTold } from './run-session.ts'
import type { Sizing } from './sizing.ts'

export interface ScreenSettings {
  sizing: Sizing
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
  onClient: (client: ResizableScreen | null) => void
  onResizeSupport: (support: ResizeSupport) => void
  /** The picture at the end. */
  onLastFrame: (picture: PastPicture) => void
}

/** Returns what ends the client. */
export function attachScreen(socket: WebSocket, attachment: ScreenAttachment): () => void {
  const { RfbClient, place, settings, onOpened, onClient, onResizeSupport, onLastFrame } = attachment
  const client = createResizable(RfbClient, { element: place.element, socket, onResizeSupport })
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

export function applySettings(client: ResizableScreen, { sizing, isViewOnly }: ScreenSettings): void {
  client.viewOnly = isViewOnly
  // Also while the guest is asked: one that does not follow is still seen whole.
  client.scaleViewport = sizing !== 'own'
  // After `viewOnly`: noVNC asks when this is set, and does not while it may not.
  client.resizeSession = sizing === 'resize'
  client.askResizeSupport()
}

function labelCanvas({ element, label }: ScreenPlace): void {
  const canvas = element.querySelector('canvas')
  canvas?.setAttribute('role', 'application')
  canvas?.setAttribute('aria-label', label)
  if (canvas) canvas.tabIndex = 0
}

/** The picture as it is now, kept for when there is none; null before the first one. */
function keepFrame(client: RFB, vmId: string): PastPicture | null {
  const src = client.toDataURL('image/jpeg', 0.75)
  // A canvas without a size gives "data:,".
  if (!src.startsWith('data:image/')) return null
  const picture = { src, takenAt: new Date().toISOString() }
  rememberFrame(vmId, picture)
  return picture
}
