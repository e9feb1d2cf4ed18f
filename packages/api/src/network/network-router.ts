import { z } from 'zod'
import { t } from '../trpc/init.ts'
import { pageCutOf, pageInput } from '../trpc/paging.ts'
import { signedIn } from '../trpc/procedures.ts'
import { listNetworks } from './network-repo.ts'

export const networkRouter = t.router({
  list: signedIn
    .input(z.strictObject(pageInput).prefault({}))
    .query(({ ctx, input }) => listNetworks(ctx.panel.db, pageCutOf(input))),
})
