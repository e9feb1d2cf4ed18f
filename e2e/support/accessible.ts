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
    await page.emulateMedia({ colorScheme })
    // Colours change by and by, and half-way none has its contrast.
    await page.evaluate(async () => {
      const changing = document.getAnimations().filter((each) => each instanceof CSSTransition)
      await Promise.allSettled(changing.map(({ finished }) => finished))
    })
    expect.soft(await seriousViolations(page), `${what}, ${colorScheme}`).toEqual([])
  }
}
