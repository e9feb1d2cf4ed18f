/** Pages of the machine list by API, in the ways in which people ask for them. */
import { z } from 'zod'
import { quantile } from '../measure/spread.ts'
import type { PanelClient } from './panel-calls.ts'

const asksPerQuestion = 20

export const listPageSchema = z.object({
  items: z.array(z.object({ vmId: z.string(), name: z.string(), state: z.string() })),
})
const listQuestions = {
  'by name': {},
  'far down': { filter: { query: 'worker' } },
  'a word that is rare': { filter: { query: '-00007' } },
  'a word that nobody has': { filter: { query: 'zzzzz' } },
  'by address': { filter: { query: 'ip:10.20.7.*' } },
  'those that run': { filter: { query: 'state:running' } },
  'sorted by state': { sort: { by: 'state' } },
  'sorted by host': { sort: { by: 'host' } },
} as const

/** Milliseconds for a page, p95 of 20, for each question and round. A first round is thrown away. */
export async function timeListPages(panel: PanelClient, rounds: number): Promise<Map<string, number[]>> {
  const pages = new Map<string, number[]>(Object.keys(listQuestions).map((name) => [name, []]))
  for (let round = -1; round < rounds; round++) {
    for (const [name, question] of Object.entries(listQuestions)) {
      const p95 = await pageP95Ms(panel, question)
      if (round >= 0) pages.get(name)?.push(p95)
    }
  }
  return pages
}

async function pageP95Ms(panel: PanelClient, question: object): Promise<number> {
  const times: number[] = []
  for (let i = 0; i < asksPerQuestion; i++) {
    const beganAt = performance.now()
    await panel.query('vm.list', { limit: 50, ...question }, listPageSchema)
    times.push(performance.now() - beganAt)
  }
  return quantile(times, 0.95)
}
