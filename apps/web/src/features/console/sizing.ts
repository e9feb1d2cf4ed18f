/** How the picture and the window come together. */
import type { ResizeSupport } from './resizable-screen.ts'

/** `fit`: scaled to the window. `own`: one pixel is one pixel, with scroll bars. `resize`: the guest draws for the window. */
export const sizings = ['fit', 'own', 'resize'] as const
export type Sizing = (typeof sizings)[number]

/** Why the guest cannot be asked for a size, for the reader; null when it can. */
export function whyNoResize(support: ResizeSupport, isViewOnly: boolean): string | null {
  if (support === 'yes') return null
  if (support === 'no') return 'This machine’s display (standard VGA) cannot be given a size'
  return isViewOnly ? 'View only: nothing is sent to the machine' : 'The screen has not said yet whether it can'
}

/** What is done of what was chosen. */
export const sizingNow = (chosen: Sizing, support: ResizeSupport): Sizing =>
  chosen === 'resize' && support !== 'yes' ? 'fit' : chosen
