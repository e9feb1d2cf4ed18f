import { t } from '../trpc/init.ts'
import { pageCutOf } from '../trpc/paging.ts'
import { adminChanging, audited, signedIn } from '../trpc/procedures.ts'
import { imageCatalogue } from './image-catalogue.ts'
import { imageDeleteInput, imageImportInput, imageListInput, oneImageInput } from './image-inputs.ts'
import { findImageViews, listImageIds, requireImageView } from './image-repo.ts'
import { deleteImage, importImageFromUrl } from './import-image.ts'

export const imageRouter = t.router({
  list: signedIn.input(imageListInput).query(async ({ ctx, input }) => {
    const { items, nextCursor } = await listImageIds(ctx.panel.db, input.filter, pageCutOf(input))
    return { items: await findImageViews(ctx.panel.db, items), nextCursor }
  }),
  get: signedIn.input(oneImageInput).query(({ ctx, input }) => requireImageView(ctx.panel.db, input.imageId)),
  catalogue: signedIn.query(() => ({ items: [...imageCatalogue] })),
  importUrl: adminChanging
    .input(imageImportInput)
    .use(audited)
    .mutation(async ({ ctx, input }) => {
      ctx.notes.targetName = input.name
      const started = await importImageFromUrl(ctx.panel, ctx.caller, input)
      Object.assign(ctx.notes, { targetKind: 'image', targetId: started.imageId })
      return started
    }),
  delete: adminChanging
    .input(imageDeleteInput)
    .use(audited)
    .mutation(async ({ ctx, input }) => {
      const { operationId, name } = await deleteImage(ctx.panel, ctx.caller, input)
      ctx.notes.targetName = name
      return { operationId }
    }),
})
