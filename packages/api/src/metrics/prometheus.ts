/** GET /metrics: the panel's own process, and how many of what there is. Names of machines and people are not in it. */
import { collectDefaultMetrics, Gauge, Registry } from 'prom-client'
import { hostStateSchema } from '@berth/core/host/host'
import { vmStateSchema } from '@berth/core/vm/vm-state'
import type { DatabaseClient } from '@berth/prisma/client'
import { readCounts } from './prometheus-repo.ts'

export interface PrometheusSources {
  readonly db: DatabaseClient
  readonly openConsoles: () => number
}

export interface PrometheusPage {
  readonly contentType: string
  read(): Promise<string>
}

const openStatuses = ['queued', 'running', 'cancelling'] as const

export function makePrometheusPage({ db, openConsoles }: PrometheusSources): PrometheusPage {
  const registry = new Registry()
  const registers = [registry]
  collectDefaultMetrics({ register: registry })
  const hosts = new Gauge({ name: 'berth_hosts', help: 'Hosts by state.', labelNames: ['state'], registers })
  const vms = new Gauge({ name: 'berth_vms', help: 'Machines by state.', labelNames: ['state'], registers })
  const help = 'Tasks that are not ended, by status.'
  const operations = new Gauge({ name: 'berth_open_operations', help, labelNames: ['status'], registers })
  const consoles = new Gauge({ name: 'berth_open_consoles', help: 'Consoles through this panel.', registers })
  return {
    contentType: registry.contentType,
    async read() {
      const counts = await readCounts(db)
      // A state without members says 0: a series that vanishes would look like a panel that does not know.
      for (const state of hostStateSchema.options) hosts.set({ state }, 0)
      for (const state of vmStateSchema.options) vms.set({ state }, 0)
      for (const status of openStatuses) operations.set({ status }, 0)
      for (const { state, count } of counts.hosts) hosts.set({ state }, count)
      for (const { state, count } of counts.vms) vms.set({ state }, count)
      for (const { status, count } of counts.operations) operations.set({ status }, count)
      consoles.set(openConsoles())
      return registry.metrics()
    },
  }
}
