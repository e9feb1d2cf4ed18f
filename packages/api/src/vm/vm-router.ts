/** Machines. Thin: parse, find whose they are, hand on. */
import { agentContract } from '@berth/core/agent-contract/agent-contract'
import { AppError } from '@berth/core/errors/app-error'
import { ownerScope, type Caller } from '../trpc/caller.ts'
import { t } from '../trpc/init.ts'
import { pageCutOf } from '../trpc/paging.ts'
import type { Panel } from '../trpc/panel.ts'
import { adminChanging, adminOnly, audited, changing, doneAtOnce, signedIn } from '../trpc/procedures.ts'
import { findDiskPools } from '../disks/disk-pools.ts'
import { moveDisk } from '../disks/move-disk.ts'
import { measureMove } from '../forecast/forecast-vm.ts'
import { rehearseVm } from '../forecast/rehearse-vm.ts'
import { migrateVm, moveTargetsOf } from '../migration/migrate-vm.ts'
import { setMoveBandwidth } from '../migration/set-move-bandwidth.ts'
import { ejectDisc, insertDisc } from './vm-disc-verbs.ts'
import { createVm, placementOf } from './create-vm.ts'
import { updateVm } from './update-vm.ts'
import { forgetFilter, listSavedFilters, saveFilter } from './saved-filter-repo.ts'
import {
  forgetFilterInput,
  oneVmInput,
  saveFilterInput,
  vmCountsInput,
  vmCreateInput,
  vmDiscInput,
  vmDiskInput,
  vmFlightInput,
  vmForecastInput,
  vmGracefulInput,
  vmInsertDiscInput,
  vmListInput,
  vmMetricsInput,
  vmMigrateInput,
  vmMoveDiskInput,
  vmSetMoveBandwidthInput,
  vmPlaceInput,
  vmRehearseInput,
  vmSendKeysInput,
  vmUpdateInput,
  vmVerbInput,
} from './vm-inputs.ts'
import { countVms, listVmIds } from './vm-list-repo.ts'
import { vmQueryOf } from './vm-query.ts'
import { findVmViews, requireVmHost, requireVmView } from './vm-repo.ts'
import { askVm, askVmGracefully, requireVerb } from './vm-verbs.ts'

const plainVerb = (verb: 'start' | 'stop' | 'reset' | 'pause' | 'resume' | 'delete') =>
  changing
    .input(vmVerbInput)
    .use(audited)
    .mutation(({ ctx, input }) => askVm(ctx, verb, input))

const gracefulVerb = (verb: 'shutdown' | 'reboot') =>
  changing
    .input(vmGracefulInput)
    .use(audited)
    .mutation(({ ctx, input }) => askVmGracefully(ctx, verb, input))

/** The line to the agent that holds a machine of the caller's. */
async function linkOf(panel: Panel, caller: Caller, vmId: string) {
  const vm = await requireVmHost(panel.db, vmId, ownerScope(caller))
  if (vm.hostId === null) throw new AppError('VM_STATE_CONFLICT', 'The machine is on no host yet.')
  return panel.agents.link(vm.hostId)
}

