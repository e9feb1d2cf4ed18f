/**
 * move-consoles: how long a screen and a serial console, open in Chromium, show nothing new while their machine moves to the other
 * host and back. Its guest writes to both each 100 ms. What they show while nothing moves is the peer; the guest's own pause is part
 * of what is measured.
 */
import { setTimeout as delay } from 'node:timers/promises'
import type { Page } from '@playwright/test'
import { moveViewSchema } from '@berth/core/migration/move-view'
import { z } from 'zod'
import { openLabWorld } from './berth/lab-world.ts'
import { watchChanges, type ConsolePart } from './browser/change-watch.ts'
import { openPanelBrowser } from './browser/panel-browser.ts'
import { until } from './measure/started-program.ts'
import { BenchReport } from './measure/bench-report.ts'
import { benchEnv } from './measure/env.ts'

const rounds = benchEnv.rounds(5)
const mostMs = 2_000
const stillMs = 3_000
/** After the task has ended: until the page has followed in any case. */
const followMs = 4_000
const startedSchema = z.object({ operationId: z.string() })
const vmSchema = z.object({ name: z.string(), host: z.object({ hostId: z.string() }) })

if (process.getuid?.() !== 0) throw new Error('the lab of hosts needs root')
const report = new BenchReport('move-consoles')
await using lab = await openLabWorld(2)
const { panel, hostIds } = lab
const [vmId = ''] = await lab.createMachines(hostIds.get('host-1') ?? '', 1)
const { name } = await panel.query('vm.get', { vmId }, vmSchema)
await using browser = await openPanelBrowser(lab)

async function openConsole(kind: 'Screen' | 'Serial'): Promise<Page> {
  const context = await browser.visitor()
  const page = await context.newPage()
  await page.goto(`/machines/${vmId}/console`)
  await page.getByRole('radio', { name: kind }).click()
  await page.getByRole('status').filter({ hasText: 'Connected' }).first().waitFor()
  return page
}

const parts = {
  screen: { kind: 'screen', label: `Screen of ${name}` },
  serial: { kind: 'serial', label: `Serial console of ${name}` },
} as const satisfies Record<string, ConsolePart>
const [serialPage, screenPage] = [await openConsole('Serial'), await openConsole('Screen')]

const readSerial = (): Promise<string> =>
  serialPage.getByRole('group', { name: parts.serial.label }).evaluate((element) => {
    const event = new CustomEvent('berth-read-text', { detail: { text: '' } })
    element.dispatchEvent(event)
    return event.detail.text
  })
async function typeSerial(line: string, answer: RegExp): Promise<void> {
  await serialPage.getByRole('group', { name: parts.serial.label }).getByRole('textbox').focus()
  await serialPage.keyboard.type(line)
  await serialPage.keyboard.press('Enter')
  await until(`an answer to ${line}`, async () => (answer.test(await readSerial()) ? true : undefined))
}
await until('the login', async () => (/login:\s*$/.test(await readSerial()) ? true : undefined))
await typeSerial('root', /# ?$/)
await typeSerial('counter 100 > /dev/tty1 & counter 100', /^CNT 5 /m)

const watches = {
  screen: await watchChanges(screenPage, parts.screen),
  serial: await watchChanges(serialPage, parts.serial),
}
const longest = async () => ({ screen: await watches.screen.longestMs(), serial: await watches.serial.longestMs() })

const [still, moved, pauses]: [Awaited<ReturnType<typeof longest>>[], Awaited<ReturnType<typeof longest>>[], number[]] =
  [[], [], []]
for (let round = 0; round < rounds; round++) {
  await longest()
  await delay(stillMs)
  still.push(await longest())
  const { host } = await panel.query('vm.get', { vmId }, vmSchema)
  const targetHostId = [...hostIds.values()].find((each) => each !== host.hostId)
  const { operationId } = await panel.mutate('vm.migrate', { vmId, targetHostId }, startedSchema)
  await panel.operationEnd(operationId)
  await delay(followMs)
  moved.push(await longest())
  const { report: ended } = await panel.query('operation.move', { operationId }, moveViewSchema)
  pauses.push(ended?.pauseMs ?? Number.NaN)
}
report.keep('pauses', pauses)
report.keep('longest', { still, moved })
for (const part of ['screen', 'serial'] as const)
  report.compare({
    case: `${part}: nothing new in a move, at most; peer: without one`,
    ...{ unit: 'ms', ours: moved.map((each) => each[part]), peer: still.map((each) => each[part]) },
    ...{ hold: '≤ 2 s', holds: () => Math.max(...moved.map((each) => each[part])) <= mostMs },
  })
await report.write()
