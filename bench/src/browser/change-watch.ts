/** Looks at what a console shows, in the page itself, and tells how long it stood still. */
import type { Page } from '@playwright/test'
import { z } from 'zod'

/** By the accessible name of the element that shows it. */
export interface ConsolePart {
  readonly kind: 'screen' | 'serial'
  readonly label: string
}

export interface ChangeWatch {
  /** Of all so far, in milliseconds: how long it was between one change and the next, at most. Begins anew from then on. */
  longestMs(): Promise<number>
}

const lookMs = 20
const longestSchema = z.number()

/** What it shows must change all the time, or its own pauses are measured. */
export async function watchChanges(page: Page, part: ConsolePart): Promise<ChangeWatch> {
  const handle = await page.evaluateHandle(startLooking, { ...part, lookMs })
  return { longestMs: async () => longestSchema.parse(await handle.evaluate((watch) => watch.longestMs())) }
}

/** Runs in the page. */
function startLooking({ kind, label, lookMs: everyMs }: ConsolePart & { lookMs: number }): { longestMs: () => number } {
  const textOf = (element: Element): string => {
    const event = new CustomEvent('berth-read-text', { detail: { text: '' } })
    element.dispatchEvent(event)
    return event.detail.text.slice(-200)
  }
  // Where two pictures differ, so do the sums of their bytes, but for one chance in many.
  const pictureOf = (element: Element): string => {
    if (!(element instanceof HTMLCanvasElement)) return ''
    const { width, height } = element
    const bytes = element.getContext('2d')?.getImageData(0, 0, width, height).data ?? new Uint8ClampedArray()
    let sum = 0
    for (let i = 0; i < bytes.length; i += 4) sum = (sum * 31 + (bytes[i] ?? 0)) | 0
    return String(sum)
  }
  const shown = (): string => {
    // Region and terminal have the same name.
    const element = document.querySelector(`${kind === 'serial' ? '[role=group]' : 'canvas'}[aria-label="${label}"]`)
    return element === null ? '' : kind === 'serial' ? textOf(element) : pictureOf(element)
  }
  let [last, changedAt, longestMs] = [shown(), performance.now(), 0]
  setInterval(() => {
    const now = shown()
    if (now === '' || now === last) return
    longestMs = Math.max(longestMs, performance.now() - changedAt)
    ;[last, changedAt] = [now, performance.now()]
  }, everyMs)
  return {
    longestMs: () => {
      // What still lasts counts as well.
      const longest = Math.max(longestMs, performance.now() - changedAt)
      longestMs = 0
      return longest
    },
  }
}
