/**
 * noVNC's client, and whether the machine's display can be given a size. QEMU offers ExtendedDesktopSize whatever the
 * display is, so one has to ask: a request that names the size that there is already. 7.2 answers 3 (invalid layout) for
 * VGA and bochs-display, 4 (forwarded to the guest) for virtio-vga, which then is resized if the guest's driver follows.
 * noVNC reads the answer and keeps it to itself.
 */
import type RFB from '@novnc/novnc'

export type ResizeSupport = 'unknown' | 'yes' | 'no'

export interface ResizableScreen extends RFB {
  /** Asks, until it was answered; not while it is view only: the host drops what such a viewer sends. */
  askResizeSupport: () => void
}

export interface ResizablePlace {
  element: HTMLElement
  socket: WebSocket
  onResizeSupport: (support: ResizeSupport) => void
}

const ownRequest = 1
const done = 0
const forwarded = 4
/** Firmware and boot loaders draw on text screens. A display that can be resized would offer that size to the guest. */
const widestText = 720
/** What QEMU's displays offer unasked. */
const usual = { width: 1280, height: 800 }

export function createResizable(RfbClient: typeof RFB, place: ResizablePlace): ResizableScreen {
  class Resizable extends RfbClient implements ResizableScreen {
    #isAnswered = false

    askResizeSupport(): void {
      if (this.#isAnswered || this.viewOnly || !this._supportsSetDesktopSize) return
      const isText = this._fbWidth <= widestText
      const { width, height } = isText ? usual : { width: this._fbWidth, height: this._fbHeight }
      RfbClient.messages.setDesktopSize(this._sock, width, height, this._screenID, this._screenFlags)
    }

    protected override _handleExtendedDesktopSize(): boolean {
      const { x: reason, y: status } = this._FBU
      const isFirst = !this._supportsSetDesktopSize
      const isWhole = super._handleExtendedDesktopSize()
      if (!isWhole) return false
      if (isFirst) this.askResizeSupport()
      if (reason === ownRequest) {
        this.#isAnswered = true
        place.onResizeSupport(status === done || status === forwarded ? 'yes' : 'no')
      }
      return true
    }
  }
  return new Resizable(place.element, place.socket, { shared: true })
}
