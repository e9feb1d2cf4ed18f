'use client'
import type { ImageView } from '@berth/core/image/image'
import { useQuery } from '@tanstack/react-query'
import { errorText } from '../../lib/error-text.ts'
import { useTRPC } from '../../lib/trpc/trpc-context.ts'
import { TaskProgress } from '../tasks/task-summary.tsx'
import { imageLook } from './image-words.ts'

/** Under way: how far. Failed: why, in a line. Nothing for an image that is ready. */
export function ImageImportState({ image }: { image: ImageView }) {
  if (image.operationId !== null) return <Running operationId={image.operationId} />
  return image.state === 'failed' ? <Failure imageId={image.imageId} /> : null
}

function Running({ operationId }: { operationId: string }) {
  const trpc = useTRPC()
  const { data: task } = useQuery(trpc.operation.get.queryOptions({ operationId }))
  return task === undefined ? null : <TaskProgress task={task} />
}

function Failure({ imageId }: { imageId: string }) {
  const { data: task } = useLastImport(imageId)
  if (!task?.error) return null
  if (task.status === 'cancelled') {
    return <p className="text-ink-2 text-xs">Nothing of it is kept on the host. It can be tried again.</p>
  }
  const { sentence, message } = errorText(task.error)
  return (
    <p className="text-bad-ink line-clamp-2 text-xs [overflow-wrap:anywhere]">
      {sentence} {message}
    </p>
  )
}

/** State in colour, shape and word. */
export function useImageLook(image: ImageView) {
  const { data: lastImport } = useLastImport(image.imageId, image.state === 'failed')
  return imageLook(image.state, lastImport?.status)
}

/** The newest task that imported the image, with its error if it failed. */
export function useLastImport(imageId: string, enabled = true) {
  const trpc = useTRPC()
  return useQuery({
    ...trpc.operation.list.queryOptions({ limit: 1, filter: { imageId, kind: ['image.import'] } }),
    select: ({ items }) => items[0],
    enabled,
  })
}
