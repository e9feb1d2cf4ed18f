/** What a reader chose for consoles, kept in this browser by machine: which kind, how large, the guest's keyboard layout. */
import { type ConsoleKind, consoleKindSchema } from '@berth/core/agent-contract/agent-contract'
import { guessLayout, layoutIds, type LayoutId } from './keyboard-layouts.ts'
import { type Sizing, sizings } from './sizing.ts'

const kindKey = (vmId: string): string => `berth-console-kind:${vmId}`
const sizingKey = (vmId: string): string => `berth-console-sizing:${vmId}`
const layoutKey = (vmId: string): string => `berth-console-layout:${vmId}`

/** The graphical one if the machine has a screen, unless the other was chosen before. */
export function recallKind(vmId: string, hasScreen: boolean): ConsoleKind {
  if (!hasScreen) return 'serial'
  return consoleKindSchema.catch('screen').parse(read(kindKey(vmId)))
}

export const rememberKind = (vmId: string, kind: ConsoleKind): void => write(kindKey(vmId), kind)

export function recallSizing(vmId: string): Sizing {
  const kept = read(sizingKey(vmId))
  return sizings.find((sizing) => sizing === kept) ?? 'fit'
}

export const rememberSizing = (vmId: string, sizing: Sizing): void => write(sizingKey(vmId), sizing)

export function recallLayout(vmId: string): LayoutId {
  const kept = read(layoutKey(vmId))
  return layoutIds.find((id) => id === kept) ?? guessLayout(navigator.languages)
}

export const rememberLayout = (vmId: string, layout: LayoutId): void => write(layoutKey(vmId), layout)

function read(key: string): string | null {
  try {
    return localStorage.getItem(key)
  } catch {
    // Storage is forbidden in this browser: the default holds each time.
    return null
  }
}

function write(key: string, value: string): void {
  try {
    localStorage.setItem(key, value)
  } catch {
    // As above; the choice holds for this page.
    return
  }
}
