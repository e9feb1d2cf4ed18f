/** Waits inside a page until a machine's row says a word, and tells when the frame that shows it was drawn. */
import type { Page } from '@playwright/test'
import { z } from 'zod'

export interface RowWatch {
  /** Wall clock in milliseconds since 1970, by the browser: the same computer's, so the same clock. */
  seenAt: Promise<number>
}

const patienceMs = 20_000
const seenAtSchema = z.number()

/** Resolves once the page watches; what happens from then on cannot be missed. */
export async function watchRow(page: Page, row: { name: string; word: string }): Promise<RowWatch> {
  const handle = await page.evaluateHandle(startWatch, { ...row, patienceMs })
  const seenAt = handle
    .evaluate((watch) => watch.seenAt)
    .then((at) => seenAtSchema.parse(at))
    .finally(() => handle.dispose())
  return { seenAt }
}

interface WatchOrder {
  name: string
  word: string
  patienceMs: number
}

/** Runs in the page. In an object, for a promise itself would be waited for at once. */
function startWatch({ name, word, patienceMs: mostMs }: WatchOrder): { seenAt: Promise<number> } {
  const saysIt = (): boolean =>
    [...document.querySelectorAll('tr')].some(
      (row) =>
        [...row.querySelectorAll('a')].some((link) => link.textContent === name) && row.textContent.includes(word),
    )
  if (saysIt()) throw new Error(`the row of ${name} says ${word} already`)
  const seenAt = new Promise<number>((resolve, reject) => {
    const observer = new MutationObserver(() => {
      if (!saysIt()) return
      observer.disconnect()
      clearTimeout(timer)
      requestAnimationFrame(() => resolve(performance.timeOrigin + performance.now()))
    })
    const timer = setTimeout(() => reject(new Error(`the row of ${name} never said ${word}`)), mostMs)
    observer.observe(document.body, { subtree: true, childList: true, characterData: true })
  })
  return { seenAt }
}
