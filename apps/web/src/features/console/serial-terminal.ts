/**
 * A terminal for a guest's serial line. What the guest writes is an attacker's input: it may draw, and nothing else. No
 * clipboard (OSC 52), no title and no window reports, no links that hide where they lead (OSC 8), no images.
 */
import type { SearchAddon } from '@xterm/addon-search'
import type { ITheme, Terminal } from '@xterm/xterm'

export interface SerialTerminal {
  terminal: Terminal
  search: SearchAddon
  /** Fits rows and columns to the element. */
  fit: () => void
}

/** Titles (0, 1, 2), current directory (7), links (8), notifications (9, 777), clipboard (52), images and marks (1337). */
const swallowedOsc = [0, 1, 2, 7, 8, 9, 52, 777, 1337] as const

const scrollbackLines = 20_000

/** Opens the terminal once, however often it is asked for, until it is let go. */
export interface TerminalHost {
  open: (element: HTMLElement, label: string) => Promise<SerialTerminal>
  dispose: () => void
}

export function makeTerminalHost(): TerminalHost {
  let opening: Promise<SerialTerminal> | null = null
  return {
    open: (element, label) => (opening ??= openSerialTerminal(element, label)),
    dispose() {
      const gone = opening
      opening = null
      void gone?.then((serial) => serial.terminal.dispose())
    },
  }
}

/** Loads xterm and opens a terminal in `element`. */
async function openSerialTerminal(element: HTMLElement, label: string): Promise<SerialTerminal> {
  const [{ Terminal }, { FitAddon }, { SearchAddon }] = await Promise.all([
    import('@xterm/xterm'),
    import('@xterm/addon-fit'),
    import('@xterm/addon-search'),
  ])
  const fontFamily = await loadFont()
  const terminal = new Terminal({
    // Search decorations are behind this switch in xterm 6.
    allowProposedApi: true,
    cursorBlink: true,
    fontFamily,
    fontSize: 13,
    lineHeight: 1.2,
    scrollback: scrollbackLines,
    theme: terminalTheme,
    linkHandler: null,
    windowOptions: {},
  })
  for (const number of swallowedOsc) terminal.parser.registerOscHandler(number, () => true)
  const fit = new FitAddon()
  const search = new SearchAddon({ highlightLimit: 500 })
  terminal.loadAddon(fit)
  terminal.loadAddon(search)
  terminal.open(element)
  terminal.textarea?.setAttribute('aria-label', label)
  await drawByGpu(terminal)
  fit.fit()
  return { terminal, search, fit: () => fit.fit() }
}

/** WebGL draws a full screen several times faster; without it, or when its context is lost, the DOM renderer goes on. */
async function drawByGpu(terminal: Terminal): Promise<void> {
  try {
    const { WebglAddon } = await import('@xterm/addon-webgl')
    const webgl = new WebglAddon()
    webgl.onContextLoss(() => webgl.dispose())
    terminal.loadAddon(webgl)
  } catch {
    // No WebGL 2 here; the renderer that is in place needs nothing.
    return
  }
}

/** A canvas knows no CSS variables, and measures a font that has not arrived yet as another one. */
async function loadFont(): Promise<string> {
  const name = getComputedStyle(document.documentElement).getPropertyValue('--font-geist-mono').trim()
  const family = name === '' ? 'monospace' : `${name}, monospace`
  await document.fonts.load(`13px ${family}`)
  return family
}

/** Dark in both themes: guests choose colours for a dark terminal. Each colour stands off the background at 4.5:1. */
const terminalTheme: ITheme = {
  background: '#000000',
  foreground: '#d7dde5',
  cursor: '#e6ebf2',
  cursorAccent: '#000000',
  selectionBackground: '#3b5b8c99',
  black: '#6b7684',
  red: '#ff7b72',
  green: '#5fd38a',
  yellow: '#e3b341',
  blue: '#6cb0ff',
  magenta: '#d2a0ff',
  cyan: '#56d4dd',
  white: '#c6ced8',
  brightBlack: '#8b96a5',
  brightRed: '#ffa198',
  brightGreen: '#7ee2a8',
  brightYellow: '#f2cc60',
  brightBlue: '#8fc7ff',
  brightMagenta: '#e2c0ff',
  brightCyan: '#7fe3ea',
  brightWhite: '#f5f8fc',
}
