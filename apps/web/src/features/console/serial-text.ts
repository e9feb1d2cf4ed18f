/**
 * The terminal's text, for copying, for files, and for whoever reads the page by program. xterm draws on a canvas, so its
 * text is nowhere in the document; the element of the terminal answers the event `berth-read-text` instead:
 *
 *   const event = new CustomEvent('berth-read-text', { detail: { text: '' } })
 *   element.dispatchEvent(event)   // element: [data-console-serial]
 *   event.detail.text              // all lines, scrollback included, without trailing blanks
 */
import type { Terminal } from '@xterm/xterm'

export function textOfTerminal(terminal: Pick<Terminal, 'buffer'>): string {
  const buffer = terminal.buffer.active
  const lines: string[] = []
  for (let row = 0; row < buffer.length; row++) {
    const line = buffer.getLine(row)
    if (!line) continue
    const text = line.translateToString(true)
    if (line.isWrapped && lines.length > 0) lines.push((lines.pop() ?? '') + text)
    else lines.push(text)
  }
  return lines.join('\n').trimEnd()
}

/** Returns what stops answering. */
export function answerReadText(element: HTMLElement, terminal: Pick<Terminal, 'buffer'>): () => void {
  const answer = (event: Event) => {
    if (event instanceof CustomEvent && isRecord(event.detail)) event.detail['text'] = textOfTerminal(terminal)
  }
  element.addEventListener('berth-read-text', answer)
  return () => element.removeEventListener('berth-read-text', answer)
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null
