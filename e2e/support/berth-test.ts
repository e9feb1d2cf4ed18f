/** The fixtures that all end-to-end tests share. */
import { test as base, type BrowserContext, type Page } from '@playwright/test'
import { BerthChecker } from '../checker/berth-checker.ts'
import { readPlace, type BerthPlace } from './berth-place.ts'
import { PanelClient } from './panel-client.ts'
import { SerialViewer } from './serial-viewer.ts'
import { signIn } from './sign-in-page.ts'
import { TestMachines } from './test-machines.ts'

interface BerthFixtures {
  berth: BerthPlace
  panel: PanelClient
  /** Deletes at the test's end what the test made. */
  machines: TestMachines
  host: BerthChecker
  /** Opens a serial console through the panel; closed at the test's end. */
  openSerial: (vmId: string) => Promise<SerialViewer>
  /** A page of somebody who is signed in already. */
  signedIn: Page
}

interface BerthWorkerFixtures {
  /** Cookies of one sign-in for the whole run: sign-ins are rate-limited, as they should be. */
  cookies: Awaited<ReturnType<BrowserContext['storageState']>>
}

export const test = base.extend<BerthFixtures, BerthWorkerFixtures>({
  berth: async ({}, use) => use(readPlace()),
  baseURL: async ({ berth }, use) => use(berth.url),
  panel: async ({ berth }, use) => use(new PanelClient(berth.url, { authorization: `Bearer ${berth.token}` })),
  machines: async ({ panel }, use) => {
    const machines = new TestMachines(panel)
    await use(machines)
    await machines.deleteAll()
  },
  host: async ({ berth }, use) => use(new BerthChecker(berth)),
  openSerial: async ({ panel, berth }, use) => {
    await using viewers = new AsyncDisposableStack()
    await use(async (vmId) => viewers.use(await SerialViewer.open(panel, berth.url, vmId)))
  },
  cookies: [
    async ({ browser }, use) => {
      const place = readPlace()
      const context = await browser.newContext({ baseURL: place.url })
      await signIn(await context.newPage(), place)
      const state = await context.storageState()
      await context.close()
      await use(state)
    },
    { scope: 'worker' },
  ],
  signedIn: async ({ browser, cookies, berth, viewport }, use) => {
    const context = await browser.newContext({ baseURL: berth.url, storageState: cookies, viewport })
    await use(await context.newPage())
    await context.close()
  },
})

export { expect } from '@playwright/test'
