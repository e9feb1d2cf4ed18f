/** How long a page needs from a key to the frame that shows what it did. */
import type { Page } from '@playwright/test'
import { z } from 'zod'

const timesSchema = z.array(z.number())
/** A quick typist's. */
const betweenMs = 120

/** Types into what has the focus; milliseconds from each keydown to the end of the next frame, in the page itself. */
export async function typeAndTime(page: Page, text: string): Promise<number[]> {
  const handle = await page.evaluateHandle(watchKeys)
  await page.keyboard.type(text, { delay: betweenMs })
  const times = await handle.evaluate((watch) => watch.times())
  await handle.dispose()
  return timesSchema.parse(times)
}

/** Runs in the page. */
function watchKeys(): { times: () => Promise<number[]> } {
  const pending: Promise<number>[] = []
  const onKey = ({ timeStamp }: KeyboardEvent): void => {
    const { promise, resolve } = Promise.withResolvers<number>()
    pending.push(promise)
    requestAnimationFrame(() => {
      const channel = new MessageChannel()
      // Its turn comes after the frame was drawn.
      channel.port1.onmessage = () => resolve(performance.now() - timeStamp)
      channel.port2.postMessage(null)
    })
  }
  addEventListener('keydown', onKey, { capture: true })
  return {
    times: () => {
      removeEventListener('keydown', onKey, { capture: true })
      return Promise.all(pending)
    },
  }
}
