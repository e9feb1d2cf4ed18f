/**
 * Which key of the guest's keyboard makes which character. The screen protocol sends keys, not characters: QEMU passes a
 * key's position on, and the guest's own layout turns it into a character. So pasting must press the keys of *that* layout.
 */
export const layoutIds = ['us', 'gb', 'de', 'fr'] as const
export type LayoutId = (typeof layoutIds)[number]

export const layoutNames: Readonly<Record<LayoutId, string>> = {
  us: 'English (US)',
  gb: 'English (UK)',
  de: 'German',
  fr: 'French',
}

export interface Stroke {
  /** The key's position, as KeyboardEvent.code names it. */
  readonly code: string
  readonly shift: boolean
  readonly altGr: boolean
  /** A dead key: it shows its accent only after a space. */
  readonly dead: boolean
}

/** The printing keys of an ISO keyboard, row by row; the strings below follow this order, with a space where a key has none. */
const positions = [
  ...['Backquote', 'Digit1', 'Digit2', 'Digit3', 'Digit4', 'Digit5', 'Digit6', 'Digit7', 'Digit8', 'Digit9', 'Digit0'],
  ...['Minus', 'Equal'],
  ...['KeyQ', 'KeyW', 'KeyE', 'KeyR', 'KeyT', 'KeyY', 'KeyU', 'KeyI', 'KeyO', 'KeyP', 'BracketLeft', 'BracketRight'],
  ...['KeyA', 'KeyS', 'KeyD', 'KeyF', 'KeyG', 'KeyH', 'KeyJ', 'KeyK', 'KeyL', 'Semicolon', 'Quote', 'Backslash'],
  ...['IntlBackslash', 'KeyZ', 'KeyX', 'KeyC', 'KeyV', 'KeyB', 'KeyN', 'KeyM', 'Comma', 'Period', 'Slash'],
] as const

interface Layout {
  readonly plain: string
  readonly shift: string
  readonly altGr: Readonly<Record<string, (typeof positions)[number]>>
  readonly dead: string
}

const layouts: Readonly<Record<LayoutId, Layout>> = {
  us: {
    plain: "`1234567890-=qwertyuiop[]asdfghjkl;'\\ zxcvbnm,./",
    shift: '~!@#$%^&*()_+QWERTYUIOP{}ASDFGHJKL:"| ZXCVBNM<>?',
    altGr: {},
    dead: '',
  },
  gb: {
    plain: "`1234567890-=qwertyuiop[]asdfghjkl;'#\\zxcvbnm,./",
    shift: '¬!"£$%^&*()_+QWERTYUIOP{}ASDFGHJKL:@~|ZXCVBNM<>?',
    altGr: { '¦': 'Backquote', '€': 'Digit4' },
    dead: '',
  },
  de: {
    plain: '^1234567890ß´qwertzuiopü+asdfghjklöä#<yxcvbnm,.-',
    shift: '°!"§$%&/()=?`QWERTZUIOPÜ*ASDFGHJKLÖÄ\'>YXCVBNM;:_',
    altGr: {
      '²': 'Digit2',
      '³': 'Digit3',
      '{': 'Digit7',
      '[': 'Digit8',
      ']': 'Digit9',
      '}': 'Digit0',
      '\\': 'Minus',
      '@': 'KeyQ',
      '€': 'KeyE',
      '~': 'BracketRight',
      '|': 'IntlBackslash',
      µ: 'KeyM',
    },
    dead: '^´`',
  },
  fr: {
    plain: '²&é"\'(-è_çà)=azertyuiop^$qsdfghjklmù*<wxcvbn,;:!',
    shift: ' 1234567890°+AZERTYUIOP¨£QSDFGHJKLM%µ>WXCVBN?./§',
    altGr: {
      '~': 'Digit2',
      '#': 'Digit3',
      '{': 'Digit4',
      '[': 'Digit5',
      '|': 'Digit6',
      '`': 'Digit7',
      '\\': 'Digit8',
      '@': 'Digit0',
      ']': 'Minus',
      '}': 'Equal',
      '€': 'KeyE',
    },
    // AltGr and 9 gives a ^ that needs no space, but only on some guests; the dead key beside P does on all.
    dead: '^¨~`',
  },
}

const alike: readonly (readonly [string, string])[] = [
  [' ', 'Space'],
  ['\n', 'Enter'],
  ['\t', 'Tab'],
]

const tables = new Map<LayoutId, ReadonlyMap<string, Stroke>>()

/** Every character that the layout can type, with the key that makes it. */
export function strokesOf(layoutId: LayoutId): ReadonlyMap<string, Stroke> {
  const known = tables.get(layoutId)
  if (known) return known
  const layout = layouts[layoutId]
  const table = new Map<string, Stroke>()
  const add = (char: string, code: string, level: 'plain' | 'shift' | 'altGr') => {
    const stroke = { code, shift: level === 'shift', altGr: level === 'altGr', dead: layout.dead.includes(char) }
    if (!table.has(char)) table.set(char, stroke)
  }
  for (const [char, code] of alike) add(char, code, 'plain')
  for (const level of ['plain', 'shift'] as const) {
    positions.forEach((code, index) => {
      const char = layout[level][index]
      if (char !== undefined && char !== ' ') add(char, code, level)
    })
  }
  for (const [char, code] of Object.entries(layout.altGr)) add(char, code, 'altGr')
  tables.set(layoutId, table)
  return table
}

/** A first guess from the browser's languages; the reader's own choice is remembered over it. */
export function guessLayout(languages: readonly string[]): LayoutId {
  for (const language of languages.map((name) => name.toLowerCase())) {
    if (language === 'en-gb') return 'gb'
    const [base] = language.split('-')
    if (base === 'de' || base === 'fr') return base
    if (base === 'en') return 'us'
  }
  return 'us'
}
