/**
 * Joins a terminal and a socket. History is replayed on every attach, so a session begins with an empty terminal, unless the
 * machine has left its history on another host; while it is replayed nothing is sent back, because old questions of the guest ("where is the cursor?") must not be answered again.
 */
import { type ConsoleControl, consoleControlSchema } from '@berth/core/console/serial-control'
import type { IDisposable } from '@xterm/xterm'
import type { SerialPast } from './serial-past.ts'

/** The part of xterm's terminal that a feed needs. */
export interface FeedTerminal {
  write(data: string | Uint8Array, onParsed?: () => void): void
  reset(): void
  onData(listener: (text: string) => void): IDisposable
  onBinary(listener: (text: string) => void): IDisposable
}

export interface SerialFeedListener {
  /** What the terminal has shown in earlier sessions. */
  past: SerialPast
  onOpened: () => void
  onControl: (control: ConsoleControl) => void
  /** Asked when the guest put a question to the terminal: whether this one answers. */
  mayAnswer: () => boolean
}

/** Written but not drawn yet: a guest that floods its line is faster than any terminal, and memory must stay bounded. */
const maxPendingBytes = 8 * 1024 * 1024

export function feedTerminal(terminal: FeedTerminal, socket: WebSocket, listener: SerialFeedListener): () => void {
  const encoder = new TextEncoder()
  let isReplaying = true
  let pendingBytes = 0
  let skippedBytes = 0

  const draw = (bytes: Uint8Array) => {
    if (pendingBytes > maxPendingBytes) {
      skippedBytes += bytes.length
      return
    }
    if (skippedBytes > 0) terminal.write(notice(`${skippedBytes} bytes were too fast to show`))
    skippedBytes = 0
    pendingBytes += bytes.length
    terminal.write(bytes, () => {
      pendingBytes -= bytes.length
    })
  }
  const hearControl = (control: ConsoleControl) => {
    if (control.type === 'replay') {
      isReplaying = true
      if (listener.past.begin(control) === 'anew') {
        terminal.reset()
        if (control.droppedBytes > 0)
          terminal.write(notice(`${control.droppedBytes} bytes of older output were cut here`))
      }
    }
    // Bytes before it are still being parsed; their answers must be swallowed too.
    if (control.type === 'live') terminal.write('', () => void (isReplaying = false))
    listener.onControl(control)
  }
  const hear = ({ data }: MessageEvent<unknown>) => {
    if (data instanceof ArrayBuffer) draw(listener.past.add(new Uint8Array(data)))
    else if (typeof data === 'string') {
      const control = consoleControlSchema.safeParse(JSON.parse(data))
      if (control.success) hearControl(control.data)
    }
  }
  const send = (bytes: Uint8Array<ArrayBuffer>) => {
    if (!isReplaying && socket.readyState === WebSocket.OPEN) socket.send(bytes)
  }
  const subscriptions = [
    terminal.onData((text) => {
      if (!answerPattern.test(text) || listener.mayAnswer()) send(encoder.encode(text))
    }),
    terminal.onBinary((text) => send(Uint8Array.from(text, (char) => char.charCodeAt(0)))),
  ]
  socket.addEventListener('message', hear)
  socket.addEventListener('open', listener.onOpened)
  return () => {
    socket.removeEventListener('message', hear)
    socket.removeEventListener('open', listener.onOpened)
    for (const subscription of subscriptions) subscription.dispose()
  }
}

/**
 * What a terminal says by itself when it is asked: where the cursor is, what it is, a mode, a colour. Nobody types these
 * whole, but for F3 with a modifier, which says "cursor in row 1"; so that one is lost to all viewers but one.
 */
const answerPattern = /^\x1b(\[\??\d+;\d+(;\d+)?R|\[[?>=]?[\d;]*c|\[\??[\d;]+(n|\$y)|\]\d+;rgb:|P[^]*\x1b\\$)/

/** A line of ours between the guest's, in grey. */
const notice = (text: string): string => `\r\n\x1b[0;90m── ${text} ──\x1b[0m\r\n`
