'use client'
import { Button } from '@berth/ui/button'
import { Copyable } from '@berth/ui/copyable'
import { Drawer } from '@berth/ui/drawer'
import { EmptyState } from '@berth/ui/empty-state'
import { KeyValueList } from '@berth/ui/key-value'
import { RelativeTime } from '@berth/ui/relative-time'
import { Skeleton } from '@berth/ui/skeleton'
import { StateDot } from '@berth/ui/state-dot'
import { formatBytes } from '@berth/core/units/bytes'
import type { ImageView } from '@berth/core/image/image'
import { useQuery } from '@tanstack/react-query'
import { Disc3, Plus } from 'lucide-react'
import Link from 'next/link'
import { errorText } from '../../lib/error-text.ts'
import { useOnScreen } from '../../lib/events/events-provider.tsx'
import { none, plural } from '../../lib/format.ts'
import { paths } from '../../lib/paths.ts'
import { useTRPC } from '../../lib/trpc/trpc-context.ts'
import { CancelTask } from '../tasks/cancel-task.tsx'
import { RetryTask } from '../tasks/retry-task.tsx'
import { TaskError } from '../tasks/task-error.tsx'
import { DeleteImage } from './delete-image.tsx'
import { ImageImportState, useImageLook, useLastImport } from './image-import-state.tsx'
import { ImageMachines } from './image-machines.tsx'
import { imageUseRefusal, kindText, placesText, sourceText } from './image-words.ts'

export interface ImageDrawerProps {
  /** Null: closed. */
  imageId: string | null
  isAdmin: boolean
  onClose: () => void
  /** Opens the import form with what this image was imported with. */
  onTryAgain: (image: ImageView) => void
}

export function ImageDrawer({ imageId, onClose, ...rest }: ImageDrawerProps) {
  const trpc = useTRPC()
  const query = useQuery({
    ...trpc.image.get.queryOptions({ imageId: imageId ?? '' }),
    enabled: imageId !== null,
  })
  const image = imageId === null ? undefined : query.data
  return (
    <Drawer
      open={imageId !== null}
      onOpenChange={(open) => !open && onClose()}
      title={image?.name ?? 'Image'}
      className="sm:max-w-lg"
      {...(image === undefined ? {} : { footer: <Actions image={image} onClose={onClose} {...rest} /> })}
    >
      {image !== undefined ? (
        <ImageDetails image={image} isAdmin={rest.isAdmin} />
      ) : query.isError ? (
        <EmptyState icon={<Disc3 />} title={errorText(query.error).sentence}>
          {errorText(query.error).remedy}
        </EmptyState>
      ) : (
        <div className="flex flex-col gap-3 p-4">
          <Skeleton className="w-2/3" />
          <Skeleton className="h-40" />
        </div>
      )}
    </Drawer>
  )
}

function Actions({ image, isAdmin, onClose, onTryAgain }: Omit<ImageDrawerProps, 'imageId'> & { image: ImageView }) {
  const refusal = imageUseRefusal(image)
  return (
    <div className="flex flex-wrap items-center justify-between gap-2">
      <DeleteImage image={image} isAdmin={isAdmin} onDeleted={onClose} />
      {image.state === 'failed' ? (
        <TryAgain image={image} isAdmin={isAdmin} onChange={() => onTryAgain(image)} />
      ) : refusal === null ? (
        <Button asChild variant="primary">
          <Link href={paths.newMachine({ image: image.imageId })}>
            <Plus aria-hidden />
            Create machine
          </Link>
        </Button>
      ) : (
        <Button variant="primary" disabledReason={refusal}>
          <Plus aria-hidden />
          Create machine
        </Button>
      )}
    </div>
  )
}

/** The same once more under the same name, or the form with what was asked for. */
function TryAgain({ image, isAdmin, onChange }: { image: ImageView; isAdmin: boolean; onChange: () => void }) {
  const { data: lastImport } = useLastImport(image.imageId)
  return (
    <span className="flex flex-wrap gap-2">
      <Button onClick={onChange} disabledReason={isAdmin ? null : 'Only administrators import images'}>
        Change and import…
      </Button>
      {isAdmin && lastImport && <RetryTask task={lastImport} size="md" onStarted={() => undefined} />}
    </span>
  )
}

function ImageDetails({ image, isAdmin }: { image: ImageView; isAdmin: boolean }) {
  useOnScreen(image.imageId)
  const { data: lastImport } = useLastImport(image.imageId)
  const { kind, word } = useImageLook(image)
  return (
    <div className="flex flex-col gap-5 p-4">
      <StateDot kind={kind} label={word} className="text-sm" />
      {image.state === 'failed' && lastImport?.error && lastImport.status !== 'cancelled' ? (
        <TaskError error={lastImport.error} />
      ) : (
        <ImageImportState image={image} />
      )}
      {image.state === 'importing' && lastImport && isAdmin && (
        <div>
          <CancelTask task={lastImport} />
        </div>
      )}
      {image.state !== 'failed' && image.error !== null && <TaskError error={image.error} />}
      <KeyValueList items={factsOf(image)} />
      {image.vmCount > 0 && <ImageMachines imageId={image.imageId} count={image.vmCount} />}
      {lastImport !== undefined && (
        <p className="text-ink-3 text-xs">
          Imported by {lastImport.actor.name}.{' '}
          <Link href={paths.task(lastImport.operationId)} className="text-accent-ink hover:underline">
            See the task
          </Link>
        </p>
      )}
    </div>
  )
}

function factsOf(image: ImageView) {
  const { hints, virtualBytes, allocatedBytes, checksum, sourceUrl } = image
  return [
    { key: 'Kind', value: kindText(image) },
    { key: 'System', value: hints.osName || none },
    ...(virtualBytes === null
      ? []
      : [
          image.kind === 'iso'
            ? { key: 'Size', value: formatBytes(virtualBytes) }
            : { key: 'Disk size', value: formatBytes(virtualBytes), note: 'machines get at least this' },
        ]),
    ...(allocatedBytes === null ? [] : [{ key: 'Stored', value: formatBytes(allocatedBytes) }]),
    ...(image.format === null ? [] : [{ key: 'Format', value: image.format }]),
    { key: 'Firmware', value: hints.firmware === 'uefi' ? 'UEFI' : 'BIOS' },
    ...(image.kind === 'iso' ? [] : [{ key: 'cloud-init', value: hints.hasCloudInit ? 'yes' : 'no' }]),
    ...(image.insertedVmCount === 0
      ? []
      : [{ key: 'In the drive of', value: plural(image.insertedVmCount, 'machine') }]),
    ...(hints.defaultUser === '' ? [] : [{ key: 'First user', value: <Copyable text={hints.defaultUser} /> }]),
    ...(hints.minMemoryBytes === 0 ? [] : [{ key: 'Least memory', value: formatBytes(hints.minMemoryBytes) }]),
    {
      key: 'Source',
      value: sourceUrl === null ? sourceText(image) : <Copyable text={sourceUrl} label="Copy address" />,
    },
    {
      key: 'Checksum',
      value: checksum === null ? 'not checked' : <Copyable text={checksum} label="Copy checksum" />,
    },
    ...(image.places.length === 0 ? [] : [{ key: 'Lies on', value: placesText(image.places) }]),
    { key: 'Added', value: <RelativeTime at={image.createdAt} /> },
    { key: 'Id', value: <Copyable text={image.imageId} label="Copy image id" /> },
  ]
}
