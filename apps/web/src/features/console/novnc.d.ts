/** The part of noVNC 1.7 that is used here; the package ships no types, and those of others are for its older builds. */
declare module '@novnc/novnc' {
  interface RfbEvents {
    connect: Event
    disconnect: CustomEvent<{ clean: boolean }>
    securityfailure: CustomEvent<{ status: number; reason?: string }>
    credentialsrequired: Event
  }

  export default class RFB {
    constructor(target: HTMLElement, channel: WebSocket, options?: { shared?: boolean })
    viewOnly: boolean
    scaleViewport: boolean
    /** Asks the server for the size of the place whenever that changes. Not while `viewOnly`. */
    resizeSession: boolean
    clipViewport: boolean
    dragViewport: boolean
    focusOnClick: boolean
    showDotCursor: boolean
    background: string
    qualityLevel: number
    compressionLevel: number
    addEventListener<K extends keyof RfbEvents>(type: K, listener: (event: RfbEvents[K]) => void): void
    disconnect(): void
    focus(options?: FocusOptions): void
    blur(): void
    sendCtrlAltDel(): void
    /** Without `down` the key is pressed and released. With a `code` QEMU is told the key's position. */
    sendKey(keysym: number, code: string | null, down?: boolean): void
    getImageData(): ImageData
    toDataURL(type?: string, quality?: number): string
    /** noVNC's own, of 1.7.0: it says nowhere else what a server answered, see resizable-screen.ts. */
    protected _handleExtendedDesktopSize(): boolean
    /** Of the rectangle that is read: in an ExtendedDesktopSize, x is the reason and y the status. */
    protected readonly _FBU: { readonly x: number; readonly y: number }
    protected readonly _sock: unknown
    protected readonly _supportsSetDesktopSize: boolean
    protected readonly _screenID: number
    protected readonly _screenFlags: number
    protected readonly _fbWidth: number
    protected readonly _fbHeight: number
    static readonly messages: {
      setDesktopSize(sock: unknown, width: number, height: number, id: number, flags: number): void
    }
    toBlob(callback: (blob: Blob | null) => void, type?: string, quality?: number): void
  }
}
