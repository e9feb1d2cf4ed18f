/** What axe finds on a page, in both themes. */
import { AxeBuilder } from '@axe-core/playwright'
import { expect, type Page } from '@playwright/test'

/** Serious and critical ones, as the page stands. */
export async function seriousViolations(page: Page): Promise<string[]> {
  const { violations } = await new AxeBuilder({ page }).analyze()
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, nodes }) =>
      nodes.map(({ target, failureSummary }) => `${id}: ${target.join(' ')}: ${failureSummary ?? ''}`),
    )
}

/** For somebody who has not chosen a theme: then it is the computer's. The page is in the light one afterwards. */
export async function expectAccessible(page: Page, what: string): Promise<void> {
  for (const colorScheme of ['dark', 'light'] as const) {
    // Behind the page that axe opens for its sums nothing moves, and no colour ever arrives.
    await page.bringToFront()
    await page.emulateMedia({ colorScheme })
    // Colours change by and by, and half-way none has its contrast.
    await page.evaluate(() => {
      for (const each of document.getAnimations()) if (each instanceof CSSTransition) each.finish()
    })
    expect.soft(await seriousViolations(page), `${what}, ${colorScheme}`).toEqual([])
  }
}