export const vmRouter = t.router({
  list: signedIn.input(vmListInput).query(async ({ ctx, input }) => {
    const query = { ...vmQueryOf(ctx.caller, input.filter), sort: input.sort, page: pageCutOf(input) }
    const { items, nextCursor } = await listVmIds(ctx.panel.db, query)
    return { items: await findVmViews(ctx.panel, items), nextCursor }
  }),
  /** How many there are in each state, of those that the filter leaves. */
  counts: signedIn
    .input(vmCountsInput)
    .query(({ ctx, input }) => countVms(ctx.panel.db, vmQueryOf(ctx.caller, input.filter))),
  /** The caller's own, in the order in which they were saved. */
  savedFilters: signedIn.query(async ({ ctx }) => ({ items: await listSavedFilters(ctx.panel.db, ctx.caller.userId) })),
  /** Under a name that is taken it replaces the one that has it. */
  saveFilter: changing
    .input(saveFilterInput)
    .use(audited)
    .mutation(async ({ ctx, input: { name, query } }) => {
      await saveFilter(ctx.panel.db, ctx.caller.userId, { name, query })
      return doneAtOnce
    }),
  forgetFilter: changing
    .input(forgetFilterInput)
    .use(audited)
    .mutation(async ({ ctx, input }) => {
      await forgetFilter(ctx.panel.db, ctx.caller.userId, input.name)
      return doneAtOnce
    }),
  get: signedIn
    .input(oneVmInput)
    .query(({ ctx, input }) => requireVmView(ctx.panel, input.vmId, ownerScope(ctx.caller))),
  create: changing
    .input(vmCreateInput)
    .use(audited)
    .mutation(async ({ ctx, input }) => {
      ctx.notes.targetName = input.name
      const made = await createVm(ctx.panel, ctx.caller, input)
      Object.assign(ctx.notes, { targetKind: 'vm', targetId: made.vmId })
      return made
    }),
  /** Which host a machine like this would get, with the verdict on every host; for forms. */
  place: signedIn.input(vmPlaceInput).query(({ ctx, input }) => placementOf(ctx.panel, input)),
  update: changing
    .input(vmUpdateInput)
    .use(audited)
    .mutation(({ ctx, input }) => updateVm(ctx.panel, ctx.caller, input)),
  /** An ISO into its CD drive, also while it runs. */
  insertDisc: changing
    .input(vmInsertDiscInput)
    .use(audited)
    .mutation(({ ctx, input }) => insertDisc(ctx, input)),
  ejectDisc: changing
    .input(vmDiscInput)
    .use(audited)
    .mutation(({ ctx, input }) => ejectDisc(ctx, input)),
  /** Every host, the best first, each with what speaks for it and against it. For administrators, as hosts are. */
  moveTargets: adminOnly.input(oneVmInput).query(({ ctx, input }) => moveTargetsOf(ctx.panel, input.vmId)),
  /** How its memory changes and what the path carries: what a forecast is made of. Takes seconds the first time. */
  forecast: adminOnly
    .input(vmForecastInput)
    .query(({ ctx, input, signal }) => measureMove(ctx, input, signal ?? new AbortController().signal)),
  /** Everything of a move but the move. */
  rehearse: adminChanging
    .input(vmRehearseInput)
    .use(audited)
    .mutation(({ ctx, input }) => rehearseVm(ctx, input)),
  /** To another host, while it runs. Its owner has no say in where his machine runs, so this is for administrators. */
  migrate: adminChanging
    .input(vmMigrateInput)
    .use(audited)
    .mutation(({ ctx, input }) => migrateVm(ctx, input)),
  /** The pools of its host, each with what the disk takes there or why it cannot go there. */
  diskPools: adminOnly.input(vmDiskInput).query(async ({ ctx, input }) => {
    const { pools } = await findDiskPools(ctx.panel.db, input.vmId, input.volumeId)
    return { pools: pools.map(({ choice }) => choice) }
  }),
  /** Into another pool of its host, while it runs. Where disks lie is for administrators, as hosts are. */
  moveDisk: adminChanging
    .input(vmMoveDiskInput)
    .use(audited)
    .mutation(({ ctx, input }) => moveDisk(ctx, input)),
  /** How fast the move that is under way may send, from now on. */
  setMoveBandwidth: adminChanging
    .input(vmSetMoveBandwidthInput)
    .use(audited)
    .mutation(({ ctx, input }) => setMoveBandwidth(ctx, input)),
  start: plainVerb('start'),
  stop: plainVerb('stop'),
  reset: plainVerb('reset'),
  pause: plainVerb('pause'),
  resume: plainVerb('resume'),
  delete: plainVerb('delete'),
  shutdown: gracefulVerb('shutdown'),
  reboot: gracefulVerb('reboot'),
  metrics: signedIn.input(vmMetricsInput).query(async ({ ctx, input }) => {
    const link = await linkOf(ctx.panel, ctx.caller, input.vmId)
    return link.call(agentContract.vm.metrics, input)
  }),
  screenshot: signedIn.input(oneVmInput).query(async ({ ctx, input }) => {
    requireVerb('takeScreenshot', await requireVmView(ctx.panel, input.vmId, ownerScope(ctx.caller)))
    const link = await linkOf(ctx.panel, ctx.caller, input.vmId)
    return link.call(agentContract.vm.screenshot, input)
  }),
  /** For a machine that is off: whoever shows it says how old it is. */
  lastScreenshot: signedIn.input(oneVmInput).query(async ({ ctx, input }) => {
    const link = await linkOf(ctx.panel, ctx.caller, input.vmId)
    return link.call(agentContract.vm.lastScreenshot, input)
  }),
  sendKeys: changing
    .input(vmSendKeysInput)
    .use(audited)
    .mutation(async ({ ctx, input }) => {
      requireVerb('openConsole', await requireVmView(ctx.panel, input.vmId, ownerScope(ctx.caller)))
      const link = await linkOf(ctx.panel, ctx.caller, input.vmId)
      const { userId } = ctx.caller
      await link.call(agentContract.vm.sendKeys, { vmId: input.vmId, keys: input.keys, userId })
      return doneAtOnce
    }),
  /** For administrators: it names folders, users and sockets of the host, as does what QEMU is told. */
  commandLine: adminOnly.input(oneVmInput).query(async ({ ctx, input }) => {
    const link = await linkOf(ctx.panel, ctx.caller, input.vmId)
    return link.call(agentContract.vm.commandLine, input)
  }),
  flightRecords: adminOnly.input(vmFlightInput).query(async ({ ctx, input }) => {
    const link = await linkOf(ctx.panel, ctx.caller, input.vmId)
    return link.call(agentContract.vm.flightRecords, input)
  }),
})
